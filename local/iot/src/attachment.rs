//! The shadow service and the rules behind another broker, so that devices can be tested with it.
//!
//! It is an ordinary client of that broker. So the broker decides who may do what, and there are no presence events.
//! Messages that it publishes come back through its own subscription, and are ignored.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use loopback::Server;
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, QoS};
use tokio::{
    sync::{mpsc::UnboundedReceiver, oneshot},
    task::JoinSet,
};

use crate::{
    Invocation, InvokeError, StartError, data_plane,
    rules::is_basic_ingest,
    service::{Publication, Service, ServiceOptions},
    shadow::Address,
};

const FILTERS: [&str; 2] = ["$aws/things/+/shadow/#", "$aws/rules/#"];
/// Large enough for a full shadow with its metadata; the client's default is too small.
const MAX_PACKET: usize = 256 * 1024;
const WAIT: Duration = Duration::from_secs(1);

/// AWS IoT Core without a broker of its own.
pub struct Attachment {
    data_plane: Server,
    service: Arc<Service>,
    tasks: JoinSet<()>,
}

impl Attachment {
    /// Connects to the broker at an address, which must allow everything to everyone. Subscriptions are active when
    /// this returns.
    pub async fn start<F>(
        broker: SocketAddr,
        options: ServiceOptions,
        invoke: impl Fn(Invocation) -> F + Send + Sync + 'static,
    ) -> Result<Self, StartError>
    where
        F: Future<Output = Result<(), InvokeError>> + Send + 'static,
    {
        let (address, access_key_id) = (options.data_plane, options.access_key_id.clone());
        let (service, outbox) = Service::start(options, invoke)?;
        let data_plane = Server::start(address, &access_key_id, data_plane::router(service.clone())).await?;
        let mut options = MqttOptions::new("aws", broker.ip().to_string(), broker.port());
        options.set_max_packet_size(MAX_PACKET, MAX_PACKET);
        let (client, events) = AsyncClient::new(options, 64);
        let (ready, subscribed) = oneshot::channel();
        let mut tasks = JoinSet::new();
        tasks.spawn(listen(client.clone(), events, service.clone(), ready));
        tasks.spawn(deliver(client, outbox));
        // The sender is dropped only if the listening task panics, which the log shows.
        _ = subscribed.await;
        Ok(Self { data_plane, service, tasks })
    }

    /// The endpoint for `aws-sdk-iotdataplane`.
    #[must_use]
    pub fn data_plane_url(&self) -> String {
        self.data_plane.url()
    }

    /// Disconnects, and waits for running invocations.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
        drop(self.data_plane);
        self.service.invoker.finish().await;
    }
}

async fn listen(client: AsyncClient, mut events: EventLoop, service: Arc<Service>, ready: oneshot::Sender<()>) {
    let mut subscribed = Some(ready);
    let mut to_come = FILTERS.len();
    loop {
        match events.poll().await {
            // Subscribes again after every reconnection, since the broker may have lost the session.
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                for filter in FILTERS {
                    if let Err(error) = client.try_subscribe(filter, QoS::AtLeastOnce) {
                        tracing::error!(%error, filter, "cannot send a subscription");
                    }
                }
            }
            Ok(Event::Incoming(Packet::SubAck(_))) => {
                to_come = to_come.saturating_sub(1);
                if to_come == 0
                    && let Some(ready) = subscribed.take()
                {
                    _ = ready.send(());
                }
            }
            Ok(Event::Incoming(Packet::Publish(message))) => {
                if Address::of_request(&message.topic).is_some() || is_basic_ingest(&message.topic) {
                    service.take(&message.topic, &message.payload);
                }
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "lost the connection to the broker");
                tokio::time::sleep(WAIT).await;
            }
        }
    }
}

async fn deliver(client: AsyncClient, mut outbox: UnboundedReceiver<Publication>) {
    while let Some(Publication { topic, payload }) = outbox.recv().await {
        if let Err(error) = client.publish(topic, QoS::AtLeastOnce, false, payload).await {
            tracing::debug!(%error, "cannot send a message");
        }
    }
}
