//! A trace backend on the learner's own machine: OTLP in, bounded store, query API, pages.
