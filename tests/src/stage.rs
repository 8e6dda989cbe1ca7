//! Common resources created over HTTP, so that a test says only what matters to it.

use std::fmt::Write as _;
use std::sync::LazyLock;

use clock::{Clock, Random};
use domain::Instant;
use serde_json::{Value, json};

use crate::{ApiResponse, Stack};

/// A unique name.
#[must_use]
pub fn fresh(beginning: &str) -> String {
    let bytes = Random::system().bytes::<6>().unwrap();
    bytes.iter().fold(format!("{beginning}-"), |mut name, byte| {
        _ = write!(name, "{byte:02x}");
        name
    })
}

/// The instant this many hours after the minute in which the tests began. `hours(0)` is in the past; `hours(1)` is in
/// the future for as long as tests run.
#[must_use]
pub fn hours(hours: i64) -> String {
    const MINUTE: i64 = 60_000;
    static BEGAN: LazyLock<i64> = LazyLock::new(|| Clock::system().now().millis() / MINUTE * MINUTE);
    Instant::from_millis(*BEGAN + hours * 60 * MINUTE).unwrap().to_string()
}

/// The body of a booking.
#[must_use]
pub fn person(start: i64, end: i64) -> Value {
    json!({ "person": "Aino Virtanen", "start": hours(start), "end": hours(end) })
}

/// The body of a booking, for this key unless it names others.
#[must_use]
pub fn for_key(key: &str, mut body: Value) -> Value {
    if body.is_object() && body.get("keyIds").is_none() {
        body["keyIds"] = json!([key]);
    }
    body
}

/// The path of the list of a key's contracts. It has a query.
#[must_use]
pub fn contracts_of(key: &str) -> String {
    format!("/v1/contracts?keyId={key}")
}

/// An automat for one test.
#[derive(Debug, Clone)]
pub struct Stage {
    pub stack: Stack,
    pub automat: String,
}

impl Stage {
    /// With this many empty lockers.
    pub async fn new(stack: &Stack, lockers: u16) -> Self {
        let automat = fresh("automat");
        let body = json!({
            "automatId": automat, "name": "Lobby", "lockerCount": lockers, "timeZone": "Europe/Helsinki",
        });
        stack.admin().post("/v1/automats", body).await.is(201);
        Self { stack: stack.clone(), automat }
    }

    /// The body of a key with a fresh KeyID for the lowest free locker.
    #[must_use]
    pub fn key_body(&self) -> Value {
        json!({ "keyId": fresh("key"), "automatId": self.automat })
    }

    pub async fn key(&self) -> String {
        self.key_with(json!({})).await
    }

    /// As [`Stage::key`], with some more fields.
    pub async fn key_with(&self, fields: Value) -> String {
        let mut body = self.key_body();
        for (name, value) in fields.as_object().unwrap() {
            body[name] = value.clone();
        }
        let added = self.stack.admin().post("/v1/keys", body).await.body(201);
        added["keyId"].as_str().unwrap().to_owned()
    }

    /// Books a key as an operator, or the keys that the body names.
    pub async fn book(&self, key: &str, body: Value) -> ApiResponse {
        self.stack.operator().post("/v1/contracts", for_key(key, body)).await
    }

    /// Books a key for some hours, which must succeed. Returns the path of the contract.
    pub async fn booked(&self, key: &str, start: i64, end: i64) -> String {
        let made = self.book(key, person(start, end)).await;
        made.is(201);
        made.header("location").to_owned()
    }

    pub async fn view(&self) -> Value {
        self.stack.viewer().get(format!("/v1/automats/{}", self.automat)).await.body(200)
    }

    /// The newest events.
    pub async fn events(&self) -> Vec<Value> {
        self.stack.viewer().get(format!("/v1/automats/{}/events?limit=100", self.automat)).await.data()
    }

    /// The path of a locker's openings.
    #[must_use]
    pub fn openings(&self, locker: u16) -> String {
        format!("/v1/automats/{}/lockers/{locker}/openings", self.automat)
    }

    /// Requests an opening as an operator.
    pub async fn open(&self, locker: u16) -> ApiResponse {
        self.stack.operator().post_nothing(self.openings(locker)).await
    }

    /// Requests an opening, which must be accepted. Returns its path.
    pub async fn request_opening(&self, locker: u16) -> String {
        let asked = self.open(locker).await;
        asked.is(202);
        asked.header("location").to_owned()
    }

    /// The opening at a path, once it has ended.
    pub async fn ended(&self, opening: &str) -> Value {
        let opening = self.stack.viewer().get(format!("{opening}?wait=20")).await.body(200);
        assert_ne!(opening["status"], "requested", "{opening}");
        opening
    }
}
