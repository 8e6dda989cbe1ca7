//! What a function's answer says of the records that it was given, by Lambda's developer guide ("Configuring partial
//! batch response with DynamoDB and Lambda").

use serde_json::Value;

use crate::Record;

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All of it is done.
    Done,
    /// What is before this index is done.
    FailedFrom(usize),
    /// Nothing of it is known to be done.
    Failed,
}

/// Reads an answer. A list of failures that is absent, null or empty means that there are none. An entry without an
/// identifier, or with one that is not of the batch, means that all of it failed, and so does an answer of another form.
pub(crate) fn judge(records: &[Record], answer: &Value) -> Outcome {
    let failures = match answer {
        Value::Null => return Outcome::Done,
        Value::Object(answer) => answer.get("batchItemFailures").unwrap_or(&Value::Null),
        _ => return Outcome::Failed,
    };
    let failures = match failures {
        Value::Null => return Outcome::Done,
        Value::Array(failures) => failures,
        _ => return Outcome::Failed,
    };
    let place = |failure: &Value| {
        let identifier = failure.get("itemIdentifier")?.as_str()?;
        records.iter().position(|record| record.sequence().as_str() == identifier)
    };
    match failures.iter().map(place).collect::<Option<Vec<_>>>() {
        None => Outcome::Failed,
        Some(places) => places.into_iter().min().map_or(Outcome::Done, Outcome::FailedFrom),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::record::tests::record;

    fn judged(answer: &Value) -> Outcome {
        judge(&[1, 2, 3].map(|sequence| record(sequence, "c", 0)), answer)
    }

    fn failures(sequences: &[u64]) -> Value {
        let failure = |sequence| json!({"itemIdentifier": format!("1{sequence:020}")});
        json!({"batchItemFailures": sequences.iter().map(failure).collect::<Vec<_>>()})
    }

    #[test]
    fn no_failures_however_they_are_not_named_is_success() {
        for answer in [json!(null), json!({}), json!({"batchItemFailures": null}), failures(&[])] {
            assert_eq!(judged(&answer), Outcome::Done, "{answer}");
        }
    }

    #[test]
    fn all_before_the_first_failure_is_done() {
        assert_eq!(judged(&failures(&[3, 2])), Outcome::FailedFrom(1));
        assert_eq!(judged(&failures(&[1])), Outcome::FailedFrom(0));
    }

    #[test]
    fn an_identifier_that_is_not_of_the_batch_fails_all_of_it() {
        for answer in [
            failures(&[2, 9]),
            json!({"batchItemFailures": [{"itemIdentifier": ""}]}),
            json!({"batchItemFailures": [{"itemIdentifier": null}]}),
            json!({"batchItemFailures": [{"identifier": "100000000000000000002"}]}),
        ] {
            assert_eq!(judged(&answer), Outcome::Failed, "{answer}");
        }
    }

    #[test]
    fn an_answer_of_another_form_fails_all_of_it() {
        for answer in [json!("done"), json!([]), json!({"batchItemFailures": "none"})] {
            assert_eq!(judged(&answer), Outcome::Failed, "{answer}");
        }
    }
}
