//! How spans hang together: parents, links, traces.

use super::Text;
use crate::Code;

pub(super) fn text(code: Code) -> Option<Text> {
    Some(match code {
        Code::LostContext => LOST_CONTEXT,
        Code::WrongParent => WRONG_PARENT,
        Code::LinkInsteadOfParent => LINK_INSTEAD_OF_PARENT,
        Code::ParentInsteadOfLink => PARENT_INSTEAD_OF_LINK,
        Code::MissingLink => MISSING_LINK,
        Code::WrongLink => WRONG_LINK,
        Code::DuplicateLink => DUPLICATE_LINK,
        Code::FalseJoin => FALSE_JOIN,
        Code::Stretched => STRETCHED,
        Code::ForgedParent => FORGED_PARENT,
        Code::WrongOrder => WRONG_ORDER,
        _ => return None,
    })
}

const LOST_CONTEXT: Text = (
    "A span should be the child of another and begins a trace of its own. The work ran, but \
     it did not know which request it belongs to.",
    "7f3a search cars\n91c0 ask dealers        ← a trace of its own",
    "a task, thread or actor starts with no current span, and nobody handed it one, or it is taken \
     inside the new task, which is too late; a guard bound to `_` is dropped in the same line; a \
     client does not inject the context into its headers, or a server does not extract it; no \
     global propagator is set, so both do nothing, silently.",
    "find the hop between the two spans. Take the context before it, carry it across, and make \
     the child on the other side: `.instrument(span)` for a future, a moved span for a closure, \
     headers for a request.",
);

const WRONG_PARENT: Text = (
    "A span is in the right trace, but under another parent than the one that started its work, \
     or under none. The picture then shows a nesting that never happened.",
    "search cars\n└─ ask dealers\n   └─ read photos      ← belongs under `search cars`",
    "a guard from `enter()` still lives when the next span starts; a span is made inside the \
     future of a sibling; a client injects the context around its own span into the request; a \
     parent was chosen by hand from a variable that meanwhile holds another span.",
    "ask which span is current where this one starts, or whose context was sent. End or leave the \
     sibling first, inject the client span's own context, or give the parent explicitly.",
);

const LINK_INSTEAD_OF_PARENT: Text = (
    "A span begins a trace of its own and links to the span that should be its parent. A link \
     says that two traces have to do with each other; here it is one piece of work, and one \
     trace.",
    "7f3a search cars\n91c0 GET /stock   ~> search cars   ← should hang below it",
    "the received context is added as a link, as one does for a queue, while somebody is \
     waiting for the answer; `add_link` stands where `set_parent` belongs.",
    "where the caller waits for the result, make the received context the parent. Keep links \
     for work that goes on after the caller has gone.",
);

const PARENT_INSTEAD_OF_LINK: Text = (
    "A span is the child of another that it should only link to. Its trace now lasts as long as \
     the queue between them, and the time in the queue looks like work of the sender.",
    "orders publish\n└─ orders process      ← should be a root with a link",
    "a consumer makes the context in the message its parent; a background task inherits the \
     current span of the request that started it.",
    "start a root for the later work and link it to the received context: \
     `span.add_link(context)` on a span that has no parent.",
);

const MISSING_LINK: Text = (
    "A span begins a trace of its own, as it should, but nothing leads back to the work that \
     caused it. Who reads one of the two traces never finds the other.",
    "7f3a orders publish\n91c0 orders process     ← no link to `orders publish`",
    "the context did not travel with the message; it was extracted and then used for nothing; \
     the link was added to another span than the one that is exported.",
    "put the context into the message when you send it, extract it when you receive it, and add \
     it as a link when the new span starts, so that samplers see it.",
);

const WRONG_LINK: Text = (
    "A span has a link, and it goes to another span than the one that caused this work; or it has \
     one more than there are causes.",
    "7f3a orders publish A\n8b21 orders publish B\n91c0 process A   ~> orders publish B",
    "the context was taken from whatever is current, not from the message; one variable holds \
     the context of the last message of a batch; the link points at the receiving span, or at \
     the request's root, where the sending span is meant; a child links to its own parent as \
     well, to be sure.",
    "make the link from the context that came with this very message, and take that context \
     inside the span that sends. A child needs no link to its parent: that it is one says as \
     much.",
);

const DUPLICATE_LINK: Text = (
    "A span links to the same span twice. Counts of links, such as the size of a batch, are \
     then wrong.",
    "91c0 process batch   ~> publish   ~> publish",
    "the link is given when the span starts and added again later; two messages of a batch \
     carry the same context and each of them adds its link; both a middleware and your own \
     code add it.",
    "add links in one place. For a batch, collect the contexts, remove those that are equal, \
     and link to each of the rest once.",
);

const FALSE_JOIN: Text = (
    "Two pieces of work that have nothing to do with each other are in one trace. Each one's \
     latency and errors are blamed on the other.",
    "search cars (anna)\n├─ ask dealers\n└─ search cars (ben)    ← should be a trace of its own",
    "a guard from `enter()` or `attach()` is held across `.await`, so the next task on that \
     thread runs inside it; a span is kept in a static or in the state of an actor; a worker's \
     own span, alive as long as the process, is the parent of all it handles.",
    "attach a span to the future, never to the thread, and give each message its own context.",
);

const STRETCHED: Text = (
    "A span lasts longer than what it stands for: the answer was out, and the span went on.",
    "call         |=====|\nGET /cars    |==============|    ← ends with the audit",
    "a task that goes on after the answer holds a clone of the request's span, for instance by \
     `in_current_span`; a span was moved into a message or a queue; a guard lives until the end \
     of a loop.",
    "give work that outlives the answer a span of its own: a root with a link to the request, or, \
     where somebody still waits for it, a child that is made from the request's context alone. A span of `tracing` ends where it was left for the last time: look for what enters it, or is \
     polled within it, when the answer is out.",
);

const FORGED_PARENT: Text = (
    "A span took its parent from a sender that nobody may trust. Strangers can then write into \
     your traces, force sampling, and join customers' requests.",
    "00c0ffee… (from the internet)\n└─ GET /cars       ← should be a root of yours",
    "a public edge extracts `traceparent` as an inner service does; one middleware serves both \
     the inside and the outside.",
    "at the edge, start a root and keep the received context as a link. Continue traces only of \
     callers that you can name.",
);

const WRONG_ORDER: Text = (
    "Spans that should start one after the other start in another order: something did not \
     wait for what it needs.",
    "settle     |==|\nprocess       |====|     ← should start first",
    "a message is acknowledged before it is handled; a `join!` runs at the same time what \
     should run in turn; a span is made early and entered late, so that its start is the moment \
     when it was made.",
    "make the span where its work begins, and await the first step before you start the next.",
);
