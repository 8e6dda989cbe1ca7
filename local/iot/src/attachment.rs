//! The shadow service and the rules behind a broker that somebody else wrote, so that devices can be proven against it.
//!
//! It is an ordinary client of that broker, which therefore decides who may do what, and presence is unknown. What it
//! publishes comes back to it by its own subscription, and is left alone.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, QoS};
use tokio::{
    sync::{mpsc::UnboundedReceiver, oneshot},
    task::JoinSet,
};

use crate::{
    Invocation, InvokeError, StartError,
    data_plane::DataPlane,
    rules::is_basic_ingest,
    service::{Cloud, Publication, Service},
    shadow::Address,
};

const FILTERS: [&str; 2] = ["$aws/things/+/shadow/#", "$aws/rules/#"];
/// The client's own limit is too small for a full shadow with its metadata.
const MAX_PACKET: usize = 256 * 1024;
const WAIT: Duration = Duration::from_secs(1);

/// AWS IoT Core without a broker of its own.
pub struct Attachment {
    data_plane: DataPlane,
    service: Arc<Service>,
    tasks: JoinSet<()>,
}

impl Attachment {
    /// Attaches it to the broker at an address, which has to let anybody do anything. It is there once this returns.
    pub async fn start<F>(
        broker: SocketAddr,
        cloud: Cloud,
        invoke: impl Fn(Invocation) -> F + Send + Sync + 'static,
    ) -> Result<Self, StartError>
    where
        F: Future<Output = Result<(), InvokeError>> + Send + 'static,
    {
        let (address, access_key_id) = (cloud.data_plane, cloud.access_key_id.clone());
        let (service, outbox) = Service::start(cloud, invoke)?;
        let data_plane = DataPlane::start(address, access_key_id, service.clone()).await?;
        let mut options = MqttOptions::new("aws", broker.ip().to_string(), broker.port());
        options.set_max_packet_size(MAX_PACKET, MAX_PACKET);
        let (client, events) = AsyncClient::new(options, 64);
        let (tell, subscribed) = oneshot::channel();
        let mut tasks = JoinSet::new();
        tasks.spawn(listen(client.clone(), events, service.clone(), tell));
        tasks.spawn(deliver(client, outbox));
        // it is told unless the listening task has panicked, which the log shows
        _ = subscribed.await;
        Ok(Self { data_plane, service, tasks })
    }

    /// The endpoint for `aws-sdk-iotdataplane`.
    #[must_use]
    pub fn data_plane_url(&self) -> String {
        format!("http://{}", self.data_plane.address)
    }

    /// Detaches it, and waits for what is under way.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
        drop(self.data_plane);
        self.service.invoker.finish().await;
    }
}

async fn listen(client: AsyncClient, mut events: EventLoop, service: Arc<Service>, tell: oneshot::Sender<()>) {
    let mut subscribed = Some(tell);
    let mut to_come = FILTERS.len();
    loop {
        match events.poll().await {
            // also after a connection was lost, as the broker may not know it any more
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                for filter in FILTERS {
                    if let Err(error) = client.try_subscribe(filter, QoS::AtLeastOnce) {
                        tracing::error!(%error, filter, "a subscription was not sent");
                    }
                }
            }
            Ok(Event::Incoming(Packet::SubAck(_))) => {
                to_come = to_come.saturating_sub(1);
                if to_come == 0
                    && let Some(tell) = subscribed.take()
                {
                    _ = tell.send(());
                }
            }
            Ok(Event::Incoming(Packet::Publish(message))) => {
                if Address::of_request(&message.topic).is_some() || is_basic_ingest(&message.topic) {
                    service.take(None, &message.topic, &message.payload);
                }
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "the broker is away");
                tokio::time::sleep(WAIT).await;
            }
        }
    }
}

async fn deliver(client: AsyncClient, mut outbox: UnboundedReceiver<Publication>) {
    while let Some(Publication { topic, payload }) = outbox.recv().await {
        if let Err(error) = client.publish(topic, QoS::AtLeastOnce, false, payload).await {
            tracing::debug!(%error, "a message was not sent");
        }
    }
}
