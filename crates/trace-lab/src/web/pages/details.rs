//! What each span of a trace says, one fold for each.

use std::collections::{BTreeMap, HashMap, HashSet};

use trace_model::{Attributes, Forest, Link, NodeId, Span, SpanId, StatusCode, TraceId, Value};

use super::layout::{Colours, count, duration, foreign};
use crate::{store::Trace, web::App};

/// Folds of one page; beyond, only those that a search names.
const FOLDS: usize = 500;

/// A link that points into the trace: where it comes from.
struct Incoming {
    trace_id: TraceId,
    span_id: SpanId,
    /// Service and name.
    label: String,
    start_unix_nano: u64,
}

/// What the folds of one page share.
struct Page<'a> {
    forest: &'a Forest,
    find: Option<&'a str>,
    colours: &'a Colours,
    incoming: HashMap<SpanId, Vec<Incoming>>,
    warnings: BTreeMap<SpanId, Vec<String>>,
}

/// A section with a fold for each span, missing parents included.
pub(super) fn all(
    app: &App,
    trace: &Trace,
    forest: &Forest,
    find: Option<&str>,
    colours: &Colours,
) -> String {
    let (incoming, warnings) = (incoming(app, trace.id), trace.warnings());
    let page = Page {
        forest,
        find,
        colours,
        incoming,
        warnings,
    };
    let mut anchors = HashSet::new();
    let folds: String = forest
        .ids()
        .filter(|id| forest.len() <= FOLDS || page.is_found(*id))
        .take(FOLDS)
        .map(|id| {
            let span_id = forest.node(id).span_id;
            // Two spans may share an id; two elements may not.
            let anchor = match anchors.insert(span_id) {
                true => format!(" id=\"span-{span_id}\""),
                false => String::new(),
            };
            page.fold(id, &anchor)
        })
        .collect();
    let note = if forest.len() > FOLDS {
        "<p>This trace is large: find in it to see what single spans say.</p>"
    } else {
        ""
    };
    format!("<section class=\"details\"><h2>What each span says</h2>{note}{folds}</section>")
}

/// Whether a span's id, name, service, attributes or events hold a text, in any case.
pub(super) fn mentions(span: &Span, find: &str) -> bool {
    let find = find.to_lowercase();
    let holds = |text: &str| text.to_lowercase().contains(&find);
    let any = |attributes: &Attributes| {
        attributes
            .iter()
            .any(|(key, value)| holds(key) || holds(&value.to_string()))
    };
    span.span_id.to_string() == find
        || holds(&span.name)
        || holds(span.service())
        || holds(&span.status.message)
        || any(&span.attributes)
        || span
            .events
            .iter()
            .any(|event| holds(&event.name) || any(&event.attributes))
}

fn incoming(app: &App, to: TraceId) -> HashMap<SpanId, Vec<Incoming>> {
    let mut found: HashMap<SpanId, Vec<Incoming>> = HashMap::new();
    for trace in app.store.traces() {
        for kept in &trace.spans {
            let from = &kept.span;
            for link in from.links.iter().filter(|link| link.trace_id == to) {
                let source = Incoming {
                    trace_id: from.trace_id,
                    span_id: from.span_id,
                    label: format!("{} {}", from.service(), from.name),
                    start_unix_nano: from.start_unix_nano,
                };
                found.entry(link.span_id).or_default().push(source);
            }
        }
    }
    for sources in found.values_mut() {
        sources.sort_by_key(|from| from.start_unix_nano);
    }
    found
}

impl Page<'_> {
    fn is_found(&self, id: NodeId) -> bool {
        let span = self.forest.span(id);
        self.find
            .is_some_and(|find| span.is_some_and(|span| mentions(span, find)))
    }

    fn fold(&self, id: NodeId, anchor: &str) -> String {
        let Some(span) = self.forest.span(id) else {
            return missing(self.forest, id, anchor);
        };
        format!(
            "<details{anchor}{}>{}{}{}{}{}{}{}{}</details>",
            if self.is_found(id) { " open" } else { "" },
            self.summary(span),
            self.warned(span),
            facts(span, self.forest, id),
            table("Attributes", &span.attributes),
            events(span),
            links(span),
            links_in(self.incoming.get(&span.span_id)),
            table("Resource", &span.resource.attributes),
        )
    }

    fn summary(&self, span: &Span) -> String {
        let name = match &*span.name {
            "" => "(no name)".to_owned(),
            name => foreign(name),
        };
        let error = match span.status.code {
            StatusCode::Error => "<b class=\"errors\">✗ error</b>",
            _ => "",
        };
        format!(
            "<summary>{} <b>{name}</b> <span class=\"kind\">{}</span> {error}\
             <span class=\"duration\">{}</span></summary>",
            self.colours.known(span.service()),
            span.kind,
            duration(span.duration_nano()),
        )
    }

    fn warned(&self, span: &Span) -> String {
        let Some(texts) = self.warnings.get(&span.span_id) else {
            return String::new();
        };
        let items: String = texts
            .iter()
            .map(|text| format!("<li>{}</li>", foreign(text)))
            .collect();
        format!("<ul class=\"warned\">{items}</ul>")
    }
}

fn missing(forest: &Forest, id: NodeId, anchor: &str) -> String {
    let node = forest.node(id);
    let names = match node.children.len() {
        1 => "1 span names".to_owned(),
        many => format!("{many} spans name"),
    };
    format!(
        "<details class=\"missing\"{anchor}><summary><b>never received</b> <code>{}</code>\
         </summary><p>{names} this span as parent. It was never exported, is still open, or \
         belongs to a service that does not send its spans here.</p></details>",
        node.span_id,
    )
}

fn facts(span: &Span, forest: &Forest, id: NodeId) -> String {
    let status = match &*span.status.message {
        "" => span.status.code.as_str().to_owned(),
        message => format!("{}: {}", span.status.code.as_str(), foreign(message)),
    };
    let parent = span.parent_span_id.map_or_else(
        || "none, it is a root".to_owned(),
        |parent| format!("<a href=\"#span-{parent}\"><code>{parent}</code></a>"),
    );
    let mut rows = vec![
        ("Span id", format!("<code>{}</code>", span.span_id)),
        ("Parent", parent),
        ("Status", status),
        ("Self time", duration(self_time(forest, id))),
        (
            "Starts",
            format!("{} after the trace", duration(offset(span, forest))),
        ),
    ];
    if !span.scope.name.is_empty() {
        let scope = format!("{} {}", span.scope.name, span.scope.version);
        rows.push(("Scope", foreign(scope.trim_end())));
    }
    if !span.trace_state.is_empty() {
        rows.push(("tracestate", foreign(&span.trace_state)));
    }
    let rows: String = rows
        .into_iter()
        .map(|(label, markup)| format!("<tr><th scope=\"row\">{label}</th><td>{markup}</td></tr>"))
        .collect();
    format!("<table class=\"pairs\"><tbody>{rows}</tbody></table>")
}

fn offset(span: &Span, forest: &Forest) -> u64 {
    let first = forest
        .spans()
        .first()
        .map_or(0, |first| first.start_unix_nano);
    span.start_unix_nano.saturating_sub(first)
}

/// The time in which none of its children ran.
fn self_time(forest: &Forest, id: NodeId) -> u64 {
    let Some(span) = forest.span(id) else {
        return 0;
    };
    let mut covered_to = span.start_unix_nano;
    let mut alone = 0;
    // Children are in order of start.
    for child in forest
        .node(id)
        .children
        .iter()
        .filter_map(|child| forest.span(*child))
    {
        let start = child.start_unix_nano.min(span.end_unix_nano);
        alone += start.saturating_sub(covered_to);
        covered_to = covered_to.max(child.end_unix_nano.min(span.end_unix_nano));
    }
    alone + span.end_unix_nano.saturating_sub(covered_to)
}

fn table(title: &str, attributes: &Attributes) -> String {
    if attributes.is_empty() {
        return String::new();
    }
    let rows: String = attributes
        .iter()
        .map(|(key, value)| {
            format!(
                "<tr><th scope=\"row\">{}</th><td>{}</td></tr>",
                foreign(key),
                shown(value)
            )
        })
        .collect();
    format!("<table class=\"pairs\"><caption>{title}</caption><tbody>{rows}</tbody></table>")
}

/// A value as text; an http address as a link that tells its target nothing.
fn shown(value: &Value) -> String {
    let text = foreign(&value.to_string());
    let address = value.as_str().is_some_and(|text| {
        let http = text.starts_with("http://") || text.starts_with("https://");
        http && !text.contains(|char: char| char.is_whitespace() || char.is_control())
    });
    match value {
        Value::String(_) if address => {
            format!("<a href=\"{text}\" rel=\"noopener noreferrer\" target=\"_blank\">{text}</a>")
        }
        _ => text,
    }
}

fn events(span: &Span) -> String {
    let rows: String = span
        .events
        .iter()
        .map(|event| {
            let at = event.time_unix_nano.saturating_sub(span.start_unix_nano);
            format!(
                "<li><b>{}</b> at {}{}</li>",
                foreign(&event.name),
                duration(at),
                table("", &event.attributes)
            )
        })
        .collect();
    section("Events", &rows, &count(span.events.len(), "event"))
}

fn links(span: &Span) -> String {
    let rows: String = span.links.iter().map(|link| outgoing(span, link)).collect();
    section("Links", &rows, &count(span.links.len(), "link"))
}

fn outgoing(span: &Span, link: &Link) -> String {
    let place = if link.trace_id == span.trace_id {
        "in this trace"
    } else {
        "in another trace"
    };
    format!(
        "<li>→ {}{}</li>",
        anchor(link.trace_id, link.span_id, place),
        table("", &link.attributes)
    )
}

fn links_in(incoming: Option<&Vec<Incoming>>) -> String {
    let incoming = incoming.map_or(&[][..], Vec::as_slice);
    let rows: String = incoming
        .iter()
        .map(|from| {
            format!(
                "<li>← {}</li>",
                anchor(from.trace_id, from.span_id, &from.label)
            )
        })
        .collect();
    section("Linked from", &rows, &count(incoming.len(), "link"))
}

fn anchor(trace: TraceId, span: SpanId, label: &str) -> String {
    format!(
        "<a href=\"/trace/{trace}?uiFind={span}#span-{span}\">{} <code>{span}</code></a>",
        foreign(label)
    )
}

fn section(title: &str, rows: &str, count: &str) -> String {
    match rows.is_empty() {
        true => String::new(),
        false => format!("<h3>{title} <small>{count}</small></h3><ul class=\"parts\">{rows}</ul>"),
    }
}
