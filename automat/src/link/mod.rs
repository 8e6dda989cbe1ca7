//! The connection to the broker: kept up by a task of its own, so that nothing the device does can make it miss a ping.
//!
//! Every connection begins with nothing of the one before: what was on its way is the state machine's to say again.

mod backoff;
mod endpoint;

use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;

use protocol::ThingName;
use rumqttc::{
    AsyncClient, Event, EventLoop, MqttOptions, Outgoing, Packet, QoS, SubscribeFilter, SubscribeReasonCode,
};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::random::Random;
use backoff::Backoff;
pub use backoff::RECONNECT_AFTER;
pub use endpoint::{Endpoint, Security, TlsError};

const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// How long a last DISCONNECT may take.
const GOODBYE: Duration = Duration::from_secs(1);
/// The largest message that AWS IoT carries.
const LARGEST: usize = 128 * 1024;
/// More than all that a device says at once; when it is full, the network stands still.
const QUEUE: usize = 256;

/// What the link tells.
pub(crate) enum LinkEvent {
    /// There is a connection with all its subscriptions.
    Connected(Connection),
    /// It is gone.
    Disconnected,
    /// A message arrived.
    Message { topic: String, payload: Vec<u8> },
}

/// A connection. Dropping it makes the link begin another.
pub(crate) struct Connection {
    client: AsyncClient,
    _held: oneshot::Sender<Infallible>,
}

impl Connection {
    /// Sends a message at least once while the connection holds, without waiting. `false`: there is no room, so the
    /// connection stands still and should be dropped.
    pub(crate) fn publish(&self, topic: String, payload: Vec<u8>) -> bool {
        self.client.try_publish(topic, QoS::AtLeastOnce, false, payload).is_ok()
    }
}

/// The link, while it is wanted.
pub(crate) struct Link {
    pub(crate) events: mpsc::UnboundedReceiver<LinkEvent>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Link {
    /// Begins to connect, whenever `network` says that there is one.
    pub(crate) fn start(
        thing: &ThingName,
        endpoint: &Endpoint,
        reconnect_after: Duration,
        subscriptions: Vec<String>,
        network: watch::Receiver<bool>,
    ) -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel();
        let keeper = Keeper {
            options: options(thing, endpoint),
            subscriptions,
            events: sender,
            network,
            stopped,
            backoff: Backoff::new(reconnect_after),
            random: Random::system(),
        };
        Self { events, stop, task: tokio::spawn(keeper.run()) }
    }

    /// Says goodbye to the broker.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        let _ = self.task.await;
    }

    /// Is gone from one moment to the next, as in a power cut.
    pub(crate) async fn cut(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

fn options(thing: &ThingName, endpoint: &Endpoint) -> MqttOptions {
    let mut options = MqttOptions::new(thing.as_str(), &endpoint.host, endpoint.port);
    options
        .set_keep_alive(KEEP_ALIVE)
        .set_clean_session(true)
        .set_max_packet_size(LARGEST, LARGEST)
        .set_transport(endpoint.security.transport());
    if let Security::Plain { password } = &endpoint.security {
        options.set_credentials(thing.as_str(), password);
    }
    options
}

/// Keeps the connection up.
struct Keeper {
    options: MqttOptions,
    subscriptions: Vec<String>,
    events: mpsc::UnboundedSender<LinkEvent>,
    network: watch::Receiver<bool>,
    stopped: oneshot::Receiver<()>,
    backoff: Backoff,
    random: Random,
}

/// How a connection ended.
enum End {
    Lost,
    Stopped,
}

impl Keeper {
    async fn run(mut self) {
        while let End::Lost = self.connect().await {
            let _ = self.events.send(LinkEvent::Disconnected);
            let jitter = self.random.bytes().map_or(u8::MAX, |[byte]| byte);
            tokio::select! {
                () = sleep(self.backoff.next(jitter)) => {}
                _ = &mut self.stopped => return,
            }
            tokio::select! {
                () = switched(&mut self.network, true) => {}
                _ = &mut self.stopped => return,
            }
        }
    }

    /// One connection from its beginning to its end.
    async fn connect(&mut self) -> End {
        let (client, mut connection) = AsyncClient::new(self.options.clone(), QUEUE);
        connection.network_options.set_tcp_nodelay(true);
        let filters = self.subscriptions.iter().map(|topic| SubscribeFilter::new(topic.clone(), QoS::AtLeastOnce));
        if client.try_subscribe_many(filters).is_err() {
            return End::Lost;
        }
        let (held, mut let_go) = oneshot::channel();
        let mut held = Some(held);
        loop {
            let event = tokio::select! {
                event = connection.poll() => event,
                _ = &mut let_go => return End::Lost,
                () = switched(&mut self.network, false) => return End::Lost,
                _ = &mut self.stopped => {
                    say_goodbye(&client, &mut connection).await;
                    return End::Stopped;
                }
            };
            match event {
                Ok(Event::Incoming(Packet::SubAck(answer))) => {
                    if answer.return_codes.contains(&SubscribeReasonCode::Failure) {
                        tracing::warn!("the broker refuses a subscription");
                        return End::Lost;
                    }
                    if let Some(held) = held.take() {
                        self.backoff.reset();
                        let connection = Connection { client: client.clone(), _held: held };
                        let _ = self.events.send(LinkEvent::Connected(connection));
                    }
                }
                Ok(Event::Incoming(Packet::Publish(message))) => {
                    let (topic, payload) = (message.topic, message.payload.to_vec());
                    let _ = self.events.send(LinkEvent::Message { topic, payload });
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::info!(%error, "no connection");
                    return End::Lost;
                }
            }
        }
    }
}

/// Waits until the network is there, or is not.
async fn switched(network: &mut watch::Receiver<bool>, there: bool) {
    if network.wait_for(|&now| now == there).await.is_err() {
        // Nobody can switch it any more: it stays there.
        if !there {
            pending::<()>().await;
        }
    }
}

async fn say_goodbye(client: &AsyncClient, connection: &mut EventLoop) {
    let goodbye =
        async { while !matches!(connection.poll().await, Ok(Event::Outgoing(Outgoing::Disconnect)) | Err(_)) {} };
    if client.try_disconnect().is_ok() {
        let _ = timeout(GOODBYE, goodbye).await;
    }
}
