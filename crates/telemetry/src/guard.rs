//! The pipeline as a value that is shut down.

use std::{
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use opentelemetry::global;
use opentelemetry_sdk::{
    error::OTelSdkError,
    trace::{SdkTracerProvider, TracerProviderBuilder},
};

use crate::{
    Error, ShutdownError,
    delivery::{Batches, Tally},
    endpoint, exporter, resource, subscribe, witness,
};

/// How long [`Telemetry::shutdown`] takes at most.
pub const SHUTDOWN_LIMIT: Duration = Duration::from_secs(4);

/// Sets the whole pipeline up, once a process: provider, exporter, global provider, subscriber.
///
/// Spans of `tracing` and of the OpenTelemetry API alike leave for [`endpoint`] as `service`.
///
/// # Errors
/// When no exporter can be built, or a global subscriber is there already.
pub fn init(service: &str) -> Result<Telemetry, Error> {
    init_with(service, |provider| provider)
}

/// [`init`] with a provider that `configure` has begun: with a sampler of its own, or other limits.
///
/// # Errors
/// When no exporter can be built, or a global subscriber is there already.
pub fn init_with(
    service: &str,
    configure: impl FnOnce(TracerProviderBuilder) -> TracerProviderBuilder,
) -> Result<Telemetry, Error> {
    let tally = Arc::default();
    let provider = configure(SdkTracerProvider::builder())
        .with_resource(resource(service))
        .with_span_processor(witness())
        .with_span_processor(Batches::new(exporter()?, &tally))
        .build();
    subscribe(&provider)?;
    global::set_tracer_provider(provider.clone());
    Ok(Telemetry {
        provider,
        tally,
        endpoint: endpoint(),
        open: true,
    })
}

/// A running pipeline. Spans that have not left when it is dropped are delivered then, and what is
/// lost is said on standard error; [`Telemetry::shutdown`] returns it instead.
#[derive(Debug)]
#[must_use = "dropping it shuts the pipeline down: keep it until the end of main"]
pub struct Telemetry {
    provider: SdkTracerProvider,
    tally: Arc<Tally>,
    endpoint: String,
    /// Whether shutdown is still to be done.
    open: bool,
}

impl Telemetry {
    /// The provider, for spans by the OpenTelemetry API.
    #[must_use]
    pub fn provider(&self) -> &SdkTracerProvider {
        &self.provider
    }

    /// Delivers every span that has ended, checks that it was delivered, and stops the pipeline,
    /// within [`SHUTDOWN_LIMIT`]. It blocks: in async code call it in `spawn_blocking`, or after the
    /// runtime.
    ///
    /// # Errors
    /// What was not delivered, where it should have gone and why. (The provider's own `shutdown()`
    /// returns `Ok` when every span was lost.)
    pub fn shutdown(mut self) -> Result<(), ShutdownError> {
        self.close()
    }

    fn close(&mut self) -> Result<(), ShutdownError> {
        self.open = false;
        let deadline = Instant::now() + SHUTDOWN_LIMIT;
        let flushed = self.flush(deadline);
        let left = deadline.saturating_duration_since(Instant::now());
        // The flush has told what there is to tell, but for somebody else's earlier shutdown.
        let shut = self.provider.shutdown_with_timeout(left);
        match (flushed, shut) {
            (_, Err(OTelSdkError::AlreadyShutdown)) => Err(ShutdownError::AlreadyShutDown),
            (flushed, _) => flushed,
        }
    }

    /// `force_flush` waits 5 s for each processor, whatever the caller's limit: so it waits on a
    /// thread of its own.
    fn flush(&self, deadline: Instant) -> Result<(), ShutdownError> {
        let (done, flushed) = mpsc::channel();
        let provider = self.provider.clone();
        // Without a thread there is nothing to wait for: the tally tells what is missing.
        let _ = thread::Builder::new()
            .name("otlp-flush".to_owned())
            .spawn(move || done.send(provider.force_flush()));
        let left = deadline.saturating_duration_since(Instant::now());
        let answer = flushed.recv_timeout(left);
        let timed_out = matches!(answer, Err(mpsc::RecvTimeoutError::Timeout));
        self.outcome(timed_out)
    }

    fn outcome(&self, timed_out: bool) -> Result<(), ShutdownError> {
        let (ended, delivered) = (self.tally.ended(), self.tally.delivered());
        let endpoint = self.endpoint.clone();
        if delivered >= ended {
            return Ok(());
        }
        Err(if timed_out {
            ShutdownError::TimedOut {
                waiting: ended - delivered,
                endpoint,
                limit: SHUTDOWN_LIMIT,
            }
        } else {
            ShutdownError::NotDelivered {
                ended,
                delivered,
                endpoint,
                why: self.tally.last_error(),
            }
        })
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if self.open
            && let Err(error) = self.close()
        {
            eprintln!("telemetry: {error}");
        }
    }
}
