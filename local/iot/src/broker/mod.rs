//! The MQTT broker: rmqtt in this process, with a plain listener and one with mutual TLS.
//!
//! It has threads of its own, so that stopping it ends every connection, and so that nothing which a client does keeps
//! the functions waiting.

mod door;
mod gate;
mod quota;

use std::{
    io::Write,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use rmqtt::{
    context::ServerContext,
    hook::Type,
    net::{Builder, Listener},
    server::MqttServer,
    session::SessionState,
    types::{CodecPublish, From, Id, Publish, QoS},
};
use tokio::{
    net::TcpListener,
    runtime::{self, Handle, Runtime},
    sync::mpsc::UnboundedReceiver,
};

use crate::{
    StartError,
    registry::Registry,
    service::{Publication, Service},
};
use gate::Gate;

/// The listeners' numbers, by which the gate tells them apart.
const PLAIN: u16 = 1;
const TLS: u16 = 2;

/// The protocol limits, <https://docs.aws.amazon.com/general/latest/gr/iot-core.html#iot-protocol-limits>. *Message size*:
/// "The payload for every publish request is limited to 128 KB. The AWS IoT service rejects publish and connect requests
/// larger than this size."
pub(crate) const MAX_PAYLOAD: usize = 128 * 1024;
/// A packet with such a payload, and a little for what is around it.
const MAX_PACKET: u32 = 128 * 1024 + 1024;
/// *Connection inactivity*, in seconds. AWS takes the longest interval where a client wants a longer one or none; here such
/// a client is refused. AWS makes 30 seconds of a shorter interval; here it stays as it is, so its client is missed sooner.
const MAX_KEEP_ALIVE: u16 = 1200;
/// *Maximum subscriptions per subscribe request*: "limited a maximum of eight subscriptions".
const MAX_FILTERS: usize = 8;
/// *Subscriptions per connection*.
const MAX_SUBSCRIPTIONS: usize = 50;
/// How long a client may take until its CONNECT is there, and for the TLS handshake before it.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// *Persistent session expiry period*: "The duration for which the message broker stores an MQTT persistent session. The
/// expiry period begins when the message broker detects the session has become disconnected."
pub const SESSION_EXPIRY: Duration = Duration::from_hours(1);

/// What the broker's listener with TLS shows and whom it believes, all as PEM.
#[derive(Clone)]
pub struct ServerIdentity {
    /// The server's certificate, and those between it and its authority.
    pub certificates: String,
    /// Its key.
    pub key: String,
    /// The authority of the devices' certificates.
    pub client_authority: String,
}

/// Where and for whom the broker listens, as [`crate::Options`] has it.
pub(crate) struct Listeners {
    pub(crate) mqtt: SocketAddr,
    pub(crate) mqtts: SocketAddr,
    pub(crate) connections: usize,
    pub(crate) session_expiry: Duration,
    pub(crate) identity: ServerIdentity,
    pub(crate) registry: Registry,
}

/// A running broker.
pub(crate) struct Broker {
    pub(crate) mqtt: SocketAddr,
    pub(crate) mqtts: SocketAddr,
    _threads: Threads,
}

/// The broker's threads. However this is left, they end without anybody waiting for them, as async code may not.
struct Threads {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl Broker {
    pub(crate) fn start(
        options: Listeners,
        service: Arc<Service>,
        outbox: UnboundedReceiver<Publication>,
    ) -> Result<Self, StartError> {
        let threads = Threads::start()?;
        let (door, plain, tls) = {
            let _inside = threads.handle.enter(); // sockets belong to the runtime that they are opened in
            (
                door(options.mqtt)?,
                plain(options.session_expiry)?,
                tls(options.mqtts, options.session_expiry, &options.identity)?,
            )
        };
        let addresses = (door.local_addr()?, address(&tls)?);
        threads.handle.spawn(door::lead(door, address(&plain)?, (options.connections / 4).max(1)));
        let gate = Gate::new(service, options.registry);
        threads.handle.spawn(run((plain, tls), gate, options.connections, outbox));
        Ok(Self { mqtt: addresses.0, mqtts: addresses.1, _threads: threads })
    }
}

impl Threads {
    fn start() -> std::io::Result<Self> {
        let runtime =
            runtime::Builder::new_multi_thread().worker_threads(2).thread_name("mqtt").enable_all().build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn run((plain, tls): (Listener, Listener), gate: Gate, sessions: usize, outbox: UnboundedReceiver<Publication>) {
    // A busy machine is no reason to refuse a device here, and a thousand workers in wait would only cost memory.
    let context = ServerContext::new().busy_check_enable(false).task_exec_workers(64).task_exec_queue_max(10_000);
    let context = context.mqtt_max_sessions(sessions.cast_signed()).build().await;
    let hooks = context.extends.hook_mgr().register();
    for point in [
        Type::ClientAuthenticate,
        Type::MessagePublishCheckAcl,
        Type::MessagePublish,
        Type::ClientSubscribeCheckAcl,
        Type::MessageExpiryCheck,
        Type::ClientConnected,
        Type::ClientDisconnected,
    ] {
        hooks.add(point, Box::new(gate.clone())).await;
    }
    hooks.start().await;
    tokio::spawn(deliver(context.clone(), outbox));
    let server = MqttServer::new(context).listener_by_id(plain, PLAIN).listener_by_id(tls, TLS).build();
    if let Err(error) = server.run().await {
        tracing::error!(error = error.to_string(), "the broker has stopped");
    }
}

/// Delivers what AWS itself says, in its order.
async fn deliver(context: ServerContext, mut outbox: UnboundedReceiver<Publication>) {
    let aws = From::from_system(Id::from(context.node.id(), "aws".into()));
    while let Some(Publication { topic, payload }) = outbox.recv().await {
        let message = CodecPublish {
            dup: false,
            retain: false,
            qos: QoS::AtLeastOnce,
            topic: topic.into(),
            packet_id: None,
            payload: payload.into(),
            properties: None,
        };
        let message = Publish::new(Box::new(message), None, None, None);
        if let Err(error) = SessionState::forwards(&context, aws.clone(), message, false, None).await {
            tracing::debug!(error = error.to_string(), "a message was not delivered");
        }
    }
}

fn builder(name: &str, address: SocketAddr, session_expiry: Duration) -> Builder {
    let builder = Builder::new().name(name).laddr(address).reuseaddr(Some(true)).nodelay(true).allow_anonymous(false);
    let builder = builder.max_packet_size(MAX_PACKET).max_mqueue_len(100).max_clientid_len(128);
    let builder = builder.handshake_timeout(HANDSHAKE_WITHIN).max_subscriptions(MAX_SUBSCRIPTIONS);
    let builder = builder.max_keepalive(MAX_KEEP_ALIVE).allow_zero_keepalive(false);
    builder.session_expiry_interval(session_expiry).max_session_expiry_interval(session_expiry)
}

/// The plain listener is for this machine: passwords go in the clear.
fn door(address: SocketAddr) -> Result<TcpListener, StartError> {
    if !address.ip().is_loopback() {
        return Err(StartError::NotLoopback(address));
    }
    let listener = std::net::TcpListener::bind(address).map_err(|error| listen_error(address, error))?;
    listener.set_nonblocking(true)?;
    Ok(TcpListener::from_std(listener)?)
}

/// What is behind the door.
fn plain(session_expiry: Duration) -> Result<Listener, StartError> {
    let address = (Ipv4Addr::LOCALHOST, 0).into();
    builder("mqtt", address, session_expiry)
        .bind()
        .and_then(Listener::tcp)
        .map_err(|error| listen_error(address, error))
}

/// rmqtt reads certificates and keys from files alone; these are gone when it has.
fn tls(address: SocketAddr, session_expiry: Duration, identity: &ServerIdentity) -> Result<Listener, StartError> {
    let folder = tempfile::tempdir()?; // for this user alone
    let file = |name: &str, text: &str| -> std::io::Result<String> {
        let path = folder.path().join(name);
        std::fs::File::create_new(&path)?.write_all(text.as_bytes())?;
        Ok(path.to_string_lossy().into_owned())
    };
    let builder = builder("mqtts", address, session_expiry)
        .tls_cross_certificate(true)
        .tls_cert(Some(file("certificates.pem", &identity.certificates)?))
        .tls_key(Some(file("key.pem", &identity.key)?))
        .tls_client_ca_certs(Some(file("authority.pem", &identity.client_authority)?))
        .collect_cert_info(true);
    builder.bind().and_then(Listener::tls).map_err(|error| listen_error(address, error))
}

fn address(listener: &Listener) -> Result<SocketAddr, StartError> {
    listener.local_addr().map_err(|error| listen_error(listener.cfg.laddr, error))
}

fn listen_error(address: SocketAddr, error: impl Into<crate::invocation::InvokeError>) -> StartError {
    StartError::Listen { address, error: error.into() }
}
