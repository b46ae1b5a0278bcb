//! JUnit XML, as CI systems read it.

use std::borrow::Cow;

use course::Verdict;

use crate::Outcome;

/// One suite with a case for each outcome.
pub(crate) fn document(outcomes: &[Outcome]) -> String {
    let count = |verdicts: &[Verdict]| {
        let counted = outcomes
            .iter()
            .filter(|outcome| verdicts.contains(&outcome.verdict));
        counted.count()
    };
    let failures = count(&[Verdict::Failed, Verdict::Timeout, Verdict::Panicked]);
    let time: f64 = outcomes.iter().map(seconds).sum();
    let cases: String = outcomes.iter().map(case).collect();
    let counts = format!(
        r#"tests="{}" failures="{failures}" errors="{}" skipped="{}" time="{time:.3}""#,
        outcomes.len(),
        count(&[Verdict::CompileError]),
        count(&[Verdict::Skipped]),
    );
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n\
         <testsuite name=\"workshop\" {counts}>\n{cases}</testsuite>\n</testsuites>\n"
    )
}

fn seconds(outcome: &Outcome) -> f64 {
    outcome.seconds.compile + outcome.seconds.run
}

fn case(outcome: &Outcome) -> String {
    let name = escaped(&outcome.exercise);
    let time = seconds(outcome);
    let open = format!(r#"<testcase classname="workshop" name="{name}" time="{time:.3}""#);
    let (element, kind) = match outcome.verdict {
        Verdict::Passed => return format!("{open}/>\n"),
        Verdict::Skipped => {
            let why = outcome
                .skipped_for
                .as_deref()
                .unwrap_or("a component is missing");
            return format!(
                "{open}><skipped message=\"{}\"/></testcase>\n",
                escaped(why)
            );
        }
        Verdict::CompileError => ("error", "compile-error"),
        Verdict::Failed => ("failure", "failed"),
        Verdict::Timeout => ("failure", "timeout"),
        Verdict::Panicked => ("failure", "panicked"),
    };
    let lines = lines(outcome);
    let message = escaped(lines.first().map_or(kind, String::as_str)).replace('\n', "&#10;");
    let text = lines.join("\n");
    let text = escaped(&text);
    format!(
        "{open}><{element} type=\"{kind}\" message=\"{message}\">{text}</{element}></testcase>\n"
    )
}

fn lines(outcome: &Outcome) -> Vec<String> {
    let diagnoses = outcome.diagnoses();
    let diagnoses = diagnoses
        .iter()
        .map(|found| format!("{}: {}", found.code, found.message));
    let notes = outcome.notes.iter().map(ToString::to_string);
    diagnoses
        .chain(outcome.compiler.iter().cloned())
        .chain(notes)
        .collect()
}

/// For text and for attributes in double quotes. Characters that XML 1.0 forbids (section 2.2) are
/// left out.
fn escaped(text: &str) -> Cow<'_, str> {
    let special = |char: char| matches!(char, '<' | '>' | '&' | '"') || !allowed(char);
    if !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match char {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            char if allowed(char) => out.push(char),
            _ => {}
        }
    }
    Cow::Owned(out)
}

fn allowed(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Problem;

    #[test]
    fn counts_and_escapes() {
        let passed = Outcome::new("tasks", Verdict::Passed);
        let mut broken = Outcome::new("edges", Verdict::CompileError);
        broken.compiler = vec!["\u{1b}[31mexpected `Vec<&str>` & \"more\"".to_owned()];
        let mut skipped = Outcome::new("queues", Verdict::Skipped);
        skipped.skipped_for = Some("nats".to_owned());
        let mut failed = Outcome::new("a", Verdict::Failed);
        failed.notes.push(Problem::new("x", "y"));
        let text = document(&[passed, broken, skipped, failed]);
        assert!(
            text.contains(r#"tests="4" failures="1" errors="1" skipped="1""#),
            "{text}"
        );
        assert!(text.contains("[31mexpected `Vec&lt;&amp;str&gt;` &amp; &quot;more&quot;"));
        assert!(text.contains(r#"<skipped message="nats"/>"#));
        assert!(!text.contains('\u{1b}'));
        assert!(text.contains("x&#10;To do: y"));
    }
}
