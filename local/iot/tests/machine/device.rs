//! A device, implemented with an ordinary MQTT client.

use std::{sync::Arc, time::Duration};

use iot::certificates::Identity;
use rumqttc::{
    AsyncClient, ConnectionError, Event, EventLoop, LastWill, MqttOptions, Outgoing, Packet, QoS, SubscribeFilter,
    SubscribeReasonCode, TlsConfiguration, Transport,
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::setup::{Machine, PATIENCE};

pub(crate) struct Device {
    client: AsyncClient,
    packets: UnboundedReceiver<Packet>,
}

/// Options for TLS, with a certificate.
pub(crate) fn secure(machine: &Machine, client_id: &str, identity: &Identity) -> MqttOptions {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(machine.authority.certificate().as_bytes()).unwrap()).unwrap();
    let certificate = CertificateDer::from_pem_slice(identity.certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_client_auth_cert(vec![certificate], key)
        .unwrap();
    let mut options = MqttOptions::new(client_id, "127.0.0.1", machine.iot.mqtts().port());
    options.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(Arc::new(config))));
    options
}

/// Options without TLS, with the password that the tests' registry expects.
pub(crate) fn plain(machine: &Machine, thing: &str) -> MqttOptions {
    let mut options = MqttOptions::new(thing, "127.0.0.1", machine.iot.mqtt().port());
    options.set_credentials(thing, format!("secret of {thing}"));
    options
}

impl Device {
    /// Connects once, without retrying.
    pub(crate) async fn connect(options: MqttOptions) -> Result<Self, ConnectionError> {
        Self::connect_for(options, Duration::from_mins(1)).await
    }

    /// Connects once, with this keep-alive interval.
    pub(crate) async fn connect_for(mut options: MqttOptions, keep_alive: Duration) -> Result<Self, ConnectionError> {
        options.set_keep_alive(keep_alive);
        options.set_max_packet_size(200 * 1024, 200 * 1024);
        let (client, mut events) = AsyncClient::new(options, 16);
        loop {
            let event = tokio::time::timeout(PATIENCE, events.poll()).await.expect("the broker answers")?;
            if matches!(event, Event::Incoming(Packet::ConnAck(_))) {
                break;
            }
        }
        let (sender, packets) = unbounded_channel();
        tokio::spawn(follow(events, sender));
        Ok(Self { client, packets })
    }

    pub(crate) async fn plain(machine: &Machine, thing: &str) -> Self {
        Self::connect(plain(machine, thing)).await.unwrap()
    }

    /// The next packet; `None` once the connection has ended.
    async fn packet(&mut self) -> Option<Packet> {
        tokio::time::timeout(PATIENCE, self.packets.recv()).await.expect("something comes")
    }

    pub(crate) async fn subscribe(&mut self, filter: &str) -> SubscribeReasonCode {
        self.client.subscribe(filter, QoS::AtLeastOnce).await.unwrap();
        loop {
            if let Packet::SubAck(answer) = self.packet().await.expect("the connection lasts") {
                return answer.return_codes[0];
            }
        }
    }

    /// Subscribes to several filters in one packet; `None` once the connection has ended.
    pub(crate) async fn subscribe_all(&mut self, filters: &[&str], qos: QoS) -> Option<Vec<SubscribeReasonCode>> {
        let filters = filters.iter().map(|filter| SubscribeFilter::new((*filter).to_owned(), qos));
        self.client.subscribe_many(filters).await.unwrap();
        loop {
            if let Packet::SubAck(answer) = self.packet().await? {
                return Some(answer.return_codes);
            }
        }
    }

    /// Waits until a publication is acknowledged.
    pub(crate) async fn acknowledged(&mut self) {
        while !matches!(self.packet().await.expect("the connection lasts"), Packet::PubAck(_)) {}
    }

    pub(crate) async fn publish_exactly_once(&self, topic: &str, payload: &str) {
        self.client.publish(topic, QoS::ExactlyOnce, false, payload).await.unwrap();
    }

    pub(crate) async fn publish(&self, topic: &str, payload: impl Into<Vec<u8>>) {
        self.client.publish(topic, QoS::AtLeastOnce, false, payload).await.unwrap();
    }

    /// Publishes, unless the connection has ended.
    pub(crate) async fn publish_if_connected(&self, topic: &str, payload: impl Into<Vec<u8>>) {
        _ = self.client.publish(topic, QoS::AtLeastOnce, false, payload).await;
    }

    /// Publishes with `QoS` 0.
    pub(crate) async fn publish_at_most_once(&self, topic: &str, payload: impl Into<Vec<u8>>) {
        self.client.publish(topic, QoS::AtMostOnce, false, payload).await.unwrap();
    }

    /// The topic and payload of the next message.
    pub(crate) async fn message(&mut self) -> (String, Value) {
        loop {
            if let Packet::Publish(message) = self.packet().await.expect("the connection lasts") {
                return (message.topic, serde_json::from_slice(&message.payload).unwrap());
            }
        }
    }

    pub(crate) async fn disconnect(&self) {
        self.client.disconnect().await.unwrap();
    }

    /// Waits until the connection has ended.
    pub(crate) async fn ended(&mut self) {
        while self.packet().await.is_some() {}
    }
}

pub(crate) fn will(topic: &str) -> LastWill {
    LastWill::new(topic, "{}", QoS::AtLeastOnce, false)
}

/// Passes packets on until the connection ends; after a disconnection, rumqttc leaves closing it to its owner.
async fn follow(mut events: EventLoop, sender: UnboundedSender<Packet>) {
    while let Ok(event) = events.poll().await {
        let go_on = match event {
            Event::Incoming(packet) => sender.send(packet).is_ok(),
            Event::Outgoing(sent) => sent != Outgoing::Disconnect,
        };
        if !go_on {
            return;
        }
    }
}
