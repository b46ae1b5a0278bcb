//! Talks to a backend on this machine.

use std::{io, time::Duration};

use ureq::{Agent, Body, http::Response};

const CONNECT_LIMIT: Duration = Duration::from_secs(1);
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

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
    answer(agent().get(url).call())
}

/// Sends JSON to `url`.
///
/// # Errors
/// As [`get`].
pub(crate) fn post_json(url: &str, body: &str) -> io::Result<Answer> {
    let request = agent().post(url).header("content-type", "application/json");
    answer(request.send(body))
}

fn agent() -> Agent {
    let agent = Agent::config_builder()
        .proxy(None)
        .timeout_connect(Some(CONNECT_LIMIT))
        .timeout_global(Some(ANSWER_LIMIT))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false);
    agent.build().new_agent()
}

fn answer(sent: Result<Response<Body>, ureq::Error>) -> io::Result<Answer> {
    let response = sent.map_err(ureq::Error::into_io)?;
    let status = response.status().as_u16();
    let body = response.into_body().read_to_vec();
    let body = body.map_err(ureq::Error::into_io)?;
    let body = String::from_utf8_lossy(&body).into_owned();
    Ok(Answer { status, body })
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead, BufReader, Read, Write},
        net::TcpListener,
        thread::{self, JoinHandle},
    };

    use super::*;

    /// Answers one request; gives its address and, in the end, the request's first line and body.
    fn server(answer: &'static str) -> (String, JoinHandle<(String, String)>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let serve = move || {
            let (stream, _) = listener.accept().expect("a connection");
            let mut reader = BufReader::new(stream);
            let head: Vec<String> = (&mut reader)
                .lines()
                .map_while(Result::ok)
                .take_while(|line| !line.is_empty())
                .collect();
            let length = head.iter().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                let length = name.eq_ignore_ascii_case("content-length");
                length.then(|| value.parse::<u64>().ok())?
            });
            let mut body = String::new();
            let mut rest = (&mut reader).take(length.unwrap_or(0));
            rest.read_to_string(&mut body).expect("the body");
            let sent = reader.into_inner().write_all(answer.as_bytes());
            sent.expect("a caller that waits");
            (head[0].clone(), body)
        };
        (format!("http://{address}"), thread::spawn(serve))
    }

    #[test]
    fn a_request_is_sent_and_its_answer_read() {
        let answer = "HTTP/1.1 202 Accepted\r\ncontent-length: 7\r\n\r\n{\"a\":1}";
        let (address, served) = server(answer);
        let answer = post_json(&format!("{address}/v1/traces"), "{}").unwrap();
        let expected = Answer {
            status: 202,
            body: "{\"a\":1}".to_owned(),
        };
        assert_eq!(answer, expected);
        let request = ("POST /v1/traces HTTP/1.1".to_owned(), "{}".to_owned());
        assert_eq!(served.join().unwrap(), request);
    }

    #[test]
    fn a_refusal_is_an_answer() {
        let (address, served) = server("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
        assert_eq!(get(&address).unwrap().status, 404);
        assert_eq!(served.join().unwrap().0, "GET / HTTP/1.1");
    }

    #[test]
    fn what_is_no_address_or_no_answer_says_so() {
        assert!(get("not an address").is_err());
        let (address, served) = server("SSH-2.0-OpenSSH_9.6\r\n\r\n");
        assert!(get(&address).is_err());
        served.join().unwrap();
    }
}
