//! What must be the same in two runs of the same code, line by line.

use serde_json::Value;

use super::normal::{Normal, is_volatile};

/// The lines that say what a run is, but for times and numbers, sorted: spans that overlap come in
/// an order of their own each time.
pub(super) fn of(run: &Normal) -> Vec<String> {
    let mut lines = report(&run.report);
    lines.extend(spans(&run.otlp));
    lines.sort();
    lines
}

fn report(report: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for diagnosis in list(&report["diagnoses"]) {
        let field = |name: &str| masked(diagnosis[name].as_str().unwrap_or_default());
        lines.push(format!(
            "diagnosis {} ×{} {} | {} | {} | {}",
            field("code"),
            diagnosis["count"],
            field("message"),
            field("expected"),
            field("actual"),
            diagnosis["chapter"],
        ));
    }
    for row in list(&report["rows"]) {
        let expected = &row["expected"]["name"];
        let actual = list(&row["actual"]).len();
        lines.push(format!(
            "row {} {expected} {} ×{actual}",
            row["depth"], row["mark"]
        ));
    }
    lines
}

fn spans(otlp: &Value) -> Vec<String> {
    let resources = list(&otlp["resourceSpans"]);
    let scopes = resources
        .iter()
        .flat_map(|resource| list(&resource["scopeSpans"]));
    let spans: Vec<_> = scopes.flat_map(|scope| list(&scope["spans"])).collect();
    spans.iter().map(|span| line(span, &spans)).collect()
}

fn line(span: &Value, all: &[&Value]) -> String {
    let parent = span["parentSpanId"].as_str().unwrap_or_default();
    let parent = all
        .iter()
        .find(|other| other["spanId"] == parent)
        .map(|other| &other["name"]);
    let mut attributes: Vec<_> = list(&span["attributes"])
        .iter()
        .filter(|attribute| !attribute["key"].as_str().is_none_or(is_volatile))
        .map(attribute)
        .collect();
    attributes.sort_unstable();
    format!(
        "span {} below {parent:?} kind {} status {} links {} events {} {attributes:?}",
        span["name"],
        span["kind"],
        span["status"]["code"],
        list(&span["links"]).len(),
        list(&span["events"]).len(),
    )
}

/// Key and value; what is measured differs from run to run.
fn attribute(attribute: &Value) -> String {
    let value = &attribute["value"];
    match value["doubleValue"].is_null() {
        true => format!("{} {value}", attribute["key"]),
        false => format!("{} #", attribute["key"]),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The text with each word that holds a digit masked: ids, durations and ports.
fn masked(text: &str) -> String {
    let mask = |word: &str| match word.bytes().any(|byte| byte.is_ascii_digit()) {
        true => "#".to_owned(),
        false => word.to_owned(),
    };
    text.split(' ').map(mask).collect::<Vec<_>>().join(" ")
}

/// The first line that only one of the two has, for a message.
pub(super) fn difference(committed: &[String], now: &[String]) -> Option<String> {
    let only = |some: &[String], others: &[String]| {
        some.iter().find(|line| !others.contains(line)).cloned()
    };
    if committed == now {
        return None;
    }
    let gone = only(committed, now).map(|line| format!("committed, but not so any more: {line}"));
    let new = only(now, committed).map(|line| format!("new: {line}"));
    Some(
        gone.or(new)
            .unwrap_or_else(|| "some spans come in another number".to_owned()),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(name: &str, start: u64) -> Normal {
        let span = json!({
            "spanId": "0102030405060708", "name": name, "kind": 1, "startTimeUnixNano": start.to_string(),
            "attributes": [{"key": "cars.query", "value": {"stringValue": "golf"}}],
        });
        Normal {
            report: json!({
                "diagnoses": [{"code": "stretched", "count": 1, "message": format!("took {start} ms")}],
                "rows": [],
            }),
            otlp: json!({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}),
        }
    }

    #[test]
    fn times_make_no_difference() {
        assert_eq!(difference(&of(&run("a", 1)), &of(&run("a", 2))), None);
    }

    #[test]
    fn another_name_does_and_is_said() {
        let said = difference(&of(&run("a", 1)), &of(&run("b", 1))).expect("a difference");
        assert!(
            said.starts_with("committed, but not so any more: span \"a\""),
            "{said}"
        );
    }
}
