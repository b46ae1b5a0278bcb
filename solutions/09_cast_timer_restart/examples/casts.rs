//! What a cast does to its sender's span, and what a handler's span is a child of: two tables for the
//! book. `cargo run -p cast-timer-restart-solution --example casts` prints them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use opentelemetry::{Context, trace::TracerProvider};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{SdkTracerProvider, Span as SdkSpan, SpanData, SpanProcessor},
};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use ractor_cluster_derive::RactorMessage;
use tokio::sync::oneshot::{self, Receiver, Sender};
use tracing::{Dispatch, Span, dispatcher, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;

fn main() {
    let (senders, handlers) = (senders(), handlers());
    println!("<!-- ANCHOR: senders -->\n{senders}<!-- ANCHOR_END: senders -->\n");
    println!("<!-- ANCHOR: handlers -->\n{handlers}<!-- ANCHOR_END: handlers -->");
}

/// How a handler makes its span.
type Make = fn() -> Span;

const MAKERS: [(&str, Make); 5] = [
    ("`info_span!`, or `#[instrument]`", || info_span!("handle")),
    ("`Span::none().in_scope(\\|\\| info_span!(…))`", || {
        Span::none().in_scope(|| info_span!("handle"))
    }),
    (
        "`info_span!(parent: None, …)`",
        || info_span!(parent: None, "handle"),
    ),
    ("`Context::new().attach()`, then `info_span!`", || {
        let _nobody = Context::new().attach();
        info_span!("handle")
    }),
    ("`info_span!`, then `set_parent(Context::new())`", || {
        let span = info_span!("handle");
        // It takes a parent as long as nobody has entered it.
        let _ = span.set_parent(Context::new());
        span
    }),
];

/// Casts a job from within a span `sender`.
type Cast = fn(&Span, &ActorRef<Job>, Job);

const CASTS: [(&str, Cast); 2] = [
    (
        "`span.in_scope(\\|\\| actor.cast(job))`",
        |span, actor, job| {
            span.in_scope(|| actor.cast(job))
                .expect("the actor is there");
        },
    ),
    (
        "`holding_no_span(\\|\\| actor.cast(job))`",
        |_, actor, job| {
            dispatcher::with_default(&Dispatch::none(), || actor.cast(job))
                .expect("the actor is there");
        },
    ),
];

/// Waits to be let go, makes a span, and says that it has.
#[derive(RactorMessage)]
struct Job {
    go: Receiver<()>,
    done: Sender<()>,
}

struct Worker(Make);

impl Actor for Worker {
    type Msg = Job;
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Job>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }

    async fn handle(
        &self,
        _: ActorRef<Job>,
        job: Job,
        (): &mut (),
    ) -> Result<(), ActorProcessingErr> {
        // Whoever sent the job lets it go.
        let _ = job.go.await;
        drop((self.0)());
        let _ = job.done.send(());
        Ok(())
    }
}

/// What was seen of one job.
struct Seen {
    spans: HashMap<String, SpanData>,
    sent: SystemTime,
    /// Whether the sender's span was exported before the job was done.
    exported: bool,
}

impl Seen {
    /// The name of the parent of the handler's span.
    fn parent(&self) -> String {
        let parent = self.spans["handle"].parent_span_id;
        let mut spans = self.spans.values();
        let found = spans.find(|span| span.span_context.span_id() == parent);
        found.map_or("nobody".to_owned(), |span| format!("**`{}`**", span.name))
    }
}

/// One job: sent by `cast` from within a span, or by nobody.
fn run(make: Make, cast: Option<Cast>) -> Seen {
    let ended = Ended::default();
    let provider = SdkTracerProvider::builder()
        .with_span_processor(ended.clone())
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("casts"));
    let _current = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let work = async {
        let started = Actor::spawn(None, Worker(make), ()).await;
        let (actor, running) = started.expect("the actor starts");
        let ((let_go, go), (done, finished)) = (oneshot::channel(), oneshot::channel());
        match cast {
            Some(cast) => cast(&info_span!("sender"), &actor, Job { go, done }),
            None => actor.cast(Job { go, done }).expect("the actor is there"),
        }
        let (sent, exported) = (SystemTime::now(), ended.lock().contains_key("sender"));
        let _ = let_go.send(());
        finished.await.expect("the job is done");
        actor.stop(None);
        running.await.expect("the actor ends");
        (sent, exported)
    };
    let (sent, exported) = runtime.expect("the system gives a runtime").block_on(work);
    let spans = ended.lock().clone();
    Seen {
        spans,
        sent,
        exported,
    }
}

/// What becomes of the sender's span, as Markdown.
fn senders() -> String {
    let rows = CASTS.map(|(way, cast)| {
        let seen = run(|| info_span!("handle"), Some(cast));
        let ends = match seen.spans["sender"].end_time > seen.sent {
            true => "**with the handler**",
            false => "when the message is sent",
        };
        let exported = match seen.exported {
            true => "at once",
            false => "**when the job is done**",
        };
        format!("| {way} | {ends} | {exported} | {} |\n", seen.parent())
    });
    let heads =
        "| a cast | the sender's span ends | and is sent | a span of the handler is a child of |\n";
    format!("{heads}|---|---|---|---|\n{}", rows.concat())
}

/// What the handler's span is a child of, as Markdown.
fn handlers() -> String {
    let rows = MAKERS.map(|(way, make)| {
        let (_, within) = CASTS[0];
        let (tick, cast) = (run(make, None).parent(), run(make, Some(within)).parent());
        format!("| {way} | {tick} | {cast} |\n")
    });
    let heads = "| a span made by | for a tick: a child of | for a cast from within a span |\n";
    format!("{heads}|---|---|---|\n{}", rows.concat())
}

/// The spans that have ended, by name.
#[derive(Clone, Debug, Default)]
struct Ended(Arc<Mutex<HashMap<String, SpanData>>>);

impl Ended {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, SpanData>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SpanProcessor for Ended {
    fn on_start(&self, _: &mut SdkSpan, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        self.lock().insert(span.name.to_string(), span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_book_shows_these_tables() {
        let shown = include_str!("../../../book/generated/casts.md");
        let fresh = "`cargo author regen` writes it anew";
        assert!(shown.contains(&senders()), "{fresh}");
        assert!(shown.contains(&handlers()), "{fresh}");
    }
}
