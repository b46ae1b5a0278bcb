//! Set-up and shutdown of the course's telemetry: the one owner of SDK and exporter.
//!
//! [`init`] builds the whole pipeline; [`Telemetry::shutdown`] delivers what is in it and says what
//! was not delivered. [`init_with`] leaves sampler and limits to you. The pieces ([`resource`], [`exporter`], [`witness`], [`subscribe`]) are there
//! for code that puts a pipeline together itself.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let telemetry = telemetry::init("search")?;
//! tracing::info_span!("search cars").in_scope(|| { /* the work */ });
//! telemetry.shutdown()?;
//! # Ok(()) }
//! ```
//!
//! # What is set, and what is not
//! * Spans leave in batches, over OTLP/HTTP with protobuf, through a blocking client that has no
//!   runtime of its own. This delivers with no runtime, in a current-thread runtime and in a
//!   multi-thread one. Client and wire format are given explicitly: the exporter's own choice
//!   depends on the features that any other crate of the build turns on.
//! * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_SERVICE_NAME` and
//!   `OTEL_RESOURCE_ATTRIBUTES` work as the OpenTelemetry specification says; `RUST_LOG` takes
//!   targets and levels (`info,inventory=debug`).
//! * No global propagator is set. OpenTelemetry's own default carries nothing: until your code sets
//!   one, no context crosses a process boundary.

#![forbid(unsafe_code)]

mod client;
mod delivery;
mod error;
mod guard;
pub mod names;
mod pipeline;
mod signal;
mod subscriber;
mod witness;

pub use error::{Error, ShutdownError};
pub use guard::{SHUTDOWN_LIMIT, Telemetry, init, init_with};
pub use opentelemetry_sdk::trace::TracerProviderBuilder;
pub use pipeline::{EXPORT_LIMIT, endpoint, exporter, resource};
pub use signal::{StopSignal, input_end, stop_signal};
pub use subscriber::subscribe;
pub use witness::{WITNESS_LINES, WITNESS_VARIABLE, Witness, open_spans, witness};
