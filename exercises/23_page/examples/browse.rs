//! Both services, for a browser of your own: `cargo run -p page --example browse`.
//!
//! Their spans, and those of the pages, go to `OTEL_EXPORTER_OTLP_ENDPOINT`, or to the backend of
//! `cargo workshop` on port 4318. The key b of `cargo workshop` starts it with a port, and holds its
//! standard input open for as long as it is to run.

use std::{
    env,
    error::Error,
    io::{self, BufRead, BufReader},
    net::TcpListener,
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
};

use page::{pricing, search};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["pricing", origin] => prices(origin).await,
        [] => pages(0, false).await,
        [port] => pages(port.parse()?, false).await,
        [port, "--until-stdin-closes"] => pages(port.parse()?, true).await,
        _ => Err("browse [PORT [--until-stdin-closes]]".into()),
    }
}

async fn pages(port: u16, until_stdin_closes: bool) -> Result<(), Box<dyn Error>> {
    let (listener, url) = listen(port)?;
    let (_pricing, prices) = start_pricing(&url)?;
    let telemetry = telemetry::init("search")?;
    println!("{url}/cars/7");
    tokio::select! {
        served = search(listener, prices) => served?,
        stop = telemetry::stop_signal() => drop(stop?),
        () = telemetry::input_end(), if until_stdin_closes => {}
    }
    Ok(telemetry.shutdown()?)
}

async fn prices(origin: &str) -> Result<(), Box<dyn Error>> {
    let (listener, url) = listen(0)?;
    println!("{url}");
    let telemetry = telemetry::init("pricing")?;
    tokio::select! {
        served = pricing(listener, origin.to_owned()) => served?,
        () = telemetry::input_end() => {}
    }
    Ok(telemetry.shutdown()?)
}

fn listen(port: u16) -> io::Result<(TcpListener, String)> {
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    listener.set_nonblocking(true)?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((listener, url))
}

/// A service is a process: this program again, which ends when this one does.
fn start_pricing(origin: &str) -> io::Result<(Child, String)> {
    let mut pricing = Command::new(env::current_exe()?)
        .args(["pricing", origin])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // A Ctrl-C is for this process, which ends the other one.
        .process_group(0)
        .spawn()?;
    let mut url = String::new();
    if let Some(output) = pricing.stdout.take() {
        BufReader::new(output).read_line(&mut url)?;
    }
    Ok((pricing, url.trim().to_owned()))
}
