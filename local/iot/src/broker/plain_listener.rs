//! Accepts connections for the listener without TLS. AWS IoT Core closes connections that send no CONNECT in time;
//! rmqtt does not.
//!
//! A connection that has not sent a complete CONNECT in time is closed, and so is one above the maximum number of
//! clients. The others are forwarded packet by packet to rmqtt, which listens on a port of its own. Forwarding also
//! enforces AWS's limit of topic filters in a SUBSCRIBE, since rmqtt reports filters only one at a time. On the TLS
//! listener rmqtt itself limits the handshake, and that limit of filters is not enforced.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};

use super::{HANDSHAKE_WITHIN, MAX_FILTERS, MAX_PACKET};

/// Pause after a failed accept, which most often means that no file descriptor is free.
const PAUSE: Duration = Duration::from_millis(100);
/// First bytes of packets: MQTT 3.1.1, sections 3.1.1 and 3.8.1.
const CONNECT: u8 = 0x10;
const SUBSCRIBE: u8 = 0x82;

/// Accepts at most this number of clients at a time, and forwards them to the address.
pub(super) async fn accept_clients(listener: TcpListener, to: SocketAddr, clients: usize) {
    let permits = Arc::new(Semaphore::new(clients));
    loop {
        match listener.accept().await {
            Ok((client, _)) => {
                let Ok(permit) = permits.clone().try_acquire_owned() else { continue };
                tokio::spawn(async move {
                    if let Err(error) = forward_client(client, to).await {
                        tracing::debug!(%error, "an MQTT client was refused or has disconnected");
                    }
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::debug!(%error, "cannot accept an MQTT client");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn forward_client(mut client: TcpStream, to: SocketAddr) -> io::Result<()> {
    client.set_nodelay(true)?;
    let read = tokio::time::timeout(HANDSHAKE_WITHIN, connect_packet(&mut client)).await??;
    let mut broker = TcpStream::connect(to).await?;
    broker.set_nodelay(true)?;
    let ((from_client, mut to_client), (mut from_broker, to_broker)) = (client.split(), broker.split());
    let down = async {
        copy(&mut from_broker, &mut to_client).await?;
        to_client.shutdown().await
    };
    tokio::try_join!(forward(read, from_client, to_broker), down).map(drop)
}

/// Forwards a client's packets, first those already read, until the client disconnects or a packet is refused.
async fn forward(
    mut read: Vec<u8>,
    mut client: impl AsyncRead + Unpin,
    mut broker: impl AsyncWrite + Unpin,
) -> io::Result<()> {
    loop {
        while let Some(length) = length(&read)?.filter(|length| read.len() >= *length) {
            let packet: Vec<u8> = read.drain(..length).collect();
            if filters(&packet) > MAX_FILTERS {
                return Err(io::ErrorKind::InvalidData.into());
            }
            broker.write_all(&packet).await?;
        }
        if client.read_buf(&mut read).await? == 0 {
            return broker.shutdown().await;
        }
    }
}

/// Number of topic filters in a packet; 0 unless it is a SUBSCRIBE of MQTT 3.1.1, the version that devices use (section
/// 3.8.3).
fn filters(packet: &[u8]) -> usize {
    if packet.first() != Some(&SUBSCRIBE) {
        return 0;
    }
    let header = 1 + packet[1..].iter().take_while(|byte| **byte & 0x80 != 0).count() + 1;
    let mut rest = packet.get(header + 2..).unwrap_or_default(); // skip the packet identifier
    let mut filters = 0;
    while let [high, low, behind @ ..] = rest {
        filters += 1;
        let filter = usize::from(u16::from_be_bytes([*high, *low]));
        rest = behind.get(filter + 1..).unwrap_or_default(); // skip its quality of service
    }
    filters
}

/// Reads the complete first packet, and returns it with any bytes received after it.
async fn connect_packet(client: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut read = Vec::with_capacity(256);
    loop {
        if client.read_buf(&mut read).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if read.first().is_some_and(|first| *first != CONNECT) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        if length(&read)?.is_some_and(|length| read.len() >= length) {
            return Ok(read);
        }
    }
}

/// The packet's length, once enough bytes are read to know it.
fn length(read: &[u8]) -> io::Result<Option<usize>> {
    let mut rest = 0;
    for (position, byte) in read.iter().copied().skip(1).enumerate().take(4) {
        rest |= usize::from(byte & 0x7f) << (7 * position);
        if byte & 0x80 == 0 {
            let whole = 2 + position + rest;
            let is_taken = u32::try_from(whole).is_ok_and(|whole| whole <= MAX_PACKET);
            return if is_taken { Ok(Some(whole)) } else { Err(io::ErrorKind::InvalidData.into()) };
        }
    }
    if read.len() > 4 { Err(io::ErrorKind::InvalidData.into()) } else { Ok(None) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_client_that_sends_no_connect_in_time_is_disconnected() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, nowhere) = (listener.local_addr().unwrap(), "127.0.0.1:1".parse().unwrap());
        tokio::spawn(accept_clients(listener, nowhere, 10));
        for sent in [&b""[..], b"\x10", b"\x10\x0c\x00\x04MQTT"] {
            let mut client = TcpStream::connect(address).await.unwrap();
            client.write_all(sent).await.unwrap();
            let start = tokio::time::Instant::now();
            assert!(client.read_u8().await.is_err(), "{sent:?}");
            assert!(start.elapsed() >= HANDSHAKE_WITHIN, "{sent:?}");
        }
    }

    #[test]
    fn the_length_of_a_connect_is_known_as_early_as_possible() {
        assert_eq!(length(&[]).unwrap(), None);
        assert_eq!(length(&[0x10]).unwrap(), None);
        assert_eq!(length(&[0x10, 12]).unwrap(), Some(14));
        assert_eq!(length(&[0x10, 0x80]).unwrap(), None);
        assert_eq!(length(&[0x10, 0x80, 0x01]).unwrap(), Some(131));
        for refused in [&[0x10, 0xff, 0xff, 0xff, 0x7f], &[0x10, 0xff, 0xff, 0xff, 0xff]] {
            assert!(length(refused).is_err(), "{refused:?}");
        }
    }

    #[tokio::test]
    async fn a_client_that_does_not_start_with_connect_is_disconnected_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, nowhere) = (listener.local_addr().unwrap(), "127.0.0.1:1".parse().unwrap());
        tokio::spawn(accept_clients(listener, nowhere, 10));
        for sent in [&b"GET / HTTP/1.1"[..], &[0x30]] {
            let mut client = TcpStream::connect(address).await.unwrap();
            client.write_all(sent).await.unwrap();
            let end = tokio::time::timeout(HANDSHAKE_WITHIN / 2, client.read_u8()).await.expect("at once");
            assert!(end.is_err(), "{sent:?}");
        }
    }

    #[test]
    fn counts_the_filters_of_a_subscribe() {
        let subscribe = |count: usize| {
            let filters: Vec<u8> = (0..count).flat_map(|_| *b"\0\x03a/#\x01").collect();
            [&[SUBSCRIBE, u8::try_from(filters.len() + 2).unwrap(), 0, 1][..], &filters].concat()
        };
        for count in [1, 8, 9] {
            assert_eq!(filters(&subscribe(count)), count);
        }
        assert_eq!(filters(&[0x30, 3, 0, 1, b'a']), 0, "a PUBLISH has none");
        assert_eq!(filters(&[SUBSCRIBE, 4, 0, 1, 0, 9]), 1, "cut off in a filter");
    }
}
