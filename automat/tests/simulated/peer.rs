//! A broker for one device: keeps a shadow of requests and gives the test what the device sends.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::BytesMut;
use protocol::{ThingName, Topics};
use rumqttc::mqttbytes::QoS;
use rumqttc::mqttbytes::v4::{ConnAck, ConnectReturnCode, Packet, PubAck, Publish, SubAck, SubscribeReasonCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::cloud::PageBook;

const LARGEST: usize = 128 * 1024;
/// The cloud's time, which is fixed.
pub(crate) const TIME: i64 = 1_795_521_600;

pub(crate) struct Peer {
    pub(crate) port: u16,
    desired: Arc<Mutex<Value>>,
    pages: Arc<Mutex<PageBook>>,
    to_device: mpsc::UnboundedSender<(String, Value)>,
    from_device: mpsc::UnboundedReceiver<(String, Value)>,
}

impl Peer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (desired, pages) = (Arc::new(Mutex::new(json!({}))), Arc::new(Mutex::new(PageBook::new())));
        let (to_device, outgoing) = mpsc::unbounded_channel();
        let (incoming, from_device) = mpsc::unbounded_channel();
        let known = (Arc::clone(&desired), Arc::clone(&pages));
        tokio::spawn(serve(listener, known, outgoing, incoming));
        Self { port, desired, pages, to_device, from_device }
    }

    /// What the next question for pages is answered with.
    pub(crate) fn give_pages(&self, pages: PageBook) {
        *self.pages.lock().unwrap() = pages;
    }

    /// Requests openings, and sends a delta.
    pub(crate) fn ask(&self, o: Value) {
        *self.desired.lock().unwrap() = o;
        self.send(&topics().shadow("update/delta"), json!({}));
    }

    pub(crate) fn send(&self, topic: &str, payload: Value) {
        self.to_device.send((topic.to_owned(), payload)).unwrap();
    }

    /// The next message of the device on a topic; messages on others are skipped.
    pub(crate) async fn next(&mut self, topic: &str) -> Value {
        let next = async {
            loop {
                let (to, payload) = self.from_device.recv().await.unwrap();
                if to == topic {
                    return payload;
                }
            }
        };
        timeout(Duration::from_secs(20), next).await.unwrap()
    }

    /// The next report of the device for a locker.
    pub(crate) async fn report(&mut self, locker: &str) -> Value {
        self.next(&topics().shadow("update")).await["state"]["reported"]["r"][locker].clone()
    }
}

pub(crate) fn topics() -> Topics {
    Topics::of(ThingName::of_automat("lobby"))
}

/// The requests in the shadow, and the pages.
type Known = (Arc<Mutex<Value>>, Arc<Mutex<PageBook>>);

async fn serve(
    listener: TcpListener,
    known: Known,
    mut outgoing: mpsc::UnboundedReceiver<(String, Value)>,
    incoming: mpsc::UnboundedSender<(String, Value)>,
) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        let mut read = BytesMut::new();
        loop {
            let mut answers = Vec::new();
            while let Ok(packet) = Packet::read(&mut read, LARGEST) {
                answers.extend(answer(packet, &known, &incoming));
            }
            for packet in answers {
                write(&mut stream, &packet).await;
            }
            tokio::select! {
                size = stream.read_buf(&mut read) => if !matches!(size, Ok(1..)) { break },
                Some((topic, payload)) = outgoing.recv() => write(&mut stream, &message(&topic, &payload)).await,
            }
        }
    }
}

fn answer(packet: Packet, known: &Known, incoming: &mpsc::UnboundedSender<(String, Value)>) -> Vec<Packet> {
    let (desired, pages) = known;
    match packet {
        Packet::Connect(_) => vec![Packet::ConnAck(ConnAck::new(ConnectReturnCode::Success, false))],
        Packet::Subscribe(subscribe) => {
            let codes = vec![SubscribeReasonCode::Success(QoS::AtLeastOnce); subscribe.filters.len()];
            vec![Packet::SubAck(SubAck::new(subscribe.pkid, codes))]
        }
        Packet::Publish(publish) => {
            let payload: Value = serde_json::from_slice(&publish.payload).unwrap();
            let mut answers = vec![Packet::PubAck(PubAck::new(publish.pkid))];
            let answer = json!({
                "state": {"desired": {"o": *desired.lock().unwrap()}},
                "timestamp": TIME,
                "clientToken": payload["clientToken"],
            });
            for request in ["get", "update"] {
                if publish.topic == topics().shadow(request) {
                    answers.push(message(&topics().shadow(&format!("{request}/accepted")), &answer));
                }
            }
            if publish.topic == topics().access_request() {
                let parts = pages.lock().unwrap().answers(&payload, 2);
                answers.extend(parts.iter().map(|part| message(&topics().access(), part)));
            } else if publish.topic == topics().journal() {
                let last = payload["lines"].as_array().and_then(|lines| lines.last()).unwrap();
                let receipt = json!({"journal": payload["journal"], "upTo": last["j"]});
                answers.push(message(&topics().journal_receipt(), &receipt));
            }
            incoming.send((publish.topic, payload)).unwrap();
            answers
        }
        Packet::PingReq => vec![Packet::PingResp],
        _ => vec![],
    }
}

fn message(topic: &str, payload: &Value) -> Packet {
    Packet::Publish(Publish::new(topic, QoS::AtMostOnce, payload.to_string()))
}

async fn write(stream: &mut TcpStream, packet: &Packet) {
    let mut bytes = BytesMut::new();
    packet.write(&mut bytes, LARGEST).unwrap();
    // A device that has just lost power reads nothing.
    let _ = stream.write_all(&bytes).await;
}
