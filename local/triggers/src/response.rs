//! Interprets a function's answer, by Lambda's developer guide ("Configuring partial batch response with DynamoDB and
//! Lambda").

use serde_json::Value;

use crate::Record;

/// The result of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BatchResult {
    /// All records are done.
    Done,
    /// The records before this index are done.
    FailedFrom(usize),
    /// All records must be retried.
    Failed,
}

/// Interprets an answer. If the list of failures is absent, null or empty, all records are done. If an entry has no
/// identifier, or one that is not in the batch, the whole batch has failed, as it has with an answer in any other form.
pub(crate) fn interpret(records: &[Record], answer: &Value) -> BatchResult {
    let failures = match answer {
        Value::Null => return BatchResult::Done,
        Value::Object(answer) => answer.get("batchItemFailures").unwrap_or(&Value::Null),
        _ => return BatchResult::Failed,
    };
    let failures = match failures {
        Value::Null => return BatchResult::Done,
        Value::Array(failures) => failures,
        _ => return BatchResult::Failed,
    };
    let position = |failure: &Value| {
        let identifier = failure.get("itemIdentifier")?.as_str()?;
        records.iter().position(|record| record.sequence().as_str() == identifier)
    };
    match failures.iter().map(position).collect::<Option<Vec<_>>>() {
        None => BatchResult::Failed,
        Some(indices) => indices.into_iter().min().map_or(BatchResult::Done, BatchResult::FailedFrom),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::record::tests::record;

    fn interpreted(answer: &Value) -> BatchResult {
        interpret(&[1, 2, 3].map(|sequence| record(sequence, "c", 0)), answer)
    }

    fn failures(sequences: &[u64]) -> Value {
        let failure = |sequence| json!({"itemIdentifier": format!("1{sequence:020}")});
        json!({"batchItemFailures": sequences.iter().map(failure).collect::<Vec<_>>()})
    }

    #[test]
    fn an_absent_or_empty_list_of_failures_is_success() {
        for answer in [json!(null), json!({}), json!({"batchItemFailures": null}), failures(&[])] {
            assert_eq!(interpreted(&answer), BatchResult::Done, "{answer}");
        }
    }

    #[test]
    fn records_before_the_first_failure_are_done() {
        assert_eq!(interpreted(&failures(&[3, 2])), BatchResult::FailedFrom(1));
        assert_eq!(interpreted(&failures(&[1])), BatchResult::FailedFrom(0));
    }

    #[test]
    fn an_identifier_not_in_the_batch_fails_the_whole_batch() {
        for answer in [
            failures(&[2, 9]),
            json!({"batchItemFailures": [{"itemIdentifier": ""}]}),
            json!({"batchItemFailures": [{"itemIdentifier": null}]}),
            json!({"batchItemFailures": [{"identifier": "100000000000000000002"}]}),
        ] {
            assert_eq!(interpreted(&answer), BatchResult::Failed, "{answer}");
        }
    }

    #[test]
    fn an_invalid_answer_fails_the_whole_batch() {
        for answer in [json!("done"), json!([]), json!({"batchItemFailures": "none"})] {
            assert_eq!(interpreted(&answer), BatchResult::Failed, "{answer}");
        }
    }
}
