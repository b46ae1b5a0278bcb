//! The broker of part 6 in a container, and of another version than a distribution's: what its
//! exercises stand on is the same.

use std::time::Duration;

use async_nats::{
    HeaderMap,
    jetstream::{self, AckKind, Message, consumer::pull, stream},
};
use containers::{Nats, docker, image_to_test, or_skip};
use futures_util::StreamExt;

const SUBJECT: &str = "cars.offered";
const CONTEXT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

const LIMIT: Duration = Duration::from_secs(20);

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn nats(test: &str) -> Option<Nats> {
    let image = or_skip(test, image_to_test("nats"))?;
    Some(Nats::start(&image).expect("a NATS server"))
}

/// One message, published with a header and an id, and published again; it is fetched, refused, and
/// fetched again.
async fn twice_delivered(address: String) -> Outcome<(bool, Vec<Message>)> {
    let broker = jetstream::new(async_nats::connect(address).await?);
    let stream = stream::Config {
        name: "CARS".to_owned(),
        subjects: vec![SUBJECT.to_owned()],
        ..stream::Config::default()
    };
    let stream = broker.create_stream(stream).await?;
    let mut duplicate = false;
    for context in [CONTEXT, "another"] {
        let mut headers = HeaderMap::new();
        headers.insert(async_nats::header::NATS_MESSAGE_ID, "offer-7");
        headers.insert("traceparent", context);
        let sent = broker.publish_with_headers(SUBJECT, headers, "7".into());
        duplicate = sent.await?.await?.duplicate;
    }
    let consumer = stream.create_consumer(pull::Config::default()).await?;
    let mut delivered = Vec::new();
    for _ in 0..2 {
        let mut fetched = consumer
            .fetch()
            .max_messages(1)
            .expires(LIMIT)
            .messages()
            .await?;
        let message = fetched.next().await.ok_or("no message")??;
        message.ack_with(AckKind::Nak(None)).await?;
        delivered.push(message);
    }
    Ok((duplicate, delivered))
}

#[test]
fn a_message_comes_again_with_the_headers_of_its_first_publisher() {
    let test = "a_message_comes_again_with_the_headers_of_its_first_publisher";
    let Some(nats) = nats(test) else { return };
    let address = nats.address().expect("its address");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (duplicate, delivered) = runtime
        .block_on(twice_delivered(address))
        .expect("two deliveries");
    assert!(duplicate, "the second one has the id of the first");
    for (count, message) in (1..).zip(&delivered) {
        let headers = message.headers.as_ref().expect("headers");
        assert_eq!(
            headers.get("traceparent").map(|it| it.as_str()),
            Some(CONTEXT)
        );
        assert!(
            headers.get("Traceparent").is_none(),
            "names are compared letter by letter"
        );
        assert_eq!(
            message.info().expect("what the broker says").delivered,
            count
        );
    }
}

#[test]
fn its_port_is_for_this_machine_only() {
    let Some(nats) = nats("its_port_is_for_this_machine_only") else {
        return;
    };
    let ports = docker(&["port", nats.id()]).expect("its port");
    assert_eq!(ports.lines().count(), 1, "{ports}");
    assert!(
        ports.contains("-> 127.0.0.1:"),
        "published too widely: {ports}"
    );
}
