//! An MQTT client with an automat's credentials, for what the real device code would never do.

use std::time::Duration;

use automat::credentials::Credentials;
use automat::link::Security;
use rumqttc::{
    AsyncClient, ConnectReturnCode, ConnectionError, Event, EventLoop, LastWill, MqttOptions, Packet, QoS,
    SubscribeReasonCode, TlsConfiguration, Transport,
};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep, timeout};

use crate::Stage;
use crate::device::PATIENCE;

#[derive(Debug)]
pub struct Mqtt {
    client: AsyncClient,
    packets: UnboundedReceiver<Packet>,
}

impl Stage {
    #[must_use]
    pub fn thing(&self) -> String {
        Credentials::read(&self.credentials()).unwrap().thing
    }

    /// The options to connect over mutual TLS with any client id.
    #[must_use]
    pub fn over_tls(&self, client_id: &str) -> MqttOptions {
        let folder = self.credentials();
        let endpoint = Credentials::read(&folder).unwrap().settings(&folder, folder.clone()).unwrap().endpoint;
        let Security::MutualTls(config) = endpoint.security else { panic!("the folder holds certificates") };
        let mut options = MqttOptions::new(client_id, endpoint.host, endpoint.port);
        options.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(config)));
        options
    }

    /// The options to connect without TLS, with a password.
    #[must_use]
    pub fn without_tls(&self, password: &str) -> MqttOptions {
        let broker = self.stack.cloud().mqtt();
        let mut options = MqttOptions::new(self.thing(), broker.ip().to_string(), broker.port());
        options.set_credentials(self.thing(), password);
        options
    }
}

impl Mqtt {
    /// Connects. Only `ServiceUnavailable` is tried again: the local broker answers it as long as it is ending an
    /// earlier connection of the same client.
    pub async fn connect(mut options: MqttOptions) -> Result<Self, ConnectionError> {
        options.set_keep_alive(Duration::from_mins(1));
        options.set_max_packet_size(1 << 20, 1 << 20);
        let give_up_at = Instant::now() + PATIENCE;
        loop {
            match Self::connect_once(options.clone()).await {
                Err(ConnectionError::ConnectionRefused(ConnectReturnCode::ServiceUnavailable))
                    if Instant::now() < give_up_at =>
                {
                    sleep(Duration::from_millis(20)).await;
                }
                result => return result,
            }
        }
    }

    async fn connect_once(options: MqttOptions) -> Result<Self, ConnectionError> {
        let (client, mut events) = AsyncClient::new(options, 64);
        loop {
            let Ok(event) = timeout(PATIENCE, events.poll()).await else { panic!("the broker says nothing") };
            if matches!(event?, Event::Incoming(Packet::ConnAck(_))) {
                break;
            }
        }
        let (sender, packets) = unbounded_channel();
        tokio::spawn(follow(events, sender));
        Ok(Self { client, packets })
    }

    /// The next packet. `None` once the connection has ended.
    async fn packet(&mut self) -> Option<Packet> {
        timeout(PATIENCE, self.packets.recv()).await.unwrap_or_else(|_| panic!("nothing comes"))
    }

    /// Subscribes to a topic filter. Returns whether it was granted.
    pub async fn subscribe(&mut self, filter: &str) -> bool {
        self.client.subscribe(filter, QoS::AtLeastOnce).await.unwrap();
        loop {
            match self.packet().await {
                Some(Packet::SubAck(answer)) => return answer.return_codes[0] != SubscribeReasonCode::Failure,
                Some(_) => {}
                None => return false,
            }
        }
    }

    /// Publishes a message with `QoS` 1.
    pub async fn publish(&self, topic: &str, payload: impl Into<Vec<u8>>) {
        self.client.publish(topic, QoS::AtLeastOnce, false, payload).await.unwrap();
    }

    /// The topic and payload of the next message. `None` once the connection has ended.
    pub async fn message(&mut self) -> Option<(String, Value)> {
        loop {
            if let Packet::Publish(message) = self.packet().await? {
                return Some((message.topic, serde_json::from_slice(&message.payload).unwrap()));
            }
        }
    }
}

/// A message that the broker sends if the client disconnects without saying so.
#[must_use]
pub fn last_will(topic: &str) -> LastWill {
    LastWill::new(topic, "{}", QoS::AtLeastOnce, false)
}

/// Until the connection ends or the client is dropped: then it is lost at once, and not when the next packet arrives.
async fn follow(mut events: EventLoop, sender: UnboundedSender<Packet>) {
    loop {
        let event = tokio::select! {
            event = events.poll() => event,
            () = sender.closed() => return,
        };
        match event {
            Ok(Event::Incoming(packet)) => drop(sender.send(packet)),
            Ok(Event::Outgoing(_)) => {}
            Err(_) => return,
        }
    }
}
