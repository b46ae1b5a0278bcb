//! What is kept of an oversized span. Everything is copied to its exact length on the way, so
//! that capacity equals length and the store's count of bytes is the truth.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use trace_model::{Attributes, Event, Link, Resource, Scope, Span, Value};

use super::{Kept, interner::Interner, lock};

const NAME: usize = 1 << 10;
const KEY: usize = 512;
const VALUE: usize = 64 << 10;
const ATTRIBUTES: usize = 1_024;
const EVENTS: usize = 256;
const LINKS: usize = 128;
const NESTING: usize = 32;

/// The copies already made for this batch, by the address of the original, which the batch keeps
/// alive meanwhile.
pub(super) struct Shared<'a> {
    interner: &'a Mutex<Interner>,
    resources: HashMap<*const Resource, (Arc<Resource>, Cuts)>,
    scopes: HashMap<*const Scope, Arc<Scope>>,
}

/// What was cut, each said once.
#[derive(Clone, Debug, Default)]
struct Cuts(Vec<&'static str>);

impl Cuts {
    fn say(&mut self, what: &'static str) {
        if !self.0.contains(&what) {
            self.0.push(what);
        }
    }
}

/// A copy of a span within the limits, with a warning for each kind of cut.
pub(super) fn cut(span: &Span, shared: &mut Shared<'_>) -> Kept {
    let (resource, mut cuts) = shared.resource(&span.resource);
    let scope = shared.scope(&span.scope);
    let mut links: Vec<Link> = span.links.iter().take(LINKS).cloned().collect();
    for link in &mut links {
        link.attributes = attributes(&link.attributes, &mut cuts);
        link.trace_state = text(
            &link.trace_state,
            KEY,
            "a link's tracestate was cut to 512 bytes",
            &mut cuts,
        );
    }
    let copy = Span {
        name: text(&span.name, NAME, "the name was cut to 1 KiB", &mut cuts),
        trace_state: text(
            &span.trace_state,
            KEY,
            "tracestate was cut to 512 bytes",
            &mut cuts,
        ),
        attributes: attributes(&span.attributes, &mut cuts),
        events: span
            .events
            .iter()
            .take(EVENTS)
            .map(|it| event(it, &mut cuts))
            .collect(),
        links,
        status: trace_model::Status {
            code: span.status.code,
            message: text(
                &span.status.message,
                VALUE,
                "the status message was cut to 64 KiB",
                &mut cuts,
            ),
        },
        resource,
        scope,
        ..*span
    };
    if span.events.len() > EVENTS {
        cuts.say("only the first 256 events were kept");
    }
    if span.links.len() > LINKS {
        cuts.say("only the first 128 links were kept");
    }
    Kept::new(copy, cuts.0)
}

impl<'a> Shared<'a> {
    pub(super) fn new(interner: &'a Mutex<Interner>) -> Self {
        let (resources, scopes) = (HashMap::new(), HashMap::new());
        Self {
            interner,
            resources,
            scopes,
        }
    }

    fn resource(&mut self, original: &Arc<Resource>) -> (Arc<Resource>, Cuts) {
        let copy = || {
            let mut cuts = Cuts::default();
            let attributes = attributes(&original.attributes, &mut cuts);
            (lock(self.interner).resource(Resource { attributes }), cuts)
        };
        self.resources
            .entry(Arc::as_ptr(original))
            .or_insert_with(copy)
            .clone()
    }

    fn scope(&mut self, original: &Arc<Scope>) -> Arc<Scope> {
        let short = |from: &str| from[..from.floor_char_boundary(NAME)].to_owned();
        let copy = || {
            let (name, version) = (short(&original.name), short(&original.version));
            lock(self.interner).scope(Scope { name, version })
        };
        self.scopes
            .entry(Arc::as_ptr(original))
            .or_insert_with(copy)
            .clone()
    }
}

fn event(event: &Event, cuts: &mut Cuts) -> Event {
    Event {
        name: text(&event.name, NAME, "an event's name was cut to 1 KiB", cuts),
        time_unix_nano: event.time_unix_nano,
        attributes: attributes(&event.attributes, cuts),
    }
}

fn text(from: &str, limit: usize, what: &'static str, cuts: &mut Cuts) -> String {
    if from.len() > limit {
        cuts.say(what);
    }
    from[..from.floor_char_boundary(limit)].to_owned()
}

fn attributes(from: &Attributes, cuts: &mut Cuts) -> Attributes {
    if from.len() > ATTRIBUTES {
        cuts.say("only the first 1024 attributes were kept");
    }
    from.iter()
        .take(ATTRIBUTES)
        .map(|(key, from)| {
            let key = text(key, KEY, "an attribute's key was cut to 512 bytes", cuts);
            (key, value(from, NESTING, &mut { VALUE }, cuts))
        })
        .collect()
}

/// A copy of a value of at most `budget` bytes and `depth` levels.
fn value(from: &Value, depth: usize, budget: &mut usize, cuts: &mut Cuts) -> Value {
    const LARGE: &str = "an attribute's value was cut to 64 KiB";
    let copy = match from {
        Value::String(from) => Value::String(text(from, *budget, LARGE, cuts)),
        Value::Bytes(from) => {
            if from.len() > *budget {
                cuts.say(LARGE);
            }
            Value::Bytes(from[..from.len().min(*budget)].to_vec())
        }
        Value::Array(_) | Value::Map(_) if depth == 0 => {
            cuts.say("an attribute was cut where it is nested more than 32 deep");
            Value::Empty
        }
        Value::Array(list) => {
            let mut kept = Vec::new();
            for item in list {
                if *budget == 0 {
                    cuts.say(LARGE);
                    break;
                }
                kept.push(value(item, depth - 1, budget, cuts));
            }
            kept.shrink_to_fit();
            return Value::Array(kept);
        }
        Value::Map(map) => return Value::Map(entries(map, depth - 1, budget, cuts)),
        other => other.clone(),
    };
    let taken = match &copy {
        Value::String(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        _ => 0,
    };
    // An item costs its place as well, so that a list of a million nulls has an end.
    *budget = budget.saturating_sub(taken + size_of::<Value>());
    copy
}

fn entries(map: &Attributes, depth: usize, budget: &mut usize, cuts: &mut Cuts) -> Attributes {
    let mut kept = Vec::new();
    for (key, from) in map.iter() {
        if *budget == 0 {
            cuts.say("an attribute's value was cut to 64 KiB");
            break;
        }
        let key = text(key, KEY, "an attribute's key was cut to 512 bytes", cuts);
        *budget = budget.saturating_sub(key.len());
        kept.push((key, value(from, depth, budget, cuts)));
    }
    kept.shrink_to_fit();
    kept.into_iter().collect()
}
