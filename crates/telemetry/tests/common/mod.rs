//! A receiver of a few lines, and this executable again as the process under test: a pipeline is
//! global to its process.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex},
    thread,
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest, common::v1::any_value,
};
use prost::Message;

/// Says that this process is the one under test.
const INNER: &str = "TELEMETRY_INNER";

/// Service and name of every span that arrived. The threads end with the process.
#[derive(Clone, Default)]
pub(crate) struct Sink(Arc<Mutex<Vec<(String, String)>>>);

impl Sink {
    /// The sink and its address.
    pub(crate) fn start() -> (Self, String) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let sink = Self::default();
        let threads = sink.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let sink = threads.clone();
                thread::spawn(move || while sink.take(&stream).is_some() {});
            }
        });
        (sink, address)
    }

    pub(crate) fn spans(&self) -> Vec<(String, String)> {
        self.0.lock().unwrap().clone()
    }

    /// One request; none when the client is done.
    fn take(&self, mut stream: &TcpStream) -> Option<()> {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).ok()?;
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap().to_lowercase();
        assert!(head.starts_with("post /v1/traces "), "{head}");
        assert!(
            head.contains("content-type: application/x-protobuf"),
            "{head}"
        );
        let length = head.split("content-length: ").nth(1).unwrap();
        let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
        let mut body = vec![0; length];
        stream.read_exact(&mut body).ok()?;
        self.keep(ExportTraceServiceRequest::decode(&*body).unwrap());
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            .ok()
    }

    fn keep(&self, request: ExportTraceServiceRequest) {
        for resource_spans in request.resource_spans {
            let attributes = resource_spans.resource.unwrap_or_default().attributes;
            let service = attributes.into_iter().find(|a| a.key == "service.name");
            let service = match service.and_then(|a| a.value?.value) {
                Some(any_value::Value::StringValue(name)) => name,
                other => panic!("no service.name: {other:?}"),
            };
            let spans = resource_spans
                .scope_spans
                .into_iter()
                .flat_map(|scope| scope.spans);
            let mut kept = self.0.lock().unwrap();
            kept.extend(spans.map(|span| (service.clone(), span.name)));
        }
    }
}

/// Whether this process is the one under test.
pub(crate) fn is_inner() -> bool {
    std::env::var_os(INNER).is_some()
}

/// Starts `test` of this executable as the process under test.
pub(crate) fn start(test: &str, variables: &[(&str, &str)]) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let telemetry_of_ours = |name: &str| name.starts_with("OTEL_") || name == "RUST_LOG";
    for (name, _) in std::env::vars().filter(|(name, _)| telemetry_of_ours(name)) {
        command.env_remove(name);
    }
    command
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(INNER, "1")
        .envs(variables.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Runs it to its end; returns what it printed.
pub(crate) fn run(test: &str, variables: &[(&str, &str)]) -> String {
    printed(&start(test, variables).wait_with_output().unwrap())
}

/// What a process under test that succeeded printed.
pub(crate) fn printed(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let all = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{all}");
    all
}
