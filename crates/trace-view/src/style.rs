//! How wide and how colourful, and where links lead.

/// How a terminal wants its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to write colours. Signs and words say the same without them.
    pub colour: bool,
    /// The width of a line in columns.
    pub width: usize,
}

impl Style {
    /// No colour, 100 columns: for files and tests.
    pub const PLAIN: Self = Self {
        colour: false,
        width: 100,
    };

    /// The style that `NO_COLOR` and `COLUMNS` ask for; colours only on a terminal.
    #[must_use]
    pub fn from_env(is_terminal: bool) -> Self {
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self::from_values(
            is_terminal,
            set("NO_COLOR").is_some(),
            set("COLUMNS").as_deref(),
        )
    }

    fn from_values(is_terminal: bool, no_colour: bool, columns: Option<&str>) -> Self {
        let width = columns
            .and_then(|columns| columns.parse().ok())
            .unwrap_or(100);
        Self {
            colour: is_terminal && !no_colour,
            width: width.clamp(40, 160),
        }
    }
}

impl Default for Style {
    fn default() -> Self {
        Self::PLAIN
    }
}

/// Where a report's links lead: base addresses without a slash at the end, empty where there is
/// no such server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// The book, such as `http://127.0.0.1:3000`; empty where nobody serves it.
    pub book: String,
    /// The trace viewer, such as `http://127.0.0.1:16686`.
    pub web: String,
}

impl Links {
    /// Where a page of the book can be read, such as `part2/05-tasks.html`: its address, or its
    /// source where nobody serves the book.
    #[must_use]
    pub fn page(&self, page: &str) -> String {
        match self.book.as_str() {
            "" => format!("book/src/{}", page.replacen(".html", ".md", 1)),
            book => format!("{book}/{page}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Style;

    #[test]
    fn colours_need_a_terminal_and_no_objection() {
        let colour = |terminal, no_colour| Style::from_values(terminal, no_colour, None).colour;
        assert!(colour(true, false));
        assert!(!colour(true, true));
        assert!(!colour(false, false));
    }

    #[test]
    fn width_stays_within_what_can_be_read() {
        let width = |columns| Style::from_values(false, false, columns).width;
        assert_eq!(width(None), 100);
        assert_eq!(width(Some("wide")), 100);
        assert_eq!(width(Some("72")), 72);
        assert_eq!(width(Some("1")), 40);
        assert_eq!(width(Some("999")), 160);
    }
}
