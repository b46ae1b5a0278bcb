//! What comes in from an Erlang node, and what it means: `gen_server`'s calls, casts and replies.

use erl_dist::{
    message::Message,
    term::{Pid, PidOrAtom, Reference, Term},
};
use tokio::sync::mpsc;

use crate::{
    Token,
    link::{CallError, Wire},
    parts,
    pending::Pending,
};

/// A message to a name of this node.
#[derive(Debug)]
pub struct Inbound {
    /// The name.
    pub to: String,
    /// Whether somebody waits.
    pub kind: Kind,
    /// What was sent.
    pub message: Term,
    /// The token of sequential tracing, if the sender has one.
    pub token: Option<Token>,
}

/// How a message was sent.
#[derive(Debug)]
pub enum Kind {
    /// `gen_server:call`: its sender waits for [`Link::reply`](crate::Link::reply).
    Call(ReplyTo),
    /// `gen_server:cast`.
    Cast,
    /// A plain `!`.
    Info,
}

/// Whoever waits for a reply.
#[derive(Clone, Debug)]
pub struct ReplyTo {
    pub(crate) pid: Pid,
    /// Sent back as it is: a reference, or an alias with one.
    pub(crate) tag: Term,
}

/// Messages to the names of this node, in order.
#[derive(Debug)]
pub struct Inbox(pub(crate) mpsc::UnboundedReceiver<Inbound>);

impl Inbox {
    /// The next message; none when the connection is gone.
    pub async fn recv(&mut self) -> Option<Inbound> {
        self.0.recv().await
    }
}

/// Takes what came in: answers what a node has to answer, wakes who waits, and passes on the rest.
pub(crate) fn take(
    message: Message,
    pending: &Pending,
    wire: &Wire,
    inbox: &mpsc::UnboundedSender<Inbound>,
) {
    match message {
        Message::Send(sent) => replied(pending, sent.message),
        Message::SendSender(sent) => replied(pending, sent.message),
        // erl_dist 0.8.0 takes the process for the token, and the token for the process.
        Message::SendTt(sent) => replied(pending, sent.message),
        Message::SendSenderTt(sent) => replied(pending, sent.message),
        Message::AliasSend(sent) => replied(pending, sent.message),
        Message::AliasSendTt(sent) => replied(pending, sent.message),
        Message::MonitorPExit(down) => ended(pending, &down.reference, &down.reason),
        Message::PayloadMonitorPExit(down) => ended(pending, &down.reference, &down.reason),
        Message::RegSend(sent) => named(wire, inbox, sent.to_name.name, sent.message, None),
        Message::RegSendTt(sent) => {
            named(
                wire,
                inbox,
                sent.to_name.name,
                sent.message,
                Token::read(sent.trace_token),
            );
        }
        // A caller's monitor: what it watches lives as long as the connection.
        _ => {}
    }
}

/// `{Tag, Reply}`, sent to our one process.
fn replied(pending: &Pending, message: Term) {
    let Some([tag, reply]) = parts(message) else {
        return;
    };
    if let Some(reference) = reference(&tag) {
        pending.answer(&reference.id, Ok(reply));
    }
}

/// The reference in a tag: itself, or `[alias | Reference]`.
fn reference(tag: &Term) -> Option<&Reference> {
    match tag {
        Term::Reference(reference) => Some(reference),
        Term::ImproperList(list) => reference(&list.last),
        _ => None,
    }
}

fn ended(pending: &Pending, call: &Reference, reason: &Term) {
    let why = match crate::text(reason).as_str() {
        "noproc" => CallError::NoProcess,
        "noconnection" => CallError::NoConnection,
        _ => CallError::Down(reason.to_string()),
    };
    pending.answer(&call.id, Err(why));
}

fn named(
    wire: &Wire,
    inbox: &mpsc::UnboundedSender<Inbound>,
    to: String,
    message: Term,
    token: Option<Token>,
) {
    let (kind, message) = opened(message);
    match kind {
        // `net_adm:ping` asks `net_kernel` whether we are there.
        Kind::Call(from) if to == "net_kernel" => wire.reply(&from, crate::atom("yes"), None),
        kind => {
            // Nobody may listen any more.
            let _ = inbox.send(Inbound {
                to,
                kind,
                message,
                token,
            });
        }
    }
}

/// `{'$gen_call', {Pid, Tag}, Message}`, `{'$gen_cast', Message}`, or a message as it is.
fn opened(message: Term) -> (Kind, Term) {
    let is = |term: &Term, name: &str| matches!(term, Term::Atom(atom) if atom.name == name);
    if let Some([mark, from, inner]) = parts::<3>(message.clone())
        && is(&mark, "$gen_call")
        && let Some([Term::Pid(pid), tag]) = parts(from)
    {
        return (Kind::Call(ReplyTo { pid, tag }), inner);
    }
    match parts::<2>(message.clone()) {
        Some([mark, inner]) if is(&mark, "$gen_cast") => (Kind::Cast, inner),
        _ => (Kind::Info, message),
    }
}

/// The name of a process on the other node.
pub(crate) fn process(name: &str) -> PidOrAtom {
    PidOrAtom::Atom(name.into())
}
