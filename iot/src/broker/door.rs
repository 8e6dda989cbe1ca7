//! The door of the plain listener: rmqtt waits for a client's first packet for ever, AWS IoT Core does not.
//!
//! A connection that has not sent a whole CONNECT in time is closed, and so is one above the number of clients. The others
//! are forwarded to rmqtt, which listens on a port of its own. With TLS it limits the handshake itself.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};

use super::{HANDSHAKE_WITHIN, MAX_PACKET};

/// How long to wait after a failed accept, which is most often a lack of descriptors.
const PAUSE: Duration = Duration::from_millis(100);
/// The first byte of a CONNECT: MQTT 3.1.1, section 3.1.1.
const CONNECT: u8 = 0x10;

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
    let connect = tokio::time::timeout(HANDSHAKE_WITHIN, connect_packet(&mut client)).await??;
    let mut broker = TcpStream::connect(to).await?;
    broker.set_nodelay(true)?;
    broker.write_all(&connect).await?;
    copy_bidirectional(&mut client, &mut broker).await.map(drop)
}

/// The first packet, whole, and what may have come behind it.
async fn connect_packet(client: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut read = Vec::with_capacity(256);
    loop {
        if client.read_buf(&mut read).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if length(&read)?.is_some_and(|length| read.len() >= length) {
            return Ok(read);
        }
    }
}

/// How long the packet is, once that is known.
fn length(read: &[u8]) -> io::Result<Option<usize>> {
    let mut bytes = read.iter().copied();
    if bytes.next().is_some_and(|first| first != CONNECT) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut rest = 0;
    for (position, byte) in bytes.enumerate().take(4) {
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
        for refused in
            [&b"GET / HTTP/1.1"[..], &[0x30], &[0x10, 0xff, 0xff, 0xff, 0x7f], &[0x10, 0xff, 0xff, 0xff, 0xff]]
        {
            assert!(length(refused).is_err(), "{refused:?}");
        }
    }
}
