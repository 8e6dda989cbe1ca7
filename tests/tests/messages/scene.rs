//! A key and contacts for one test, in real time or with a clock that the test sets.

use std::ops::Deref;

use clock::{Clock, Random};
use domain::{Instant, MessageKind};
use e2e::device::eventually;
use e2e::{ReceivedMessage, Stack, Stage, fresh};
use serde_json::{Value, json};

/// The engine stamps stream records with the machine's clock, so the tests' clock starts there.
pub(crate) fn clock() -> Clock {
    Clock::fixed(Clock::system().now().whole_second())
}

pub(crate) struct Scene {
    pub(crate) stage: Stage,
    pub(crate) key: String,
    /// The contact who gets email in Finnish.
    pub(crate) email: String,
    /// The contact who gets SMS in English.
    pub(crate) phone: String,
    began: Instant,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        Self::on(&Stack::shared(), Clock::system().now().whole_second()).await
    }

    /// With a clock that only [`Timed::tick_after`] moves.
    pub(crate) async fn timed() -> Timed {
        let clock = clock();
        Timed { scene: Self::on(&Stack::alone(clock.clone()).await, clock.now()).await, clock }
    }

    async fn on(stack: &Stack, began: Instant) -> Self {
        let stage = Stage::new(stack, 3).await;
        let key = stage.key_with(json!({ "property": "Hämeentie 12 B 7" })).await;
        let number = u32::from_le_bytes(Random::system().bytes().unwrap()) % 10_000_000;
        let (email, phone) = (format!("{}@example.com", fresh("aino")), format!("+35840{number:07}"));
        Self { stage, key, email, phone, began }
    }

    /// This many hours after the start.
    pub(crate) fn hours(&self, hours: i64) -> Instant {
        self.began.plus_millis(hours * 3_600_000)
    }

    /// Two contacts who get all messages.
    fn contacts(&self) -> Value {
        let everything: Vec<_> = MessageKind::additional().map(MessageKind::name).collect();
        json!([
            { "name": "Aino", "email": self.email, "sendEmail": true, "language": "fi",
              "additionalMessages": everything },
            { "name": "Eino", "phoneNumber": self.phone, "sendSms": true, "language": "en",
              "additionalMessages": everything },
        ])
    }

    /// The body of a booking with contacts.
    pub(crate) fn booking(&self, start: i64, end: i64) -> Value {
        json!({
            "contractId": fresh("booking"), "person": "Ada Virtanen", "freeText": "Koputa kahdesti",
            "start": self.hours(start).to_string(), "end": self.hours(end).to_string(), "contacts": self.contacts(),
        })
    }

    /// Books, and returns the path of the contract once both messages have been tried.
    pub(crate) async fn booked(&self, booking: Value) -> String {
        let made = self.stage.book(&self.key, booking).await;
        made.is(201);
        let contract = made.header("location").to_owned();
        self.dealt_with(&contract, 2).await;
        contract
    }

    /// The messages of a contract, oldest first, once there are this many and each has been tried.
    pub(crate) async fn dealt_with(&self, contract: &str, count: usize) -> Vec<Value> {
        let stack = &self.stage.stack;
        if !stack.is_deployed() {
            // This also shows that there are no more.
            stack.cloud().drain().await;
        }
        let path = format!("{contract}/messages?limit=100");
        let tried = |message: &Value| match message["state"].as_str().unwrap() {
            "pending" => message["attempts"] != 0,
            state => state != "sending",
        };
        let are_so = |list: &Value| {
            let messages = list["data"].as_array().unwrap();
            messages.len() >= count && messages.iter().all(tried)
        };
        eventually(|| stack.viewer().get(&path), are_so).await;
        let messages = self.messages(contract).await;
        assert_eq!(messages.len(), count, "{messages:?}");
        messages
    }

    /// What the contacts received, in order.
    pub(crate) async fn received(&self) -> Vec<ReceivedMessage> {
        self.stage.stack.received(&[&self.email, &self.phone]).await
    }

    /// The messages of a contract in the API, oldest first.
    pub(crate) async fn messages(&self, contract: &str) -> Vec<Value> {
        let mut data = self.stage.stack.viewer().get(format!("{contract}/messages?limit=100")).await.data();
        data.reverse();
        data
    }
}

/// A scene in which only the test moves the clock.
pub(crate) struct Timed {
    scene: Scene,
    clock: Clock,
}

impl Timed {
    /// Waits until all messages about what was written have been sent.
    pub(crate) async fn drain(&self) {
        self.stage.stack.cloud().drain().await;
    }

    /// Moves the clock by this many minutes, and runs the schedule once.
    pub(crate) async fn tick_after(&self, minutes: i64) {
        self.clock.set(self.clock.now().plus_millis(minutes * 60_000));
        self.stage.stack.forget_tokens().await;
        self.stage.stack.cloud().tick().await.unwrap();
        self.drain().await;
    }
}

impl Deref for Timed {
    type Target = Scene;

    fn deref(&self) -> &Scene {
        &self.scene
    }
}

/// One field of each message.
pub(crate) fn each<'a>(messages: &'a [Value], field: &str) -> Vec<&'a str> {
    messages.iter().map(|message| message[field].as_str().unwrap_or_default()).collect()
}
