//! The little HTTP/1.1 that a stand-in on loopback needs: requests with a content length, over connections that are kept.

use std::{
    io::{BufRead, Write},
    net::TcpStream,
};

use anyhow::{Context as _, Result, ensure};

/// The needed parts of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) path: String,
    /// The operation, as named in AWS's JSON protocol.
    pub(super) target: String,
    pub(super) body: Vec<u8>,
}

impl Request {
    /// Reads the next request of a connection; `None` at its end.
    pub(super) fn read(from: &mut impl BufRead) -> Result<Option<Self>> {
        let Some((first, headers)) = read_head(from)? else { return Ok(None) };
        let path = first.split(' ').nth(1).context("no path in the request")?.to_owned();
        let target = header(&headers, "x-amz-target").unwrap_or_default().to_owned();
        let body = read_body(from, &headers)?;
        Ok(Some(Self { path, target, body }))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// Further headers, each with its line end.
    pub(super) headers: String,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, headers: String::new(), body: body.into() }
    }

    fn read(from: &mut impl BufRead) -> Result<Self> {
        let (first, headers) = read_head(from)?.context("the connection ended before a response")?;
        let status = first.split(' ').nth(1).context("no status in the response")?.parse()?;
        Ok(Self { status, headers: String::new(), body: read_body(from, &headers)? })
    }

    /// Writes it in one piece, so that no part of it waits for an acknowledgement.
    pub(super) fn write(&self, mut to: impl Write) -> Result<()> {
        let head = format!(
            "HTTP/1.1 {} -\r\nContent-Type: application/json\r\n{}Content-Length: {}\r\n\r\n",
            self.status,
            self.headers,
            self.body.len()
        );
        Ok(to.write_all(&[head.as_bytes(), &self.body].concat())?)
    }
}

/// Sends an operation and its request to the embedded database.
pub(super) fn forward(target: &str, body: &[u8], address: &str) -> Result<Reply> {
    let stream = TcpStream::connect(address).context("the embedded database is gone")?;
    let head = format!(
        "POST / HTTP/1.1\r\nHost: {address}\r\nX-Amz-Target: {}\r\nContent-Type: application/x-amz-json-1.0\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0\r\n\
         X-Amz-Date: 20260101T000000Z\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        target,
        body.len()
    );
    (&stream).write_all(&[head.as_bytes(), body].concat())?;
    Reply::read(&mut std::io::BufReader::new(&stream))
}

type Headers = Vec<(String, String)>;

/// The first line and the headers.
fn read_head(from: &mut impl BufRead) -> Result<Option<(String, Headers)>> {
    let mut first = String::new();
    if from.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        ensure!(from.read_line(&mut line)? > 0, "the connection ended within a head");
        let Some((name, value)) = line.split_once(':') else { return Ok(Some((first, headers))) };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

fn read_body(from: &mut impl BufRead, headers: &Headers) -> Result<Vec<u8>> {
    ensure!(header(headers, "transfer-encoding").is_none(), "a body of unknown length");
    let mut body = vec![0; header(headers, "content-length").map_or(Ok(0), str::parse)?];
    from.read_exact(&mut body)?;
    Ok(body)
}

fn header<'a>(headers: &'a Headers, name: &str) -> Option<&'a str> {
    headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_of_one_connection_are_read_one_after_another() {
        let mut sent: &[u8] = b"POST / HTTP/1.1\r\nHost: it\r\nX-Amz-Target: DynamoDB_20120810.Query\r\n\
                                content-length: 2\r\n\r\n{}GET /a HTTP/1.1\r\n\r\n";
        let first = Request::read(&mut sent).unwrap().unwrap();
        assert_eq!((first.path.as_str(), first.target.as_str()), ("/", "DynamoDB_20120810.Query"));
        assert_eq!(first.body, b"{}");
        assert_eq!(Request::read(&mut sent).unwrap().unwrap().path, "/a");
        assert_eq!(Request::read(&mut sent).unwrap(), None);
    }

    #[test]
    fn a_request_that_is_cut_off_is_an_error() {
        for cut in ["POST / HTTP/1.1\r\nHost: it\r\n", "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n{}"] {
            assert!(Request::read(&mut cut.as_bytes()).is_err(), "{cut}");
        }
    }

    #[test]
    fn a_reply_is_read_as_it_was_written() {
        let reply = Reply { status: 400, headers: String::new(), body: b"{}".to_vec() };
        let mut written = Vec::new();
        reply.write(&mut written).unwrap();
        assert_eq!(Reply::read(&mut written.as_slice()).unwrap(), reply);
    }
}
