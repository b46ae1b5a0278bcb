//! The right span, with something about it wrong.

use super::Text;
use crate::Code;

pub(super) fn text(code: Code) -> Option<Text> {
    Some(match code {
        Code::WrongName => WRONG_NAME,
        Code::IdInName => ID_IN_NAME,
        Code::WrongService => WRONG_SERVICE,
        Code::WrongKind => WRONG_KIND,
        Code::WrongStatus => WRONG_STATUS,
        Code::WrongAttribute => WRONG_ATTRIBUTE,
        Code::MissingEvent => MISSING_EVENT,
        _ => return None,
    })
}

const WRONG_NAME: Text = (
    "The span is in the right place and does the right work, under another name. Searches, \
     metrics and alerts go by names.",
    "ask dealers   expected\naskDealers    yours",
    "`#[instrument]` takes the function's name unless `name = \"…\"` is given; a function was \
     renamed, and its span with it; the message of an error or the text of a log line became \
     the name; a value stands in it, such as what was searched for; `otel.name` overrides it.",
    "give the name explicitly, as `verb object` in a few fixed words, or as the semantic \
     conventions say: `{method} {route}` for HTTP. Values belong into attributes.",
);

const ID_IN_NAME: Text = (
    "The name of a span holds an id, a number or another value without bound. Every value makes \
     a name of its own, so that nothing can be counted, compared or found by name.",
    "GET /cars/7        ← should be: GET /cars/{id}\nGET /cars/8",
    "the name is made with `format!`; the path of a request is used where its route is meant; \
     the middleware runs before the router, and knows no route yet.",
    "put the value into an attribute, and use the template as the name. In axum the route is in \
     `MatchedPath`.",
);

const WRONG_SERVICE: Text = (
    "The span is the right one, but says that it comes from another service, or from none. Maps \
     of services and searches by service are then wrong.",
    "unknown_service:search   GET /cars     ← should be: search",
    "no `service.name` in the resource and no `OTEL_SERVICE_NAME`; the resource is built and \
     never handed to the provider; two services share one configuration; two providers in one \
     process, of which the last one set is used.",
    "set `service.name` where the provider is built, once in each process, and let the \
     environment override it.",
);

const WRONG_KIND: Text = (
    "The span has another kind. Kinds tell a backend which spans are two ends of one call: \
     without client and server it draws no edge between two services.",
    "search   client     GET /stock\nstock    internal   GET /stock     ← should be: server",
    "a `tracing` span is internal unless `otel.kind` says otherwise when it is made; recording \
     `otel.kind` later changes nothing; the value is misspelt, and then ignored.",
    "give `otel.kind = \"server\"` (client, producer, consumer) among the fields of the span \
     where it is made.",
);

const WRONG_STATUS: Text = (
    "The span ended with another status: a failure that looks like a success, or a success that \
     is marked as a failure.",
    "POST /checkout   unset     ← should be: error",
    "an error is logged or returned, and nobody tells the span; an attribute such as \
     `error=true` is set, which is no status; every 4xx is marked as an error of the server; a \
     broad wrapper marks every span, so that one failure counts several times; `ok` is set where \
     unset is meant.",
    "set the status to error with a description where the failure is known, and leave it unset \
     otherwise.",
);

const WRONG_ATTRIBUTE: Text = (
    "An attribute is absent or has another value than expected. What is not recorded can neither \
     be searched for nor grouped by.",
    "GET /cars/{id}\n  http.route   absent     ← should be: /cars/{id}",
    "a field of a `tracing` span that was not declared when it was made, which `record` then \
     ignores; a field that is recorded a second time: the new value is added, and the first one \
     stays; a key spelt in another way than in the semantic conventions; a value recorded on \
     whatever span is current; a value printed with `?`, quotes included.",
    "declare the field, with `field::Empty` where its value comes later, use the constants of \
     the conventions, and record on the span that you mean.",
);

const MISSING_EVENT: Text = (
    "The span lacks an event: something happened during it that should be on its timeline.",
    "POST /checkout   error\n  (no exception event)",
    "the error is turned into a status or a log line only; the event is emitted when no span, or \
     another span, is current; its level does not pass the filter; its name differs, since for \
     `tracing` the message becomes the name.",
    "record it inside the span: `record_error`, `add_event`, or an event of `tracing` while the \
     span is entered. An exception event is named `exception`.",
);
