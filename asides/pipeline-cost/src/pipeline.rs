//! The pipeline itself, and one run of it.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use opentelemetry::{
    Context,
    trace::{
        SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, TracerProvider,
    },
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{SdkTracerProvider, Span, SpanData, SpanProcessor},
};
use tokio::{
    runtime::Builder,
    sync::mpsc::{self, Receiver, Sender},
    task::JoinSet,
};
use traced_envelope::Envelope;
use tracing::info_span;
use tracing_subscriber::layer::SubscriberExt;

use crate::{Outcome, memory, way::Way};

/// Stages behind the source.
pub(crate) const STAGES: u64 = 3;
/// How many events fit between two stages.
const ROOM: usize = 64;

/// What one run took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) took: Duration,
    /// Memory after a tenth of the events and after all, in KiB; none where the system does not tell.
    memory: Option<(u64, u64)>,
}

impl Run {
    /// Reads what [`Run`] prints.
    pub(crate) fn read(said: &str) -> Option<Self> {
        let mut words = said.split_ascii_whitespace().map(str::parse);
        let took = Duration::from_nanos(words.next()?.ok()?);
        let memory = match (words.next(), words.next()) {
            (Some(Ok(early)), Some(Ok(late))) => Some((early, late)),
            _ => None,
        };
        Some(Self { took, memory })
    }

    /// By how much its memory grew after a tenth of the events.
    pub(crate) fn grown(&self) -> String {
        match self.memory {
            Some((early, late)) => format!("{} KiB", late.saturating_sub(early)),
            None => "not told by this system".to_owned(),
        }
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.took.as_nanos())?;
        match self.memory {
            Some((early, late)) => write!(f, " {early} {late}"),
            None => Ok(()),
        }
    }
}

/// Counts what ends and keeps nothing: what an exporter costs is another question.
#[derive(Clone, Debug, Default)]
struct Counter(Arc<AtomicU64>);

impl SpanProcessor for Counter {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, _: SpanData) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

/// Sends so many events that way.
///
/// # Errors
/// When an event, or a span, is not there in the end.
pub(crate) fn run(way: Way, events: u64) -> Outcome<Run> {
    let ended = Counter::default();
    let provider = SdkTracerProvider::builder()
        .with_span_processor(ended.clone())
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("pipeline"));
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))?;
    let runtime = Builder::new_current_thread().build()?;
    let (run, sum) = runtime.block_on(async {
        match way {
            Way::Plain => measured(events, Stage::plain()).await,
            _ => measured(events, Stage::traced(way)).await,
        }
    });
    if sum != (0..events).sum::<u64>() {
        return Err("an event is lost".into());
    }
    let recorded = ended.0.load(Ordering::Relaxed);
    if recorded != way.recorded(events, STAGES) {
        return Err(format!("{recorded} spans were recorded").into());
    }
    Ok(run)
}

/// What is done with an event: where it begins, in each stage, and in the end.
struct Stage<T> {
    begin: Box<dyn Fn(u64) -> T + Send>,
    work: Arc<dyn Fn(T) -> T + Send + Sync>,
    end: fn(T) -> u64,
}

impl Stage<u64> {
    fn plain() -> Self {
        Self {
            begin: Box::new(|event| event),
            work: Arc::new(|event| event),
            end: |event| event,
        }
    }
}

impl Stage<Envelope<u64>> {
    fn traced(way: Way) -> Self {
        let dealer = dealer(way.is_sampled());
        let relation = way.relation();
        Self {
            begin: Box::new(move |event| {
                let _current = dealer.clone().attach();
                Envelope::seal(event, relation)
            }),
            work: Arc::new(move |envelope: Envelope<u64>| {
                let (event, handled) = envelope.open();
                if way == Way::Carried {
                    let _current = handled.context().clone().attach();
                    return Envelope::seal(event, relation);
                }
                let span = handled.span(|| info_span!("work for event"));
                span.in_scope(|| Envelope::seal(event, relation))
            }),
            end: |envelope| envelope.open().0,
        }
    }
}

/// The context of whoever offers the events.
fn dealer(sampled: bool) -> Context {
    let (trace, span) = (TraceId::from(0x4bf9_2f35), SpanId::from(0x00f0_67aa));
    let flags = TraceFlags::default().with_sampled(sampled);
    let span = SpanContext::new(trace, span, flags, true, TraceState::NONE);
    Context::new().with_remote_span_context(span)
}

/// A run, and the sum of the events that came through.
async fn measured<T: Send + 'static>(events: u64, stage: Stage<T>) -> (Run, u64) {
    let (source, mut way) = mpsc::channel(ROOM);
    let mut tasks = JoinSet::new();
    let began = Instant::now();
    tasks.spawn(async move {
        for event in 0..events {
            // Whoever would take it is gone only when all is over.
            let _ = source.send((stage.begin)(event)).await;
        }
    });
    for _ in 0..STAGES {
        let (next, behind) = mpsc::channel(ROOM);
        tasks.spawn(hand_on(way, next, stage.work.clone()));
        way = behind;
    }
    let (mut sum, mut early) = (0, None);
    for count in 1..=events {
        let Some(event) = way.recv().await else { break };
        sum += (stage.end)(event);
        if count == events / 10 {
            early = memory::resident();
        }
    }
    let took = began.elapsed();
    let run = Run {
        took,
        memory: early.zip(memory::resident()),
    };
    (run, sum)
}

/// A stage: one event after the other.
async fn hand_on<T>(
    mut events: Receiver<T>,
    next: Sender<T>,
    work: Arc<dyn Fn(T) -> T + Send + Sync>,
) {
    while let Some(event) = events.recv().await {
        let _ = next.send(work(event)).await;
    }
}
