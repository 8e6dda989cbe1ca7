//! The network between the device and the cloud, and what goes wrong in it.

use automat::device::Input;
use serde_json::{Value, json};

use super::world::{World, topics};

/// A message and when it arrives.
type Message = (u64, String, Value);

#[derive(Debug, Default)]
pub(crate) struct Network {
    pub(crate) is_up: bool,
    /// Whether the device takes itself for connected: for a while it does after the network is gone.
    pub(crate) is_connected: bool,
    /// Of messages, how many per cent are lost, late, repeated or changed.
    pub(crate) faults: u64,
    to_device: Vec<Message>,
    to_cloud: Vec<Message>,
    /// When the device notices that the network is gone.
    noticed_at: Option<u64>,
}

impl Network {
    pub(crate) fn next(&self) -> Option<u64> {
        let messages = self.to_device.iter().chain(&self.to_cloud).map(|(at, ..)| *at);
        messages.chain(self.noticed_at).min()
    }

    pub(crate) fn lose_device(&mut self) {
        self.is_connected = false;
        self.to_device.clear();
        self.noticed_at = None;
    }
}

impl World {
    pub(crate) fn network_up(&mut self) {
        self.notice();
        self.network.is_up = true;
        self.connect();
    }

    /// The network is gone. The device notices it after so long.
    pub(crate) fn network_down(&mut self, notices_after: u64) {
        self.network.is_up = false;
        self.network.to_device.clear();
        if self.network.is_connected {
            self.network.noticed_at = Some(self.now + notices_after);
        }
    }

    pub(crate) fn connect(&mut self) {
        if self.running.is_some() && !self.network.is_connected {
            self.network.is_connected = true;
            self.give(Input::Connected);
        }
    }

    /// The device notices that the connection is lost.
    fn notice(&mut self) {
        self.network.noticed_at = None;
        if std::mem::take(&mut self.network.is_connected) {
            self.give(Input::Disconnected);
        }
    }

    pub(crate) fn publish(&mut self, topic: String, payload: &[u8]) {
        let faults = self.network.faults;
        if !self.network.is_up || !self.network.is_connected || self.dice.percent(faults) {
            return;
        }
        let payload: Value = serde_json::from_slice(payload).unwrap();
        if self.dice.percent(faults) {
            let at = self.arrival();
            self.network.to_cloud.push((at, topic.clone(), payload.clone()));
        }
        let at = self.arrival();
        self.network.to_cloud.push((at, topic, payload));
    }

    fn arrival(&mut self) -> u64 {
        let is_late = self.dice.percent(self.network.faults);
        self.now + if is_late { self.dice.between(1_000, 20_000) } else { self.dice.between(10, 300) }
    }

    fn answer(&mut self, topic: &str, payload: &Value) {
        let faults = self.network.faults;
        if !self.network.is_up || self.dice.percent(faults) {
            return;
        }
        for _ in 0..=u64::from(self.dice.percent(faults)) {
            let at = self.arrival();
            self.network.to_device.push((at, topic.to_owned(), payload.clone()));
        }
    }

    /// Signals to the device that pages have changed.
    pub(crate) fn signal(&mut self) {
        self.answer(&topics().access(), &json!({"changed": {}}));
    }

    /// The next thing that is due in the network.
    pub(crate) fn deliver(&mut self) {
        let now = self.now;
        if self.network.noticed_at.is_some_and(|at| at <= now) {
            return self.notice();
        }
        if let Some(position) = self.network.to_cloud.iter().position(|(at, ..)| *at <= now) {
            let (_, topic, payload) = self.network.to_cloud.remove(position);
            return self.reach_cloud(&topic, &payload);
        }
        if let Some(position) = self.network.to_device.iter().position(|(at, ..)| *at <= now) {
            let (_, topic, payload) = self.network.to_device.remove(position);
            if self.network.is_connected {
                self.give(Input::Message { topic, payload: serde_json::to_vec(&payload).unwrap() });
            }
        }
    }

    fn reach_cloud(&mut self, topic: &str, payload: &Value) {
        let before = self.side.versions();
        self.handle(topic, payload);
        if self.side.versions() != before {
            self.signal();
        }
    }

    fn handle(&mut self, topic: &str, payload: &Value) {
        let (topics, now) = (topics(), self.now);
        if topic == topics.shadow("get") {
            let token = &payload["clientToken"];
            let answer = json!({"state": {}, "version": 1, "timestamp": self.side.seconds(now), "clientToken": token});
            self.answer(&topics.shadow("get/accepted"), &answer);
        } else if topic == topics.lockers() {
            self.side.report(&serde_json::from_value(payload.clone()).unwrap(), now);
        } else if topic == topics.keypad() {
            let answer = self.side.answer(payload, now);
            self.answer(&topics.keypad_reply(), &answer);
        } else if topic == topics.journal() {
            let receipt = self.side.record(payload, now);
            self.answer(&topics.journal_receipt(), &receipt);
        } else if topic == topics.access_request() {
            let each = self.dice.one_of(&[1, 2, usize::MAX]);
            let mut answers = self.side.access(payload, each, now);
            for answer in &mut answers {
                if self.dice.percent(self.network.faults) {
                    self.tamper(answer, payload);
                }
            }
            for answer in answers {
                self.answer(&topics.access(), &answer);
            }
        }
    }

    /// Changes an answer with pages: a bit, a version, or it is that of another automat, or an old one under the new id.
    fn tamper(&mut self, answer: &mut Value, question: &Value) {
        self.oracle.counts.tampered += 1;
        match self.dice.below(4) {
            0 => {
                *answer = self.side.access_of_another(question).remove(0);
            }
            1 if !self.side.answers.is_empty() => {
                *answer = self.side.answers[self.dice.index(self.side.answers.len())].clone();
                answer["answer"]["id"] = question["id"].clone();
            }
            2 => {
                let pages = answer["answer"].get_mut("pages").and_then(Value::as_object_mut);
                let versions = pages.into_iter().flat_map(|pages| pages.values_mut());
                versions.for_each(|page| page["version"] = json!(page["version"].as_u64().unwrap() + 1));
            }
            _ => {
                let page = answer["answer"]["pages"].as_object_mut().and_then(|pages| pages.values_mut().next());
                if let Some(sealed) = page.and_then(|page| page["sealed"].as_str().map(str::to_owned).zip(Some(page))) {
                    let (mut text, page) = sealed;
                    let middle = text.len() / 2;
                    text.replace_range(middle..=middle, if text.as_bytes()[middle] == b'A' { "B" } else { "A" });
                    page["sealed"] = json!(text);
                }
            }
        }
    }
}
