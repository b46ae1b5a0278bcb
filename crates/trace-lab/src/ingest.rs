//! OTLP over HTTP, up to the point where decoded spans are handed to whoever keeps them.
//!
//! The routes are shared by [`crate::Receiver`] and by the lab; what differs is the [`Sink`].
//! The gRPC service takes the same path from [`Encoding::decode`] on.

mod answer;
mod body;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, Request, header},
    response::Response,
    routing::post,
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};
use trace_model::{
    Span,
    otlp_json::{self, Decoded},
};

#[cfg(feature = "server")]
pub(crate) use answer::partial_success;
pub use answer::{Problem, summary};
#[cfg(feature = "server")]
pub(crate) use body::collect_in_time;
pub use body::{MAX_BODY, gunzip};

/// How many requests are read and decoded at the same time.
const AT_ONCE: usize = 32;
/// How long a request waits for its turn before it is told to come back.
const TURN: Duration = Duration::from_secs(2);

/// Who keeps the spans.
pub trait Sink: Send + Sync + 'static {
    /// Takes spans and returns one sentence for each that it does not keep.
    ///
    /// # Errors
    /// [`Full`] when nothing was taken and the sender should come back later.
    fn accept(&self, spans: Vec<Span>) -> Result<Vec<String>, Full>;

    /// Hears of every span and every request that was refused before [`Sink::accept`] saw it.
    fn refused(&self, _why: &str) {}
}

/// There is no room now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// How a request's message is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `application/x-protobuf`.
    Protobuf,
    /// `application/json`.
    Json,
}

impl Encoding {
    fn of(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        match value.split(';').next().unwrap_or_default().trim() {
            kind if kind.eq_ignore_ascii_case("application/x-protobuf") => Some(Self::Protobuf),
            kind if kind.eq_ignore_ascii_case("application/json") => Some(Self::Json),
            _ => None,
        }
    }

    /// The media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        }
    }

    /// Reads an export request.
    ///
    /// # Errors
    /// When the bytes are not one, in words.
    pub fn decode(self, bytes: &[u8]) -> Result<Decoded, String> {
        match self {
            Self::Protobuf => crate::otlp::decode(bytes).map_err(|error| error.to_string()),
            Self::Json => decode_json(bytes),
        }
    }
}

fn decode_json(bytes: &[u8]) -> Result<Decoded, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("not UTF-8: {error}"))?;
    // `{}` is an empty request, which is not a mistake.
    if text.len() < 64
        && matches!(serde_json::from_str(text), Ok(serde_json::Value::Object(map)) if map.is_empty())
    {
        return Ok(Decoded::default());
    }
    otlp_json::read(text).map_err(|error| error.to_string())
}

/// Hands decoded spans to `sink`; returns one sentence for each span that was not kept.
///
/// # Errors
/// [`Full`] from the sink.
pub fn deliver(sink: &dyn Sink, decoded: Decoded) -> Result<Vec<String>, Full> {
    let mut rejected = decoded.rejected;
    rejected.iter().for_each(|why| sink.refused(why));
    if !decoded.spans.is_empty() {
        rejected.extend(sink.accept(decoded.spans)?);
    }
    Ok(rejected)
}

/// Bounds how many requests are in memory at the same time; clones share the bound.
#[derive(Clone, Debug)]
pub(crate) struct Turns(Arc<Semaphore>);

impl Turns {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }

    /// Waits a little for a turn, which lasts as long as what is returned.
    pub(crate) async fn take(&self) -> Result<SemaphorePermit<'_>, Problem> {
        let turn = timeout(TURN, self.0.acquire()).await;
        turn.ok().and_then(Result::ok).ok_or(Problem::Overloaded)
    }
}

#[derive(Clone)]
struct Shared {
    sink: Arc<dyn Sink>,
    turns: Turns,
}

/// `/v1/traces`, and `/v1/logs` and `/v1/metrics`, which are accepted and dropped so that an SDK
/// with all signals on does not complain.
pub fn router(sink: Arc<dyn Sink>) -> Router {
    let turns = Turns::new();
    Router::new()
        .route("/v1/traces", post(traces))
        .route("/v1/logs", post(other_signal))
        .route("/v1/metrics", post(other_signal))
        .with_state(Shared { sink, turns })
}

async fn traces(State(shared): State<Shared>, request: Request<Body>) -> Response {
    let encoding = Encoding::of(request.headers());
    match export(&shared, encoding, request).await {
        Ok(rejected) => answer::accepted(encoding.unwrap_or(Encoding::Json), &rejected),
        Err(problem) => {
            shared.sink.refused(&problem.message());
            problem.response(encoding)
        }
    }
}

async fn export(
    shared: &Shared,
    encoding: Option<Encoding>,
    request: Request<Body>,
) -> Result<Vec<String>, Problem> {
    let encoding = encoding.ok_or_else(|| Problem::content_type(request.headers()))?;
    let _turn = shared.turns.take().await?;
    let bytes = body::read(request).await?;
    let decoded = encoding.decode(&bytes).map_err(Problem::Undecodable)?;
    deliver(&*shared.sink, decoded).map_err(|Full| Problem::Overloaded)
}

async fn other_signal(State(shared): State<Shared>, request: Request<Body>) -> Response {
    let Some(encoding) = Encoding::of(request.headers()) else {
        return Problem::content_type(request.headers()).response(None);
    };
    let read = async {
        let _turn = shared.turns.take().await?;
        body::read(request).await
    };
    match read.await {
        Ok(_) => answer::accepted(encoding, &[]),
        Err(problem) => problem.response(Some(encoding)),
    }
}
