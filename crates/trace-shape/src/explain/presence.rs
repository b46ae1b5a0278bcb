//! Which spans are there: missing, lost on the way, too many.

use super::Text;
use crate::Code;

pub(super) fn text(code: Code) -> Option<Text> {
    Some(match code {
        Code::MissingSpan => MISSING_SPAN,
        Code::NeverExported => NEVER_EXPORTED,
        Code::NeverEnded => NEVER_ENDED,
        Code::UnexpectedSpan => UNEXPECTED_SPAN,
        Code::WrongCount => WRONG_COUNT,
        Code::DuplicateSpan => DUPLICATE_SPAN,
        Code::DroppedSpans => DROPPED_SPANS,
        _ => return None,
    })
}

const MISSING_SPAN: Text = (
    "A span is expected, nothing like it was received, and no other span names it as its \
     parent: most likely it was never made. Or it was there, and not open while its work was done, \
     so that it measures nothing.",
    "search cars\n(ask dealers)          ← missing\n└─ score cars",
    "the function has no `#[instrument]` and makes no span; the code did not run; a filter, \
     such as `RUST_LOG=warn`, removes spans of its level; the span comes from a crate whose \
     target the filter leaves out; the subscriber was installed after the work began.",
    "see whether the code runs, then whether a span is made there, then whether its level and \
     target pass the filter. `cargo workshop explain never-exported` tells of spans that get \
     lost later.",
);

const NEVER_EXPORTED: Text = (
    "A span was made, since others name it as their parent or it was seen to end, but it was \
     not received.",
    "?? (never received)\n├─ ask dealers\n└─ score cars",
    "the process ends while spans are still queued, since `main` returns or `exit` is called \
     without a flush; the provider was dropped, which is not a shutdown as long as the global \
     holds a clone; the queue was full; the span never ended, which looks the same from \
     outside.",
    "keep the provider, end all spans, call `force_flush()` and look at its error, then `shutdown()`, \
     whose `Ok` says nothing of what arrived.",
);

const NEVER_ENDED: Text = (
    "A span was seen to start and never to end. Only spans that have ended are exported, so it \
     is missing, and its children hang in the air.",
    "search cars: started 10:00:01, not ended\n└─ ask dealers",
    "a clone of the span lives on in a task, a channel, a static or an actor's state; a future \
     that holds it is never finished and never dropped; `std::process::exit` or an abort runs \
     no destructors; `mem::forget` on a guard.",
    "find who still holds the span. Hand over a context instead of a span, and let each task \
     make its own.",
);

const UNEXPECTED_SPAN: Text = (
    "A span was received that nothing in the expected trace asks for.",
    "search cars\n├─ ask dealers\n└─ helper             ← not expected",
    "`#[instrument]` on every small function; a library that traces itself, at a level that the \
     filter lets through; a loop that makes a span for each turn; a retry or a second delivery \
     of the same message.",
    "remove it, lower its level and filter it, or make it an event of the span around it. A \
     span is worth its price where time passes or something can fail.",
);

const WRONG_COUNT: Text = (
    "A span is there, but too few times or too many.",
    "search cars\n├─ ask region\n└─ ask region           ← 2 of 3",
    "a loop makes one span around all turns, or one for each try; an iteration fails early and \
     leaves no span; work is done twice; some of several tasks lose their spans because nobody \
     waits for them before the process ends.",
    "decide what one span stands for, make it inside the loop or outside, and wait for every \
     task before you flush.",
);

const DUPLICATE_SPAN: Text = (
    "One span id was received twice, with different content. An id names one span; a backend \
     keeps either, or both.",
    "7f3a/01 search cars   (12 ms)\n7f3a/01 search cars   (40 ms)",
    "ids are copied by hand, or come from a generator with a fixed seed in several processes; a \
     forked process goes on with its parent's generator; an exporter of one's own sends a span \
     when it starts and again when it ends.",
    "leave ids to the SDK, seed each process on its own, and export a span once, when it has \
     ended.",
);

const DROPPED_SPANS: Text = (
    "The pipeline itself lost spans: more were made than it could hand on, and the rest was \
     thrown away.",
    "created 5000, exported 2048, dropped 2952",
    "the batch processor's queue is full because spans come faster than the exporter sends; the \
     exporter's requests fail or time out; export blocks behind a slow backend; nobody reads \
     the SDK's own warnings.",
    "make a loss visible first: install a subscriber for the SDK's internal logs and count what \
     is dropped. Then make fewer spans, sample, or enlarge the queue and the batch.",
);
