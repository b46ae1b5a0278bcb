//! Columns, cuts and colours.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::Style;

/// What a piece of text means; its colour follows from that.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Strong,
    Good,
    Bad,
    Faint,
    Accent,
}

impl Tone {
    fn code(self) -> &'static str {
        match self {
            Self::Strong => "1",
            Self::Good => "32",
            Self::Bad => "1;31",
            Self::Faint => "2",
            Self::Accent => "36",
        }
    }
}

/// `text` in the colour of its tone, where colours are wanted.
pub(super) fn paint(text: &str, tone: Tone, style: &Style) -> String {
    if style.colour && !text.is_empty() {
        format!("\u{1b}[{}m{text}\u{1b}[0m", tone.code())
    } else {
        text.to_owned()
    }
}

/// Columns that `text` takes; East Asian wide characters take two.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// `text` in at most `columns` columns, with `…` where something was cut off.
pub(super) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(1);
    let fits = |char: &char| {
        let wide = char.width().unwrap_or(0);
        let fits = wide <= left;
        left = left.saturating_sub(wide);
        fits
    };
    let mut kept: String = text.chars().take_while(fits).collect();
    if columns > 0 {
        kept.push('…');
    }
    kept
}

/// `text` cut or filled up to exactly `columns` columns.
pub(super) fn cell(text: &str, columns: usize) -> String {
    let mut cell = cut(text, columns);
    cell.extend(std::iter::repeat_n(
        ' ',
        columns.saturating_sub(width(&cell)),
    ));
    cell
}

/// `text` in lines of at most `columns` columns, broken at spaces. A word that is longer than a
/// line stays whole: an address must remain one that can be copied.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().map_or(0, |line| width(line));
        match lines.last_mut() {
            Some(last) if line == 0 => last.push_str(word),
            Some(last) if line + 1 + width(word) <= columns => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(cut("車車車", 5), "車車…");
        assert_eq!(cut("車車車", 4), "車…");
        assert_eq!(cell("車", 4), "車  ");
        assert_eq!(cut("abc", 0), "");
    }

    #[test]
    fn words_longer_than_a_line_stay_whole() {
        assert_eq!(
            wrap("see http://127.0.0.1:3000/x now", 10),
            ["see", "http://127.0.0.1:3000/x", "now"]
        );
        assert_eq!(wrap("", 10), [""]);
    }
}
