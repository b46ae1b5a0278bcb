//! The trace lab as a program: starts, says in one line of JSON where it is, and runs until it is
//! told to stop.

use std::{
    io::{self, Read, Write},
    net::IpAddr,
    process::ExitCode,
    sync::mpsc,
    thread,
};

use clap::Parser;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use trace_lab::{Lab, Options, store::Limits};

/// A trace backend on this machine: OTLP in, query API and pages out.
#[derive(Parser)]
#[command(name = "trace-lab", version)]
struct Arguments {
    /// Port for OTLP over HTTP.
    #[arg(long, default_value_t = 4318)]
    otlp_http: u16,
    /// Port for OTLP over gRPC.
    #[arg(long, default_value_t = 4317)]
    otlp_grpc: u16,
    /// Port for pages and the query API.
    #[arg(long, default_value_t = 16686)]
    web: u16,
    /// Address to listen on; anything but loopback lets other machines in.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// Memory for spans, in MiB; the oldest traces make room for newer ones.
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..))]
    store_mib: u32,
    /// Take a free port where one is taken.
    #[arg(long)]
    port_fallback: bool,
    /// A host name, beside localhost, under which others reach this machine (repeatable).
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// An origin whose pages may send spans, such as http://127.0.0.1:3000 (repeatable).
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,
    /// The book's address, for links from comparisons.
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    book: String,
    /// End when standard input closes, so that it never outlives the program that started it.
    #[arg(long)]
    until_stdin_closes: bool,
}

impl Arguments {
    fn options(&self) -> Options {
        let bytes = (self.store_mib as usize) << 20;
        Options {
            host: self.host,
            otlp_http: self.otlp_http,
            otlp_grpc: self.otlp_grpc,
            web: self.web,
            port_fallback: self.port_fallback,
            limits: Limits {
                bytes,
                ..Limits::default()
            },
            hosts: self
                .allow_host
                .iter()
                .map(|host| host.to_ascii_lowercase())
                .collect(),
            origins: self.allow_origin.clone(),
            book: self.book.trim_end_matches('/').to_owned(),
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("trace-lab: {why}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    // Before anything else, so that a signal during the start is not lost.
    let end = end(arguments.until_stdin_closes)?;
    let lab = Lab::start(&arguments.options())?;
    if !arguments.host.is_loopback() {
        eprintln!("trace-lab: {} is open to other machines", arguments.host);
    }
    announce(&lab)?;
    // An error means that everybody who could send has gone.
    let _ = end.recv();
    Ok(())
}

fn announce(lab: &Lab) -> io::Result<()> {
    let line = json!({
        "kind": "lab",
        "web": lab.web(),
        "otlp_http": lab.otlp_http(),
        "otlp_grpc": lab.otlp_grpc(),
        "pid": std::process::id(),
        "notes": lab.notes(),
    });
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// Hears of SIGTERM, Ctrl-C and, where asked for, the end of standard input.
fn end(until_stdin_closes: bool) -> io::Result<mpsc::Receiver<()>> {
    let (send, receive) = mpsc::channel();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (mut terminate, mut interrupt) = {
        let _inside = runtime.enter();
        (
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
        )
    };
    let heard = send.clone();
    thread::spawn(move || {
        runtime.block_on(async {
            tokio::select! { _ = terminate.recv() => {} _ = interrupt.recv() => {} }
        });
        let _ = heard.send(());
    });
    if until_stdin_closes {
        thread::spawn(move || {
            let _ = io::copy(&mut io::stdin().lock().by_ref(), &mut io::sink());
            let _ = send.send(());
        });
    }
    Ok(receive)
}
