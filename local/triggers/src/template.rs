//! Reads a function's triggers from `template.yaml`. Unsupported properties are refused: otherwise a mapping could
//! ignore a setting here that takes effect only in AWS.

use std::time::Duration;

use serde::Deserialize;
use template::{Template, Value, attribute_of, entries};

use crate::{Filter, FilterError, Settings};

/// The only supported schedule.
const EACH_MINUTE: &str = "rate(1 minute)";

/// Why the template cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The text is not a template.
    #[error(transparent)]
    Unreadable(#[from] template::TemplateError),
    /// The function does not exist.
    #[error("template.yaml has no function {0}")]
    Missing(String),
    /// A property is missing or not supported.
    #[error("template.yaml: {function}: {what}")]
    Function {
        /// The function's logical id.
        function: String,
        what: String,
    },
}

/// The triggers of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Triggers {
    /// The mapping of the table's stream.
    pub stream: Settings,
    /// The interval of the schedule, if it has one.
    pub every: Option<Duration>,
}

impl Triggers {
    /// Reads the triggers of a function from a template.
    pub fn read(template: &str, function: &str) -> Result<Self, TemplateError> {
        let template = Template::parse(template)?;
        let resource = template.resource(function).ok_or_else(|| TemplateError::Missing(function.to_owned()))?;
        let wrong = |what| TemplateError::Function { function: function.to_owned(), what };
        let events = resource.property(&["Events"]).ok_or_else(|| wrong("no Events".to_owned()))?;
        let timeout = resource.property(&["Timeout"]).and_then(Value::as_u64);
        let timeout = timeout.ok_or_else(|| wrong("no Timeout".to_owned()))?;
        let unread = |error: serde_norway::Error| wrong(error.to_string());
        let (mut streams, mut schedules) = (Vec::new(), Vec::new());
        for (_, event) in entries(Some(events)) {
            let properties = event.get("Properties").unwrap_or(&Value::Null);
            match event.get("Type").and_then(Value::as_str) {
                Some("DynamoDB") => streams.push(StreamEvent::deserialize(properties).map_err(unread)?),
                Some("Schedule") => schedules.push(ScheduleEvent::deserialize(properties).map_err(unread)?),
                other => return Err(wrong(format!("an event of the type {}", other.unwrap_or("none")))),
            }
        }
        let only_one = streams.len() == 1 && schedules.len() <= 1;
        let (Some(stream), schedule, true) = (streams.pop(), schedules.pop(), only_one) else {
            return Err(wrong("not one stream and at most one schedule".to_owned()));
        };
        Ok(Self {
            stream: stream.settings(Duration::from_secs(timeout)).map_err(wrong)?,
            every: schedule.map(|schedule| schedule.every()).transpose().map_err(wrong)?,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct StreamEvent {
    stream: Value,
    starting_position: StartingPosition,
    #[serde(default = "default_batch_size")]
    batch_size: usize,
    #[serde(default)]
    maximum_batching_window_in_seconds: u64,
    #[serde(default = "one")]
    parallelization_factor: u64,
    #[serde(default)]
    bisect_batch_on_function_error: bool,
    #[serde(default)]
    function_response_types: Vec<ResponseType>,
    // Without these two, or with -1, a failing record blocks its shard until the stream drops it.
    maximum_retry_attempts: u32,
    maximum_record_age_in_seconds: u64,
    #[serde(default)]
    filter_criteria: FilterCriteria,
    destination_config: DestinationConfig,
}

/// Lambda's default for streams.
fn default_batch_size() -> usize {
    100
}

/// Lambda's default.
fn one() -> u64 {
    1
}

/// `LATEST` would skip what was written before the mapping existed.
#[derive(Deserialize)]
enum StartingPosition {
    #[serde(rename = "TRIM_HORIZON")]
    TrimHorizon,
}

#[derive(Deserialize)]
enum ResponseType {
    ReportBatchItemFailures,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct FilterCriteria {
    filters: Vec<FilterPattern>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct FilterPattern {
    pattern: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DestinationConfig {
    on_failure: OnFailure,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct OnFailure {
    #[serde(rename = "Type")]
    _kind: DestinationKind,
    destination: Value,
}

/// Without its type, SAM grants no permission to send to the queue.
#[derive(Deserialize)]
enum DestinationKind {
    #[serde(rename = "SQS")]
    Queue,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ScheduleEvent {
    schedule: String,
    #[serde(default, rename = "Description")]
    _description: String,
    // Only in AWS can an invocation fail to reach the function.
    #[serde(default, rename = "RetryPolicy")]
    _retry_policy: Value,
}

impl StreamEvent {
    fn settings(self, timeout: Duration) -> Result<Settings, String> {
        let StartingPosition::TrimHorizon = self.starting_position;
        attribute_of(&self.stream, "StreamArn").ok_or("Stream is not that of a table of the template")?;
        let queue = attribute_of(&self.destination_config.on_failure.destination, "Arn")
            .ok_or("OnFailure is not a queue of the template")?;
        // Above 1, Lambda keeps only the order of each item's records. The mapping here has one batch at a time whatever it is, and so
        // keeps more of the order than Lambda does.
        if !(1..=10).contains(&self.parallelization_factor) {
            return Err(format!("ParallelizationFactor is {}", self.parallelization_factor));
        }
        if !(1..=10_000).contains(&self.batch_size) {
            return Err(format!("BatchSize is {}", self.batch_size));
        }
        let filters = self.filter_criteria.filters.iter().map(|filter| Filter::parse(&filter.pattern));
        Ok(Settings {
            batch_size: self.batch_size,
            window: Duration::from_secs(self.maximum_batching_window_in_seconds),
            filters: filters.collect::<Result<_, _>>().map_err(|error: FilterError| error.to_string())?,
            reports_failures: self
                .function_response_types
                .iter()
                .any(|kind| matches!(kind, ResponseType::ReportBatchItemFailures)),
            bisects: self.bisect_batch_on_function_error,
            retries: self.maximum_retry_attempts,
            max_age: Duration::from_secs(self.maximum_record_age_in_seconds),
            timeout,
            failure_queue: queue.to_owned(),
        })
    }
}

impl ScheduleEvent {
    fn every(&self) -> Result<Duration, String> {
        if self.schedule == EACH_MINUTE {
            Ok(Duration::from_mins(1))
        } else {
            Err(format!("Schedule is not {EACH_MINUTE}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = r#"
Resources:
  Notifications:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 60
      Events:
        Stream:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Table.StreamArn
            StartingPosition: TRIM_HORIZON
            BatchSize: 50
            MaximumBatchingWindowInSeconds: 2
            ParallelizationFactor: 1
            BisectBatchOnFunctionError: true
            FunctionResponseTypes: [ReportBatchItemFailures]
            MaximumRetryAttempts: 5
            MaximumRecordAgeInSeconds: 3600
            FilterCriteria: { Filters: [{ Pattern: '{"eventName": ["INSERT"]}' }] }
            DestinationConfig: { OnFailure: { Type: SQS, Destination: !GetAtt Failed.Arn } }
        Minute:
          Type: Schedule
          Properties: { Schedule: rate(1 minute), RetryPolicy: { MaximumRetryAttempts: 0 } }
"#;

    fn refusal(from: &str, to: &str) -> String {
        assert!(TEMPLATE.contains(from), "{from}");
        Triggers::read(&TEMPLATE.replacen(from, to, 1), "Notifications").unwrap_err().to_string()
    }

    #[test]
    fn every_property_is_read() {
        let triggers = Triggers::read(TEMPLATE, "Notifications").unwrap();
        assert_eq!(triggers.every, Some(Duration::from_mins(1)));
        assert_eq!(
            triggers.stream,
            Settings {
                batch_size: 50,
                window: Duration::from_secs(2),
                filters: vec![Filter::parse(r#"{"eventName": ["INSERT"]}"#).unwrap()],
                reports_failures: true,
                bisects: true,
                retries: 5,
                max_age: Duration::from_hours(1),
                timeout: Duration::from_mins(1),
                failure_queue: "Failed".to_owned(),
            }
        );
    }

    #[test]
    fn unsupported_properties_are_refused_by_name() {
        for (from, to, named) in [
            ("BatchSize: 50", "TumblingWindowInSeconds: 60", "TumblingWindowInSeconds"),
            ("BatchSize: 50", "BatchSize: 0", "BatchSize"),
            ("ParallelizationFactor: 1", "ParallelizationFactor: 11", "ParallelizationFactor"),
            ("TRIM_HORIZON", "LATEST", "LATEST"),
            ("MaximumRetryAttempts: 5", "MaximumRetryAttempts: -1", "-1"),
            ("            MaximumRecordAgeInSeconds: 3600\n", "", "MaximumRecordAgeInSeconds"),
            (r#"["INSERT"]"#, r#"[{"suffix": "T"}]"#, "suffix"),
            ("Type: SQS, ", "", "Type"),
            ("Type: DynamoDB", "Type: Kinesis", "Kinesis"),
            ("!GetAtt Table.StreamArn", "arn:aws:dynamodb", "Stream"),
            ("rate(1 minute)", "rate(2 minutes)", "Schedule"),
        ] {
            let refusal = refusal(from, to);
            assert!(refusal.contains(named), "{to}: {refusal}");
        }
    }

    const SCHEDULE: &str = "        Minute:\n          Type: Schedule\n          Properties: { Schedule: rate(1 minute), RetryPolicy: { MaximumRetryAttempts: 0 } }\n";

    #[test]
    fn a_function_may_have_no_schedule() {
        let template = TEMPLATE.replacen(SCHEDULE, "", 1);
        assert_eq!(Triggers::read(&template, "Notifications").unwrap().every, None);
    }

    #[test]
    fn a_function_without_one_stream_or_with_two_schedules_is_refused() {
        let two = format!("{SCHEDULE}{}", SCHEDULE.replace("Minute", "Other"));
        for refused in [refusal(SCHEDULE, &two), refusal("Type: DynamoDB\n", "Type: Schedule\n")] {
            assert!(refused.contains("one schedule") || refused.contains("field"), "{refused}");
        }
        assert!(matches!(Triggers::read(TEMPLATE, "Keys"), Err(TemplateError::Missing(_))));
    }
}
