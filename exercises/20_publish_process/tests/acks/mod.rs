//! When a message is done with.

use testkit::{Code, Diagnosis, Fact, Seen, about_span, facts::covered};

/// The span of the processing is open until the broker has answered. Where an acknowledgement belongs
/// to no processing, the shape has more to say.
pub(crate) fn are_within_the_processing(seen: &Seen) -> Fact {
    for processed in seen.named("process cars.offered") {
        let mut acks = seen.named("ack cars.offered");
        acks.retain(|ack| ack.parent_span_id == Some(processed.span_id));
        let times = acks
            .iter()
            .map(|ack| (ack.start_unix_nano, ack.end_unix_nano));
        let times: Vec<_> = times.collect();
        covered(&[processed], &times).map_err(|_| {
            let message = "`process cars.offered` is over before `ack cars.offered` is: the message is \
                           not done with before the broker knows, and this span says it was";
            Box::new(about_span(Code::MissingSpan, processed, message))
        })?;
    }
    Ok(())
}

/// Whoever acknowledges waits for the broker's word.
pub(crate) fn wait_for_the_broker(seen: &Seen) -> Fact {
    let mut acks = seen
        .crossings()
        .iter()
        .filter(|sent| sent.from == "indexer" && sent.request.starts_with("PUB $JS.ACK."));
    match acks.find(|ack| ack.header("reply-to").is_none()) {
        None => Ok(()),
        Some(_) => {
            let message = "indexer acknowledges without waiting for the broker's word: the span \
                           `ack cars.offered` is over when nothing is known yet";
            let mut diagnosis = Diagnosis::new(Code::WrongAnswer, message);
            diagnosis.service = Some("indexer".to_owned());
            diagnosis.span = Some("ack cars.offered".to_owned());
            Err(diagnosis.into())
        }
    }
}
