//! A record of starts and ends outside of the pipeline, so that a span that never ended is told
//! from one that was never exported, even when the process is killed.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    sync::{
        OnceLock,
        atomic::{AtomicIsize, AtomicUsize, Ordering},
    },
    time::Duration,
};

use opentelemetry::{Context, SpanId};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{Span, SpanData, SpanProcessor},
};
use serde_json::{Value, json};

use crate::{names::SERVICE_NAME, pipeline::set};

/// The variable that names the file. Unset, nothing is recorded.
pub const WITNESS_VARIABLE: &str = "WORKSHOP_WITNESS";
/// After so many lines one `{"event":"full"}` follows and nothing more: a span in an endless loop
/// must not fill the disk.
pub const WITNESS_LINES: usize = 100_000;

/// Spans of this process that started and have not ended. Signed, for a span may end in a provider
/// that never saw it start.
static OPEN: AtomicIsize = AtomicIsize::new(0);

/// How many spans of this process started and have not ended, as far as a [`Witness`] saw.
#[must_use]
pub fn open_spans() -> usize {
    OPEN.load(Ordering::SeqCst).max(0).unsigned_abs()
}

/// A span processor that appends a line of JSON for each start and end, and one when the provider
/// is flushed or shut down, to the file that `WORKSHOP_WITNESS` names.
#[derive(Debug)]
pub struct Witness {
    file: Option<File>,
    service: OnceLock<String>,
    lines: AtomicUsize,
}

/// The witness for this process; one that does nothing unless `WORKSHOP_WITNESS` is set.
#[must_use]
pub fn witness() -> Witness {
    let open = |path| OpenOptions::new().append(true).create(true).open(path);
    Witness {
        file: set(WITNESS_VARIABLE).and_then(|path| open(path).ok()),
        service: OnceLock::new(),
        lines: AtomicUsize::new(0),
    }
}

impl Witness {
    /// One line in one write: writers of several threads and processes do not mix theirs.
    fn line(&self, value: impl FnOnce() -> Value) {
        let Some(mut file) = self.file.as_ref() else {
            return;
        };
        let line = match self.lines.fetch_add(1, Ordering::Relaxed) {
            before if before < WITNESS_LINES => value(),
            WITNESS_LINES => json!({"event": "full"}),
            _ => return,
        };
        // A witness that cannot write must not disturb what it watches.
        let _ = file.write_all(format!("{line}\n").as_bytes());
    }

    fn service(&self) -> &str {
        self.service.get().map_or("", String::as_str)
    }
}

impl SpanProcessor for Witness {
    fn on_start(&self, span: &mut Span, _: &Context) {
        OPEN.fetch_add(1, Ordering::SeqCst);
        if self.file.is_none() {
            return;
        }
        let Some(data) = span.exported_data() else {
            return;
        };
        let context = &data.span_context;
        let parent = data.parent_span_id;
        let parent = (parent != SpanId::INVALID).then(|| parent.to_string());
        self.line(|| {
            json!({
                "event": "start",
                "trace": context.trace_id().to_string(),
                "span": context.span_id().to_string(),
                "parent": parent,
                "sampled": context.is_sampled(),
                "service": self.service(),
                "name": data.name,
            })
        });
    }

    fn on_end(&self, span: SpanData) {
        OPEN.fetch_sub(1, Ordering::SeqCst);
        self.line(|| {
            json!({
                "event": "end",
                "trace": span.span_context.trace_id().to_string(),
                "span": span.span_context.span_id().to_string(),
                "name": span.name,
            })
        });
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.line(|| json!({"event": "flush"}));
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        self.line(|| json!({"event": "shutdown"}));
        Ok(())
    }

    fn set_resource(&mut self, resource: &Resource) {
        let name = resource.get(&opentelemetry::Key::from_static_str(SERVICE_NAME));
        let name = name.map_or_else(String::new, |name| name.to_string());
        let _ = self.service.set(name);
    }
}
