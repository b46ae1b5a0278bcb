//! Services are processes of their own; what crosses between them is seen as it is.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "each file of tests uses its part")]
mod common;

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
};

use common::judged;
use testkit::expect_eq;
use trace_shape::Code;

/// Answers each request on `listener` with what `answer` makes of its head; one thread a connection.
async fn serve(listener: TcpListener, answer: fn(&str) -> String) {
    listener.set_nonblocking(false).unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || while converse(&stream, answer).is_some() {});
        }
    });
    std::future::pending().await
}

/// One request and its answer; none when the client is done.
fn converse(mut stream: &TcpStream, answer: fn(&str) -> String) -> Option<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let body = answer(&String::from_utf8_lossy(&head));
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .ok()
}

const TWO: &str = "search server \"GET /cars/{id}\"\n";

#[test]
fn the_wire_is_seen_as_it_was() {
    let Some(run) = judged(here!(), |exercise| {
        exercise
            .service("search", |place| {
                let url = place.url("inventory");
                serve(place.listener(), move_url(url))
            })
            .service("inventory", |place| {
                serve(place.listener(), |_| "seven".to_owned())
            })
            .drive(|client| {
                let request = client.request("GET", "search", "/cars/7");
                request
                    .header("B", "2")
                    .header("a", "1")
                    .header("b", "3")
                    .tagged("r1")
                    .send()
            })
            .expect(|reply| expect_eq(reply.body.as_str(), "seven", "the car"))
            .verdict(TWO);
    }) else {
        return;
    };
    let crossings = &run.record.crossings;
    assert_eq!(crossings.len(), 2, "{crossings:?}\n{}", run.printed);
    assert_eq!((&*crossings[0].from, &*crossings[0].to), ("test", "search"));
    assert_eq!(
        (&*crossings[1].from, &*crossings[1].to),
        ("search", "inventory")
    );
    assert_eq!(crossings[0].request, "GET /cars/7");
    let names: Vec<&str> = crossings[1]
        .headers
        .iter()
        .map(|(name, _)| &**name)
        .collect();
    assert_eq!(names, ["host", "x-b", "x-a", "x-b"]);
    println!("{:?} {}", run.took, run.printed);
}

/// A client without any instrumentation, as bytes.
fn move_url(url: String) -> fn(&str) -> String {
    INVENTORY.set(url).unwrap();
    |_| {
        let address = INVENTORY.get().unwrap().strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "GET /stock HTTP/1.1\r\nHost: i\r\nX-B: 1\r\nx-a: 2\r\nx-b: 3\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        let _ = stream.shutdown(std::net::Shutdown::Write);
        stream.read_to_string(&mut answer).unwrap();
        answer.split("\r\n\r\n").nth(1).unwrap().to_owned()
    }
}

static INVENTORY: std::sync::OnceLock<String> = std::sync::OnceLock::new();

#[test]
fn a_service_that_returns_is_told() {
    let Some(run) = judged(here!(), |exercise| {
        exercise
            .service("search", |place| {
                drop(place.listener());
                async { Err::<(), _>("no stock") }
            })
            .drive(|client| client.get("search", "/").status)
            .verdict(TWO);
    }) else {
        return;
    };
    assert_eq!(run.codes(), [Code::Panicked], "{}", run.printed);
    assert!(run.printed.contains("no stock"), "{}", run.printed);
}
