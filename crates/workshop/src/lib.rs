//! The learner's command: watch, check, hint, explain, compare, reset.
