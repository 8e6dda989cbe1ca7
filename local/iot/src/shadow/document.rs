//! A shadow document, and how operations change it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    address::Operation,
    delta::delta,
    merge::{dates, merge},
    rejection::Rejection,
    request::{Patch, Section, client_token, fits, members, patch},
};

/// Maximum number of levels in a section. AWS's documents disagree: 8 by the quotas
/// (<https://docs.aws.amazon.com/general/latest/gr/iot-core.html#device-shadow-limits>), "maximum is 6" by the error
/// messages (<https://docs.aws.amazon.com/iot/latest/developerguide/device-shadow-error-messages.html>). The lower one
/// is used here.
pub(super) const MAX_LEVELS: usize = 6;
/// Maximum size of the state without its metadata, in bytes, by the service's quotas.
pub(super) const MAX_BYTES: usize = 8 * 1024;

/// A shadow as stored. The default is a shadow that was never written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Shadow {
    /// Version of the last update, or 0. It is kept when the document is deleted, since versions continue after a
    /// deletion.
    version: u64,
    document: Option<Document>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Document {
    state: Sections,
    metadata: Sections,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Sections {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    desired: Option<Map<String, Value>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reported: Option<Map<String, Value>>,
}

/// The result of an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Handled {
    /// The changed shadow; `None` if it did not change.
    pub shadow: Option<Shadow>,
    /// The answer to a client that uses HTTP.
    pub answer: Result<Value, Rejection>,
    /// The messages to publish, the answer first.
    pub messages: Vec<Message>,
}

/// A message to a topic of the shadow.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Suffix of the topic, such as `update/accepted`.
    pub topic: String,
    pub payload: Value,
}

impl Shadow {
    /// Performs an operation. `name` is the shadow's name in error messages; the time is in milliseconds since 1970.
    #[must_use]
    pub fn handle(&self, name: &str, operation: Operation, payload: &[u8], now_millis: i64) -> Handled {
        let seconds = now_millis.div_euclid(1000);
        let mut token = None;
        let outcome = fits(payload).and_then(|()| members(payload)).and_then(|members| {
            token = client_token(&members)?;
            match operation {
                Operation::Get => self.get(name, seconds).map(|answer| (None, answer, Vec::new())),
                Operation::Delete => self.delete(name, seconds),
                Operation::Update => self.update(patch(members)?, seconds),
            }
        });
        let topic = |end: &str| format!("{}/{end}", operation.as_str());
        match outcome {
            Ok((shadow, answer, further)) => {
                let message =
                    |(end, payload)| Message { topic: topic(end), payload: with_token(payload, token.as_deref()) };
                let accepted = message(("accepted", answer));
                let answer = Ok(accepted.payload.clone());
                let messages = std::iter::once(accepted).chain(further.into_iter().map(message)).collect();
                Handled { shadow, answer, messages }
            }
            Err(rejection) => refused(operation, rejection, token.as_deref(), seconds),
        }
    }

    /// Refuses a request independently of the shadow.
    #[must_use]
    pub fn refuse(operation: Operation, payload: &[u8], rejection: Rejection, now_millis: i64) -> Handled {
        let token = members(payload).and_then(|members| client_token(&members)).unwrap_or_default();
        refused(operation, rejection, token.as_deref(), now_millis.div_euclid(1000))
    }

    fn get(&self, name: &str, seconds: i64) -> Result<Value, Rejection> {
        let document = self.document.as_ref().ok_or_else(|| Rejection::NoShadow(name.to_owned()))?;
        let mut state = json!(document.state);
        let (delta, _) = document.delta();
        if !delta.is_empty() {
            state["delta"] = Value::Object(delta);
        }
        Ok(json!({
            "state": state, "metadata": document.metadata, "version": self.version, "timestamp": seconds,
        }))
    }

    fn delete(&self, name: &str, seconds: i64) -> Result<Transition, Rejection> {
        if self.document.is_none() {
            return Err(Rejection::NoShadow(name.to_owned()));
        }
        let answer = json!({"version": self.version, "timestamp": seconds});
        Ok((Some(Self { version: self.version, document: None }), answer, Vec::new()))
    }

    fn update(&self, patch: Patch, seconds: i64) -> Result<Transition, Rejection> {
        if patch.version.is_some_and(|version| version != self.version) {
            return Err(Rejection::VersionConflict);
        }
        let before = self.document.clone().unwrap_or_default();
        let mut after = before.clone();
        let mut said = json!({});
        let mut dated = json!({});
        let sections = [
            ("desired", patch.desired, &mut after.state.desired, &mut after.metadata.desired),
            ("reported", patch.reported, &mut after.state.reported, &mut after.metadata.reported),
        ];
        for (name, section, state, metadata) in sections {
            match section {
                Section::Untouched => {}
                Section::Removed => {
                    (*state, *metadata) = (None, None);
                    said[name] = Value::Null;
                }
                Section::Merged(members) => {
                    let (state, metadata) = (state.get_or_insert_default(), metadata.get_or_insert_default());
                    merge(state, metadata, &members, seconds);
                    dated[name] = Value::Object(dates(&members, seconds));
                    said[name] = Value::Object(members);
                }
            }
        }
        if json!(after.state).to_string().len() > MAX_BYTES {
            return Err(Rejection::TooLarge);
        }
        let version = self.version + 1;
        let accepted = json!({"state": said, "metadata": dated, "version": version, "timestamp": seconds});
        let documents = json!({
            "previous": {"state": before.state, "metadata": before.metadata, "version": self.version},
            "current": {"state": after.state, "metadata": after.metadata, "version": version},
            "timestamp": seconds,
        });
        let mut further = vec![("documents", documents)];
        // The guide: published when a change is accepted and the two sections differ, whatever the change was.
        let (state, metadata) = after.delta();
        if !state.is_empty() {
            let delta = json!({"state": state, "metadata": metadata, "version": version, "timestamp": seconds});
            further.insert(0, ("delta", delta));
        }
        Ok((Some(Self { version, document: Some(after) }), accepted, further))
    }
}

fn refused(operation: Operation, rejection: Rejection, token: Option<&str>, seconds: i64) -> Handled {
    let said = json!({"code": rejection.code(), "message": rejection.to_string(), "timestamp": seconds});
    let message = Message { topic: format!("{}/rejected", operation.as_str()), payload: with_token(said, token) };
    Handled { shadow: None, answer: Err(rejection), messages: vec![message] }
}

/// The changed shadow, the answer, and further messages.
type Transition = (Option<Shadow>, Value, Vec<(&'static str, Value)>);

impl Document {
    fn delta(&self) -> (Map<String, Value>, Map<String, Value>) {
        let none = Map::new();
        let desired = self.state.desired.as_ref().unwrap_or(&none);
        let reported = self.state.reported.as_ref().unwrap_or(&none);
        delta(desired, reported, self.metadata.desired.as_ref().unwrap_or(&none))
    }
}

fn with_token(mut payload: Value, token: Option<&str>) -> Value {
    if let Some(token) = token {
        payload["clientToken"] = json!(token);
    }
    payload
}
