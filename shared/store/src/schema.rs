//! The table's keys and indexes. `template.yaml` defines the same for AWS; a test compares the two.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, StreamSpecification, StreamViewType, TimeToLiveSpecification,
};
use aws_sdk_dynamodb::{Client, error::BuildError};

use crate::Error;

pub(crate) const PK: &str = "PK";
pub(crate) const SK: &str = "SK";
/// Partition key of the index `lists`; only listed items have it.
pub(crate) const LIST_PK: &str = "listPK";
pub(crate) const LIST_SK: &str = "listSK";
/// Partition key of the index `due`; only items with work to do have it.
pub(crate) const DUE_SHARD: &str = "dueShard";
/// Sort key of the index `due`: when the work is due, in epoch milliseconds.
pub(crate) const DUE_AT: &str = "dueAt";
/// When DynamoDB may delete an item, in epoch seconds.
pub(crate) const TTL: &str = "ttl";
/// The sparse global index for lists and search. Keys only, so it is written only when an item appears or disappears.
pub(crate) const LISTS: &str = "lists";
/// The sparse global index for reminders, retries and other work that is due.
pub(crate) const DUE: &str = "due";

/// Creates the table if it does not exist, for the local cloud and for tests; in AWS the template does.
pub async fn create_table(client: &Client, table: &str) -> Result<(), Error> {
    let request = definition(client, table).map_err(|source| Error::internal("describing the table", source))?;
    match request.send().await {
        Ok(_) => {}
        Err(SdkError::ServiceError(refused))
            if matches!(refused.err(), CreateTableError::ResourceInUseException(_)) =>
        {
            return Ok(());
        }
        Err(source) => return Err(Error::internal("creating the table", source)),
    }
    let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name(TTL).build();
    let ttl = ttl.map_err(|source| Error::internal("describing the time to live", source))?;
    let request = client.update_time_to_live().table_name(table).time_to_live_specification(ttl);
    request.send().await.map_err(|source| Error::internal("setting the time to live", source))?;
    Ok(())
}

fn definition(client: &Client, table: &str) -> Result<CreateTableFluentBuilder, BuildError> {
    let stream = StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::NewAndOldImages)
        .build()?;
    Ok(client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(key(PK, KeyType::Hash)?)
        .key_schema(key(SK, KeyType::Range)?)
        .attribute_definitions(attribute(PK, ScalarAttributeType::S)?)
        .attribute_definitions(attribute(SK, ScalarAttributeType::S)?)
        .attribute_definitions(attribute(LIST_PK, ScalarAttributeType::S)?)
        .attribute_definitions(attribute(LIST_SK, ScalarAttributeType::S)?)
        .attribute_definitions(attribute(DUE_SHARD, ScalarAttributeType::S)?)
        .attribute_definitions(attribute(DUE_AT, ScalarAttributeType::N)?)
        .global_secondary_indexes(global_index(LISTS, LIST_PK, LIST_SK)?)
        .global_secondary_indexes(global_index(DUE, DUE_SHARD, DUE_AT)?)
        .stream_specification(stream))
}

/// An index of the whole table that holds keys only.
fn global_index(name: &str, hash: &str, range: &str) -> Result<GlobalSecondaryIndex, BuildError> {
    GlobalSecondaryIndex::builder()
        .index_name(name)
        .key_schema(key(hash, KeyType::Hash)?)
        .key_schema(key(range, KeyType::Range)?)
        .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
        .build()
}

fn key(name: &str, kind: KeyType) -> Result<KeySchemaElement, BuildError> {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build()
}

fn attribute(name: &str, kind: ScalarAttributeType) -> Result<AttributeDefinition, BuildError> {
    AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build()
}
