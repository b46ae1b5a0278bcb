//! What each code means, for `cargo workshop explain CODE`.

mod code_itself;
mod one_span;
mod presence;
mod structure;

use std::fmt;

use crate::Code;

/// What a code means, a small trace that has it, why it happens in Rust, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The code.
    pub code: Code,
    /// What is wrong, in a sentence or two.
    pub meaning: &'static str,
    /// A small wrong trace, as lines of text.
    pub example: &'static str,
    /// The usual causes in Rust.
    pub causes: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

impl fmt::Display for Explanation {
    /// Plain text, paragraphs apart.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n\n{}\n", self.code, self.meaning)?;
        for line in self.example.lines() {
            writeln!(f, "    {line}")?;
        }
        write!(
            f,
            "\nUsual causes: {}\n\nWhat to do: {}\n",
            self.causes, self.remedy
        )
    }
}

impl Code {
    /// What the code means and what to do about it.
    #[must_use]
    pub fn explain(self) -> Explanation {
        let text = structure::text(self)
            .or_else(|| presence::text(self))
            .or_else(|| one_span::text(self))
            .unwrap_or_else(|| code_itself::text(self));
        Explanation {
            code: self,
            meaning: text.0,
            example: text.1,
            causes: text.2,
            remedy: text.3,
        }
    }
}

/// Meaning, example, causes, remedy.
type Text = (&'static str, &'static str, &'static str, &'static str);

#[cfg(test)]
mod tests {
    use crate::Code;

    #[test]
    fn every_code_is_explained_in_sixty_to_a_hundred_and_fifty_words() {
        for code in Code::ALL {
            let text = code.explain().to_string();
            let words = text.split_whitespace().count();
            assert!((60..=150).contains(&words), "{code}: {words} words\n{text}");
        }
    }

    #[test]
    fn no_text_talks_down() {
        for code in Code::ALL {
            let text = code.explain().to_string().to_lowercase();
            for word in ["simply", "obviously", " just "] {
                assert!(!text.contains(word), "{code} says `{word}`");
            }
        }
    }

    #[test]
    fn no_two_codes_share_a_meaning() {
        let mut meanings: Vec<&str> = Code::ALL
            .iter()
            .map(|code| code.explain().meaning)
            .collect();
        meanings.sort_unstable();
        meanings.dedup();
        assert_eq!(meanings.len(), Code::ALL.len());
    }
}
