//! Pictures of a context that crosses a boundary.

use std::fs;

use serde::Deserialize;
use trace_view::html::escape;

use super::{Place, inert};
use crate::{Course, Problem};

/// `book/carriers/NAME.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Carrier {
    /// What the picture shows, in a sentence.
    caption: String,
    /// Who sends.
    from: Side,
    /// Who receives.
    to: Side,
    /// What crosses.
    wire: Wire,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Side {
    /// Who it is: `web`, `the caller's task`.
    who: String,
    /// What it does there, as a learner writes it: `inject`.
    does: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    /// What the carrier is: `request headers`.
    carrier: String,
    /// What the carrier holds, a line each.
    holds: Vec<String>,
}

/// A figure that reads as text: who does what, the carrier with what it holds, who takes it out.
pub(super) fn carrier(course: &Course, place: &Place, name: &str) -> Result<String, Problem> {
    let text = fs::read_to_string(course.carrier(name)).map_err(|_| {
        let repair = format!(
            "write book/carriers/{name}.toml, or use one of: {}",
            course.carriers().join(", ")
        );
        place.problem(format!("there is no carrier `{name}`"), repair)
    })?;
    let carrier: Carrier = toml::from_str(&text).map_err(|error| {
        let what = format!("book/carriers/{name}.toml: {}", error.message());
        place.problem(
            what,
            "it holds caption, [from] and [to] with who and does, [wire] with carrier and holds",
        )
    })?;
    Ok(format!("{}\n", inert(&figure(&carrier))))
}

fn figure(carrier: &Carrier) -> String {
    let holds: String = carrier
        .wire
        .holds
        .iter()
        .map(|line| format!("<code>{}</code>", escape(line)))
        .collect();
    format!(
        "<figure class=\"carrier\"><div class=\"carrier-row\">{}<div class=\"carrier-wire\">\
         <span class=\"carrier-name\">{}</span>{holds}<span class=\"carrier-arrow\" \
         aria-hidden=\"true\"></span></div>{}</div><figcaption>{}</figcaption></figure>",
        side(&carrier.from),
        escape(&carrier.wire.carrier),
        side(&carrier.to),
        escape(&carrier.caption),
    )
}

fn side(side: &Side) -> String {
    format!(
        "<div class=\"carrier-side\"><strong>{}</strong><span>{}</span></div>",
        escape(&side.who),
        escape(&side.does)
    )
}
