//! A table's stream, read through the SDK and converted to Lambda's form.

use std::collections::HashMap;

use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::error::DisplayErrorContext;
use aws_sdk_dynamodbstreams::types::{self, AttributeValue, ShardIteratorType};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::{Record, Sequence};

/// Maximum number of records read at once. DynamoDB's 1,000 take tens of megabytes until they are filtered.
const READ_AT_ONCE: i32 = 100;

/// Why a stream cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The table has no stream.
    #[error("the table has no stream")]
    None,
    /// The stream does not have exactly one shard. The embedded engine has one for each table.
    #[error("the stream has {0} shards, and only one can be read here")]
    Shards(usize),
    /// The database returns an error.
    #[error("cannot read the stream: {0}")]
    Read(String),
    /// A record lacks a mandatory field.
    #[error("the stream has an invalid record")]
    Record,
}

impl StreamError {
    fn read(error: &(impl std::error::Error + 'static)) -> Self {
        Self::Read(DisplayErrorContext(error).to_string())
    }
}

/// The only shard of a table's stream.
#[derive(Debug)]
pub struct Stream {
    client: Client,
    arn: String,
    shard: String,
    iterator: Option<String>,
}

impl Stream {
    /// Finds the stream of a table.
    pub async fn of_table(client: Client, table: &str) -> Result<Self, StreamError> {
        let streams = client.list_streams().table_name(table).send().await;
        let streams = streams.map_err(|error| StreamError::read(&error))?;
        let arn = streams.streams().last().and_then(types::Stream::stream_arn).ok_or(StreamError::None)?.to_owned();
        let description = client.describe_stream().stream_arn(&arn).send().await;
        let description = description.map_err(|error| StreamError::read(&error))?;
        match description.stream_description().map(types::StreamDescription::shards).unwrap_or_default() {
            [shard] => {
                let shard = shard.shard_id().unwrap_or_default().to_owned();
                Ok(Self { client, arn, shard, iterator: None })
            }
            shards => Err(StreamError::Shards(shards.len())),
        }
    }

    /// Its ARN, which changes when the table is created again.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// Reads the next records. The first call reads those after the given one.
    pub async fn read(&mut self, after: Option<&Sequence>) -> Result<Vec<Record>, StreamError> {
        let iterator = match self.iterator.take() {
            Some(iterator) => iterator,
            None => self.begin(after).await?,
        };
        let answer = self.client.get_records().shard_iterator(iterator).limit(READ_AT_ONCE).send().await;
        let answer = answer.map_err(|error| StreamError::read(&error))?;
        let records =
            answer.records().iter().map(|record| Record::of_event(event(record, &self.arn)).ok_or(StreamError::Record));
        let records = records.collect::<Result<_, _>>()?;
        self.iterator = answer.next_shard_iterator;
        Ok(records)
    }

    async fn begin(&self, after: Option<&Sequence>) -> Result<String, StreamError> {
        let request = self.client.get_shard_iterator().stream_arn(&self.arn).shard_id(&self.shard);
        let request = match after {
            None => request.shard_iterator_type(ShardIteratorType::TrimHorizon),
            Some(sequence) => {
                request.shard_iterator_type(ShardIteratorType::AfterSequenceNumber).sequence_number(sequence.as_str())
            }
        };
        let answer = request.send().await.map_err(|error| StreamError::read(&error))?;
        answer.shard_iterator.ok_or_else(|| StreamError::Read("the answer has no iterator".to_owned()))
    }
}

/// Converts a record to Lambda's form; absent fields stay absent.
fn event(record: &types::Record, arn: &str) -> Value {
    let mut event = Map::new();
    let mut set = |name: &str, value: Option<Value>| _ = value.map(|value| event.insert(name.to_owned(), value));
    set("eventID", record.event_id().map(Value::from));
    set("eventName", record.event_name().map(|name| Value::from(name.as_str())));
    set("eventVersion", record.event_version().map(Value::from));
    set("eventSource", record.event_source().map(Value::from));
    set("awsRegion", record.aws_region().map(Value::from));
    set("eventSourceARN", Some(Value::from(arn)));
    set(
        "userIdentity",
        record
            .user_identity()
            .map(|identity| json!({ "type": identity.r#type(), "principalId": identity.principal_id() })),
    );
    set("dynamodb", record.dynamodb().map(change));
    Value::Object(event)
}

fn change(record: &types::StreamRecord) -> Value {
    let mut change = Map::new();
    let mut set = |name: &str, value: Option<Value>| _ = value.map(|value| change.insert(name.to_owned(), value));
    let written_at = record.approximate_creation_date_time().map(|time| Value::from(time.secs()));
    set("ApproximateCreationDateTime", written_at);
    set("Keys", record.keys().map(item));
    set("NewImage", record.new_image().map(item));
    set("OldImage", record.old_image().map(item));
    set("SequenceNumber", record.sequence_number().map(Value::from));
    set("SizeBytes", record.size_bytes().map(Value::from));
    set("StreamViewType", record.stream_view_type().map(|view| Value::from(view.as_str())));
    Value::Object(change)
}

fn item(attributes: &HashMap<String, AttributeValue>) -> Value {
    Value::Object(attributes.iter().map(|(name, value)| (name.clone(), attribute(value))).collect())
}

/// Converts an attribute to DynamoDB's JSON.
fn attribute(value: &AttributeValue) -> Value {
    let binary = |bytes: &[u8]| STANDARD.encode(bytes);
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::Bool(value) => json!({ "BOOL": value }),
        AttributeValue::B(bytes) => json!({ "B": binary(bytes.as_ref()) }),
        AttributeValue::M(fields) => json!({ "M": item(fields) }),
        AttributeValue::L(values) => json!({ "L": values.iter().map(attribute).collect::<Vec<_>>() }),
        AttributeValue::Ss(texts) => json!({ "SS": texts }),
        AttributeValue::Ns(numbers) => json!({ "NS": numbers }),
        AttributeValue::Bs(values) => {
            json!({ "BS": values.iter().map(|bytes| binary(bytes.as_ref())).collect::<Vec<_>>() })
        }
        // The SDK's enum may grow; an unknown type is converted to null.
        _ => json!({ "NULL": true }),
    }
}
