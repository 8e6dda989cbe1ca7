//! All of it, running.

use std::{
    net::SocketAddr,
    sync::{Arc, PoisonError},
    time::Duration,
};

use crate::{
    Invocation, InvokeError, Registry, ServerIdentity,
    broker::{Broker, Listeners},
    data_plane::DataPlane,
    service::{Cloud, Service},
};

/// What AWS IoT Core is to be here.
pub struct Options {
    /// Where to listen for MQTT, on loopback. Port 0 is any.
    pub mqtt: SocketAddr,
    /// Where to listen for MQTT with mutual TLS. Port 0 is any.
    pub mqtts: SocketAddr,
    /// So many devices may be connected, a quarter of them without TLS, where each takes three descriptors.
    pub connections: usize,
    /// How long the broker keeps what a client that is away has subscribed to: [`SESSION_EXPIRY`](crate::SESSION_EXPIRY),
    /// and less for a test that cannot wait.
    pub session_expiry: Duration,
    /// What the listener with TLS shows, and whom it believes.
    pub identity: ServerIdentity,
    /// Who the devices are.
    pub registry: Registry,
    /// All that is not the broker.
    pub cloud: Cloud,
}

/// A running AWS IoT Core.
pub struct Iot {
    broker: Broker,
    data_plane: DataPlane,
    service: Arc<Service>,
}

impl std::fmt::Debug for Iot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Iot")
            .field("mqtt", &self.broker.mqtt)
            .field("mqtts", &self.broker.mqtts)
            .finish_non_exhaustive()
    }
}

/// Why it did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// That port is for one machine: nothing checks signatures there, or passwords go in the clear.
    #[error("{0} is not on loopback")]
    NotLoopback(SocketAddr),
    /// An address is taken, or the certificates cannot be read.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What happened.
        #[source]
        error: InvokeError,
    },
    /// A file, a folder or a thread is not to be had.
    #[error("a part of AWS IoT Core did not start")]
    Io(#[from] std::io::Error),
}

impl Iot {
    /// Starts it. `invoke` runs a function of the template on an event; it is called again when it fails, as Lambda does.
    pub async fn start<F>(
        options: Options,
        invoke: impl Fn(Invocation) -> F + Send + Sync + 'static,
    ) -> Result<Self, StartError>
    where
        F: Future<Output = Result<(), InvokeError>> + Send + 'static,
    {
        let Options { mqtt, mqtts, connections, session_expiry, identity, registry, cloud } = options;
        let (data_plane, access_key_id) = (cloud.data_plane, cloud.access_key_id.clone());
        let (service, messages) = Service::start(cloud, invoke)?;
        let listeners = Listeners { mqtt, mqtts, connections, session_expiry, identity, registry };
        let broker = Broker::start(listeners, service.clone(), messages)?;
        let data_plane = DataPlane::start(data_plane, access_key_id, service.clone()).await?;
        Ok(Self { broker, data_plane, service })
    }

    /// Where it listens for MQTT.
    #[must_use]
    pub fn mqtt(&self) -> SocketAddr {
        self.broker.mqtt
    }

    /// Where it listens for MQTT with mutual TLS.
    #[must_use]
    pub fn mqtts(&self) -> SocketAddr {
        self.broker.mqtts
    }

    /// The endpoint for `aws-sdk-iotdataplane`.
    #[must_use]
    pub fn data_plane_url(&self) -> String {
        format!("http://{}", self.data_plane.address)
    }

    /// Ends all connections, tells the rules that they have ended, and waits for what is under way.
    pub async fn stop(self) {
        drop((self.broker, self.data_plane));
        let ended = self.service.presence.lock().unwrap_or_else(PoisonError::into_inner).ended((self.service.now)());
        for (topic, payload) in ended {
            self.service.publish(topic, payload.to_string().into_bytes());
        }
        self.service.invoker.finish().await;
    }
}
