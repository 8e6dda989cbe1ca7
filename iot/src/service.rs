//! What happens to a message once it is known that it may be: shadows answer it, rules take it, subscribers get it.

use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use crate::{
    Invocation, InvokeError, Shadows, Template,
    invocation::{Invoke, Invoker},
    policy::{Action, Connection},
    presence::Presence,
    rules::{Context, is_basic_ingest},
    shadow::{Address, Operation, Rejection},
    topic,
};

/// Reads the clock: milliseconds since 1970.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// What AWS IoT Core is to do, whichever broker it has.
pub struct Cloud {
    /// The rules and the devices' policy.
    pub template: Template,
    /// Where shadows are kept; without a folder they end with the process.
    pub shadows: Option<PathBuf>,
    /// Where to serve the data plane, on loopback. Port 0 is any.
    pub data_plane: SocketAddr,
    /// The access key id that callers of the data plane sign with. It is their credential: signatures are not checked, so
    /// it is as secret as a password.
    pub access_key_id: String,
    /// The clock.
    pub now: Clock,
}

/// A message for subscribers.
#[derive(Clone, PartialEq)]
pub(crate) struct Publication {
    pub(crate) topic: String,
    pub(crate) payload: Vec<u8>,
}

pub(crate) struct Service {
    pub(crate) template: Template,
    pub(crate) shadows: Shadows,
    pub(crate) invoker: Invoker,
    pub(crate) presence: Mutex<Presence>,
    pub(crate) now: Clock,
    /// To whatever delivers messages to subscribers, in their order.
    pub(crate) outbox: UnboundedSender<Publication>,
}

impl Service {
    /// The service, and what it has for subscribers.
    pub(crate) fn start<F>(
        cloud: Cloud,
        invoke: impl Fn(Invocation) -> F + Send + Sync + 'static,
    ) -> io::Result<(Arc<Self>, UnboundedReceiver<Publication>)>
    where
        F: Future<Output = Result<(), InvokeError>> + Send + 'static,
    {
        let invoke: Arc<Invoke> = Arc::new(move |invocation| Box::pin(invoke(invocation)));
        let (outbox, messages) = mpsc::unbounded_channel();
        let service = Self {
            template: cloud.template,
            shadows: cloud.shadows.map_or_else(|| Ok(Shadows::in_memory()), |folder| Shadows::open(&folder))?,
            invoker: Invoker::new(invoke),
            presence: Mutex::default(),
            now: cloud.now,
            outbox,
        };
        Ok((Arc::new(service), messages))
    }

    /// Does what is asked of a shadow, and tells whom it concerns.
    pub(crate) fn shadow(&self, address: &Address, operation: Operation, payload: &[u8]) -> Result<Value, Rejection> {
        let exchange = self.shadows.request(address, operation, payload, (self.now)());
        for (topic, payload) in exchange.messages {
            self.publish(topic, payload);
        }
        exchange.answer
    }

    /// Takes a message that a client has sent; delivering it to subscribers is its receiver's affair.
    pub(crate) fn take(&self, client: Option<&str>, topic: &str, payload: &[u8]) {
        if let Some((address, operation)) = Address::of_request(topic) {
            // who asked by MQTT reads the answer from its topic
            _ = self.shadow(&address, operation, payload);
        }
        self.fire(client, topic, payload);
    }

    /// Says something to rules and subscribers.
    pub(crate) fn publish(&self, topic: String, payload: Vec<u8>) {
        self.fire(None, &topic, &payload);
        // nobody delivers any more when all is being stopped
        _ = self.outbox.send(Publication { topic, payload });
    }

    pub(crate) fn fire(&self, client: Option<&str>, topic: &str, payload: &[u8]) {
        // rules see nothing in other payloads, and AWS counts them as failures of the rule
        let Ok(payload) = serde_json::from_slice(payload) else { return };
        let message = Context { topic, payload: &payload, client, now_millis: (self.now)() };
        for firing in self.template.rules.fire(&message) {
            self.invoker.start(&firing);
        }
    }

    /// Whether a client may publish to a topic. What AWS says itself nobody else may say, whatever the policy.
    pub(crate) fn may_publish(&self, connection: &Connection<'_>, topic: &str, retain: bool) -> bool {
        let policy = &self.template.policy;
        may_be_published(topic)
            && policy.allows(connection, Action::Publish, topic)
            && (!retain || policy.allows(connection, Action::RetainPublish, topic))
    }

    /// Whether a client may be sent a message of a topic.
    pub(crate) fn may_receive(&self, connection: &Connection<'_>, topic: &str) -> bool {
        !is_basic_ingest(topic) && self.template.policy.allows(connection, Action::Receive, topic)
    }
}

/// Whether anybody but AWS may publish to a topic: of those that begin with `$`, to requests of shadows and to rules.
pub(crate) fn may_be_published(topic: &str) -> bool {
    topic::is_valid(topic)
        && (!topic.starts_with('$') || is_basic_ingest(topic) || Address::of_request(topic).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_says_itself_nobody_else_may_say() {
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
