//! As much HTTP as it takes to talk to a backend on this machine.
//!
//! HTTP/1.0, since its answers end with the connection and are never chunked (RFC 9112, 6.3): some
//! lines here instead of a library and a runtime in every learner's first compile.

use std::{
    io::{self, Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

const CONNECT_LIMIT: Duration = Duration::from_secs(1);
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// No answer that is asked for here comes near it.
const LARGEST: u64 = 16 << 20;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// Asks for `url`, which is `http://host:port/path`.
///
/// # Errors
/// When the address is none, nobody answers in time, or the answer is not HTTP.
pub(crate) fn get(url: &str) -> io::Result<Answer> {
    request("GET", url, "")
}

/// Sends JSON to `url`.
///
/// # Errors
/// As [`get`].
pub(crate) fn post_json(url: &str, body: &str) -> io::Result<Answer> {
    request("POST", url, body)
}

fn request(method: &str, url: &str, body: &str) -> io::Result<Answer> {
    let rest = url
        .strip_prefix("http://")
        .ok_or_else(|| not_an_address(url))?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let address = match host.contains(':') {
        true => host.to_owned(),
        false => format!("{host}:80"),
    };
    let mut stream = connect(&address)?;
    stream.set_read_timeout(Some(ANSWER_LIMIT))?;
    stream.set_write_timeout(Some(ANSWER_LIMIT))?;
    let path = if path.is_empty() { "/" } else { path };
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nhost: {host}\r\naccept: application/json\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = Vec::new();
    stream.take(LARGEST).read_to_end(&mut answer)?;
    parse(&String::from_utf8_lossy(&answer))
}

/// `localhost` may mean an address on which nobody listens before the one that answers.
fn connect(address: &str) -> io::Result<TcpStream> {
    let mut last = not_an_address(address);
    for candidate in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&candidate, CONNECT_LIMIT) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn not_an_address(url: &str) -> io::Error {
    let text = format!("`{url}` is not an address such as http://127.0.0.1:4318");
    io::Error::new(io::ErrorKind::InvalidInput, text)
}

fn parse(answer: &str) -> io::Result<Answer> {
    let bad = || io::Error::new(io::ErrorKind::InvalidData, "the answer is not HTTP");
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(bad)?;
    let mut words = head.split_ascii_whitespace();
    let version = words.next().filter(|version| version.starts_with("HTTP/"));
    let status = words.next().and_then(|status| status.parse().ok());
    let status = status.filter(|_| version.is_some()).ok_or_else(bad)?;
    Ok(Answer {
        status,
        body: body.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::{io::BufRead, net::TcpListener, thread};

    use super::*;

    #[test]
    fn a_request_is_sent_and_its_answer_read() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1/traces", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = io::BufReader::new(stream);
            let mut first = String::new();
            reader.read_line(&mut first).unwrap();
            let mut line = String::new();
            while reader.read_line(&mut line).unwrap() > 2 {
                line.clear();
            }
            let mut body = [0; 2];
            reader.read_exact(&mut body).unwrap();
            let mut stream = reader.into_inner();
            stream
                .write_all(b"HTTP/1.1 202 Accepted\r\nx: y\r\n\r\n{\"a\":1}")
                .unwrap();
            (first, body)
        });
        let answer = post_json(&url, "{}").unwrap();
        assert_eq!(
            answer,
            Answer {
                status: 202,
                body: "{\"a\":1}".to_owned()
            }
        );
        let (first, body) = server.join().unwrap();
        assert_eq!(first, "POST /v1/traces HTTP/1.0\r\n");
        assert_eq!(&body, b"{}");
    }

    #[test]
    fn what_is_no_address_or_no_answer_says_so() {
        assert!(
            get("https://example.org")
                .unwrap_err()
                .to_string()
                .contains("not an address")
        );
        assert!(parse("SSH-2.0-x\r\n\r\n").is_err());
        assert!(parse("").is_err());
    }
}
