//! What ends a call that streams, and what either side is told of it: a table for the book.
//! `cargo run -p grpc-stream-solution --example streams` prints it.

use std::{future, time::Duration};

use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use quotes::{Answer, Car, Offer, Quote, QuotesClient, QuotesServer, quotes_server::Quotes};
use tokio::{
    net::TcpListener,
    sync::mpsc,
    time::{self, Instant},
};
use tonic::{
    Request, Response, Status, Streaming,
    transport::{Channel, Server, server::TcpIncoming},
};
use tracing_subscriber::layer::SubscriberExt;

/// What the client asks for.
const DEADLINE: Duration = Duration::from_millis(50);
/// How long it waits for something to happen.
const PATIENCE: Duration = Duration::from_millis(500);

const ROWS_AND_END: u32 = 1;
const ERROR: u32 = 2;
const SILENT: u32 = 3;
const SLOW_TO_ANSWER: u32 = 4;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!("<!-- ANCHOR: ends -->");
    println!("| what ends the call | the client's stream | the server's stream |\n|---|---|---|");
    for (what, car, asks) in [
        ("the last row", ROWS_AND_END, Asks::ToTheEnd),
        ("an error in the place of a row", ERROR, Asks::ToTheEnd),
        ("the client drops its stream", SILENT, Asks::FirstRow),
        (
            "`grpc-timeout`, before the server has answered",
            SLOW_TO_ANSWER,
            Asks::InTime,
        ),
        ("`grpc-timeout`, between two rows", SILENT, Asks::InTime),
        (
            "the server's connection breaks",
            SILENT,
            Asks::UntilTheServerIsGone,
        ),
    ] {
        let (client, server) = call(car, asks).await;
        println!("| {what} | {client} | {server} |");
    }
    println!("<!-- ANCHOR_END: ends -->\n");
    println!(
        "<!-- ANCHOR: events -->\n{}\n<!-- ANCHOR_END: events -->",
        events()
    );
}

/// What is left of the events of a span with many rows.
fn events() -> String {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("streams"));
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, || {
        let span = tracing::info_span!("call");
        for id in 0..1000 {
            tracing::info!(parent: &span, workshop.message.id = id, "message");
        }
    });
    let spans = exporter.get_finished_spans().unwrap_or_default();
    let (kept, dropped) = spans.first().map_or((0, 0), |span| {
        (span.events.len(), span.events.dropped_count)
    });
    format!(
        "Of a call with 1000 rows, a span keeps {kept} events and says that {dropped} were dropped."
    )
}

#[derive(Clone, Copy, PartialEq)]
enum Asks {
    ToTheEnd,
    FirstRow,
    InTime,
    UntilTheServerIsGone,
}

/// What the client and the server see of a call.
async fn call(car: u32, asks: Asks) -> (String, String) {
    let (tell, mut told) = mpsc::unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(
        Server::builder()
            .add_service(QuotesServer::new(Dealers(tell)))
            .serve_with_incoming(TcpIncoming::from(listener)),
    );
    let client = QuotesClient::connect(format!("http://{address}"));
    let client = client.await.expect("a connection");
    let proxy = (asks == Asks::UntilTheServerIsGone).then_some(address);
    let client = match proxy {
        Some(address) => cut(address).await,
        None => client,
    };
    let seen = ask(client, car, asks).await;
    let seen_there = time::timeout(PATIENCE, told.recv()).await;
    server.abort();
    (
        seen,
        seen_there
            .ok()
            .flatten()
            .unwrap_or_else(|| "nothing".to_owned()),
    )
}

/// A client over a connection that breaks when its first row has come.
async fn cut(server: std::net::SocketAddr) -> QuotesClient<Channel> {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let (mut near, _) = listener.accept().await.expect("a connection");
        let mut far = tokio::net::TcpStream::connect(server)
            .await
            .expect("a connection");
        let both = tokio::io::copy_bidirectional(&mut near, &mut far);
        let _ = time::timeout(DEADLINE, both).await;
    });
    let client = QuotesClient::connect(format!("http://{address}"));
    client.await.expect("a connection")
}

async fn ask(mut client: QuotesClient<Channel>, car: u32, asks: Asks) -> String {
    let mut request = Request::new(Car { id: car });
    if asks == Asks::InTime {
        request.set_timeout(DEADLINE);
    }
    let mut rows = match client.watch(request).await {
        Ok(answer) => answer.into_inner(),
        Err(status) => return format!("no stream: {}", said(&status)),
    };
    let until = Instant::now() + PATIENCE;
    let mut count = 0;
    loop {
        match time::timeout_at(until, rows.message()).await {
            Ok(Ok(Some(_))) if asks == Asks::FirstRow => return "dropped after a row".to_owned(),
            Ok(Ok(Some(_))) => count += 1,
            Ok(Ok(None)) => return format!("{count} rows, OK"),
            Ok(Err(status)) => return format!("{count} row, then {}", said(&status)),
            Err(_) => return format!("{count} row, then nothing: it waits on"),
        }
    }
}

fn said(status: &Status) -> String {
    format!("{:?} (\u{201c}{}\u{201d})", status.code(), status.message())
}

struct Dealers(mpsc::UnboundedSender<String>);

/// Tells when it is dropped, unless it is told that it is over.
struct Watch(Option<mpsc::UnboundedSender<String>>);

impl Watch {
    fn over(&mut self, how: &str) {
        if let Some(tell) = self.0.take() {
            let _ = tell.send(how.to_owned());
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.over("dropped, with no word");
    }
}

#[tonic::async_trait]
impl Quotes for Dealers {
    type WatchStream = BoxStream<'static, Result<Quote, Status>>;
    type HaggleStream = BoxStream<'static, Result<Answer, Status>>;

    async fn watch(&self, request: Request<Car>) -> Result<Response<Self::WatchStream>, Status> {
        let mut watch = Watch(Some(self.0.clone()));
        let car = request.into_inner().id;
        if car == SLOW_TO_ANSWER {
            future::pending::<()>().await;
        }
        let first = stream::iter([Ok(Quote::default())]);
        let more = match car {
            ERROR => stream::iter([Err(Status::internal("damaged"))]).boxed(),
            SILENT => stream::pending().boxed(),
            _ => stream::iter([Ok(Quote::default())]).boxed(),
        };
        let mut rows = first.chain(more).boxed();
        let rows = stream::poll_fn(move |waker| {
            let row = std::task::ready!(rows.poll_next_unpin(waker));
            match &row {
                None => watch.over("polled to its end"),
                Some(Err(_)) => watch.over("gave the error"),
                Some(Ok(_)) => {}
            }
            std::task::Poll::Ready(row)
        });
        Ok(Response::new(rows.boxed()))
    }

    async fn haggle(
        &self,
        _: Request<Streaming<Offer>>,
    ) -> Result<Response<Self::HaggleStream>, Status> {
        Err(Status::unimplemented("nobody asks for it"))
    }
}
