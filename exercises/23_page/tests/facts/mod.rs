//! What no shape can say of the visits.

use std::collections::BTreeSet;

use testkit::{Code, Crossing, Diagnosis, Fact, Kind, Seen, Span, about_span, facts::in_gap};

use super::visits::Told;

/// Some clocks tell whole milliseconds only.
const A_TICK: u64 = 1_000_000;

/// No two visits go on with the same span: a page that was kept anywhere tells the second visitor what
/// is true of the first.
pub(crate) fn rendered_for_each_visit(seen: &Seen) -> Fact {
    let loads = seen.named("documentLoad");
    let parents: BTreeSet<_> = loads.iter().map(|load| load.parent_span_id).collect();
    let joined = parents.len() < loads.len() && !parents.contains(&None);
    match loads.first() {
        Some(load) if joined => {
            let message = "two visits were given the same page, with the same `traceparent` in it";
            Err(about_span(Code::FalseJoin, load, message).into())
        }
        _ => Ok(()),
    }
}

/// Of a visit that is not recorded, the page sends no span, and tells the next server.
pub(crate) fn as_the_server_decided(seen: &Seen) -> Fact {
    let asked = seen.crossings().iter().filter(|sent| sent.to == "pricing");
    let sent: Vec<&str> = asked
        .filter_map(|sent| sent.header("traceparent"))
        .collect();
    let unrecorded = sent.iter().filter(|sent| sent.ends_with("-00")).count();
    // There is an unrecorded visit only where the pages know their servers; one question gets out of no page.
    if sent.len() < 3 || unrecorded == 1 {
        return Ok(());
    }
    let message = "one of the visits is not recorded: its page says `-00`, and asks for the price with \
                   another flag";
    let mut diagnosis = Diagnosis::new(Code::UnexpectedSpan, message);
    diagnosis.expected = Some("a `traceparent` that ends in -00".to_owned());
    diagnosis.actual = Some(format!("{unrecorded} of {} do", sent.len()));
    (diagnosis.service, diagnosis.span) = (Some("web".to_owned()), Some("GET".to_owned()));
    Err(diagnosis.into())
}

/// A page has one clock: its question ends after it begins, and begins when the page is there to ask it.
pub(crate) fn in_the_order_of_one_clock(seen: &Seen) -> Fact {
    for question in seen.named("GET") {
        if question.kind == Kind::Client && question.service() == "web" {
            asked_in_order(seen, question)?;
        }
    }
    Ok(())
}

fn asked_in_order(seen: &Seen, question: &Span) -> Fact {
    let (start, end) = (question.start_unix_nano, question.end_unix_nano);
    if end < start {
        return Err(too_early(question, "ends", "it begins"));
    }
    let (loads, fetches) = (seen.named("documentLoad"), seen.named("documentFetch"));
    let is_parent = |load: &&&Span| question.parent_span_id == Some(load.span_id);
    let is_sibling = |fetch: &&&Span| fetch.parent_span_id == question.parent_span_id;
    let (load, fetch) = (
        loads.iter().find(is_parent),
        fetches.iter().find(is_sibling),
    );
    match (load, fetch) {
        (Some(load), _) if start + A_TICK < load.start_unix_nano => {
            Err(too_early(question, "begins", "`documentLoad`, its parent"))
        }
        (Some(_), Some(fetch)) if start + A_TICK < fetch.end_unix_nano => {
            let page = "`documentFetch` has ended, and so before there is a page to ask it";
            Err(too_early(question, "begins", page))
        }
        _ => Ok(()),
    }
}

fn too_early(question: &Span, does: &str, before: &str) -> Box<Diagnosis> {
    let message = format!(
        "`GET` {does} before {before}. Both times are of the page's one clock: milliseconds since 1970 \
         (`performance.timeOrigin + performance.now()`), taken when the question is asked and when it is \
         answered"
    );
    about_span(Code::WrongOrder, question, message).into()
}

/// What waits is sent together: nothing goes by itself while the page is in view.
pub(crate) fn together(told: &Told, _: &Seen) -> Fact {
    if !told.at_the_click {
        return Ok(());
    }
    let message = "the page sends the span of a click by itself, while it is in view: that is a request \
                   for each span. What waits goes together, when the page is hidden";
    Err(in_gap(Diagnosis::new(Code::TooExpensive, message), "23.4").into())
}

/// The page says by which span it was rendered. Where it does not, no page can go on with that.
pub(crate) fn tagged(told: &Told, seen: &Seen) -> Fact {
    let loads = seen.named("documentLoad");
    let Some(lost) = loads.iter().find(|load| load.parent_span_id.is_none()) else {
        return Ok(());
    };
    let body = told.page.body.replace(['"', '\''], " ");
    let mut words = body.split([' ', '=', '<', '>']);
    let has_context = words.any(is_context);
    let found = match (body.contains("traceparent"), has_context) {
        (true, true) => return Ok(()),
        (true, false) => "the page has a tag `traceparent`, and no context in it",
        (false, _) => "the page has no tag `traceparent`",
    };
    let mut diagnosis = about_span(Code::LostContext, lost, found);
    diagnosis.actual = Some(format!("the root of another trace: {found}"));
    Err(in_gap(diagnosis, "23.1").into())
}

/// `00-`, two ids in hexadecimal digits, `-`, flags.
fn is_context(word: &str) -> bool {
    let fields: Vec<&str> = word.split('-').collect();
    let is_hex = |field: &&str| field.bytes().all(|byte| byte.is_ascii_hexdigit());
    let lengths: Vec<usize> = fields.iter().map(|field| field.len()).collect();
    lengths == [2, 32, 16, 2] && fields.iter().all(is_hex)
}

/// The page is for one visit: nobody keeps it for another one.
pub(crate) fn kept_by_nobody(told: &Told, _: &Seen) -> Fact {
    let mut headers = told.page.headers.iter();
    let said = headers.find(|(name, _)| name == "cache-control");
    let said = said.map_or("", |(_, value)| value);
    if said.contains("no-store") {
        return Ok(());
    }
    let who = match said.contains("public") || said.contains("s-maxage") {
        true => "any cache on the way may give it to another visitor",
        false => "the visitor's browser may show it again for a second visit",
    };
    let message =
        format!("the page holds the context of one visit, and {who}: two visits in one trace");
    let mut diagnosis = Diagnosis::new(Code::FalseJoin, message);
    diagnosis.expected = Some("cache-control: no-store".to_owned());
    diagnosis.actual = Some(match said {
        "" => "no cache-control".to_owned(),
        said => format!("cache-control: {said}"),
    });
    Err(in_gap(diagnosis, "23.1").into())
}

/// The question for the price says whose it is; nothing else that the page sends has to.
pub(crate) fn told_to_nobody_else(seen: &Seen) -> Fact {
    let mut sent = seen.crossings().iter().filter(|sent| sent.from == "web");
    let carries = |sent: &&Crossing| sent.header("traceparent").is_some();
    let Some(other) = sent.find(|sent| sent.to != "pricing" && carries(sent)) else {
        return Ok(());
    };
    let message = format!(
        "the page sends a `traceparent` with `{}` as well: put it into the one request that has a span, not \
         into each request of the page",
        other.request
    );
    let mut diagnosis = Diagnosis::new(Code::LeakedBaggage, message);
    diagnosis.expected = Some("a `traceparent` for `pricing` alone".to_owned());
    diagnosis.actual = Some(format!("one for `{}` too", other.to));
    Err(in_gap(diagnosis, "23.3").into())
}
