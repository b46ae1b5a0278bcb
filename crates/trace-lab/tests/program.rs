//! The program: one line when it is ready, ports named, and it ends when it should.
#![cfg(feature = "server")]
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot start the program fails"
)]

mod common;

use std::{
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
};

use common::{LIMIT, get};

/// Ends with the test, whatever happens.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(arguments: &[&str]) -> Program {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trace-lab"));
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Program(command.spawn().unwrap())
}

fn ready(program: &mut Program) -> serde_json::Value {
    let mut lines = BufReader::new(program.0.stdout.take().unwrap()).lines();
    let (send, receive) = mpsc::channel();
    thread::spawn(move || send.send(lines.next()));
    let line = receive
        .recv_timeout(LIMIT)
        .expect("no line in time")
        .expect("it ended")
        .unwrap();
    serde_json::from_str(&line).unwrap()
}

/// Its exit code, or none for a signal, once it has ended.
fn ended(program: &mut Program) -> Option<i32> {
    let mut errors = program.0.stderr.take().unwrap();
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        // Ends when the program does, since nobody else holds the other side.
        let _ = errors.read_to_end(&mut Vec::new());
        send.send(())
    });
    receive.recv_timeout(LIMIT).expect("it did not end in time");
    program.0.wait().unwrap().code()
}

const FREE: [&str; 6] = ["--web", "0", "--otlp-http", "0", "--otlp-grpc", "0"];

#[test]
fn it_says_where_it_is_and_ends_when_its_input_closes() {
    let mut program = start(&[&FREE[..], &["--until-stdin-closes"]].concat());
    let ready = ready(&mut program);
    assert_eq!(
        (&ready["kind"], &ready["pid"]),
        (&"lab".into(), &program.0.id().into())
    );
    assert_eq!(ready["notes"], serde_json::json!([]));
    for address in ["web", "otlp_http", "otlp_grpc"] {
        assert!(
            ready[address]
                .as_str()
                .unwrap()
                .starts_with("http://127.0.0.1:"),
            "{address}"
        );
    }
    assert_eq!(
        get(&format!("{}/lab/health", ready["web"].as_str().unwrap())).status(),
        200
    );
    drop(program.0.stdin.take());
    assert_eq!(ended(&mut program), Some(0));
}

#[test]
fn sigterm_and_ctrl_c_end_it_in_order() {
    for signal in ["TERM", "INT"] {
        let mut program = start(&FREE);
        ready(&mut program);
        let sent = Command::new("kill")
            .args(["-s", signal, &program.0.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
        assert_eq!(ended(&mut program), Some(0), "{signal}");
    }
}

#[test]
fn a_taken_port_is_named_with_its_holder_and_another_is_used() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = holder.local_addr().unwrap().port().to_string();
    let taken = ["--web", &port, "--otlp-http", "0", "--otlp-grpc", "0"];
    let mut program = start(&[&taken[..], &["--port-fallback"]].concat());
    let ready = ready(&mut program);
    let note = ready["notes"][0].as_str().unwrap().to_owned();
    let instead = ready["web"]
        .as_str()
        .unwrap()
        .rsplit(':')
        .next()
        .unwrap()
        .to_owned();
    assert!(
        note.contains(&format!(
            "port {port} is held by process {}",
            std::process::id()
        )),
        "{note}"
    );
    assert!(
        note.ends_with(&format!("using {instead}")) && instead != port,
        "{note}"
    );

    let mut refused = start(&taken);
    let mut errors = String::new();
    refused
        .0
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut errors)
        .unwrap();
    assert_eq!(refused.0.wait().unwrap().code(), Some(2));
    assert!(
        errors.contains(&port) && errors.contains("--port-fallback"),
        "{errors}"
    );
    assert!(
        TcpListener::bind(("127.0.0.1", holder.local_addr().unwrap().port())).is_err(),
        "the holder still holds it"
    );
}
