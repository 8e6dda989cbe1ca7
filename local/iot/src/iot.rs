//! The whole service, running.

use std::{
    net::SocketAddr,
    sync::{Arc, PoisonError},
    time::Duration,
};

use loopback::{PortError, Server};

use crate::{
    Invocation, InvokeError, Registry, ServerIdentity,
    broker::{Broker, Listeners},
    data_plane,
    service::{Service, ServiceOptions},
};

/// Options of the local AWS IoT Core.
pub struct Options {
    /// Address to listen on for MQTT, on loopback. Port 0 uses any free port.
    pub mqtt: SocketAddr,
    /// Address to listen on for MQTT with mutual TLS. Port 0 uses any free port.
    pub mqtts: SocketAddr,
    /// Maximum number of connected devices. A quarter of them may connect without TLS, where each takes three
    /// descriptors.
    pub connections: usize,
    /// How long the broker keeps the session of a disconnected client: [`SESSION_EXPIRY`](crate::SESSION_EXPIRY), and
    /// less in tests.
    pub session_expiry: Duration,
    /// Certificates of the TLS listener.
    pub identity: ServerIdentity,
    /// Checks the devices' credentials.
    pub registry: Registry,
    /// Options apart from the broker's.
    pub service: ServiceOptions,
}

/// A running AWS IoT Core.
pub struct Iot {
    broker: Broker,
    data_plane: Server,
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
    /// A port cannot be served.
    #[error(transparent)]
    Port(#[from] PortError),
    /// A file, folder or thread cannot be created.
    #[error("a part of AWS IoT Core did not start")]
    Io(#[from] std::io::Error),
}

impl Iot {
    /// Starts the service. `invoke` runs a function of the template with an event; after a failure it is called again,
    /// as Lambda does.
    pub async fn start<F>(
        options: Options,
        invoke: impl Fn(Invocation) -> F + Send + Sync + 'static,
    ) -> Result<Self, StartError>
    where
        F: Future<Output = Result<(), InvokeError>> + Send + 'static,
    {
        let Options { mqtt, mqtts, connections, session_expiry, identity, registry, service } = options;
        let (address, access_key_id) = (service.data_plane, service.access_key_id.clone());
        let (service, messages) = Service::start(service, invoke)?;
        let listeners = Listeners { mqtt, mqtts, connections, session_expiry, identity, registry };
        let broker = Broker::start(listeners, service.clone(), messages)?;
        let data_plane = Server::start(address, &access_key_id, data_plane::router(service.clone())).await?;
        Ok(Self { broker, data_plane, service })
    }

    /// Address of the MQTT listener without TLS.
    #[must_use]
    pub fn mqtt(&self) -> SocketAddr {
        self.broker.mqtt
    }

    /// Address of the MQTT listener with mutual TLS.
    #[must_use]
    pub fn mqtts(&self) -> SocketAddr {
        self.broker.mqtts
    }

    /// The endpoint for `aws-sdk-iotdataplane`.
    #[must_use]
    pub fn data_plane_url(&self) -> String {
        self.data_plane.url()
    }

    /// Ends all connections, publishes their lifecycle events to the rules, and waits for running invocations.
    pub async fn stop(self) {
        drop((self.broker, self.data_plane));
        let ended = self.service.presence.lock().unwrap_or_else(PoisonError::into_inner).ended((self.service.now)());
        for (topic, payload) in ended {
            self.service.publish(topic, payload.to_string().into_bytes());
        }
        self.service.invoker.finish().await;
    }
}
