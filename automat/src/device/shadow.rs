//! The shadow: asking what it holds, and reporting into it.

use std::collections::BTreeMap;

use protocol::{Reply, Reported, Request, ShadowUpdate};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Device, Effect};
use crate::clock::{Millis, ServerClock};
use crate::journal::Record;

/// A shadow's answer, as far as the device reads it: `get/accepted` and every `rejected`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    client_token: Option<String>,
    timestamp: Option<i64>,
    code: Option<u16>,
    #[serde(default)]
    state: State,
}

#[derive(Debug, Default, Deserialize)]
struct State {
    #[serde(default)]
    desired: Desired,
}

/// Read request by request, so that one that cannot be read keeps no other from being acted on.
#[derive(Debug, Default, Deserialize)]
struct Desired {
    #[serde(default)]
    o: BTreeMap<String, Value>,
}

impl Desired {
    fn requests(self) -> BTreeMap<u16, Request> {
        self.o
            .into_iter()
            .filter_map(|(locker, request)| Some((locker.parse().ok()?, serde_json::from_value(request).ok()?)))
            .collect()
    }
}

impl Device {
    /// The topics that the device listens to.
    #[must_use]
    pub fn subscriptions(&self) -> Vec<String> {
        let shadow = ["get/accepted", "get/rejected", "update/accepted", "update/rejected", "update/delta"];
        let topics = &self.identity.topics;
        shadow.iter().map(|rest| topics.shadow(rest)).chain([topics.keypad_reply()]).collect()
    }

    /// Asks what the shadow holds.
    pub(super) fn ask(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        let question = json!({"clientToken": self.question.ask(now)});
        effects.push(Effect::publish(self.identity.topics.shadow("get"), &question));
    }

    /// Reads a message. One that is none of the protocol's is passed over.
    pub(super) fn read(&mut self, topic: &str, payload: &[u8], now: Millis, effects: &mut Vec<Effect>) {
        let topics = &self.identity.topics;
        if topic == topics.shadow("update/delta") {
            self.ask(now, effects);
        } else if topic == topics.keypad_reply() {
            if let Ok(Reply { id, answer }) = serde_json::from_slice(payload) {
                self.answered(&id, answer, now, effects);
            }
        } else if let Ok(answer) = serde_json::from_slice::<Answer>(payload)
            && let Some(token) = answer.client_token.clone()
        {
            match topic.rsplit_once("/name/open/").map(|(_, rest)| rest) {
                Some("get/accepted") => self.believe(&token, answer, now, effects),
                Some("get/rejected") => self.not_told(&token, answer.code, effects),
                Some("update/accepted") => self.taken(&token, now, effects),
                Some("update/rejected") => self.reports.rejected(&token, now),
                _ => {}
            }
        }
    }

    /// Acts on what the shadow holds, if this answers the question that is out.
    fn believe(&mut self, token: &str, answer: Answer, now: Millis, effects: &mut Vec<Effect>) {
        let Some(timestamp) = answer.timestamp else { return };
        let Some(sent) = self.question.answered(token) else { return };
        self.clock = Some(ServerClock::answered(timestamp, sent));
        self.desired = answer.state.desired.requests();
        self.lockers.tell_all_once();
        self.settle_dangling(now, effects);
        for (locker, request) in self.desired.clone() {
            self.consider(locker, request, now, effects);
        }
    }

    /// A thing has no shadow before something is written to it. The device then writes which protocol it speaks, so
    /// that there is one to ask. After any other refusal it asks again in its time.
    fn not_told(&mut self, token: &str, code: Option<u16>, effects: &mut Vec<Effect>) {
        if self.question.is(token) && code == Some(404) {
            let first = json!({"state": {"reported": {"v": 1}}, "clientToken": token});
            effects.push(Effect::publish(self.identity.topics.shadow("update"), &first));
        }
    }

    /// The shadow has taken an update of the device's.
    fn taken(&mut self, token: &str, now: Millis, effects: &mut Vec<Effect>) {
        if self.question.is(token) {
            self.ask(now, effects);
        } else if let Some((locker, id)) = self.reports.accepted(token) {
            self.persist(Record::Acknowledged { locker, id }, effects);
        }
    }

    /// Reports the words that are due.
    pub(super) fn report(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        if !self.lockers.may_be_told() {
            return; // before the first answer it is not known what to echo
        }
        for due in self.reports.due(now) {
            let known = self.journal.find(due.locker, &due.id).and_then(|entry| entry.word.clone());
            let Some(word) = known else {
                self.reports.remove(due.locker, &due.id);
                continue;
            };
            let echo = self.desired.get(&due.locker).filter(|request| request.id == word.id).cloned();
            let reported =
                Reported { o: BTreeMap::from([(due.locker, echo)]), r: BTreeMap::from([(due.locker, Some(word))]) };
            let state = ShadowUpdate { desired: None, reported: Some(reported) };
            let update = json!({"state": state, "clientToken": due.token});
            effects.push(Effect::publish(self.identity.topics.shadow("update"), &update));
        }
    }
}
