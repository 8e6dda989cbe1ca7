//! AWS IoT Core for a test, with a template's rules and policy, and the events that the rules pass to their function.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use iot::{
    Invocation, Iot, Login, Options, Proof, Registry, SESSION_EXPIRY, ServerIdentity, ServiceOptions, Template,
    certificates::{Authority, Identity},
};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

pub(crate) const NOW: i64 = 1_795_521_600_000;
pub(crate) const TEMPLATE: &str = include_str!("template.yaml");
/// The access key id for the data plane.
pub(crate) const ACCESS_KEY_ID: &str = "local";
/// Longer than anything that a test waits for, even on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Machine {
    pub(crate) iot: Iot,
    pub(crate) authority: Authority,
    revoked: Arc<Mutex<BTreeSet<String>>>,
    invocations: UnboundedReceiver<Invocation>,
}

/// In-memory shadows, and a clock that does not advance.
pub(crate) fn service_options(template: &str) -> ServiceOptions {
    ServiceOptions {
        template: Template::read(template).unwrap(),
        shadows: None,
        data_plane: ([127, 0, 0, 1], 0).into(),
        access_key_id: ACCESS_KEY_ID.to_owned(),
        now: Arc::new(|| NOW),
    }
}

/// Listeners on any free ports.
pub(crate) fn options(authority: &Authority, registry: Registry, template: &str) -> Options {
    let server = authority.server(None).unwrap();
    let any = ([127, 0, 0, 1], 0).into();
    let identity = ServerIdentity {
        certificates: server.certificate,
        key: server.key,
        client_authority: authority.certificate().to_owned(),
    };
    Options {
        mqtt: any,
        mqtts: any,
        connections: 1_000,
        session_expiry: SESSION_EXPIRY,
        identity,
        registry,
        service: service_options(template),
    }
}

impl Machine {
    pub(crate) async fn start() -> Self {
        Self::with_template(TEMPLATE).await
    }

    pub(crate) async fn with_template(template: &str) -> Self {
        Self::with(template, |_| {}).await
    }

    pub(crate) async fn with_connections(connections: usize) -> Self {
        Self::with(TEMPLATE, |options| options.connections = connections).await
    }

    pub(crate) async fn with_session_expiry(session_expiry: Duration) -> Self {
        Self::with(TEMPLATE, |options| options.session_expiry = session_expiry).await
    }

    async fn with(template: &str, change: impl Fn(&mut Options)) -> Self {
        let (made, key) = Authority::generate().unwrap();
        let authority = Authority::read(made.certificate(), &key).unwrap(); // loaded as if from an earlier run
        let revoked = Arc::new(Mutex::new(BTreeSet::new()));
        let asked = revoked.clone();
        let registry = Registry::new(move |login| {
            let known = match &login.proof {
                Proof::Certificate { serial } => !asked.lock().unwrap().contains(serial),
                Proof::Password(password) => password == Self::password(&login).as_bytes(),
            };
            async move { known }
        });
        let mut options = options(&authority, registry, template);
        change(&mut options);
        let (sender, invocations) = unbounded_channel();
        let iot = Iot::start(options, move |invocation| {
            _ = sender.send(invocation);
            async { Ok(()) }
        });
        Self { iot: iot.await.unwrap(), authority, revoked, invocations }
    }

    fn password(login: &Login) -> String {
        format!("secret of {}", login.thing)
    }

    pub(crate) fn certificate(&self, thing: &str) -> Identity {
        self.authority.device(thing).unwrap()
    }

    pub(crate) fn revoke(&self, certificate: &Identity) {
        self.revoked.lock().unwrap().insert(certificate.serial.clone());
    }

    /// The next event passed to a rule's function.
    pub(crate) async fn event(&mut self) -> Value {
        let next = tokio::time::timeout(PATIENCE, self.invocations.recv()).await;
        let invocation = next.expect("a rule fires").unwrap();
        assert_eq!(invocation.function, "DevicesFunction");
        invocation.event
    }

    /// An event already passed to a rule's function, if there is one.
    pub(crate) fn event_so_far(&mut self) -> Option<Value> {
        self.invocations.try_recv().ok().map(|invocation| invocation.event)
    }

    /// Stops the service, and returns the remaining events.
    pub(crate) async fn stop(self) -> Vec<Value> {
        let Self { iot, mut invocations, .. } = self;
        iot.stop().await;
        std::iter::from_fn(|| invocations.try_recv().ok()).map(|invocation| invocation.event).collect()
    }

    /// The next event with this `message`.
    pub(crate) async fn event_of(&mut self, message: &str) -> Value {
        loop {
            let event = self.event().await;
            if event["message"] == message {
                return event;
            }
        }
    }
}
