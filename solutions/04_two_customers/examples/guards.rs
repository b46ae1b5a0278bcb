//! What a future leaves on its thread while it waits: each way to make a span current is tried on two
//! customers, polled by hand. `cargo run -p two-customers-solution --example guards` prints the table
//! for the book.

use std::{
    collections::HashMap,
    marker::PhantomData,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{self, Waker},
    thread,
    time::Duration,
};

use opentelemetry::{
    Context, SpanId,
    context::FutureExt,
    global,
    trace::{TraceContextExt, Tracer, TracerProvider},
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{SdkTracerProvider, Span as SdkSpan, SpanData, SpanProcessor},
};
use tokio::task::yield_now;
use tracing::{Instrument, Span, info_span, instrument};
use tracing_subscriber::layer::SubscriberExt;

fn main() {
    print!("{}", table(&Ended::collect()));
}

/// A customer: which way he is served, and which one of two he is.
type Who = (&'static str, &'static str);

const ENTER: &str = "`span.enter()`";
const ENTERED: &str = "`span.entered()`";
const ATTACH: &str = "`context.attach()`";
const INSTRUMENT: &str = "`.instrument(span)`";
const ATTRIBUTE: &str = "`#[instrument]`";
const WITH_CONTEXT: &str = "`.with_context(context)`";

/// A span with the customer in its name.
fn span(who: Who) -> Span {
    info_span!("customer", otel.name = name("customer", who))
}

fn name(what: &str, (way, customer): Who) -> String {
    format!("{what} {way} {customer}")
}

/// What is done for a customer: something, a wait, something.
async fn work(who: Who) {
    info_span!("before", otel.name = name("before", who)).in_scope(|| {});
    yield_now().await;
    info_span!("after", otel.name = name("after", who)).in_scope(|| {});
}

#[expect(clippy::await_holding_invalid_type, reason = "one of the three guards")]
async fn enter(who: Who) {
    let span = span(who);
    let _current = span.enter();
    work(who).await;
}

#[expect(clippy::await_holding_invalid_type, reason = "one of the three guards")]
async fn entered(who: Who) {
    let _current = span(who).entered();
    work(who).await;
}

fn context(who: Who) -> Context {
    let span = global::tracer("guards").start(name("customer", who));
    Context::current_with_span(span)
}

#[expect(clippy::await_holding_invalid_type, reason = "one of the three guards")]
async fn attach(who: Who) {
    let _current = context(who).attach();
    work(who).await;
}

async fn instrumented(who: Who) {
    work(who).instrument(span(who)).await;
}

#[instrument(skip_all, fields(otel.name = name("customer", who)))]
async fn attribute(who: Who) {
    work(who).await;
}

async fn with_context(who: Who) {
    work(who).with_context(context(who)).await;
}

fn poll(work: Pin<&mut impl Future<Output = ()>>) {
    // Nobody has to be woken: the next poll comes anyway.
    let _ = work.poll(&mut task::Context::from_waker(Waker::noop()));
}

/// Two customers on a thread of their own: both begin, then one comes to his end, then the other.
fn in_turns<F: Future<Output = ()>>(way: &'static str, serve: fn(Who) -> F) {
    let turns = move || {
        let mut one = Box::pin(serve((way, "one")));
        let mut two = Box::pin(serve((way, "two")));
        poll(one.as_mut());
        poll(two.as_mut());
        poll(one.as_mut());
        drop(one);
        poll(two.as_mut());
    };
    thread::scope(|scope| scope.spawn(turns).join()).expect("no way panics");
}

/// A customer whose future begins on a thread of its own and comes to its end on another one; then
/// the first thread makes a span that has nothing to do with him.
fn moved<F: Future<Output = ()> + Send>(way: &'static str, serve: fn(Who) -> F) {
    let who = (way, "moved");
    let first = move || {
        let mut work = Box::pin(serve(who));
        poll(work.as_mut());
        let end = move || poll(work.as_mut());
        let moved = thread::scope(|scope| scope.spawn(end).join());
        moved.expect("no way panics");
        info_span!("later", otel.name = name("later", who)).in_scope(|| {});
    };
    thread::scope(|scope| scope.spawn(first).join()).expect("no way panics");
}

/// Whether what a function returns may go to another thread; the compiler decides which one of two
/// methods of that name there is.
struct Returned<F>(PhantomData<F>);

impl<F: Send> Returned<F> {
    fn is_send(&self) -> bool {
        true
    }
}

trait NotSend {
    fn is_send(&self) -> bool {
        false
    }
}

impl<F> NotSend for Returned<F> {}

fn returned<F>(_: fn(Who) -> F) -> Returned<F> {
    Returned(PhantomData)
}

/// The ways, and whether a future that is made in that way can be spawned.
fn ways() -> [(&'static str, bool); 6] {
    [
        (ENTER, returned(enter).is_send()),
        (ENTERED, returned(entered).is_send()),
        (ATTACH, returned(attach).is_send()),
        (INSTRUMENT, returned(instrumented).is_send()),
        (ATTRIBUTE, returned(attribute).is_send()),
        (WITH_CONTEXT, returned(with_context).is_send()),
    ]
}

fn run() {
    in_turns(ENTER, enter);
    in_turns(ENTERED, entered);
    in_turns(ATTACH, attach);
    in_turns(INSTRUMENT, instrumented);
    in_turns(ATTRIBUTE, attribute);
    in_turns(WITH_CONTEXT, with_context);
    moved(ENTER, enter);
    moved(INSTRUMENT, instrumented);
    moved(ATTRIBUTE, attribute);
    moved(WITH_CONTEXT, with_context);
}

/// The table as Markdown.
fn table(ended: &Ended) -> String {
    let rows = ways().map(|(way, is_send)| {
        let next = match ended.parent("customer", (way, "two")) {
            None => "a root",
            Some(_) => "**a child of the first**",
        };
        let own = match ended.parent("after", (way, "one")) {
            Some(parent) if parent == name("customer", (way, "one")) => "its own",
            Some(_) => "**the second one's**",
            None => "**nobody's**",
        };
        let moved = match (is_send, ended.parent("after", (way, "moved"))) {
            (false, _) => "`spawn` does not compile",
            (true, Some(_)) => "its own",
            (true, None) => "**nobody's**",
        };
        let later = match (is_send, ended.parent("later", (way, "moved"))) {
            (false, _) => "–",
            (true, Some(_)) => "**a child of the first**",
            (true, None) => "a root",
        };
        format!("| {way} | {next} | {own} | {moved} | {later} |\n")
    });
    let heads = "| a span kept by | the next customer is | then the first one's child is \
                 | on another thread it is | where it began, whoever is next is |\n";
    format!("{heads}|---|---|---|---|---|\n{}", rows.concat())
}

/// The ids and parents of the spans that have ended, by name.
#[derive(Clone, Debug, Default)]
struct Ended(Arc<Mutex<HashMap<String, (SpanId, SpanId)>>>);

impl Ended {
    fn collect() -> Self {
        let ended = Self::default();
        let provider = SdkTracerProvider::builder()
            .with_span_processor(ended.clone())
            .build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("guards"));
        global::set_tracer_provider(provider);
        tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))
            .expect("nobody else sets a subscriber in this process");
        run();
        ended
    }

    /// The name of the parent of a span that has ended; none for a root.
    fn parent(&self, what: &str, who: Who) -> Option<String> {
        let spans = self.lock();
        let (_, parent) = spans.get(&name(what, who))?;
        let mut all = spans.iter();
        let found = all.find(|(_, (id, _))| id == parent);
        found.map(|(name, _)| name.clone())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (SpanId, SpanId)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
    use std::sync::LazyLock;

    use super::*;

    /// One run for all tests: a process has one subscriber.
    fn ended() -> &'static Ended {
        static ENDED: LazyLock<Ended> = LazyLock::new(Ended::collect);
        &ENDED
    }

    #[test]
    fn the_book_shows_this_table() {
        let shown = include_str!("../../../book/generated/guards.md");
        let repair =
            "cargo run -p two-customers-solution --example guards > book/generated/guards.md";
        assert_eq!(shown, table(ended()), "{repair}");
    }

    #[test]
    fn a_guard_joins_two_customers_and_a_future_with_its_span_does_not() {
        for (way, is_send) in ways() {
            let is_guard = [ENTER, ENTERED, ATTACH].contains(&way);
            assert_eq!(is_send, !is_guard || way == ENTER, "{way} may be spawned");
            let [one, two] = ["one", "two"].map(|customer| (way, customer));
            let joined = is_guard.then(|| name("customer", one));
            assert_eq!(ended().parent("customer", two), joined, "{way}");
            let above = name("customer", if is_guard { two } else { one });
            assert_eq!(ended().parent("after", one), Some(above), "{way}");
            assert_eq!(ended().parent("before", one), Some(name("customer", one)));
        }
    }

    #[test]
    fn a_guard_that_moves_stays_where_it_began() {
        let moved = (ENTER, "moved");
        assert_eq!(ended().parent("after", moved), None);
        assert_eq!(
            ended().parent("later", moved),
            Some(name("customer", moved))
        );
        for way in [INSTRUMENT, ATTRIBUTE, WITH_CONTEXT] {
            let moved = (way, "moved");
            assert_eq!(
                ended().parent("after", moved),
                Some(name("customer", moved))
            );
            assert_eq!(ended().parent("later", moved), None, "{way}");
        }
    }
}
