//! The server as a process: ready line, pages, safety, rebuilding, its end.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use common::Checkout;

const LIMIT: Duration = Duration::from_secs(30);

/// A running server; ended with the value.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(checkout: &Checkout, port: u16) -> Self {
        std::fs::create_dir_all(checkout.path("temporary")).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_course-book"))
            .arg("--root")
            .arg(checkout.root())
            .args(["serve", "--port", &port.to_string(), "--until-stdin-closes"])
            .env("TMPDIR", checkout.path("temporary"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(ready["kind"], "book", "{line}");
        let address = ready["address"]
            .as_str()
            .unwrap()
            .strip_prefix("http://")
            .unwrap();
        Self {
            address: address.to_owned(),
            child,
        }
    }

    fn get(&self, path: &str) -> String {
        self.ask(&format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        ))
    }

    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn close_stdin(mut self) -> ExitStatus {
        drop(self.child.stdin.take());
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < LIMIT, "it did not end");
            std::thread::yield_now();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn pages_are_served_with_a_policy_and_nothing_else_is() {
    let checkout = Checkout::new();
    let server = Server::start(&checkout, 0);
    let page = server.get("/");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(
        page.contains("content-security-policy: default-src 'none'"),
        "{page}"
    );
    assert!(server.get("/part1/01-demo.html").contains("One idea"));
    assert!(server.get("/gone.html").starts_with("HTTP/1.1 404"));
    for outside in [
        "/../Cargo.toml",
        "/..%2fCargo.toml",
        "//etc/passwd",
        "/theme/../../x",
    ] {
        let answer = server.get(outside);
        assert!(answer.starts_with("HTTP/1.1 404"), "{outside}: {answer}");
    }
    let post = format!(
        "POST / HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        server.address
    );
    assert!(server.ask(&post).starts_with("HTTP/1.1 405"));
}

#[test]
fn a_foreign_host_is_refused() {
    let checkout = Checkout::new();
    let server = Server::start(&checkout, 0);
    let foreign = "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    assert!(server.ask(foreign).starts_with("HTTP/1.1 403"));
    let port = server.address.rsplit(':').next().unwrap();
    let local = format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    assert!(server.ask(&local).starts_with("HTTP/1.1 200"));
}

#[test]
fn a_taken_port_is_left_to_its_holder() {
    let checkout = Checkout::new();
    let first = Server::start(&checkout, 0);
    let taken: u16 = first.address.rsplit(':').next().unwrap().parse().unwrap();
    let second = Server::start(&checkout, taken);
    assert_ne!(first.address, second.address);
    assert!(second.get("/").starts_with("HTTP/1.1 200"));
}

#[test]
fn a_saved_chapter_appears_without_a_404_in_between() {
    let checkout = Checkout::new();
    let server = Server::start(&checkout, 0);
    for word in ["Aardvark", "Badger", "Civet"] {
        checkout.chapter(word);
        let start = Instant::now();
        loop {
            let page = server.get("/part1/01-demo.html");
            assert!(page.starts_with("HTTP/1.1 200"), "{page}");
            if page.contains(word) {
                break;
            }
            assert!(start.elapsed() < LIMIT, "{word} never appeared");
        }
    }
}

#[test]
fn a_broken_save_keeps_the_pages() {
    let checkout = Checkout::new();
    let server = Server::start(&checkout, 0);
    checkout.book("src/SUMMARY.md", "# Summary\n\n- [broken(\n- - -\n");
    checkout.book(
        "src/SUMMARY.md",
        "# Summary\n\n[Welcome](README.md)\n\n- [Renamed](part1/01-demo.md)\n",
    );
    let start = Instant::now();
    loop {
        assert!(server.get("/").starts_with("HTTP/1.1 200"));
        if server.get("/toc.html").contains("Renamed") {
            break;
        }
        assert!(start.elapsed() < LIMIT, "the repaired book never appeared");
    }
}

#[test]
fn it_ends_when_its_parent_does_and_leaves_nothing() {
    let checkout = Checkout::new();
    let server = Server::start(&checkout, 0);
    let left = || {
        std::fs::read_dir(checkout.path("temporary"))
            .unwrap()
            .count()
    };
    assert_eq!(left(), 1, "the pages lie in a temporary folder");
    assert!(server.close_stdin().success());
    assert_eq!(left(), 0, "the temporary folder is gone");
}
