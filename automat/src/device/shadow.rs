//! The shadow: asking what it holds, and reporting into it.

use std::collections::BTreeMap;

use protocol::{Desired as Requests, Reply, Reported, Request, ShadowUpdate};
use serde::Deserialize;
use serde_json::{Value, json};

use super::question::Answered;
use super::reports::Report;
use super::{Device, Effect};
use crate::clock::{Millis, ServerClock};
use crate::journal::Record;

/// The code of an `update/rejected` that would make the shadow larger than it may be.
const TOO_LARGE: u16 = 413;

/// The code of a refusal because the thing's shadow had too many requests, the cloud's included: more than 10 at a time
/// (<https://docs.aws.amazon.com/iot/latest/developerguide/device-shadow-error-messages.html>), or more than 20 in a second
/// (<https://docs.aws.amazon.com/general/latest/gr/iot-core.html#device-shadow-limits>).
const TOO_OFTEN: u16 = 429;

/// A shadow's answer, as far as the device reads it: `get/accepted` and every `rejected`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    client_token: Option<String>,
    timestamp: Option<i64>,
    version: Option<u64>,
    code: Option<u16>,
    #[serde(default)]
    state: State,
}

/// A doorbell, of which nothing is believed but that it rang.
#[derive(Debug, Deserialize)]
struct Delta {
    version: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
struct State {
    #[serde(default)]
    desired: Desired,
    /// Only to see what the shadow has, and whatever is in it.
    #[serde(default)]
    reported: Value,
}

impl State {
    /// Whether the shadow holds the word on this opening.
    fn has_word(&self, locker: u16, id: &str) -> bool {
        self.reported["r"][locker.to_string()][0] == id
    }
}

/// Read request by request, so that one that cannot be read keeps no other from being acted on.
#[derive(Debug, Default, Deserialize)]
struct Desired {
    #[serde(default)]
    o: BTreeMap<String, Value>,
}

impl Desired {
    fn requests(&self) -> BTreeMap<u16, Request> {
        self.o
            .iter()
            .filter_map(|(locker, request)| Some((locker.parse().ok()?, Request::deserialize(request).ok()?)))
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
            let version = serde_json::from_slice::<Delta>(payload).ok().and_then(|delta| delta.version);
            if self.question.rings(version, now) {
                self.ask(now, effects);
            }
        } else if topic == topics.keypad_reply() {
            if let Ok(Reply { id, answer }) = serde_json::from_slice(payload) {
                self.answered(&id, answer, now, effects);
            }
        } else if let Ok(answer) = serde_json::from_slice::<Answer>(payload)
            && let Some(token) = answer.client_token.clone()
        {
            match topic.rsplit_once("/name/open/").map(|(_, rest)| rest) {
                Some("get/accepted") => self.believe(&token, &answer, now, effects),
                Some("get/rejected") => self.not_told(&token, answer.code, effects),
                Some("update/accepted") => self.taken(&token, now, effects),
                Some("update/rejected") => self.refused(&token, answer.code, now, effects),
                _ => {}
            }
        }
    }

    /// Acts on what the shadow holds, if this answers the question that is out.
    fn believe(&mut self, token: &str, answer: &Answer, now: Millis, effects: &mut Vec<Effect>) {
        let Some(timestamp) = answer.timestamp else { return };
        let Some(Answered { sent, is_outdated }) = self.question.answered(token, answer.version) else { return };
        self.clock = Some(ServerClock::answered(timestamp, sent));
        self.desired = answer.state.desired.requests();
        if self.journal.begun().is_none() {
            self.begin_journal(timestamp, now, effects);
        }
        // What is sent before may be lost, and what was accepted may not have been handled: on every connection all that
        // the shadow still asks for is reported once more.
        let is_first = !self.lockers.may_be_told();
        self.lockers.tell_all_once();
        self.settle_dangling(now, effects);
        for (locker, request) in self.desired.clone() {
            let is_missing = is_first || !answer.state.has_word(locker, &request.id);
            self.consider(locker, request, is_missing, now, effects);
        }
        if std::mem::take(&mut self.is_full) {
            self.make_room(answer.version, effects);
        }
        if is_outdated {
            self.ask(now, effects);
        }
    }

    /// A thing has no shadow before something is written to it. The device then writes which protocol it speaks, so
    /// that there is one to ask. After any other refusal it asks again in its time.
    fn not_told(&mut self, token: &str, code: Option<u16>, effects: &mut Vec<Effect>) {
        if self.question.is(token) && code == Some(TOO_OFTEN) {
            self.question.throttled();
        } else if self.question.is(token) && code == Some(404) {
            let first = json!({"state": {"reported": {"v": 1}}, "clientToken": token});
            effects.push(Effect::publish(self.identity.topics.shadow("update"), &first));
        }
    }

    /// The shadow has taken an update of the device's.
    fn taken(&mut self, token: &str, now: Millis, effects: &mut Vec<Effect>) {
        if self.question.is(token) {
            self.ask(now, effects);
        } else if let Some(words) = self.reports.accepted(token) {
            for (locker, id) in words {
                self.persist(Record::Acknowledged { locker, id }, effects);
            }
        }
    }

    /// The shadow has refused a report. If it is full, the device looks at it again, and then makes room.
    fn refused(&mut self, token: &str, code: Option<u16>, now: Millis, effects: &mut Vec<Effect>) {
        if code == Some(TOO_OFTEN) {
            self.reports.throttled(token, now);
        } else if self.reports.rejected(token, now) && code == Some(TOO_LARGE) {
            self.is_full = true;
            self.ask(now, effects);
        }
    }

    /// Takes everything reported out of the shadow, which the cloud has been handed when it was accepted, and those
    /// requests whose words wait. Only in the version that was just read: a newer request must stay.
    fn make_room(&mut self, version: Option<u64>, effects: &mut Vec<Effect>) {
        let Some(version) = version else { return };
        let mut requests = Requests::default();
        for (locker, id) in self.reports.waiting() {
            if self.desired.get(&locker).is_some_and(|request| request.id == id) {
                self.desired.remove(&locker);
                requests.o.insert(locker, None);
            }
        }
        let update = json!({"state": {"desired": requests, "reported": null}, "version": version});
        effects.push(Effect::publish(self.identity.topics.shadow("update"), &update));
    }

    /// Reports the words that are due.
    pub(super) fn report(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        if !self.lockers.may_be_told() {
            return; // before the first answer it is not known what to echo
        }
        let Some(Report { token, words }) = self.reports.due(now) else { return };
        let mut reported = Reported::default();
        for (locker, id) in words {
            let Some(word) = self.journal.find(locker, &id).and_then(|entry| entry.word.clone()) else {
                self.reports.remove(locker, &id); // the journal has forgotten it
                continue;
            };
            let echo = self.desired.get(&locker).filter(|request| request.id == word.id).cloned();
            reported.o.insert(locker, echo);
            reported.r.insert(locker, Some(word));
        }
        let state = ShadowUpdate { desired: None, reported: Some(reported) };
        let update = json!({"state": state, "clientToken": token});
        effects.push(Effect::publish(self.identity.topics.shadow("update"), &update));
    }
}
