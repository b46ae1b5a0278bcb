//! `cargo workshop explain`.

use std::io::{self, IsTerminal};

use trace_shape::Code;

use crate::{
    Problem,
    cli::{End, print},
    names,
    watch::screen,
};

/// What a code means.
pub(crate) fn explain(typed: &str) -> Result<End, Problem> {
    let wanted = typed.trim().to_lowercase().replace('_', "-");
    let code: Code = wanted.parse().map_err(|_| unknown(typed, &wanted))?;
    let width = screen::style(io::stdout().is_terminal()).width;
    let text = code.explain().to_string();
    text.lines().for_each(|line| print(&wrapped(line, width)));
    Ok(End::Passed)
}

/// Paragraphs are broken at spaces; an example, which is indented, stays as it is.
fn wrapped(line: &str, width: usize) -> String {
    if line.starts_with(' ') {
        return format!("{line}\n");
    }
    let mut text = String::new();
    let mut column = 0;
    for word in line.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            text.push('\n');
            column = 0;
        } else if column > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += length;
    }
    text + "\n"
}

fn unknown(typed: &str, wanted: &str) -> Problem {
    let names: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let meant = names::nearest(names.iter().copied(), wanted);
    let meant = meant.map_or(String::new(), |name| format!("did you mean `{name}`? "));
    let remedy = format!("{meant}The codes are: {}", names.join(", "));
    Problem::new(format!("there is no diagnosis code `{typed}`"), remedy)
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn paragraphs_are_broken_and_examples_are_not() {
        assert_eq!(wrapped("one two three", 7), "one two\nthree\n");
        assert_eq!(wrapped("    a b c d e", 7), "    a b c d e\n");
        assert_eq!(wrapped("", 7), "\n");
    }
}
