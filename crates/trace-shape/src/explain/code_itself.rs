//! What is wrong beside the shape of the trace: with the code, its cost, and what it gives away.

use super::Text;
use crate::Code;

/// The codes that no other file explains.
pub(super) fn text(code: Code) -> Text {
    match code {
        Code::LeakedBaggage => (
            "Baggage or ids went where they must not: to a third party, or into a place that others \
             read.",
            "search → dealer.example.com\n  baggage: customer.id=4711     ← leaves your services",
            "the HTTP client injects the whole context into every request, whoever gets it; one client \
             is shared between inner services and the world; baggage received from outside is handed on \
             unread; it is copied onto every span.",
            "inject only for hosts on a list of your own services, keep an allow-list of baggage keys, \
             cut the rest at the edge, and never put secrets or personal data into baggage.",
        ),
        Code::TooExpensive => (
            "The trace is right and costs more than its budget: the code with tracing is that much \
             slower, or uses that much more memory, than without. Or more is recorded than whoever began \
             a trace has decided.",
            "without tracing   1.00 ms\nwith tracing      1.31 ms     ← budget: 1.05 ms",
            "an exporter that sends each span by itself while the request waits; a span for each item of \
             a hot loop; values formatted for spans that a filter then throws away; large texts as \
             attributes; a `traceparent` by hand that always ends with `-01`.",
            "measure with and without. Use the batch processor, turn spans in loops into one span with \
             a count, and sample before you format.",
        ),
        Code::Panicked => (
            "The code panicked, aborted or ended its process, so that what it was asked for was not \
             done, whatever its trace.",
            "search cars\n└─ ask dealers     thread 'worker' panicked at src/lib.rs:24",
            "`unwrap` or `expect` on a value that came from outside; an index beyond the end; a blocking \
             call inside the runtime; a `RefCell` borrowed twice; `std::process::exit` in the middle of \
             the work; a TODO that is still there.",
            "read the message and the line that the report quotes, and run the exercise again with \
             `RUST_BACKTRACE=1` if that does not tell enough.",
        ),
        Code::TimedOut => (
            "The code did not finish within the limit, and was ended.",
            "search cars     started, no answer after 10 s",
            "a lock held across `.await`, or taken twice; a channel whose last sender is still alive, so \
             that its receiver never ends; a blocking call, or a blocking exporter, on the only thread of \
             the runtime; waiting for a task that waits for you; a flush towards a receiver that does \
             not answer.",
            "find the last span that ended: what comes after it hangs. Move blocking work to \
             `spawn_blocking`, and drop senders when they are done.",
        ),
        // Every other code is explained in a file of its own; a test holds that no text stands twice.
        _ => (
            "The code answered wrongly. A trace may not be bought with a broken function: what worked \
             before must still work.",
            "expected: 12 cars\nyours:     0 cars",
            "a future was wrapped in a span and no longer awaited; an early return was added for the \
             sake of a span; an error that used to be returned is swallowed to record it; two calls \
             were swapped, or run one after the other to make them easier to trace.",
            "compare what you changed with the starter: tracing adds lines around the work and leaves \
             the work alone. Results, errors and concurrency stay the same.",
        ),
    }
}
