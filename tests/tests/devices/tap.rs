//! A proxy between a device and its broker that records every byte in both directions.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[derive(Clone)]
pub(crate) struct Tap {
    pub(crate) address: SocketAddr,
    bytes: Arc<Mutex<Vec<u8>>>,
}

impl Tap {
    /// Listens on a port of its own, and forwards to a broker.
    pub(crate) async fn before(broker: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let tap = Self { address: listener.local_addr().unwrap(), bytes: Arc::default() };
        let wire = tap.clone();
        tokio::spawn(async move {
            while let Ok((device, _)) = listener.accept().await {
                let (from_device, to_device) = device.into_split();
                let (from_broker, to_broker) = TcpStream::connect(broker).await.unwrap().into_split();
                tokio::spawn(wire.clone().copy(from_device, to_broker));
                tokio::spawn(wire.clone().copy(from_broker, to_device));
            }
        });
        tap
    }

    /// Everything recorded so far.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.bytes.lock().unwrap().clone()
    }

    async fn copy(self, mut from: impl AsyncReadExt + Unpin, mut to: impl AsyncWriteExt + Unpin) {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = from.read(&mut buffer).await {
            self.bytes.lock().unwrap().extend(&buffer[..read]);
            if to.write_all(&buffer[..read]).await.is_err() {
                return;
            }
        }
    }
}
