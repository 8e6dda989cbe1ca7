//! What each function may call on AWS, decided as IAM does: a call that is not in the list is denied. The roles in the
//! template are checked against the same list, so code that passes here has the permissions it needs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::operation as dynamodb;
use aws_sdk_iotdataplane::operation as iot;
use aws_sdk_sesv2::operation as ses;
use aws_sdk_sns::operation as sns;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{BeforeSerializationInterceptorContextRef, Input};
use aws_smithy_types::config_bag::ConfigBag;
use serde::Deserialize;

const CALLS: &str = include_str!("../../../infra/rules/calls.yaml");

#[derive(Debug, thiserror::Error)]
#[error("infra/rules/calls.yaml is not a list of calls")]
pub struct PermissionsError(#[from] serde_norway::Error);

/// An action on a kind of resource, both named as in `calls.yaml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    action: &'static str,
    resource: &'static str,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.action, self.resource)
    }
}

/// A function made a call that its role does not permit.
#[derive(Debug, thiserror::Error)]
#[error("access denied: {function} may not call {call} (infra/rules/calls.yaml, and its role in template.yaml)")]
struct Denied {
    function: &'static str,
    call: String,
}

/// What all functions may do, and what each of them has done so far.
#[derive(Debug, Clone)]
pub struct Permissions {
    permitted: Arc<BTreeMap<String, BTreeSet<String>>>,
    made: Arc<Mutex<BTreeSet<(&'static str, Call)>>>,
}

#[derive(Deserialize)]
struct Document {
    functions: BTreeMap<String, Function>,
}

#[derive(Deserialize)]
struct Function {
    calls: BTreeMap<String, Vec<String>>,
}

impl Permissions {
    pub fn read() -> Result<Self, PermissionsError> {
        Self::parse(CALLS)
    }

    fn parse(text: &str) -> Result<Self, PermissionsError> {
        let document: Document = serde_norway::from_str(text)?;
        let permitted = document.functions.into_iter().map(|(name, function)| {
            let calls = function.calls.into_iter().flat_map(|(resource, actions)| {
                actions.into_iter().map(move |action| format!("{action} on {resource}"))
            });
            (name, calls.collect())
        });
        Ok(Self { permitted: Arc::new(permitted.collect()), made: Arc::default() })
    }

    #[must_use]
    pub fn role(&self, function: &'static str) -> Role {
        Role { function, permissions: self.clone() }
    }

    /// The permitted calls that no function has made since the start, as `function: action on resource`.
    #[must_use]
    pub fn unused(&self) -> BTreeSet<String> {
        let made: BTreeSet<_> = self.made().iter().map(|(function, call)| format!("{function}: {call}")).collect();
        let permitted = self.permitted.iter();
        let all = permitted.flat_map(|(function, calls)| calls.iter().map(move |call| format!("{function}: {call}")));
        all.filter(|call| !made.contains(call)).collect()
    }

    fn check(&self, function: &'static str, call: Call) -> Result<(), Denied> {
        if self.made().contains(&(function, call)) {
            return Ok(());
        }
        if !self.permitted.get(function).is_some_and(|calls| calls.contains(&call.to_string())) {
            return Err(Denied { function, call: call.to_string() });
        }
        self.made().insert((function, call));
        Ok(())
    }

    fn made(&self) -> std::sync::MutexGuard<'_, BTreeSet<(&'static str, Call)>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The permissions of one function. Its clients deny every other call.
#[derive(Debug, Clone)]
pub struct Role {
    function: &'static str,
    permissions: Permissions,
}

impl Role {
    /// A copy of a client for this function.
    #[must_use]
    pub fn dynamodb(&self, client: &aws_sdk_dynamodb::Client) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::from_conf(client.config().to_builder().interceptor(self.clone()).build())
    }

    #[must_use]
    pub fn iot(&self, client: &aws_sdk_iotdataplane::Client) -> aws_sdk_iotdataplane::Client {
        aws_sdk_iotdataplane::Client::from_conf(client.config().to_builder().interceptor(self.clone()).build())
    }

    #[must_use]
    pub fn sns(&self, client: &aws_sdk_sns::Client) -> aws_sdk_sns::Client {
        aws_sdk_sns::Client::from_conf(client.config().to_builder().interceptor(self.clone()).build())
    }

    #[must_use]
    pub fn ses(&self, client: &aws_sdk_sesv2::Client) -> aws_sdk_sesv2::Client {
        aws_sdk_sesv2::Client::from_conf(client.config().to_builder().interceptor(self.clone()).build())
    }
}

impl Intercept for Role {
    fn name(&self) -> &'static str {
        "role"
    }

    fn read_before_execution(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let calls = calls(context.input());
        if calls.is_empty() {
            let call = "an operation that shared/permissions does not know".to_owned();
            return Err(Denied { function: self.function, call }.into());
        }
        for call in calls {
            self.permissions.check(self.function, call)?;
        }
        Ok(())
    }
}

/// The permissions that IAM checks for a request.
fn calls(input: &Input) -> Vec<Call> {
    let on = |resource| move |action| vec![Call { action, resource }];
    let table = on("table");
    if let Some(query) = input.downcast_ref::<dynamodb::query::QueryInput>() {
        return on(index(query.index_name()))("dynamodb:Query");
    }
    if let Some(scan) = input.downcast_ref::<dynamodb::scan::ScanInput>() {
        return on(index(scan.index_name()))("dynamodb:Scan");
    }
    if let Some(transaction) = input.downcast_ref::<dynamodb::transact_write_items::TransactWriteItemsInput>() {
        return transaction.transact_items().iter().flat_map(of_transaction).collect();
    }
    if let Some(get) = input.downcast_ref::<iot::get_thing_shadow::GetThingShadowInput>() {
        return on(shadow(get.shadow_name()))("iot:GetThingShadow");
    }
    if let Some(update) = input.downcast_ref::<iot::update_thing_shadow::UpdateThingShadowInput>() {
        return on(shadow(update.shadow_name()))("iot:UpdateThingShadow");
    }
    if let Some(message) = input.downcast_ref::<iot::publish::PublishInput>() {
        return on(topic(message.topic()))("iot:Publish");
    }
    if let Some(message) = input.downcast_ref::<sns::publish::PublishInput>() {
        return on(if message.phone_number().is_some() { "phones" } else { "keyEvents" })("sns:Publish");
    }
    if input.downcast_ref::<dynamodb::get_item::GetItemInput>().is_some() {
        table("dynamodb:GetItem")
    } else if input.downcast_ref::<dynamodb::batch_get_item::BatchGetItemInput>().is_some() {
        table("dynamodb:BatchGetItem")
    } else if input.downcast_ref::<dynamodb::batch_write_item::BatchWriteItemInput>().is_some() {
        // One permission for puts and deletes, unlike in a transaction.
        table("dynamodb:BatchWriteItem")
    } else if input.downcast_ref::<dynamodb::put_item::PutItemInput>().is_some() {
        table("dynamodb:PutItem")
    } else if input.downcast_ref::<dynamodb::update_item::UpdateItemInput>().is_some() {
        table("dynamodb:UpdateItem")
    } else if input.downcast_ref::<dynamodb::delete_item::DeleteItemInput>().is_some() {
        table("dynamodb:DeleteItem")
    } else if input.downcast_ref::<sns::publish_batch::PublishBatchInput>().is_some() {
        on("keyEvents")("sns:Publish")
    } else if input.downcast_ref::<ses::send_email::SendEmailInput>().is_some() {
        on("mailIdentity")("ses:SendEmail")
    } else {
        Vec::new()
    }
}

/// A transaction needs the permissions of each of its parts
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html>).
fn of_transaction(item: &aws_sdk_dynamodb::types::TransactWriteItem) -> Vec<Call> {
    let parts = [
        (item.put().is_some(), "dynamodb:PutItem"),
        (item.update().is_some(), "dynamodb:UpdateItem"),
        (item.delete().is_some(), "dynamodb:DeleteItem"),
        (item.condition_check().is_some(), "dynamodb:ConditionCheckItem"),
    ];
    let present = parts.into_iter().filter(|(is_present, _)| *is_present);
    present.map(|(_, action)| Call { action, resource: "table" }).collect()
}

/// The name of an index in the list.
fn index(name: Option<&str>) -> &'static str {
    match name {
        None => "table",
        Some("lists") => "lists",
        Some("due") => "due",
        Some(_) => "an unknown index",
    }
}

/// The name of a shadow in the list. Its name is part of its ARN, and no other shadow is permitted.
fn shadow(name: Option<&str>) -> &'static str {
    if name == Some("open") { "shadows" } else { "another shadow" }
}

/// The name of a topic in the list: of an automat's own topics.
fn topic(name: Option<&str>) -> &'static str {
    let own = name.and_then(|name| name.strip_prefix("automats/")?.split_once('/'));
    match own.map(|(_, rest)| rest) {
        Some("keypad/reply") => "keypadReplies",
        Some("access/answer") => "access",
        Some("journal/receipt") => "journalReceipts",
        _ => "another topic",
    }
}

#[cfg(test)]
mod tests;
