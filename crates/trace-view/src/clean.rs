//! Text of unknown origin, made safe to print.

use std::borrow::Cow;

/// `text` without control, escape, bidi and invisible format characters.
///
/// Line breaks and tabs become spaces, so that what was one line stays one line.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let kept = text.chars().filter_map(|char| match char {
        '\n' | '\r' | '\t' => Some(' '),
        char => is_plain(char).then_some(char),
    });
    Cow::Owned(kept.collect())
}

/// Bidirectional controls reorder what stands around them, and the other format characters hide
/// (Unicode Standard Annex 9; categories Cc, Cf, Zl and Zp as far as they do harm in a line).
fn is_plain(char: char) -> bool {
    !char.is_control()
        && !matches!(char,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn plain_text_is_not_copied() {
        assert!(matches!(
            clean("GET /cars/{id} ü 車"),
            std::borrow::Cow::Borrowed(_)
        ));
    }

    #[test]
    fn escapes_bidi_and_hidden_characters_are_gone() {
        assert_eq!(clean("\u{1b}[31mred\u{7}\0"), "[31mred");
        assert_eq!(clean("a\u{202e}b\u{2066}c\u{200b}d\u{9b}e"), "abcde");
        assert_eq!(clean("two\nlines\tand\r"), "two lines and ");
    }
}
