//! A failure is told in the span of the request that failed, whatever its answer looks like.

use marketplace::Market;
use testkit::{Code, Fact, Span, about_span, exercise, expect_eq};
use what_went_wrong::{page, photo};

/// Where something goes wrong, its class, and what people are told about it.
const TROUBLE: [(&str, &str, &str); 4] = [
    ("/cars/13", "damaged", "is damaged"),
    ("/cars/8", "panic", "no mileage"),
    ("/cars/9", "timeout", "too long"),
    ("/cars/11/photo", "cancelled", "went away"),
];

/// Five pages and a photo; then a customer who goes away while the photo of car 11 is looked for.
async fn answers() -> Vec<String> {
    let market = Market::open();
    let mut answers = Vec::new();
    for id in [7, 99, 13, 8, 9] {
        answers.push(page(&market, id).await);
    }
    answers.push(photo(&market, 7).await);
    tokio::select! {
        biased;
        photo = photo(&market, 11) => answers.push(photo),
        () = async {} => {}
    }
    answers
}

#[test]
fn a_failure_is_told_in_its_span_and_an_answer_is_none() {
    exercise!()
        .call_async("search", answers)
        .expect(|answers| {
            let right = [
                "golf for 17500 EUR",
                "Sorry: there is no such car.",
                "Sorry: the record of this car is damaged.",
                "Sorry: the work panicked: its history has no mileage.",
                "Sorry: the history of this car took too long.",
                "a golf on a lawn",
            ];
            let why = "pages and photos must stay as they are";
            expect_eq(answers.as_slice(), right.map(str::to_owned), why)
        })
        .fact(|seen| seen.spans().iter().try_for_each(told))
        .verdict(include_str!("../expected.shape"));
}

/// What a failed span says went wrong is what went wrong; how many failed is for the shape.
fn told(span: &Span) -> Fact {
    let text = |key| span.attributes.text(key).unwrap_or_default();
    let path = text("url.path");
    let Some((_, class, words)) = TROUBLE.iter().find(|(at, ..)| *at == path) else {
        return Ok(());
    };
    let mut events = span.events.iter().filter(|event| event.name == "exception");
    let said = events.all(|event| {
        event
            .attributes
            .text("exception.message")
            .is_some_and(|said| said.contains(words))
    });
    let (code, what) = match span.status.code.as_str() {
        "error" if !span.status.message.contains(words) => (Code::WrongStatus, "the status"),
        "error" if text("error.type") != *class => (Code::WrongAttribute, "`error.type`"),
        "error" if !said => (Code::MissingEvent, "`exception.message`"),
        _ => return Ok(()),
    };
    let right = if what == "`error.type`" { class } else { words };
    let message = format!("{what} does not tell what went wrong at `{path}`: it needs `{right}`");
    Err(about_span(code, span, message).into())
}
