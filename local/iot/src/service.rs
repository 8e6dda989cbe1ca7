//! Processes messages that were allowed: shadows answer them, rules select them, subscribers receive them.

use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use tokio::{
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    time::Instant,
};

use crate::{
    Exchange, Invocation, InvokeError, Shadows, Template,
    invocation::{Invoke, Invoker},
    policy::Action,
    presence::Presence,
    rules::{Message, is_basic_ingest},
    shadow::{Address, Operation, Rejection, Shadow},
    shadow_rate::ShadowRate,
    topic,
};

/// Returns the current time in milliseconds since 1970.
pub type MillisSource = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Options of AWS IoT Core apart from the broker's.
pub struct ServiceOptions {
    /// The topic rules and the device policy.
    pub template: Template,
    /// Folder of the shadows; `None` keeps them in memory.
    pub shadows: Option<PathBuf>,
    /// Address of the data plane, on loopback. Port 0 uses any free port.
    pub data_plane: SocketAddr,
    /// The access key id that callers of the data plane sign with. Since signatures are not verified, it is their
    /// credential, as secret as a password.
    pub access_key_id: String,
    pub now: MillisSource,
}

/// A message to deliver to subscribers.
#[derive(Clone, PartialEq)]
pub(crate) struct Publication {
    pub(crate) topic: String,
    pub(crate) payload: Vec<u8>,
}

pub(crate) struct Service {
    pub(crate) template: Template,
    pub(crate) shadows: Shadows,
    pub(crate) shadow_rate: ShadowRate,
    pub(crate) invoker: Invoker,
    pub(crate) presence: Mutex<Presence>,
    pub(crate) now: MillisSource,
    /// Messages for subscribers, in order; the broker or the attachment delivers them.
    pub(crate) outbox: UnboundedSender<Publication>,
}

impl Service {
    /// Creates the service, and the channel of messages that it publishes to subscribers.
    pub(crate) fn start<F>(
        options: ServiceOptions,
        invoke: impl Fn(Invocation) -> F + Send + Sync + 'static,
    ) -> io::Result<(Arc<Self>, UnboundedReceiver<Publication>)>
    where
        F: Future<Output = Result<(), InvokeError>> + Send + 'static,
    {
        let invoke: Arc<Invoke> = Arc::new(move |invocation| Box::pin(invoke(invocation)));
        let (outbox, messages) = mpsc::unbounded_channel();
        let service = Self {
            template: options.template,
            shadows: options.shadows.map_or_else(|| Ok(Shadows::in_memory()), |folder| Shadows::open(&folder))?,
            shadow_rate: ShadowRate::default(),
            invoker: Invoker::new(invoke),
            presence: Mutex::default(),
            now: options.now,
            outbox,
        };
        Ok((Arc::new(service), messages))
    }

    /// Performs a shadow operation that was requested over HTTP, and publishes the resulting messages.
    ///
    /// An error is only returned: "If the client updates the document using the REST API, then it receives the HTTP
    /// error code as part of its response, and no MQTT error messages are emitted."
    /// (<https://docs.aws.amazon.com/iot/latest/developerguide/device-shadow-error-messages.html>)
    pub(crate) fn shadow(&self, address: &Address, operation: Operation, payload: &[u8]) -> Result<Value, Rejection> {
        let Exchange { answer, messages } = self.ask_shadow(address, operation, payload);
        if answer.is_ok() {
            self.publish_all(messages);
        }
        answer
    }

    fn ask_shadow(&self, address: &Address, operation: Operation, payload: &[u8]) -> Exchange {
        let now = (self.now)();
        if self.shadow_rate.grants(address.thing(), Instant::now()) {
            self.shadows.request(address, operation, payload, now)
        } else {
            Exchange::of(address, Shadow::refuse(operation, payload, Rejection::TooManyRequests, now))
        }
    }

    /// Passes a client's message to shadows and rules. Delivering it to subscribers is up to the caller.
    pub(crate) fn take(&self, topic: &str, payload: &[u8]) {
        if let Some((address, operation)) = Address::of_request(topic) {
            // A client that uses MQTT gets the answer, also an error, on a topic.
            self.publish_all(self.ask_shadow(&address, operation, payload).messages);
        }
        self.fire(topic, payload);
    }

    fn publish_all(&self, messages: Vec<(String, Vec<u8>)>) {
        for (topic, payload) in messages {
            self.publish(topic, payload);
        }
    }

    /// Publishes a message to rules and subscribers.
    pub(crate) fn publish(&self, topic: String, payload: Vec<u8>) {
        self.fire(&topic, &payload);
        // The receiver is gone only while the service stops.
        _ = self.outbox.send(Publication { topic, payload });
    }

    pub(crate) fn fire(&self, topic: &str, payload: &[u8]) {
        // Rules ignore payloads that are not JSON; AWS counts them as failures of the rule.
        let Ok(payload) = serde_json::from_slice(payload) else { return };
        for firing in self.template.rules.fire(&Message { topic, payload: &payload }) {
            self.invoker.start(&firing);
        }
    }

    /// Whether a client may publish to a topic. Topics that only AWS publishes to are refused whatever the policy.
    pub(crate) fn may_publish(&self, thing: &str, topic: &str, retain: bool) -> bool {
        let policy = &self.template.policy;
        may_be_published(topic)
            && policy.allows(thing, Action::Publish, topic)
            && (!retain || policy.allows(thing, Action::RetainPublish, topic))
    }

    /// Whether a client may receive a message of a topic.
    pub(crate) fn may_receive(&self, thing: &str, topic: &str) -> bool {
        !is_basic_ingest(topic) && self.template.policy.allows(thing, Action::Receive, topic)
    }
}

/// Whether clients may publish to a topic. Of the topics that start with `$`, these are shadow requests and Basic
/// Ingest.
pub(crate) fn may_be_published(topic: &str) -> bool {
    topic::is_valid(topic)
        && (!topic.starts_with('$') || is_basic_ingest(topic) || Address::of_request(topic).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_of_aws_are_refused_to_clients() {
        for topic in ["automats/lobby/keypad", "$aws/rules/r/a", "$aws/things/lobby/shadow/name/open/update"] {
            assert!(may_be_published(topic), "{topic}");
        }
        for topic in [
            "$aws/events/presence/connected/lobby",
            "$aws/things/lobby/shadow/name/open/update/accepted",
            "$aws/things/lobby/shadow/name/open/update/delta",
            "$SYS/x",
            "a/#",
        ] {
            assert!(!may_be_published(topic), "{topic}");
        }
    }
}
