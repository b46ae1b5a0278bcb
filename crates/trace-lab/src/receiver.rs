//! An OTLP/HTTP receiver for tests.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use tokio::{runtime, sync::oneshot};
use trace_model::Span;

use crate::{
    guard::Guard,
    ingest::{self, Full, Sink},
    serve,
};

/// The greatest number of spans that a receiver keeps: a flood gets an answer, not all memory.
const MAX_SPANS: usize = 200_000;
/// The greatest number of reasons that a receiver keeps.
const MAX_REASONS: usize = 1_000;

/// Keeps the spans that are sent to it, on an OS thread of its own, so that code under test which
/// blocks its runtime cannot starve it. The port is free and local; both end when it is dropped.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// use std::time::Duration;
/// let receiver = trace_lab::Receiver::start()?;
/// // Set OTEL_EXPORTER_OTLP_ENDPOINT of the code under test to this:
/// assert!(receiver.otlp_http().starts_with("http://127.0.0.1:"));
/// let complete = receiver.wait_until(Duration::from_millis(10), |spans| spans.len() >= 2);
/// assert!(!complete, "nobody sent anything");
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    kept: Arc<Kept>,
    /// Dropping it ends the server.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Written by the server's thread, read by the test's.
#[derive(Debug, Default)]
struct Kept {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    spans: Vec<Span>,
    rejected: Vec<String>,
}

impl State {
    fn note(&mut self, why: String) {
        if self.rejected.len() < MAX_REASONS {
            self.rejected.push(why);
        }
    }
}

impl Kept {
    /// A panic of a test's own condition must not take the receiver with it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Kept {
    fn accept(&self, mut spans: Vec<Span>) -> Result<Vec<String>, Full> {
        let mut state = self.state();
        let room = MAX_SPANS.saturating_sub(state.spans.len()).min(spans.len());
        let left_out = spans.split_off(room);
        state.spans.extend(spans);
        let why = |span: &Span| {
            let name = &span.name;
            format!("span {name:?} was left out: this receiver holds {MAX_SPANS} spans already")
        };
        let reasons: Vec<String> = left_out.iter().map(why).collect();
        reasons.iter().for_each(|why| state.note(why.clone()));
        drop(state);
        self.changed.notify_all();
        Ok(reasons)
    }

    fn refused(&self, why: &str) {
        self.state().note(why.to_owned());
        self.changed.notify_all();
    }
}

impl Receiver {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When the system gives no port, thread or event queue.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let kept = Arc::new(Kept::default());
        let sink = kept.clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let serve = move || runtime.block_on(serve(listener, sink, stopped));
        let thread = std::thread::Builder::new()
            .name("trace-receiver".to_owned())
            .spawn(serve)?;
        Ok(Self {
            address,
            kept,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The address for exporters, without `/v1/traces`: `http://127.0.0.1:43001`.
    #[must_use]
    pub fn otlp_http(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What has arrived so far, in order of arrival.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        self.kept.state().spans.clone()
    }

    /// Why spans, or whole requests, were refused so far (the first thousand reasons).
    #[must_use]
    pub fn rejected(&self) -> Vec<String> {
        self.kept.state().rejected.clone()
    }

    /// Waits until `enough` holds for all spans received so far; false when it does not within
    /// `limit`. What arrived before the call counts.
    #[must_use]
    pub fn wait_until(&self, limit: Duration, mut enough: impl FnMut(&[Span]) -> bool) -> bool {
        let deadline = Instant::now() + limit;
        let mut state = self.kept.state();
        loop {
            if enough(&state.spans) {
                return true;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let waited = self.kept.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic over there has been printed over there.
            let _ = thread.join();
        }
    }
}

async fn serve(listener: TcpListener, sink: Arc<Kept>, stopped: oneshot::Receiver<()>) {
    let router = Guard::default().protect(ingest::router(sink));
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    tokio::select! {
        () = serve::http(listener, router) => {}
        _ = stopped => {}
    }
}
