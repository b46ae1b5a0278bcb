//! A failure is told in the span of the request that failed, whatever its answer looks like.

mod told;

use marketplace::Market;
use testkit::{exercise, expect_eq};
use what_went_wrong::{page, photo};

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
        .fact(|seen| seen.spans().iter().try_for_each(told::rightly))
        .verdict(include_str!("../expected.shape"));
}
