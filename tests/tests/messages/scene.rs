//! A local cloud of one's own, with a key and contacts.

use api::Clock;
use domain::Instant;
use e2e::{Stack, Stage, fresh};
use outbox::{Sent, What};
use serde_json::{Value, json};

/// The engine marks the stream's records by the machine's clock, so the tests' clock begins there.
pub(crate) fn clock() -> Clock {
    Clock::fixed(Clock::system().now().whole_second())
}

/// Somebody who gets email in Finnish and SMS in English, and wants to hear of everything.
pub(crate) fn contacts() -> Value {
    let everything = ["start-reminder", "end-reminder", "key-fetched", "key-returned", "key-not-returned"];
    json!([
        { "name": "Aino", "email": "aino@example.com", "sendEmail": true, "language": "fi",
          "additionalMessages": everything },
        { "name": "Eino", "phoneNumber": "+358401234567", "sendSms": true, "language": "en",
          "additionalMessages": everything },
    ])
}

pub(crate) struct Scene {
    pub(crate) stage: Stage,
    pub(crate) key: String,
    pub(crate) clock: Clock,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let clock = clock();
        let stack = Stack::alone(clock.clone()).await;
        Self::on(&stack, clock).await
    }

    pub(crate) async fn on(stack: &Stack, clock: Clock) -> Self {
        let stage = Stage::new(stack, 3).await;
        let key = stage.key_with(json!({ "property": "Hämeentie 12 B 7" })).await;
        Self { stage, key, clock }
    }

    /// So many hours from the clock's now.
    pub(crate) fn hours(&self, hours: i64) -> Instant {
        self.clock.now().plus_millis(hours * 3_600_000)
    }

    /// A booking with contacts, to be made or previewed.
    pub(crate) fn booking(&self, start: i64, end: i64) -> Value {
        json!({
            "contractId": fresh("booking"), "person": "Ada Virtanen", "freeText": "Koputa kahdesti",
            "start": self.hours(start).to_string(), "end": self.hours(end).to_string(), "contacts": contacts(),
        })
    }

    /// Makes it, and gives its path once its contacts have been told.
    pub(crate) async fn booked(&self, booking: Value) -> String {
        let made = self.stage.book(&self.key, booking).await;
        made.is(201);
        self.drain().await;
        made.header("location").to_owned()
    }

    /// Waits until everything that was written has been told.
    pub(crate) async fn drain(&self) {
        self.stage.stack.cloud().drain().await;
    }

    /// The clock moves on so many minutes, and a minute ticks.
    pub(crate) async fn tick_after(&self, minutes: i64) {
        self.clock.set(self.clock.now().plus_millis(minutes * 60_000));
        self.stage.stack.forget_tokens().await;
        self.stage.stack.cloud().tick().await.unwrap();
        self.drain().await;
    }

    /// What contacts got, in order.
    pub(crate) fn told(&self) -> Vec<Sent> {
        let sent = self.stage.stack.cloud().outbox().sent();
        sent.into_iter().filter(|sent| !matches!(sent.what, What::Event(_))).collect()
    }

    /// What the API says of a contract's messages, the oldest first.
    pub(crate) async fn messages(&self, contract: &str) -> Vec<Value> {
        let mut data = self.stage.stack.viewer().get(format!("{contract}/messages?limit=100")).await.data();
        data.reverse();
        data
    }
}

/// A part of each of some messages.
pub(crate) fn each<'a>(messages: &'a [Value], field: &str) -> Vec<&'a str> {
    messages.iter().map(|message| message[field].as_str().unwrap_or_default()).collect()
}
