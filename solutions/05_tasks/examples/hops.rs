//! What a hop leaves of the current span: at each hop a child is made bare and carried, and the table
//! says whose child it became. `cargo run -p tasks-solution --example hops` prints it for the book.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

use opentelemetry::{Context, SpanId, trace::TracerProvider};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{SdkTracerProvider, Span as SdkSpan, SpanData, SpanProcessor},
};
use tokio::task::{self, JoinSet};
use tracing::{Instrument, Span, info_span};
use tracing_subscriber::layer::SubscriberExt;

/// The hops, and what carries a span across each of them.
const HOPS: [(&str, &str); 9] = [
    ("`tokio::join!`", "nothing is needed"),
    ("`tokio::spawn`", "`.in_current_span()`"),
    ("`JoinSet::spawn`", "`.in_current_span()`"),
    ("`spawn_blocking`", "`Span::current()` moved in, `in_scope`"),
    ("`block_in_place`", "nothing is needed"),
    ("`thread::spawn`", "`Span::current()` moved in, `in_scope`"),
    ("`thread::scope`", "a borrowed `Span`, `in_scope`"),
    ("`rayon::scope`", "a borrowed `Span`, `in_scope`"),
    (
        "a channel to a worker",
        "the `Span` in the message, `in_scope`",
    ),
];

fn main() {
    print!("{}", table(&Children::of(hops)));
}

/// The table as Markdown.
fn table(children: &Children) -> String {
    let word = |carried: bool, hop| match children.is_child(hop, carried) {
        true => "a child",
        false => "**a root**",
    };
    let rows = HOPS.map(|(hop, tool)| {
        format!(
            "| {hop} | {} | {tool} | {} |\n",
            word(false, hop),
            word(true, hop)
        )
    });
    format!(
        "| hop | bare | carried by | then |\n|---|---|---|---|\n{}",
        rows.concat()
    )
}

/// Crosses every hop, twice each.
async fn hops() {
    let here = Span::current();
    tokio::join!(async { child(0, false) }, async { child(0, true) });
    let _ = task::spawn(async { child(1, false) }).await;
    let _ = task::spawn(async { child(1, true) }.in_current_span()).await;
    let mut set = JoinSet::new();
    set.spawn(async { child(2, false) });
    set.spawn(async { child(2, true) }.in_current_span());
    set.join_all().await;
    let _ = task::spawn_blocking(|| child(3, false)).await;
    let moved = here.clone();
    let _ = task::spawn_blocking(move || moved.in_scope(|| child(3, true))).await;
    task::block_in_place(|| child(4, false));
    task::block_in_place(|| child(4, true));
    threads(&here);
}

fn threads(here: &Span) {
    let moved = here.clone();
    let bare = thread::spawn(|| child(5, false));
    let carried = thread::spawn(move || moved.in_scope(|| child(5, true)));
    let _ = (bare.join(), carried.join());
    thread::scope(|scope| {
        scope.spawn(|| child(6, false));
        scope.spawn(|| here.in_scope(|| child(6, true)));
    });
    rayon::scope(|scope| {
        scope.spawn(|_| child(7, false));
        scope.spawn(|_| here.in_scope(|| child(7, true)));
    });
    let (sender, receiver) = mpsc::channel::<Option<Span>>();
    let worker = thread::spawn(move || {
        for carried in receiver {
            match carried {
                Some(span) => span.in_scope(|| child(8, true)),
                None => child(8, false),
            }
        }
    });
    let _ = (sender.send(None), sender.send(Some(here.clone())));
    drop(sender);
    let _ = worker.join();
}

/// Makes a span that says which hop it lies behind.
fn child(hop: usize, carried: bool) {
    info_span!("child", otel.name = name(HOPS[hop].0, carried)).in_scope(|| {});
}

fn name(hop: &str, carried: bool) -> String {
    format!("{hop} {carried}")
}

/// The parents of the spans that have ended, by name.
#[derive(Clone, Debug, Default)]
struct Children(Arc<Mutex<HashMap<String, (SpanId, SpanId)>>>);

impl Children {
    /// Runs `code` within a span `search`.
    fn of<F: Future<Output = ()> + Send + 'static>(code: impl FnOnce() -> F) -> Self {
        let children = Self::default();
        let provider = SdkTracerProvider::builder()
            .with_span_processor(children.clone())
            .build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("hops"));
        // A default of this thread alone would be missing on the others, which is another matter.
        tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))
            .expect("nobody else sets a subscriber in this process");
        let runtime = tokio::runtime::Runtime::new().expect("the system gives a runtime");
        let search = runtime.spawn(code().instrument(info_span!("search")));
        runtime.block_on(search).expect("no hop panics");
        children
    }

    /// Whether the child behind that hop is a child of `search`.
    fn is_child(&self, hop: &str, carried: bool) -> bool {
        let spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, parent) = spans[&name(hop, carried)];
        parent == spans["search"].0
    }
}

impl SpanProcessor for Children {
    fn on_start(&self, _: &mut SdkSpan, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        let ids = (span.span_context.span_id(), span.parent_span_id);
        let mut spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spans.insert(span.name.into_owned(), ids);
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
    use std::sync::LazyLock;

    use super::*;

    /// One run for all tests: a process has one subscriber.
    fn children() -> &'static Children {
        static CHILDREN: LazyLock<Children> = LazyLock::new(|| Children::of(hops));
        &CHILDREN
    }

    #[test]
    fn the_book_shows_this_table() {
        let shown = include_str!("../../../book/generated/hops.md");
        let repair = "cargo run -p tasks-solution --example hops > book/generated/hops.md";
        assert_eq!(shown, table(children()), "{repair}");
    }

    #[test]
    fn a_new_task_and_another_thread_lose_the_span_unless_it_is_carried() {
        let children = children();
        for (hop, tool) in HOPS {
            let needs_nothing = tool == "nothing is needed";
            assert_eq!(children.is_child(hop, false), needs_nothing, "{hop}, bare");
            assert!(children.is_child(hop, true), "{hop}, carried by {tool}");
        }
    }
}
