//! Both services, for a browser of your own: `cargo run -p page --example browse`.
//!
//! Their spans, and those of the pages, go to `OTEL_EXPORTER_OTLP_ENDPOINT`, or to the backend of
//! `cargo workshop` on port 4318.

use std::{
    env,
    error::Error,
    io::{self, BufRead, BufReader, Read},
    net::TcpListener,
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    thread,
};

use page::{pricing, search};
use tokio::sync::oneshot;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    listener.set_nonblocking(true)?;
    let url = format!("http://{}", listener.local_addr()?);
    if let Some(origin) = env::args().nth(1) {
        println!("{url}");
        let telemetry = telemetry::init("pricing")?;
        tokio::select! {
            served = pricing(listener, origin) => served?,
            () = the_input_ends() => {}
        }
        return Ok(telemetry.shutdown()?);
    }
    let (_pricing, prices) = start_pricing(&url)?;
    let telemetry = telemetry::init("search")?;
    println!("{url}/cars/7");
    tokio::select! {
        served = search(listener, prices) => served?,
        stop = telemetry::stop_signal() => drop(stop?),
    }
    Ok(telemetry.shutdown()?)
}

/// A service is a process: this program again, which ends when this one does.
fn start_pricing(origin: &str) -> io::Result<(Child, String)> {
    let mut pricing = Command::new(env::current_exe()?)
        .arg(origin)
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

/// When the other process is gone, however that came.
async fn the_input_ends() {
    let (ended, end) = oneshot::channel();
    thread::spawn(|| {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        ended.send(())
    });
    let _ = end.await;
}
