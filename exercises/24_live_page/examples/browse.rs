//! The service, for a browser of your own: `cargo run -p live-page --example browse`.
//!
//! Its spans, and those of the pages, go to `OTEL_EXPORTER_OTLP_ENDPOINT`, or to the backend of
//! `cargo workshop` on port 4318. End it and start it again, and see the page come back: the port that
//! it is given stays the same. The key b of `cargo workshop` starts it with a port, and holds its
//! standard input open for as long as it is to run.

use std::{env, error::Error, net::TcpListener};

use live_page::search;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = env::args().nth(1).map_or(Ok(0), |port| port.parse())?;
    let until_stdin_closes = env::args().any(|it| it == "--until-stdin-closes");
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    listener.set_nonblocking(true)?;
    let telemetry = telemetry::init("search")?;
    let url = format!("http://{}", listener.local_addr()?);
    println!("{url}/cars");
    println!("A dealer's new price: curl -X PUT -d 21800 {url}/cars/9/price");
    tokio::select! {
        served = search(listener) => served?,
        stop = telemetry::stop_signal() => drop(stop?),
        () = telemetry::input_end(), if until_stdin_closes => {}
    }
    Ok(telemetry.shutdown()?)
}
