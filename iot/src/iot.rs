//! All of it, running.

use std::{
    future::IntoFuture,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, PoisonError},
};

use tokio::{net::TcpListener, sync::mpsc, task::JoinHandle};

use crate::{
    Clock, Invocation, InvokeError, Registry, ServerIdentity, Shadows, Template, TemplateError,
    broker::Broker,
    data_plane,
    invocation::{Invoke, Invoker},
    service::Service,
};

/// What AWS IoT Core is to be here.
pub struct Options {
    /// Where to listen for MQTT, on loopback. Port 0 is any.
    pub mqtt: SocketAddr,
    /// Where to listen for MQTT with mutual TLS, on loopback. Port 0 is any.
    pub mqtts: SocketAddr,
    /// Where to serve the data plane, on loopback. Port 0 is any.
    pub data_plane: SocketAddr,
    /// What the listener with TLS shows, and whom it believes.
    pub identity: ServerIdentity,
    /// Who the devices are.
    pub registry: Registry,
    /// The rules and the devices' policy.
    pub template: Template,
    /// Where shadows are kept; without a folder they end with the process.
    pub shadows: Option<PathBuf>,
    /// The clock.
    pub now: Clock,
}

/// A running AWS IoT Core.
pub struct Iot {
    broker: Broker,
    data_plane: SocketAddr,
    server: JoinHandle<()>,
    service: Arc<Service>,
}

/// Why it did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It is for one machine: nothing checks signatures, and passwords go in the clear.
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
    /// The template does not say what it should.
    #[error(transparent)]
    Template(#[from] TemplateError),
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
        if !options.data_plane.ip().is_loopback() {
            return Err(StartError::NotLoopback(options.data_plane));
        }
        let listener = TcpListener::bind(options.data_plane).await;
        let listener =
            listener.map_err(|error| StartError::Listen { address: options.data_plane, error: error.into() })?;
        let data_plane = listener.local_addr()?;
        let invoke: Arc<Invoke> = Arc::new(move |invocation| Box::pin(invoke(invocation)));
        let (outbox, messages) = mpsc::unbounded_channel();
        let service = Arc::new(Service {
            template: options.template,
            shadows: options.shadows.map_or_else(|| Ok(Shadows::in_memory()), |folder| Shadows::open(&folder))?,
            invoker: Invoker::new(invoke),
            presence: std::sync::Mutex::default(),
            now: options.now,
            outbox,
        });
        let addresses = (options.mqtt, options.mqtts);
        let broker = Broker::start(addresses, &options.identity, options.registry, service.clone(), messages)?;
        let serve = axum::serve(listener, data_plane::router(service.clone())).into_future();
        let server = tokio::spawn(async move {
            if let Err(error) = serve.await {
                tracing::error!(%error, "the data plane has stopped");
            }
        });
        Ok(Self { broker, data_plane, server, service })
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
        format!("http://{}", self.data_plane)
    }

    /// Ends all connections, tells the rules that they have ended, and waits for what is under way.
    pub async fn stop(self) {
        drop(self.broker);
        self.server.abort();
        let ended = self.service.presence.lock().unwrap_or_else(PoisonError::into_inner).ended((self.service.now)());
        for (topic, payload) in ended {
            self.service.publish(topic, payload.to_string().into_bytes());
        }
        self.service.invoker.finish().await;
    }
}
