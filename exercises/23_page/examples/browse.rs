//! Both services, for a browser of your own: `cargo run -p page --example browse`.
//!
//! Their spans, and those of the pages, go to `OTEL_EXPORTER_OTLP_ENDPOINT`, or to the backend of
//! `cargo workshop` on port 4318.

use std::{
    env,
    error::Error,
    io::{self, BufRead, BufReader, Read},
    net::TcpListener,
    process::{Child, Command, Stdio},
    thread,
};

use page::{pricing, search};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    listener.set_nonblocking(true)?;
    let url = format!("http://{}", listener.local_addr()?);
    if let Some(origin) = env::args().nth(1) {
        println!("{url}");
        until_the_input_ends();
        let _telemetry = telemetry::init("pricing")?;
        return Ok(pricing(listener, origin).await?);
    }
    let (_pricing, prices) = start_pricing(&url)?;
    let _telemetry = telemetry::init("search")?;
    println!("{url}/cars/7");
    Ok(search(listener, prices).await?)
}

/// A service is a process: this program again, which ends when this one does.
fn start_pricing(origin: &str) -> io::Result<(Child, String)> {
    let mut pricing = Command::new(env::current_exe()?)
        .arg(origin)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut url = String::new();
    if let Some(output) = pricing.stdout.take() {
        BufReader::new(output).read_line(&mut url)?;
    }
    Ok((pricing, url.trim().to_owned()))
}

fn until_the_input_ends() {
    thread::spawn(|| {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
}
