//! The MQTT broker: rmqtt in this process, with a plain listener and one with mutual TLS.
//!
//! It has threads of its own, so that stopping it ends every connection, and so that no client can delay the functions.

mod access_control;
mod plain_listener;
mod quota;

use std::{
    io::Write,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use loopback::PortError;
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
use access_control::AccessControl;

/// Ids of the listeners, by which access control distinguishes them.
const PLAIN: u16 = 1;
const TLS: u16 = 2;

/// The protocol limits, <https://docs.aws.amazon.com/general/latest/gr/iot-core.html#iot-protocol-limits>. *Message
/// size*: "The payload for every publish request is limited to 128 KB. The AWS IoT service rejects publish and connect
/// requests larger than this size."
pub(crate) const MAX_PAYLOAD: usize = 128 * 1024;
/// Maximum payload, with room for the rest of the packet.
const MAX_PACKET: u32 = 128 * 1024 + 1024;
/// *Connection inactivity*, in seconds. AWS applies the maximum when a client requests a longer interval or none; here
/// such a client is refused. AWS raises shorter intervals to 30 seconds; here they are kept, so that a lost client is
/// detected sooner.
const MAX_KEEP_ALIVE: u16 = 1200;
/// *Maximum subscriptions per subscribe request*: "limited a maximum of eight subscriptions".
const MAX_FILTERS: usize = 8;
/// *Subscriptions per connection*.
const MAX_SUBSCRIPTIONS: usize = 50;
/// Timeout for the TLS handshake, and for the CONNECT after it.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// *Persistent session expiry period*: "The duration for which the message broker stores an MQTT persistent session.
/// The expiry period begins when the message broker detects the session has become disconnected."
pub const SESSION_EXPIRY: Duration = Duration::from_hours(1);

/// Certificates of the broker's TLS listener, all as PEM.
#[derive(Clone)]
pub struct ServerIdentity {
    /// The server's certificate, followed by the intermediate certificates.
    pub certificates: String,
    /// The server's private key.
    pub key: String,
    /// Certificate of the authority that signs the devices' certificates.
    pub client_authority: String,
}

/// Addresses and registry of the broker, from [`crate::Options`].
pub(crate) struct Listeners {
    pub(crate) mqtt: SocketAddr,
    pub(crate) mqtts: SocketAddr,
    pub(crate) connections: usize,
    pub(crate) session_expiry: Duration,
    pub(crate) identity: ServerIdentity,
    pub(crate) registry: Registry,
}

pub(crate) struct Broker {
    pub(crate) mqtt: SocketAddr,
    pub(crate) mqtts: SocketAddr,
    _threads: Threads,
}

/// The broker's threads. On drop they are shut down in the background, because async code must not wait for them.
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
        let (listener, plain, tls) = {
            let _inside = threads.handle.enter(); // sockets are registered with the current runtime
            (
                bind_plain(options.mqtt)?,
                plain(options.session_expiry)?,
                tls(options.mqtts, options.session_expiry, &options.identity)?,
            )
        };
        let addresses = (listener.local_addr()?, address(&tls)?);
        threads.handle.spawn(plain_listener::accept_clients(
            listener,
            address(&plain)?,
            (options.connections / 4).max(1),
        ));
        let access_control = AccessControl::new(service, options.registry);
        threads.handle.spawn(run((plain, tls), access_control, options.connections, outbox));
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

async fn run(
    (plain, tls): (Listener, Listener),
    access_control: AccessControl,
    sessions: usize,
    outbox: UnboundedReceiver<Publication>,
) {
    // A busy machine is no reason to refuse a device here, and a thousand idle workers would only take memory.
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
        hooks.add(point, Box::new(access_control.clone())).await;
    }
    hooks.start().await;
    tokio::spawn(deliver(context.clone(), outbox));
    let server = MqttServer::new(context).listener_by_id(plain, PLAIN).listener_by_id(tls, TLS).build();
    if let Err(error) = server.run().await {
        tracing::error!(error = error.to_string(), "the broker has stopped");
    }
}

/// Delivers the messages that AWS itself publishes, in order.
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
            tracing::debug!(error = error.to_string(), "cannot deliver a message");
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

/// Opens the plain listener, which must be on loopback: passwords are sent in plain text.
fn bind_plain(address: SocketAddr) -> Result<TcpListener, StartError> {
    if !address.ip().is_loopback() {
        return Err(PortError::NotLoopback(address).into());
    }
    let listener = std::net::TcpListener::bind(address).map_err(|error| listen_error(address, error))?;
    listener.set_nonblocking(true)?;
    Ok(TcpListener::from_std(listener)?)
}

/// The listener behind it, to which the connections are forwarded.
fn plain(session_expiry: Duration) -> Result<Listener, StartError> {
    let address = (Ipv4Addr::LOCALHOST, 0).into();
    builder("mqtt", address, session_expiry)
        .bind()
        .and_then(Listener::tcp)
        .map_err(|error| listen_error(address, error))
}

/// rmqtt reads certificates and keys only from files; they are deleted once it has read them.
fn tls(address: SocketAddr, session_expiry: Duration, identity: &ServerIdentity) -> Result<Listener, StartError> {
    let folder = tempfile::tempdir()?; // readable only by this user
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
    PortError::Listen { address, error: error.into() }.into()
}
