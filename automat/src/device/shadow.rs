//! Reads the shadow and reports to it.

use std::collections::BTreeMap;

use protocol::{AccessMessage, Desired as Requests, JournalReceipt, OpeningRequest, Reply, Reported, ShadowUpdate};
use serde::Deserialize;
use serde_json::{Value, json};

use super::question::Answered;
use super::reports::Batch;
use super::{Device, Effect};
use crate::clock::{Millis, ServerClock};
use crate::journal::Record;

/// The code of an `update/rejected` because the shadow would become too large.
const TOO_LARGE: u16 = 413;

/// The code of a rejection because of too many requests, including the cloud's: more than 10 at a time
/// (<https://docs.aws.amazon.com/iot/latest/developerguide/device-shadow-error-messages.html>), or more than 20 in a
/// second (<https://docs.aws.amazon.com/general/latest/gr/iot-core.html#device-shadow-limits>).
const TOO_OFTEN: u16 = 429;

/// A response of the shadow service, as far as the device reads it: `get/accepted` and every `rejected`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShadowResponse {
    client_token: Option<String>,
    timestamp: Option<i64>,
    version: Option<u64>,
    code: Option<u16>,
    #[serde(default)]
    state: State,
}

/// Only a signal to read the shadow: nothing in it is trusted but the version.
#[derive(Debug, Deserialize)]
struct Delta {
    version: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
struct State {
    #[serde(default)]
    desired: Desired,
    /// Any value: it only shows which reports the shadow holds.
    #[serde(default)]
    reported: Value,
}

impl State {
    /// Whether the shadow holds the report of this opening.
    fn has_report(&self, locker: u16, id: &str) -> bool {
        self.reported["r"][locker.to_string()][0] == id
    }
}

/// Parsed request by request, so that a malformed one does not block the others.
#[derive(Debug, Default, Deserialize)]
struct Desired {
    #[serde(default)]
    o: BTreeMap<String, Value>,
}

impl Desired {
    fn requests(&self) -> BTreeMap<u16, OpeningRequest> {
        self.o
            .iter()
            .filter_map(|(locker, request)| Some((locker.parse().ok()?, OpeningRequest::deserialize(request).ok()?)))
            .collect()
    }
}

impl Device {
    #[must_use]
    pub fn subscriptions(&self) -> Vec<String> {
        let shadow = ["get/accepted", "get/rejected", "update/accepted", "update/rejected", "update/delta"];
        let topics = &self.identity.topics;
        let others = [topics.keypad_reply(), topics.access(), topics.journal_receipt()];
        shadow.iter().map(|rest| topics.shadow(rest)).chain(others).collect()
    }

    pub(super) fn ask(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        let question = json!({"clientToken": self.question.ask(now)});
        effects.push(Effect::publish(self.identity.topics.shadow("get"), &question));
    }

    /// Handles a message. One that is not part of the protocol is ignored.
    pub(super) fn read(&mut self, topic: &str, payload: &[u8], now: Millis, effects: &mut Vec<Effect>) {
        let topics = &self.identity.topics;
        if topic == topics.shadow("update/delta") {
            let version = serde_json::from_slice::<Delta>(payload).ok().and_then(|delta| delta.version);
            if self.question.rings(version, now) {
                self.ask(now, effects);
            }
        } else if topic == topics.keypad_reply() {
            if let Ok(Reply { id, response }) = serde_json::from_slice(payload) {
                self.answered(&id, response, now, effects);
            }
        } else if topic == topics.access() {
            if let Ok(message) = serde_json::from_slice::<AccessMessage>(payload) {
                self.access_message(message, now, effects);
            }
        } else if topic == topics.journal_receipt() {
            if let Ok(receipt) = serde_json::from_slice::<JournalReceipt>(payload) {
                self.receipt(receipt, effects);
            }
        } else if let Ok(response) = serde_json::from_slice::<ShadowResponse>(payload)
            && let Some(token) = response.client_token.clone()
        {
            match topic.rsplit_once("/name/open/").map(|(_, rest)| rest) {
                Some("get/accepted") => self.get_accepted(&token, &response, now, effects),
                Some("get/rejected") => self.get_rejected(&token, response.code, effects),
                Some("update/accepted") => self.update_accepted(&token, now, effects),
                Some("update/rejected") => self.update_rejected(&token, response.code, now, effects),
                _ => {}
            }
        }
    }

    /// Acts on the content of the shadow, if this is the response to the current request.
    fn get_accepted(&mut self, token: &str, response: &ShadowResponse, now: Millis, effects: &mut Vec<Effect>) {
        let Some(timestamp) = response.timestamp else { return };
        let Some(Answered { sent, is_outdated }) = self.question.answered(token, response.version) else { return };
        self.time.set(ServerClock::answered(timestamp, sent, now), now);
        self.desired = response.state.desired.requests();
        if self.journal.started_at().is_none() {
            self.begin_journal(timestamp, now, effects);
        }
        // Earlier messages may be lost, and accepted ones may not have been handled: on every new connection,
        // everything that the shadow still requests is reported again.
        let is_first = !self.lockers.can_be_reported();
        self.lockers.report_all_once();
        if is_first {
            self.access.connected(now);
        }
        self.settle_dangling(now, effects);
        for (locker, request) in self.desired.clone() {
            let is_missing = is_first || !response.state.has_report(locker, &request.id);
            self.consider(locker, request, is_missing, now, effects);
        }
        if std::mem::take(&mut self.is_full) {
            self.make_room(response.version, effects);
        }
        if is_outdated {
            self.ask(now, effects);
        }
    }

    /// A thing has no shadow before the first write. Then the device writes its protocol version, so that there is one.
    /// After any other rejection it repeats the request later.
    fn get_rejected(&mut self, token: &str, code: Option<u16>, effects: &mut Vec<Effect>) {
        if self.question.is(token) && code == Some(TOO_OFTEN) {
            self.question.throttled();
        } else if self.question.is(token) && code == Some(404) {
            let first = json!({"state": {"reported": {"v": 1}}, "clientToken": token});
            effects.push(Effect::publish(self.identity.topics.shadow("update"), &first));
        }
    }

    /// The shadow service accepted an update of the device.
    fn update_accepted(&mut self, token: &str, now: Millis, effects: &mut Vec<Effect>) {
        if self.question.is(token) {
            self.ask(now, effects);
        } else if let Some(openings) = self.reports.accepted(token) {
            for (locker, id) in openings {
                self.persist(Record::Acknowledged { locker, id }, effects);
            }
        }
    }

    /// The shadow service rejected a report. If the shadow is full, the device reads it again and makes room.
    fn update_rejected(&mut self, token: &str, code: Option<u16>, now: Millis, effects: &mut Vec<Effect>) {
        if code == Some(TOO_OFTEN) {
            self.reports.throttled(token, now);
        } else if self.reports.rejected(token, now) && code == Some(TOO_LARGE) {
            self.is_full = true;
            self.ask(now, effects);
        }
    }

    /// Removes everything reported from the shadow (the cloud received it when it was accepted) and the requests whose
    /// reports are waiting. Only in the version that was just read, so that a newer request stays.
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

    /// Reports the results that are due.
    pub(super) fn report_openings(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        if !self.lockers.can_be_reported() {
            return; // before the first answer it is not known what to echo
        }
        let Some(Batch { token, openings }) = self.reports.due(now) else { return };
        let mut reported = Reported::default();
        for (locker, id) in openings {
            let Some(report) = self.journal.find(locker, &id).and_then(|entry| entry.report.clone()) else {
                self.reports.remove(locker, &id); // the journal has forgotten it
                continue;
            };
            let echo = self.desired.get(&locker).filter(|request| request.id == report.id).cloned();
            reported.o.insert(locker, echo);
            reported.r.insert(locker, Some(report));
        }
        let state = ShadowUpdate { desired: None, reported: Some(reported) };
        let update = json!({"state": state, "clientToken": token});
        effects.push(Effect::publish(self.identity.topics.shadow("update"), &update));
    }
}
