//! Blocks in documents that a program fills: from `<!-- generated: name -->` to `<!-- end -->`.

use std::io;

const BEGIN: &str = "<!-- generated: ";
const CLOSE: &str = " -->";
const END: &str = "<!-- end -->";

/// The document with each block filled by `content`.
///
/// # Errors
/// When a block has no end, or there is no content for it.
pub(super) fn fill(document: &str, content: impl Fn(&str) -> Option<String>) -> io::Result<String> {
    let mut filled = String::new();
    let mut rest = document;
    while let Some((before, block)) = rest.split_once(BEGIN) {
        let (name, block) = block
            .split_once(CLOSE)
            .ok_or_else(|| wrong("is not closed"))?;
        let (_, after) = block.split_once(END).ok_or_else(|| wrong("has no end"))?;
        let text = content(name).ok_or_else(|| wrong(&format!("`{name}` is not known")))?;
        filled.push_str(&format!("{before}{BEGIN}{name}{CLOSE}\n{text}{END}"));
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

fn wrong(why: &str) -> io::Error {
    io::Error::other(format!("a generated block {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_filled_and_the_rest_stays() {
        let document = "a\n<!-- generated: x 1 -->\nold\n<!-- end -->\nb\n";
        let content = |name: &str| (name == "x 1").then(|| "new\n".to_owned());
        let filled = fill(document, content).expect("a whole block");
        assert_eq!(filled, "a\n<!-- generated: x 1 -->\nnew\n<!-- end -->\nb\n");
        assert_eq!(fill(&filled, content).expect("a whole block"), filled);
    }

    #[test]
    fn a_block_without_end_or_content_is_an_error() {
        let none = |_: &str| None;
        assert!(fill("<!-- generated: x -->\n", none).is_err());
        assert!(fill("<!-- generated: x -->\n<!-- end -->", none).is_err());
    }
}
