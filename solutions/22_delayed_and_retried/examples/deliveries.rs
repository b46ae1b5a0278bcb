//! What NATS makes of a message, by what its consumer does with it: a table for the book.
//! `cargo run -p delayed-and-retried-solution --example deliveries` prints it.

use std::{
    env,
    error::Error,
    io::{BufRead, BufReader},
    process::{Child, Command, ExitCode, Stdio},
    time::Duration,
};

use async_nats::{
    Client, HeaderMap,
    jetstream::{
        self, AckKind, Context as JetStream, Message,
        consumer::{PullConsumer, pull},
        stream,
    },
};
use broker::{Broker, StartError};
use futures_util::{StreamExt, TryStreamExt};
use tokio::time;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How long the broker waits for a word: less than is waited for what should not come.
const ACK_WAIT: Duration = Duration::from_millis(300);
/// How long a message is waited for that should come, and one that should not.
const LONG: Duration = Duration::from_secs(10);
const SHORT: Duration = Duration::from_millis(900);
const MAX_DELIVER: i64 = 2;
const ADVISORIES: &str = "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>";
/// The exit code where a component is missing.
const SKIPPED: u8 = 3;

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match env::args().nth(1) {
        Some(broker) => receive_and_hang(&broker).await,
        None => table().await,
    };
    let Err(error) = outcome else {
        return ExitCode::SUCCESS;
    };
    eprintln!("{error}");
    let missing = matches!(error.downcast_ref(), Some(StartError::Missing));
    let required = env::var("WORKSHOP_REQUIRE").is_ok_and(|list| list.contains("nats"));
    ExitCode::from(if missing && !required { SKIPPED } else { 1 })
}

async fn table() -> Outcome<()> {
    println!("<!-- ANCHOR: deliveries -->");
    println!(
        "| whoever received it | the message | `delivered` | `traceparent` |\n|---|---|---|---|"
    );
    for (what, deed) in [
        ("puts it back: `Nak` with a delay", Deed::Nak),
        ("is killed before it says anything", Deed::Dies),
        ("still works when `ack_wait` is over", Deed::IsSlow),
        ("publishes it again, and says `Ack`", Deed::PublishesAgain),
        ("says `Term`", Deed::Term),
        (
            "says `Nak`, and `max_deliver` is reached",
            Deed::NakTooOften,
        ),
    ] {
        println!("| {what} | {} |", told(deed).await?);
    }
    println!("<!-- ANCHOR_END: deliveries -->");
    Ok(())
}

#[derive(Clone, Copy)]
enum Deed {
    Nak,
    Dies,
    IsSlow,
    PublishesAgain,
    Term,
    NakTooOften,
}

/// What comes after the deed.
async fn told(deed: Deed) -> Outcome<String> {
    let broker = Broker::start()?;
    let client = async_nats::connect(broker.address()).await?;
    let mut advisories = client.subscribe(ADVISORIES).await?;
    let ack_wait = match deed {
        // Late, the acknowledgement would be for nothing.
        Deed::PublishesAgain => LONG,
        _ => ACK_WAIT,
    };
    let consumer = publish_one(&client, ack_wait).await?;
    do_it(deed, &consumer, &client, broker.address()).await?;
    let limit = match deed {
        Deed::Term | Deed::NakTooOften => SHORT,
        _ => LONG,
    };
    match (next(&consumer, limit).await?, deed) {
        (Some(next), _) => of_the_next(&next),
        (None, Deed::NakTooOften) => {
            let advisory = time::timeout(LONG, advisories.next()).await?;
            let advisory = advisory.ok_or("no advisory")?;
            Ok(format!(
                "does not come again, and an advisory does | – | {}",
                match parent_of(advisory.headers.as_ref()) {
                    Some(_) => "has one",
                    None => "has none",
                }
            ))
        }
        (None, _) => Ok("does not come again | – | –".to_owned()),
    }
}

fn of_the_next(next: &Message) -> Outcome<String> {
    let info = next.info()?;
    let message = match info.stream_sequence {
        1 => "comes again",
        _ => "is another one",
    };
    let context = match parent_of(next.headers.as_ref()) {
        Some(value) if value == parent("1") => "the same",
        Some(_) => "another one",
        None => "has none",
    };
    Ok(format!("{message} | {} | {context}", info.delivered))
}

fn parent_of(headers: Option<&HeaderMap>) -> Option<&str> {
    Some(headers?.get("traceparent")?.as_str())
}

/// Receives the message, and does with it what is asked for.
async fn do_it(deed: Deed, consumer: &PullConsumer, client: &Client, address: &str) -> Outcome<()> {
    if let Deed::Dies = deed {
        return die(address);
    }
    let message = next(consumer, LONG).await?.ok_or("no message")?;
    let nak = || AckKind::Nak(Some(Duration::from_millis(10)));
    match deed {
        Deed::Dies | Deed::IsSlow => Ok(()),
        Deed::Nak => message.double_ack_with(nak()).await,
        Deed::Term => message.double_ack_with(AckKind::Term).await,
        Deed::PublishesAgain => {
            publish(&jetstream::new(client.clone()), "2").await?;
            message.double_ack().await
        }
        Deed::NakTooOften => {
            message.double_ack_with(nak()).await?;
            let message = next(consumer, LONG).await?.ok_or("no message")?;
            message.double_ack_with(nak()).await
        }
    }
}

/// Has another process receive the message, and kills that.
fn die(address: &str) -> Outcome<()> {
    let mut command = Command::new(env::current_exe()?);
    let child = command.arg(address).stdout(Stdio::piped()).spawn()?;
    let mut child = Killed(child);
    let output = child.0.stdout.take().ok_or("no output")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    (line.trim() == "received")
        .then_some(())
        .ok_or_else(|| "nothing was received".into())
}

/// A process that is killed (SIGKILL) when this is dropped.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = (self.0.kill(), self.0.wait());
    }
}

async fn receive_and_hang(address: &str) -> Outcome<()> {
    let broker = jetstream::new(async_nats::connect(address).await?);
    let consumer = broker.get_consumer_from_stream("alerts", "ALERTS").await?;
    let message = next(&consumer, LONG).await?.ok_or("no message")?;
    println!("received");
    time::sleep(LONG).await;
    drop(message);
    Ok(())
}

/// A stream with one message, and its consumer.
async fn publish_one(client: &Client, ack_wait: Duration) -> Outcome<PullConsumer> {
    let broker = jetstream::new(client.clone());
    let config = stream::Config {
        name: "ALERTS".to_owned(),
        subjects: vec!["alerts.asked".to_owned()],
        storage: stream::StorageType::Memory,
        ..stream::Config::default()
    };
    let stream = broker.create_stream(config).await?;
    publish(&broker, "1").await?;
    let config = pull::Config {
        durable_name: Some("alerts".to_owned()),
        ack_wait,
        max_deliver: MAX_DELIVER,
        ..pull::Config::default()
    };
    Ok(stream.create_consumer(config).await?)
}

async fn publish(broker: &JetStream, span: &str) -> Outcome<()> {
    let mut headers = HeaderMap::new();
    headers.insert("traceparent", parent(span));
    let sent = broker.publish_with_headers("alerts.asked", headers, "7".into());
    sent.await?.await?;
    Ok(())
}

fn parent(span: &str) -> String {
    format!("00-{:0>32}-{span:0>16}-01", "4bf92f35")
}

async fn next(consumer: &PullConsumer, limit: Duration) -> Outcome<Option<Message>> {
    let asked = consumer.fetch().max_messages(1).expires(limit);
    asked.messages().await?.try_next().await
}
