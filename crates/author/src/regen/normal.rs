//! A run without what differs from run to run: ids, times, ports, the folder of the checkout.
//!
//! Two runs of the same code then have the same ids, so that a page's pictures stay put; how long
//! things took stays, since a waterfall without it shows nothing.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use serde_json::Value;
use trace_model::{Forest, NodeId, Span, otlp_json};

use crate::bench::Recorded;

/// The first nanosecond of every run in the book: 2026-01-01T00:00:00Z.
const EPOCH: u64 = 1_767_225_600_000_000_000;
/// Times are rounded to this many nanoseconds.
const GRAIN: u64 = 10_000;
/// The port in every address of a service.
const PORT: &str = "8080";
/// How many digits of an id a text shows at least.
const SHORTEST: usize = 4;

/// Report and spans as JSON, normalised.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Normal {
    pub(super) report: Value,
    pub(super) otlp: Value,
}

/// Normalises a run. `name` is its own, such as `tasks/failing`: runs of different names share no id,
/// so that all of them fit into one backend. Paths below `root` are told from there.
///
/// # Errors
/// When the report is no JSON, which only a non-finite number could make it.
pub(super) fn normalise(name: &str, run: &Recorded, root: &Path) -> serde_json::Result<Normal> {
    let root = format!("{}/", root.display());
    let mut report = serde_json::to_value(&run.record.report)?;
    let mut otlp = otlp_json::to_value(&run.spans);
    let origin = run.spans.iter().map(|span| span.start_unix_nano).min();
    let mut ids = Ids::of(name, &run.spans);
    for json in [&mut otlp, &mut report] {
        rewrite(json, &mut |key, value| {
            if is_time(key) {
                *value = rebased(value, origin.unwrap_or_default());
            } else if let Value::String(text) = value {
                *text = ports(&ids.replace(source(text, &root)));
            }
        });
    }
    Ok(Normal { report, otlp })
}

/// Calls `change` with each value that is neither list nor object, and the key it stands under.
fn rewrite(json: &mut Value, change: &mut impl FnMut(&str, &mut Value)) {
    walk("", json, change);
}

fn walk(key: &str, json: &mut Value, change: &mut impl FnMut(&str, &mut Value)) {
    match json {
        Value::Array(items) => items.iter_mut().for_each(|item| walk(key, item, change)),
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                walk(key, value, change);
            }
        }
        value => change(key, value),
    }
}

fn is_time(key: &str) -> bool {
    key.ends_with("UnixNano") || key.ends_with("unix_nano")
}

/// A time, number or text, counted from the first one of the run.
fn rebased(value: &Value, origin: u64) -> Value {
    let time = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    let since = time.unwrap_or_default().saturating_sub(origin);
    let time = EPOCH + (since + GRAIN / 2) / GRAIN * GRAIN;
    match value {
        Value::String(_) => Value::from(time.to_string()),
        _ => Value::from(time),
    }
}

/// Which id stands for which.
struct Ids {
    known: HashMap<String, String>,
    seed: u64,
    given: u64,
}

impl Ids {
    fn new(name: &str) -> Self {
        Self {
            known: HashMap::new(),
            seed: fnv1a(name),
            given: 0,
        }
    }

    /// Ids in an order that times do not change: by where a span hangs, then what it says.
    fn of(name: &str, spans: &[Span]) -> Self {
        let forest = Forest::new(spans.to_vec());
        let mut nodes: Vec<_> = forest.ids().map(|id| (place(&forest, id), id)).collect();
        nodes.sort();
        let mut ids = Self::new(name);
        for (_, id) in nodes {
            let node = forest.node(id);
            ids.give(node.trace_id.to_string());
            ids.give(node.span_id.to_string());
        }
        ids
    }

    fn give(&mut self, id: String) -> String {
        let (seed, given) = (self.seed, &mut self.given);
        self.known
            .entry(id)
            .or_insert_with_key(|id| {
                *given += 1;
                number(seed, *given, id.len())
            })
            .clone()
    }

    /// The text with all ids replaced: whole ones, and beginnings that stand as a word.
    fn replace(&mut self, text: &str) -> String {
        let mut replaced = String::new();
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(|char: char| !char.is_ascii_alphanumeric());
            let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
            replaced.push_str(&self.word(word));
            let next = after.chars().next().map_or(0, char::len_utf8);
            replaced.push_str(&after[..next]);
            rest = &after[next..];
        }
        replaced
    }

    fn word(&mut self, word: &str) -> String {
        let hex = word
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !hex || word.len() < SHORTEST {
            return word.to_owned();
        }
        if matches!(word.len(), 16 | 32) {
            return self.give(word.to_owned());
        }
        let whole = self.known.iter().find(|(id, _)| id.starts_with(word));
        whole.map_or(word, |(_, new)| &new[..word.len()]).to_owned()
    }
}

/// Where a span hangs and what it says, as text: the same in every run of the same code.
fn place(forest: &Forest, id: NodeId) -> String {
    let mut names = Vec::new();
    let mut next = Some(id);
    while let Some(id) = next {
        names.push(said(forest, id));
        next = forest.node(id).parent;
    }
    names.reverse();
    names.join(" / ")
}

fn said(forest: &Forest, id: NodeId) -> String {
    let Some(span) = forest.span(id) else {
        return "?".to_owned();
    };
    let attributes: BTreeMap<_, _> = span
        .attributes
        .iter()
        .filter(|(key, _)| !is_volatile(key))
        .map(|(key, value)| (key, format!("{value:?}")))
        .collect();
    format!("{} {} {attributes:?}", span.service(), span.name)
}

/// Attributes that differ from run to run.
pub(super) fn is_volatile(key: &str) -> bool {
    key.starts_with("thread.")
        || key.starts_with("server.")
        || key.starts_with("network.")
        || key.starts_with("url.")
        || [
            "busy_ns",
            "idle_ns",
            "workshop.run.id",
            "workshop.request.id",
        ]
        .contains(&key)
}

/// The hash of a name, FNV-1a: the same in every build.
fn fnv1a(name: &str) -> u64 {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    name.bytes().fold(0xcbf2_9ce4_8422_2325, mix)
}

/// The n-th id of so many hexadecimal digits: splitmix64, since counting up would look like
/// something to understand.
fn number(seed: u64, n: u64, digits: usize) -> String {
    let half = |n: u64| {
        let mut mixed = seed.wrapping_add(n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    format!("{:016x}{:016x}", half(2 * n), half(2 * n + 1))[..digits].to_owned()
}

/// A path to source code, without where this machine keeps the checkout and what cargo downloads.
fn source<'a>(text: &'a str, root: &str) -> &'a str {
    let downloaded = text
        .split_once("/registry/src/")
        .and_then(|(_, path)| path.split_once('/'));
    match downloaded {
        Some((_, path)) => path,
        None => text.strip_prefix(root).unwrap_or(text),
    }
}

/// The text with the port of each loopback address replaced.
fn ports(text: &str) -> String {
    let host = "127.0.0.1:";
    let mut parts = text.split(host);
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|char: char| char.is_ascii_digit());
        let port = if rest.len() == part.len() { "" } else { PORT };
        replaced.push_str(&format!("{host}{port}{rest}"));
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_replaced_whole_and_where_a_text_shows_their_beginning() {
        let mut ids = Ids::new("tasks/failing");
        let trace = ids.give("0af7651916cd43dd8448eb211c80319c".to_owned());
        let text =
            ids.replace("began trace 0af7 from 00-0af7651916cd43dd8448eb211c80319c-01, face");
        assert_eq!(
            text,
            format!("began trace {} from 00-{trace}-01, face", &trace[..4])
        );
    }

    #[test]
    fn the_same_number_gives_the_same_id_and_another_number_another() {
        assert_eq!(number(7, 1, 16), number(7, 1, 16));
        assert_eq!(number(7, 1, 32).len(), 32);
        assert_ne!(number(7, 1, 16), number(7, 2, 16));
    }

    #[test]
    fn runs_of_different_names_share_no_id() {
        let id = "0af7651916cd43dd8448eb211c80319c".to_owned();
        let of = |name: &str| Ids::new(name).give(id.clone());
        assert_ne!(of("tasks/failing"), of("tasks/solved"));
    }

    #[test]
    fn times_are_counted_from_the_first_one_and_rounded() {
        assert_eq!(
            rebased(&Value::from(1_000_014_999_u64), 1_000_000_000),
            Value::from(EPOCH + 10_000)
        );
        assert_eq!(
            rebased(&Value::from("1000015000"), 1_000_000_000),
            Value::from((EPOCH + 20_000).to_string())
        );
    }

    #[test]
    fn paths_say_nothing_of_the_machine() {
        let of = |text| source(text, "/src/course/");
        assert_eq!(of("/src/course/crates/a/src/lib.rs"), "crates/a/src/lib.rs");
        assert_eq!(
            of("/x/registry/src/index-1/ractor-0.1/src/a.rs"),
            "ractor-0.1/src/a.rs"
        );
        assert_eq!(of("src/lib.rs"), "src/lib.rs");
        assert_eq!(of("/cars/7"), "/cars/7");
    }

    #[test]
    fn ports_are_replaced_in_addresses_only() {
        assert_eq!(
            ports("to 127.0.0.1:41234/cars/12345"),
            "to 127.0.0.1:8080/cars/12345"
        );
        assert_eq!(ports("127.0.0.1:"), "127.0.0.1:");
    }
}
