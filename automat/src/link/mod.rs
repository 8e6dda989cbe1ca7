//! The connection to the broker. A task of its own keeps it alive, so that nothing the device does can make it miss a
//! ping.
//!
//! A new connection keeps nothing of the previous one: the device decides what to send again.

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
pub use backoff::{Backoff, RECONNECT_AFTER};
pub use endpoint::{Endpoint, Security, TlsError};

const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// How long the final DISCONNECT may take.
const GOODBYE: Duration = Duration::from_secs(1);
/// The largest message that AWS IoT accepts.
const LARGEST: usize = 128 * 1024;
/// More than a device ever sends at once. A full queue means that the network has stalled.
const QUEUE: usize = 256;

pub(crate) enum LinkEvent {
    /// Connected, and all subscriptions are acknowledged.
    Connected(Connection),
    Disconnected,
    Message {
        topic: String,
        payload: Vec<u8>,
    },
}

/// A connection. Dropping it makes the link reconnect.
pub(crate) struct Connection {
    client: AsyncClient,
    _held: oneshot::Sender<Infallible>,
}

impl Connection {
    /// Sends a message at least once while the connection lasts, without waiting. `false`: the queue is full, so the
    /// connection has stalled and should be dropped.
    pub(crate) fn publish(&self, topic: String, payload: Vec<u8>) -> bool {
        self.client.try_publish(topic, QoS::AtLeastOnce, false, payload).is_ok()
    }
}

pub(crate) struct Link {
    pub(crate) events: mpsc::UnboundedReceiver<LinkEvent>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Link {
    /// Starts connecting whenever `network` is true.
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

    /// Disconnects properly, with a DISCONNECT.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        let _ = self.task.await;
    }

    /// Drops the connection without a DISCONNECT, as in a power cut.
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

/// The task that keeps the connection alive.
struct Keeper {
    options: MqttOptions,
    subscriptions: Vec<String>,
    events: mpsc::UnboundedSender<LinkEvent>,
    network: watch::Receiver<bool>,
    stopped: oneshot::Receiver<()>,
    backoff: Backoff,
    random: Random,
}

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
                        tracing::warn!("the broker rejected a subscription");
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

/// Waits until the network is up, or down.
async fn switched(network: &mut watch::Receiver<bool>, there: bool) {
    if network.wait_for(|&now| now == there).await.is_err() {
        // The switch is gone: the network stays up.
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
