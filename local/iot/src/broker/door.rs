//! The door of the plain listener: rmqtt waits for a client's first packet for ever, AWS IoT Core does not.
//!
//! A connection that has not sent a whole CONNECT in time is closed, and so is one above the number of clients. The others
//! are forwarded to rmqtt, which listens on a port of its own, packet by packet: rmqtt shows one filter after the other, and
//! AWS limits how many a SUBSCRIBE may have. With TLS rmqtt limits the handshake itself, and nobody counts the filters.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};

use super::{HANDSHAKE_WITHIN, MAX_FILTERS, MAX_PACKET};

/// How long to wait after a failed accept, which is most often a lack of descriptors.
const PAUSE: Duration = Duration::from_millis(100);
/// The first bytes of packets: MQTT 3.1.1, sections 3.1.1 and 3.8.1.
const CONNECT: u8 = 0x10;
const SUBSCRIBE: u8 = 0x82;

/// Forwards clients from the listener to the address, so many at once.
pub(super) async fn lead(listener: TcpListener, to: SocketAddr, clients: usize) {
    let places = Arc::new(Semaphore::new(clients));
    loop {
        match listener.accept().await {
            Ok((client, _)) => {
                let Ok(place) = places.clone().try_acquire_owned() else { continue };
                tokio::spawn(async move {
                    if let Err(error) = through(client, to).await {
                        tracing::debug!(%error, "a client of MQTT was turned away, or has gone");
                    }
                    drop(place);
                });
            }
            Err(error) => {
                tracing::debug!(%error, "a client of MQTT was not let in");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn through(mut client: TcpStream, to: SocketAddr) -> io::Result<()> {
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

/// Forwards a client's packets, what was read of them first, until the client ends or one of them is refused.
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

/// How many topic filters a packet has, if it is a SUBSCRIBE of MQTT 3.1.1, the version that devices speak (section 3.8.3).
fn filters(packet: &[u8]) -> usize {
    if packet.first() != Some(&SUBSCRIBE) {
        return 0;
    }
    let header = 1 + packet[1..].iter().take_while(|byte| **byte & 0x80 != 0).count() + 1;
    let mut rest = packet.get(header + 2..).unwrap_or_default(); // after the packet's identifier
    let mut filters = 0;
    while let [high, low, behind @ ..] = rest {
        filters += 1;
        let filter = usize::from(u16::from_be_bytes([*high, *low]));
        rest = behind.get(filter + 1..).unwrap_or_default(); // and its quality of service
    }
    filters
}

/// The first packet, whole, and what may have come behind it.
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

/// How long the packet is, once that is known.
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
    async fn who_sends_no_connect_in_time_is_turned_away() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (door, nowhere) = (listener.local_addr().unwrap(), "127.0.0.1:1".parse().unwrap());
        tokio::spawn(lead(listener, nowhere, 10));
        for sent in [&b""[..], b"\x10", b"\x10\x0c\x00\x04MQTT"] {
            let mut client = TcpStream::connect(door).await.unwrap();
            client.write_all(sent).await.unwrap();
            let start = tokio::time::Instant::now();
            assert!(client.read_u8().await.is_err(), "{sent:?}");
            assert!(start.elapsed() >= HANDSHAKE_WITHIN, "{sent:?}");
        }
    }

    #[test]
    fn knows_how_long_a_connect_is_as_soon_as_it_can() {
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
    async fn what_does_not_begin_with_a_connect_is_turned_away_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (door, nowhere) = (listener.local_addr().unwrap(), "127.0.0.1:1".parse().unwrap());
        tokio::spawn(lead(listener, nowhere, 10));
        for sent in [&b"GET / HTTP/1.1"[..], &[0x30]] {
            let mut client = TcpStream::connect(door).await.unwrap();
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
        assert_eq!(filters(&[0x30, 3, 0, 1, b'a']), 0, "a publication has none");
        assert_eq!(filters(&[SUBSCRIBE, 4, 0, 1, 0, 9]), 1, "cut off in a filter");
    }
}
