//! The author's command: audit, regenerate, measure.
