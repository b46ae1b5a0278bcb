//! Why a text is no shape.

use std::fmt;

/// What cannot be read in a shape, where, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong there and what to write instead.
    pub message: String,
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            column,
            message,
        } = self;
        write!(f, "line {line}, column {column}: {message}")
    }
}

impl std::error::Error for ShapeError {}
