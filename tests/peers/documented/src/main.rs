//! A function as AWS's guide for Rust teaches it
//! (<https://docs.aws.amazon.com/lambda/latest/dg/lambda-rust.html>): `lambda_http` and the SDK, with all defaults. It
//! makes the measured requests.

use std::collections::HashMap;
use std::env;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Delete, KeysAndAttributes, Put, TransactWriteItem, Update};
use lambda_http::{Body, Error, Request, Response, run, service_fn, tracing};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let config = aws_config::load_from_env().await;
    let client = Client::new(&config);
    let calls: Vec<Value> = serde_json::from_slice(&std::fs::read(env::var("MEASURED_CALLS")?)?)?;
    let (client, calls) = (&client, &calls);
    run(service_fn(|_event: Request| async move {
        for call in calls {
            send(client, call).await?;
        }
        Ok::<_, Error>(Response::builder().status(201).body(Body::from("{}"))?)
    }))
    .await
}

async fn send(client: &Client, call: &Value) -> Result<(), Error> {
    let request = &call["request"];
    match call["target"].as_str().unwrap_or_default() {
        "DynamoDB_20120810.GetItem" => {
            let read = client.get_item().table_name(text(request, "TableName"));
            let read = read.set_key(Some(item(&request["Key"]))).consistent_read(request["ConsistentRead"] == true);
            read.send().await?;
        }
        "DynamoDB_20120810.BatchGetItem" => {
            let tables = request["RequestItems"].as_object().into_iter().flatten();
            let keys = tables.map(|(table, of)| {
                let keys = of["Keys"].as_array().into_iter().flatten().map(item).collect();
                let keys = KeysAndAttributes::builder().set_keys(Some(keys));
                Ok((table.clone(), keys.consistent_read(of["ConsistentRead"] == true).build()?))
            });
            client.batch_get_item().set_request_items(Some(keys.collect::<Result<_, Error>>()?)).send().await?;
        }
        "DynamoDB_20120810.TransactWriteItems" => {
            let items = request["TransactItems"].as_array().into_iter().flatten().map(write);
            client.transact_write_items().set_transact_items(Some(items.collect::<Result<_, _>>()?)).send().await?;
        }
        other => return Err(format!("no request for {other}").into()),
    }
    Ok(())
}

fn write(write: &Value) -> Result<TransactWriteItem, Error> {
    let built = TransactWriteItem::builder();
    // The same five properties in four kinds of write.
    macro_rules! conditional {
        ($builder:expr, $of:expr) => {
            $builder
                .table_name(text($of, "TableName"))
                .set_condition_expression($of["ConditionExpression"].as_str().map(str::to_owned))
                .set_expression_attribute_names(names($of))
                .set_expression_attribute_values($of.get("ExpressionAttributeValues").map(item))
        };
    }
    let (kind, of) = write.as_object().and_then(|write| write.iter().next()).ok_or("an empty write")?;
    Ok(match kind.as_str() {
        "Put" => built.put(conditional!(Put::builder(), of).set_item(Some(item(&of["Item"]))).build()?),
        "Update" => {
            let update = conditional!(Update::builder(), of).set_key(Some(item(&of["Key"])));
            built.update(update.update_expression(text(of, "UpdateExpression")).build()?)
        }
        "Delete" => built.delete(conditional!(Delete::builder(), of).set_key(Some(item(&of["Key"]))).build()?),
        _ => built.condition_check(conditional!(ConditionCheck::builder(), of).set_key(Some(item(&of["Key"]))).build()?),
    }
    .build())
}

fn text(of: &Value, name: &str) -> String {
    of[name].as_str().unwrap_or_default().to_owned()
}

fn names(of: &Value) -> Option<HashMap<String, String>> {
    let names = of.get("ExpressionAttributeNames")?.as_object()?;
    Some(names.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect())
}

fn item(of: &Value) -> HashMap<String, AttributeValue> {
    of.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), attribute(value))).collect()
}

fn attribute(value: &Value) -> AttributeValue {
    let Some((kind, value)) = value.as_object().and_then(|value| value.iter().next()) else {
        return AttributeValue::Null(true);
    };
    let list = || value.as_array().into_iter().flatten();
    let texts = || list().map(|text| text.as_str().unwrap_or_default().to_owned()).collect();
    match kind.as_str() {
        "S" => AttributeValue::S(value.as_str().unwrap_or_default().to_owned()),
        "N" => AttributeValue::N(value.as_str().unwrap_or_default().to_owned()),
        "BOOL" => AttributeValue::Bool(value == true),
        "SS" => AttributeValue::Ss(texts()),
        "NS" => AttributeValue::Ns(texts()),
        "L" => AttributeValue::L(list().map(attribute).collect()),
        "M" => AttributeValue::M(item(value)),
        _ => AttributeValue::Null(true),
    }
}
