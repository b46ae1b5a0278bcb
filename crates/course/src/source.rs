//! The languages of what learners edit: Rust, Erlang, and JavaScript as a browser runs it.

use std::path::Path;

const ENDINGS: [&str; 3] = ["rs", "erl", "js"];
/// What begins a comment that ends with its line.
const COMMENTS: [&str; 2] = ["//", "%"];

/// Whether a file may hold gaps, anchors and code of a learner.
#[must_use]
pub fn is_source(path: &Path) -> bool {
    let ending = path.extension();
    ending.is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known))
}

/// What a line says in a comment, if it holds one, behind code or alone.
#[must_use]
pub fn comment(line: &str) -> Option<&str> {
    let mut marks = COMMENTS.iter();
    marks.find_map(|mark| Some(line.split_once(mark)?.1))
}

/// What a line says that is nothing but a comment.
#[must_use]
pub fn whole_comment(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let mut marks = COMMENTS.iter();
    marks.find_map(|mark| line.strip_prefix(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_languages_are_sources() {
        let known = ["src/lib.rs", "src/stock.erl", "src/page.js"];
        assert!(known.iter().all(|path| is_source(Path::new(path))));
        let other = ["exercise.toml", "src/page.html", "src/rs"];
        assert!(!other.iter().any(|path| is_source(Path::new(path))));
    }

    #[test]
    fn a_comment_stands_alone_or_behind_code() {
        assert_eq!(comment("  ask(); // TODO(23.1)"), Some(" TODO(23.1)"));
        assert_eq!(comment("    % END(17.3)"), Some(" END(17.3)"));
        assert_eq!(comment("ask();"), None);
        assert_eq!(whole_comment("  // done"), Some(" done"));
        assert_eq!(whole_comment("  % done"), Some(" done"));
        assert_eq!(whole_comment("ask(); // done"), None);
    }
}
