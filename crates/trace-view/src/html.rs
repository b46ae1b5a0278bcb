//! Reports, forests and shapes as tables for pages.
//!
//! What comes back is one line, so that it can stand in Markdown, and holds a real table: it reads
//! without script and in print. It belongs into a page that loads [`crate::CSS`] and, for keys and
//! folding, [`crate::JS`]; a content security policy must allow `style` attributes
//! (`style-src-attr 'unsafe-inline'`), because that is where bars say how long they are.

mod forest;
mod lane;
mod report;
mod shape;
mod table;

use std::borrow::Cow;

pub use forest::{forest, marked_forest};
pub use report::report;
pub use shape::shape;

/// `text` for element content and for attributes in quotes.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    let special = |char| matches!(char, '&' | '<' | '>' | '"' | '\'');
    if !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            char => safe.push(char),
        }
    }
    Cow::Owned(safe)
}

/// Text from a span: cleaned, then escaped.
fn foreign(text: &str) -> String {
    escape(&crate::clean(text)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{escape, foreign};

    #[test]
    fn markup_and_quotes_are_escaped() {
        assert_eq!(escape("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
        assert!(matches!(escape("plain"), std::borrow::Cow::Borrowed(_)));
        assert_eq!(foreign("\u{1b}<i>"), "&lt;i&gt;");
    }
}
