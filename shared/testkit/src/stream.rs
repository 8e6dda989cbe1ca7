//! The table's stream in the format that Lambda passes to a function.

use std::collections::HashMap;

use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::types::{AttributeValue, Record, ShardIteratorType};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::Instant;
use serde_json::{Map, Value, json};

use crate::TABLE;

/// How far each shard has been read, for [`records`]: its next iterator.
pub(crate) type Position = HashMap<String, String>;

/// All records after a position, which is moved, as if written at one instant.
pub(crate) async fn records(client: &Client, position: &mut Position, written: Instant) -> Vec<Value> {
    let streams = client.list_streams().table_name(TABLE).send().await.unwrap();
    let stream = streams.streams()[0].stream_arn().unwrap();
    let description = client.describe_stream().stream_arn(stream).send().await.unwrap().stream_description.unwrap();
    let mut records = Vec::new();
    for shard in description.shards() {
        let id = shard.shard_id().unwrap();
        if !position.contains_key(id) {
            let request = client.get_shard_iterator().stream_arn(stream).shard_id(id);
            let request = request.shard_iterator_type(ShardIteratorType::TrimHorizon);
            position.insert(id.to_owned(), request.send().await.unwrap().shard_iterator.unwrap());
        }
        loop {
            let found = client.get_records().shard_iterator(&position[id]).send().await.unwrap();
            position.extend(found.next_shard_iterator.map(|next| (id.to_owned(), next)));
            let found = found.records.unwrap_or_default();
            if found.is_empty() {
                break;
            }
            records.extend(found.into_iter().map(|record| lambda(record, written)));
        }
    }
    records
}

fn lambda(record: Record, written: Instant) -> Value {
    let change = record.dynamodb.unwrap();
    let image = |image: Option<HashMap<String, AttributeValue>>| image.map(|it| item(it.into_iter()));
    let mut dynamodb = json!({
        "ApproximateCreationDateTime": written.seconds(),
        "Keys": image(change.keys),
        "SequenceNumber": change.sequence_number,
        "SizeBytes": change.size_bytes,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    });
    for (name, image) in [("NewImage", image(change.new_image)), ("OldImage", image(change.old_image))] {
        if let Some(image) = image {
            dynamodb[name] = image;
        }
    }
    json!({
        "eventID": record.event_id,
        "eventName": record.event_name.unwrap().as_str(),
        "eventSource": "aws:dynamodb",
        "eventVersion": "1.1",
        "awsRegion": "local",
        "dynamodb": dynamodb,
    })
}

fn item(attributes: impl Iterator<Item = (String, AttributeValue)>) -> Value {
    attributes.map(|(name, value)| (name, attribute(value))).collect::<Map<_, _>>().into()
}

fn attribute(value: AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::B(bytes) => json!({ "B": STANDARD.encode(bytes) }),
        AttributeValue::Bool(flag) => json!({ "BOOL": flag }),
        AttributeValue::Null(is_null) => json!({ "NULL": is_null }),
        AttributeValue::M(members) => json!({ "M": item(members.into_iter()) }),
        AttributeValue::L(elements) => json!({ "L": elements.into_iter().map(attribute).collect::<Vec<_>>() }),
        AttributeValue::Ss(texts) => json!({ "SS": texts }),
        AttributeValue::Ns(numbers) => json!({ "NS": numbers }),
        AttributeValue::Bs(blobs) => {
            json!({ "BS": blobs.iter().map(|blob| STANDARD.encode(blob)).collect::<Vec<_>>() })
        }
        other => panic!("no item of ours has {other:?}"),
    }
}
