//! Reads the text of a shape, line by line.

mod cursor;
mod line;
mod whole;

use super::{Line, Shape, ShapeError};
use cursor::Cursor;

/// Bounds that no shape written by hand meets; they keep a hostile text from costing anything.
const MAX_LINES: usize = 20_000;
const MAX_LINE_LENGTH: usize = 2_000;
const MAX_DEPTH: usize = 100;

pub(super) fn parse(text: &str) -> Result<Shape, ShapeError> {
    let mut reader = Reader::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (index, line) in text.lines().enumerate() {
        reader.read(index + 1, line)?;
    }
    whole::check(&reader.shape)?;
    Ok(reader.shape)
}

#[derive(Default)]
struct Reader {
    shape: Shape,
    /// The lines that the next one may hang on: indentation and index.
    above: Vec<(usize, usize)>,
}

impl Reader {
    fn read(&mut self, number: usize, text: &str) -> Result<(), ShapeError> {
        let mut cursor = Cursor::new(number, text.trim_end());
        if number > MAX_LINES {
            return Err(cursor.error(format!("a shape has at most {MAX_LINES} lines")));
        }
        if text.len() > MAX_LINE_LENGTH {
            let message = format!("a line has at most {MAX_LINE_LENGTH} bytes: shorten it");
            return Err(cursor.error(message));
        }
        let indent = cursor.indentation()?;
        if cursor.at_end() {
            return Ok(());
        }
        let parent = self.parent(indent, &cursor)?;
        if self.read_flag(&mut cursor, parent)? {
            return Ok(());
        }
        let mut line = line::read(&mut cursor, number)?;
        line.parent = parent;
        self.refuse(&line, indent, number)?;
        let index = self.shape.push(line);
        self.above.push((indent, index));
        Ok(())
    }

    /// The line that something at this indentation hangs on.
    fn parent(&mut self, indent: usize, cursor: &Cursor<'_>) -> Result<Option<usize>, ShapeError> {
        let mut left = None;
        while let Some((last, _)) = self.above.last().copied() {
            if last < indent {
                break;
            }
            left = Some(last);
            self.above.pop();
        }
        let known = match (left, self.above.last()) {
            (Some(left), _) => left == indent,
            (None, None) => indent == 0,
            (None, Some(_)) => true,
        };
        if known {
            return Ok(self.above.last().map(|(_, line)| *line));
        }
        let message = match left {
            Some(left) => format!(
                "an indentation of {indent} fits no line above: write {left} spaces, \
                 as the line has that this one stands beside"
            ),
            None => "the first line begins a trace: write it without indentation".to_owned(),
        };
        Err(cursor.error(message))
    }

    /// Reads `...` and `seq`, which stand on a line of their own among the children they are about.
    fn read_flag(
        &mut self,
        cursor: &mut Cursor<'_>,
        parent: Option<usize>,
    ) -> Result<bool, ShapeError> {
        let (open, ordered) = (cursor.takes("..."), cursor.takes_word("seq"));
        if !(open || ordered) {
            return Ok(false);
        }
        cursor.skip_space();
        if !cursor.at_end() {
            let what = if open { "..." } else { "seq" };
            return Err(cursor.error(format!("`{what}` stands on a line of its own")));
        }
        let (is_open, is_ordered) = match parent {
            Some(parent) => {
                let line = &mut self.shape.lines[parent];
                (&mut line.open, &mut line.ordered)
            }
            None => (&mut self.shape.open, &mut self.shape.ordered),
        };
        *is_open |= open;
        *is_ordered |= ordered;
        Ok(true)
    }

    fn refuse(&self, line: &Line, indent: usize, number: usize) -> Result<(), ShapeError> {
        let error = |message: &str| ShapeError {
            line: number,
            column: indent + 1,
            message: message.to_owned(),
        };
        if line.deep && line.parent.is_none() {
            return Err(error(
                "`>>` means any depth below another line: indent this line below that one",
            ));
        }
        if self.above.len() >= MAX_DEPTH {
            return Err(error("a shape nests at most 100 levels"));
        }
        Ok(())
    }
}
