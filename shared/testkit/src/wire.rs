//! The wire between the SDK client and the database. It counts requests, and on demand it does what AWS does and the
//! embedded engine does not: transaction conflicts, throttling, unprocessed batch items, stale reads without
//! `ConsistentRead`, responses lost after the commit, and requests held back until others have passed.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_smithy_http_client::Builder;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::{AggregatedBytes, ByteStream};
use serde_json::{Value, json};
use tokio::sync::{Semaphore, oneshot};

/// What passed over the wire.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tally {
    pub round_trips: u32,
    pub read_units: f64,
    pub write_units: f64,
}

/// Clones share their state.
#[derive(Debug, Clone)]
pub struct Wire {
    state: Arc<Mutex<State>>,
    /// The SDK's own connector.
    inner: aws_smithy_runtime_api::client::http::SharedHttpClient,
}

#[derive(Debug, Default)]
struct State {
    tally: Tally,
    largest_transaction: usize,
    conflicts: u32,
    throttled: Option<&'static str>,
    unread: u32,
    unwritten: u32,
    lost_answers: u32,
    cut_after: Option<u32>,
    was_cut: bool,
    stale: bool,
    taken_pins: Option<(String, u32)>,
    miss_codes: bool,
    seen: HashMap<String, Vec<u8>>,
    held: Vec<Hold>,
    steps: Option<Steps>,
    network: Option<Network>,
    /// The items that a transaction is being made on.
    in_transaction: HashSet<String>,
}

/// How long requests take as if DynamoDB were behind a network.
#[derive(Debug, Clone, Copy)]
pub struct Network {
    /// One way.
    pub latency: Duration,
    /// How long a transaction keeps its items to itself. Another one on any of them fails at once.
    pub transaction: Duration,
}

#[derive(Debug)]
struct Hold {
    target: &'static str,
    arrived: oneshot::Sender<()>,
    release: oneshot::Receiver<()>,
}

/// Permission for requests to pass, one at a time.
#[derive(Debug, Clone)]
pub struct Steps {
    may_pass: Arc<Semaphore>,
    passed: Arc<Semaphore>,
}

impl Steps {
    /// Lets one request pass and waits for its response.
    pub async fn step(&self) {
        self.may_pass.add_permits(1);
        self.passed.acquire().await.unwrap().forget();
    }
}

/// A request that is held back.
#[derive(Debug)]
pub struct HeldRequest {
    arrived: oneshot::Receiver<()>,
    release: oneshot::Sender<()>,
}

impl HeldRequest {
    /// Waits until the request has arrived.
    pub async fn arrived(&mut self) {
        (&mut self.arrived).await.unwrap();
    }

    pub fn release(self) {
        let _ = self.release.send(());
    }
}

impl Wire {
    pub(crate) fn new() -> Self {
        Self { state: Arc::default(), inner: Builder::new().build_http() }
    }

    /// Makes the next writes fail with a conflict, without reaching the database.
    pub fn conflict(&self, times: u32) {
        self.state().conflicts = times;
    }

    /// Throttles an operation, such as `Query`, from now on, without reaching the database.
    pub fn throttle(&self, target: &'static str) {
        self.state().throttled = Some(target);
    }

    /// Leaves all but the first item of the next batch reads unprocessed.
    pub fn leave_unread(&self, times: u32) {
        self.state().unread = times;
    }

    /// Leaves all but the first write of the next batch writes unprocessed.
    pub fn leave_unwritten(&self, times: u32) {
        self.state().unwritten = times;
    }

    /// Loses the responses to the next writes, after the commit.
    pub fn lose_answers(&self, times: u32) {
        self.state().lost_answers = times;
    }

    /// Cuts the wire after this many requests, as if the function had died.
    pub fn cut_after(&self, requests: u32) {
        self.state().cut_after = Some(requests);
    }

    pub fn repair(&self) {
        let mut state = self.state();
        (state.cut_after, state.stale, state.conflicts, state.lost_answers) = (None, false, 0, 0);
        (state.throttled, state.unread, state.unwritten) = (None, 0, 0);
    }

    /// Whether a request was cut off since the last call.
    #[must_use]
    pub fn was_cut(&self) -> bool {
        std::mem::take(&mut self.state().was_cut)
    }

    /// Answers repeated reads without `ConsistentRead` with their first response, from now on.
    pub fn stale_reads(&self) {
        self.state().stale = true;
    }

    /// Makes the next reads of a PIN find this one, by its sort key, as if each PIN were taken.
    pub fn find_pin(&self, sort_key: &str, times: u32) {
        self.state().taken_pins = Some((sort_key.to_owned(), times));
    }

    /// Makes the next batch read find no PIN and no return code, as if each had just moved from the key that is read
    /// last to the one that is read first.
    pub fn miss_codes_once(&self) {
        self.state().miss_codes = true;
    }

    /// Makes requests take their time, and lets transactions conflict with each other, from now on.
    pub fn network(&self, network: Network) {
        self.state().network = Some(network);
    }

    #[must_use]
    pub fn hold(&self, target: &'static str) -> HeldRequest {
        let ((arrived, on_arrival), (release, on_release)) = (oneshot::channel(), oneshot::channel());
        self.state().held.push(Hold { target, arrived, release: on_release });
        HeldRequest { arrived: on_arrival, release }
    }

    /// Makes every request wait for permission, from now on.
    #[must_use]
    pub fn step_by_step(&self) -> Steps {
        let steps = Steps { may_pass: Arc::new(Semaphore::new(0)), passed: Arc::new(Semaphore::new(0)) };
        self.state().steps = Some(steps.clone());
        steps
    }

    /// The traffic since the last call.
    #[must_use]
    pub fn tally(&self) -> Tally {
        std::mem::take(&mut self.state().tally)
    }

    /// The number of actions in the largest transaction since the last call.
    #[must_use]
    pub fn largest_transaction(&self) -> usize {
        std::mem::take(&mut self.state().largest_transaction)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn pass(self, connector: SharedHttpConnector, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let steps = self.state().steps.clone();
        let Some(Steps { may_pass, passed }) = steps else { return self.pass_network(connector, request).await };
        may_pass.acquire().await.unwrap().forget();
        let answer = self.pass_now(connector, request).await;
        passed.add_permits(1);
        answer
    }

    async fn pass_network(
        self,
        connector: SharedHttpConnector,
        request: HttpRequest,
    ) -> Result<HttpResponse, ConnectorError> {
        let network = self.state().network;
        let Some(Network { latency, transaction }) = network else { return self.pass_now(connector, request).await };
        tokio::time::sleep(latency).await;
        let body = serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap_or_default();
        let items = written_items(&body);
        let answer = if self.begin(&items) {
            if !items.is_empty() {
                tokio::time::sleep(transaction).await;
            }
            let answer = self.clone().pass_now(connector, request).await;
            self.state().in_transaction.retain(|item| !items.contains(item));
            answer
        } else {
            self.state().tally.round_trips += 1;
            Ok(conflict(&body))
        };
        tokio::time::sleep(latency).await;
        answer
    }

    /// Whether no other transaction is being made on any of the items.
    fn begin(&self, items: &[String]) -> bool {
        let mut state = self.state();
        let is_free = !items.iter().any(|item| state.in_transaction.contains(item));
        if is_free {
            state.in_transaction.extend(items.iter().cloned());
        }
        is_free
    }

    async fn pass_now(
        self,
        connector: SharedHttpConnector,
        mut request: HttpRequest,
    ) -> Result<HttpResponse, ConnectorError> {
        let target = request.headers().get("x-amz-target").and_then(|target| target.split('.').nth(1));
        let target = target.unwrap_or_default().to_owned();
        let mut body: Value = serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap_or_default();
        self.count_actions(&body);
        let misled = self.mislead(&mut body);
        self.miss_codes(&mut body);
        let left_out =
            self.leave_unread_out(&target, &mut body).or_else(|| self.leave_unwritten_out(&target, &mut body));
        self.hold_back(&target).await;
        if let Some(answer) = self.interfere(&target, &body)? {
            return Ok(answer);
        }
        body["ReturnConsumedCapacity"] = json!("TOTAL");
        let question = format!("{target} {body}");
        let bytes = body.to_string().into_bytes();
        request.headers_mut().insert("content-length", bytes.len().to_string());
        *request.body_mut() = SdkBody::from(bytes);
        let mut response = connector.call(request).await?;
        let mut answer = collect(response.take_body()).await?;
        if left_out.is_some() || misled.is_some() {
            let mut parsed: Value = serde_json::from_slice(&answer).unwrap_or_default();
            if let Some((name, left_out)) = left_out {
                parsed[name] = left_out;
            }
            if let Some(asked) = misled {
                rename_pin(&mut parsed, &asked);
            }
            answer = parsed.to_string().into_bytes();
            response.headers_mut().remove("x-amz-crc32");
            response.headers_mut().insert("content-length", answer.len().to_string());
        }
        self.record(&target, question, &answer);
        let is_written = is_write(&target) || target == "BatchWriteItem";
        if is_written && response.status().is_success() && self.lose_answer() {
            return Err(ConnectorError::io("the answer was lost".into()));
        }
        *response.body_mut() = SdkBody::from(answer);
        Ok(response)
    }

    fn count_actions(&self, body: &Value) {
        let actions = body["TransactItems"].as_array().map_or(0, Vec::len);
        let mut state = self.state();
        state.largest_transaction = state.largest_transaction.max(actions);
    }

    /// Removes the codes from a batch read.
    fn miss_codes(&self, body: &mut Value) {
        let Some(tables) = body.get_mut("RequestItems").and_then(Value::as_object_mut) else { return };
        if !std::mem::take(&mut self.state().miss_codes) {
            return;
        }
        let is_code = |key: &Value| {
            let name = key.pointer("/SK/S").and_then(Value::as_str).unwrap_or_default();
            name.starts_with("PIN#") || name.starts_with("RETURN#")
        };
        for table in tables.values_mut() {
            if let Some(keys) = table.get_mut("Keys").and_then(Value::as_array_mut) {
                keys.retain(|key| !is_code(key));
            }
        }
    }

    /// Removes all but the first key from a batch read. Returns them in the form of the response.
    fn leave_unread_out(&self, target: &str, body: &mut Value) -> Option<(&'static str, Value)> {
        let mut state = self.state();
        if target != "BatchGetItem" || state.unread == 0 {
            return None;
        }
        state.unread -= 1;
        let mut unread = body["RequestItems"].clone();
        for (table, asked) in body["RequestItems"].as_object_mut()? {
            let rest = asked["Keys"].as_array_mut()?.split_off(1);
            unread[table]["Keys"] = json!(rest);
        }
        let is_any = unread.as_object().into_iter().flatten().any(|(_, of)| of["Keys"] != json!([]));
        is_any.then_some(("UnprocessedKeys", unread))
    }

    /// The same for a batch write.
    fn leave_unwritten_out(&self, target: &str, body: &mut Value) -> Option<(&'static str, Value)> {
        let mut state = self.state();
        if target != "BatchWriteItem" || state.unwritten == 0 {
            return None;
        }
        state.unwritten -= 1;
        let tables = body["RequestItems"].as_object_mut()?.iter_mut();
        let rest = tables.map(|(table, writes)| Some((table.clone(), json!(writes.as_array_mut()?.split_off(1)))));
        let rest: serde_json::Map<_, _> = rest.collect::<Option<_>>()?;
        rest.values().any(|writes| *writes != json!([])).then_some(("UnprocessedItems", rest.into()))
    }

    /// Makes a batch read of one PIN read another one. Returns the sort key that it asked for.
    fn mislead(&self, body: &mut Value) -> Option<String> {
        let mut state = self.state();
        let Some((found, times @ 1..)) = &mut state.taken_pins else { return None };
        let tables = body.get_mut("RequestItems")?.as_object_mut()?;
        let mut keys = tables.values_mut().filter_map(|asked| asked.get_mut("Keys")?.as_array_mut()).flatten();
        let Value::String(pin) = keys.next()?.pointer_mut("/SK/S")? else { return None };
        if !pin.starts_with("PIN#") || keys.next().is_some() {
            return None;
        }
        *times -= 1;
        Some(std::mem::replace(pin, found.clone()))
    }

    async fn hold_back(&self, target: &str) {
        let hold = {
            let mut state = self.state();
            let position = state.held.iter().position(|hold| hold.target == target);
            position.map(|position| state.held.remove(position))
        };
        if let Some(Hold { arrived, release, .. }) = hold {
            let _ = arrived.send(());
            let _ = release.await;
        }
    }

    fn interfere(&self, target: &str, body: &Value) -> Result<Option<HttpResponse>, ConnectorError> {
        let mut state = self.state();
        if let Some(left) = &mut state.cut_after {
            if *left == 0 {
                state.was_cut = true;
                return Err(ConnectorError::user("the wire is cut".into()));
            }
            *left -= 1;
        }
        if state.throttled == Some(target) {
            return Ok(Some(throttled()));
        }
        if is_write(target) && state.conflicts > 0 {
            state.conflicts -= 1;
            return Ok(Some(if target == "TransactWriteItems" { conflict(body) } else { single_conflict() }));
        }
        let consistent = body["ConsistentRead"] == json!(true)
            || body["RequestItems"]
                .as_object()
                .is_some_and(|tables| tables.values().all(|table| table["ConsistentRead"] == json!(true)));
        let reads = matches!(target, "GetItem" | "Query" | "BatchGetItem");
        if state.stale && reads && !consistent {
            let mut question = body.clone();
            question["ReturnConsumedCapacity"] = json!("TOTAL");
            if let Some(seen) = state.seen.get(&format!("{target} {question}")) {
                return Ok(Some(HttpResponse::new(200.try_into().unwrap(), SdkBody::from(seen.clone()))));
            }
        }
        Ok(None)
    }

    fn lose_answer(&self) -> bool {
        let mut state = self.state();
        let lose = state.lost_answers > 0;
        state.lost_answers = state.lost_answers.saturating_sub(1);
        lose
    }

    fn record(&self, target: &str, question: String, answer: &[u8]) {
        let mut state = self.state();
        let parsed: Value = serde_json::from_slice(answer).unwrap_or_default();
        let consumed = &parsed["ConsumedCapacity"];
        let units = |consumed: &Value| consumed["CapacityUnits"].as_f64().unwrap_or_default();
        let units = consumed.as_array().map_or_else(|| units(consumed), |tables| tables.iter().map(units).sum());
        state.tally.round_trips += 1;
        if matches!(target, "GetItem" | "Query" | "BatchGetItem" | "Scan") {
            state.tally.read_units += units;
            state.seen.entry(question).or_insert_with(|| answer.to_vec());
        } else {
            state.tally.write_units += units;
        }
    }
}

/// Gives the item in the response to a batch read the sort key that was asked for.
fn rename_pin(answer: &mut Value, asked: &str) {
    let tables = answer.get_mut("Responses").and_then(Value::as_object_mut);
    let items = tables.into_iter().flat_map(|tables| tables.values_mut()).filter_map(Value::as_array_mut).flatten();
    for item in items {
        item["SK"] = json!({ "S": asked });
    }
}

/// The keys of the items in a transaction.
fn written_items(body: &Value) -> Vec<String> {
    let writes = body["TransactItems"].as_array().into_iter().flatten().filter_map(Value::as_object);
    let key = |write: &Value| {
        let key = if write["Item"].is_null() { &write["Key"] } else { &write["Item"] };
        format!("{} {}", key["PK"], key["SK"])
    };
    writes.flat_map(|write| write.values().map(key)).collect()
}

fn is_write(target: &str) -> bool {
    matches!(target, "TransactWriteItems" | "PutItem" | "UpdateItem" | "DeleteItem")
}

/// DynamoDB's response above the throughput of a partition or table.
fn throttled() -> HttpResponse {
    let answer = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
        "message": "The level of configured provisioned throughput for the table was exceeded.",
    });
    HttpResponse::new(400.try_into().unwrap(), SdkBody::from(answer.to_string()))
}

/// DynamoDB's response to a write during a transaction on the item.
fn single_conflict() -> HttpResponse {
    let answer = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionConflictException",
        "message": "Transaction is ongoing for the item",
    });
    HttpResponse::new(400.try_into().unwrap(), SdkBody::from(answer.to_string()))
}

/// DynamoDB's response to a transaction during another one on the first item.
fn conflict(body: &Value) -> HttpResponse {
    let count = body["TransactItems"].as_array().map_or(1, Vec::len);
    let reason = |n| if n == 0 { json!({"Code": "TransactionConflict"}) } else { json!({"Code": "None"}) };
    let reasons: Vec<_> = (0..count).map(reason).collect();
    let answer = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
        "CancellationReasons": reasons,
    });
    HttpResponse::new(400.try_into().unwrap(), SdkBody::from(answer.to_string()))
}

async fn collect(body: SdkBody) -> Result<Vec<u8>, ConnectorError> {
    let collected = ByteStream::new(body).collect().await;
    collected.map(AggregatedBytes::to_vec).map_err(|source| ConnectorError::io(source.into()))
}

#[derive(Debug)]
struct Connector {
    wire: Wire,
    inner: SharedHttpConnector,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.wire.clone().pass(self.inner.clone(), request))
    }
}

impl HttpClient for Wire {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Connector { wire: self.clone(), inner })
    }
}
