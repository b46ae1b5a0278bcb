//! Under which span an actor handles a message: by who calls, and by how the handler makes its span.
//! `cargo run -p call-an-actor-solution --example handlers` prints the table for the book.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use opentelemetry::{
    Context, SpanId,
    context::FutureExt,
    trace::{TraceContextExt, Tracer, TracerProvider},
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{SdkTracerProvider, Span as SdkSpan, SpanData, SpanProcessor},
};
use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort};
use ractor_cluster_derive::RactorMessage;
use tracing::{Instrument, Span, info_span};
use tracing_subscriber::layer::SubscriberExt;

fn main() {
    print!("{}", table());
}

/// How a handler makes its span; the context is the one in the message.
type Make = fn(Context) -> Span;

const WAYS: [(&str, Make); 4] = [
    ("no span of its own: `work`", |_| Span::current()),
    ("`info_span!`, or `#[instrument]`", |_| info_span!("handle")),
    (
        "`info_span!(parent: None, …)`",
        |_| info_span!(parent: None, "handle"),
    ),
    (
        "`info_span!`, with the message's context attached",
        |context| {
            let _caller = context.attach();
            info_span!("handle")
        },
    ),
];

const CALLERS: [&str; 3] = ["a span of `tracing`", "a span by the API", "no span"];

#[derive(RactorMessage)]
struct Ask {
    context: Context,
    reply: RpcReplyPort<()>,
}

struct Handler(Make);

impl Actor for Handler {
    type Msg = Ask;
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Ask>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }

    async fn handle(
        &self,
        _: ActorRef<Ask>,
        ask: Ask,
        (): &mut (),
    ) -> Result<(), ActorProcessingErr> {
        (self.0)(ask.context).in_scope(|| info_span!("work").in_scope(|| {}));
        Ok(ask.reply.send(())?)
    }
}

async fn ask(actor: ActorRef<Ask>) {
    let build = |reply| Ask {
        context: Context::current(),
        reply,
    };
    actor.call(build, None).await.expect("the actor is there");
}

/// The spans of one call.
fn call(make: Make, caller: &'static str) -> Ended {
    let ended = Ended::default();
    let provider = SdkTracerProvider::builder()
        .with_span_processor(ended.clone())
        .build();
    let tracer = provider.tracer("handlers");
    let layer = tracing_opentelemetry::layer().with_tracer(tracer.clone());
    let _current = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime
        .expect("the system gives a runtime")
        .block_on(async {
            let started = Actor::spawn(None, Handler(make), ()).await;
            let (actor, running) = started.expect("the actor starts");
            match caller {
                "no span" => ask(actor.clone()).await,
                "a span by the API" => {
                    let context = Context::current_with_span(tracer.start("caller"));
                    ask(actor.clone()).with_context(context).await;
                }
                _ => ask(actor.clone()).instrument(info_span!("caller")).await,
            }
            actor.stop(None);
            running.await.expect("the actor ends");
        });
    ended
}

/// The table as Markdown.
fn table() -> String {
    let heads = CALLERS.map(|caller| format!(" {caller} |")).concat();
    let rows = WAYS.map(|(way, make)| {
        let cells = CALLERS.map(|caller| {
            let ended = call(make, caller);
            let handles = ended.lock().contains_key("handle");
            let parent = ended.parent(if handles { "handle" } else { "work" });
            let right = match caller {
                "no span" => "nobody",
                _ => "`caller`",
            };
            match parent == right {
                true => format!(" {parent} |"),
                false => format!(" **{parent}** |"),
            }
        });
        format!("| {way} |{}\n", cells.concat())
    });
    format!(
        "| the handler has, and the caller |{heads}\n|---|---|---|---|\n{}",
        rows.concat()
    )
}

/// The ids and parents of the spans that have ended, by name.
#[derive(Clone, Debug, Default)]
struct Ended(Arc<Mutex<HashMap<String, (SpanId, SpanId)>>>);

impl Ended {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, (SpanId, SpanId)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn parent(&self, name: &str) -> String {
        let spans = self.lock();
        let parent = spans.get(name).map(|(_, parent)| *parent);
        let found = spans.iter().find(|(_, (id, _))| Some(*id) == parent);
        found.map_or("nobody".to_owned(), |(name, _)| format!("`{name}`"))
    }
}

impl SpanProcessor for Ended {
    fn on_start(&self, _: &mut SdkSpan, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        let ids = (span.span_context.span_id(), span.parent_span_id);
        self.lock().insert(span.name.into_owned(), ids);
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
    fn the_book_shows_this_table() {
        let shown = include_str!("../../../book/generated/handlers.md");
        assert_eq!(shown, table(), "`cargo author regen` writes it anew");
    }
}
