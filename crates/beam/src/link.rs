//! This process as a hidden node, connected to one Erlang node.

use std::{
    fmt, io,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use erl_dist::{
    DistributionFlags,
    handshake::{ClientSideHandshake, HandshakeStatus},
    message::{Message, Receiver, Sender, channel},
    node::{Creation, LocalNode},
    term::{Atom, Pid, Reference, Term},
};
use tokio::{net::TcpStream, sync::mpsc, time};

use crate::{
    Inbox, ReplyTo, Token, atom,
    pending::Pending,
    protocol::{process, take},
    stream::Stream,
    tuple,
};

/// The version of the handshake since OTP 23.
const VERSION: u16 = 6;
/// How often the other node hears from us at least; it gives up after a minute.
const TICK: Duration = Duration::from_secs(15);

/// A connection to an Erlang node. Clones share it.
#[derive(Clone, Debug)]
pub struct Link {
    wire: Wire,
    pending: Pending,
    next: Arc<AtomicU32>,
}

/// Why there is no connection.
#[derive(Debug)]
pub enum ConnectError {
    /// Nobody listens at the address, or the connection broke.
    Io(io::Error),
    /// The other node does not want us: most often another cookie.
    Refused(String),
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "no connection: {error}"),
            Self::Refused(why) => write!(f, "the node refuses the connection: {why}"),
        }
    }
}

impl std::error::Error for ConnectError {}

/// Why a call has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError {
    /// No process of the other node has that name.
    NoProcess,
    /// The process ended while it was asked, for that reason.
    Down(String),
    /// No answer within the time that was given.
    Timeout,
    /// The other node is gone.
    NoConnection,
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoProcess => f.write_str("no process has that name"),
            Self::Down(reason) => write!(f, "the process has ended: {reason}"),
            Self::Timeout => f.write_str("no answer in time"),
            Self::NoConnection => f.write_str("the node is gone"),
        }
    }
}

impl std::error::Error for CallError {}

impl Link {
    /// Connects to the node `peer` at `address` (host and port) as the node `me`: both names with
    /// their hosts, `stock@127.0.0.1`.
    ///
    /// # Errors
    /// When nobody is there, or the other node refuses.
    pub async fn connect(
        address: &str,
        peer: &str,
        me: &str,
        cookie: &str,
    ) -> Result<(Self, Inbox), ConnectError> {
        let stream = TcpStream::connect(address)
            .await
            .map_err(ConnectError::Io)?;
        let stream = Stream::new(stream).map_err(ConnectError::Io)?;
        let refused = |error: &dyn fmt::Display| ConnectError::Refused(format!("{peer}: {error}"));
        let name = me
            .parse()
            .map_err(|error: erl_dist::node::NodeNameError| refused(&error))?;
        let mut node = LocalNode::new(name, Creation::random());
        node.flags |= DistributionFlags::DIST_MONITOR
            | DistributionFlags::DIST_MONITOR_NAME
            | DistributionFlags::SEND_SENDER
            | DistributionFlags::BIG_SEQTRACE_LABELS;
        let mut handshake = ClientSideHandshake::new(stream, node.clone(), cookie);
        let status = handshake.execute_send_name(VERSION).await;
        let status = status.map_err(|error| refused(&error))?;
        if !matches!(
            status,
            HandshakeStatus::Ok | HandshakeStatus::OkSimultaneous
        ) {
            return Err(refused(&format!("{status:?}")));
        }
        let (stream, peer) = handshake
            .execute_rest(true)
            .await
            .map_err(|error| refused(&error))?;
        let (sender, receiver) = channel(stream, node.flags & peer.flags);
        Ok(Self::running(node, sender, receiver))
    }

    fn running(
        node: LocalNode,
        sender: Sender<Stream>,
        mut receiver: Receiver<Stream>,
    ) -> (Self, Inbox) {
        let (out, outgoing) = mpsc::unbounded_channel();
        let (inbox, incoming) = mpsc::unbounded_channel();
        let link = Self {
            wire: Wire {
                out,
                node: Arc::new(node),
            },
            pending: Pending::default(),
            next: Arc::default(),
        };
        tokio::spawn(send(outgoing, sender));
        let (pending, wire) = (link.pending.clone(), link.wire.clone());
        tokio::spawn(async move {
            while let Ok(message) = receiver.recv().await {
                take(message, &pending, &wire, &inbox);
            }
            pending.close();
        });
        (link, Inbox(incoming))
    }

    /// `gen_server:call({to, Node}, message, patience)`.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn call(
        &self,
        to: &str,
        message: Term,
        patience: Duration,
    ) -> Result<Term, CallError> {
        self.call_with(to, message, None, patience).await
    }

    /// The same, with a token of sequential tracing if there is one.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn call_with(
        &self,
        to: &str,
        message: Term,
        token: Option<Token>,
        patience: Duration,
    ) -> Result<Term, CallError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let reference = self.wire.reference(number);
        let answer = self.pending.wait(reference.id.clone());
        let from = tuple([self.wire.pid().into(), reference.clone().into()]);
        let call = tuple([atom("$gen_call"), from, message]);
        self.wire.send(Message::monitor_p(
            self.wire.pid(),
            process(to),
            reference.clone(),
        ));
        self.wire.send_to(to, call, token);
        let answer = time::timeout(patience, answer).await;
        self.pending.forget(&reference.id);
        self.wire.send(Message::demonitor_p(
            self.wire.pid(),
            process(to),
            reference,
        ));
        answer.map_or(Err(CallError::Timeout), |answer| {
            answer.unwrap_or(Err(CallError::NoConnection))
        })
    }

    /// `gen_server:cast({to, Node}, message)`. Whether it arrives, nobody is told.
    pub fn cast(&self, to: &str, message: Term) {
        let cast = tuple([atom("$gen_cast"), message]);
        self.wire.send_to(to, cast, None);
    }

    /// `{to, Node} ! message`, with a token of sequential tracing if there is one.
    pub fn send(&self, to: &str, message: Term, token: Option<Token>) {
        self.wire.send_to(to, message, token);
    }

    /// `gen_server:reply(To, reply)`, with a token of sequential tracing if there is one.
    pub fn reply(&self, to: &ReplyTo, reply: Term, token: Option<Token>) {
        self.wire.reply(to, reply, token);
    }
}

async fn send(mut outgoing: mpsc::UnboundedReceiver<Message>, mut sender: Sender<Stream>) {
    let mut tick = time::interval(TICK);
    loop {
        let message = tokio::select! {
            message = outgoing.recv() => match message {
                Some(message) => message,
                None => return,
            },
            _ = tick.tick() => Message::Tick,
        };
        if sender.send(message).await.is_err() {
            return;
        }
    }
}

/// The way out, and who we are.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    out: mpsc::UnboundedSender<Message>,
    node: Arc<LocalNode>,
}

impl Wire {
    /// What cannot be sent any more is lost, as it is between Erlang nodes: the reader tells.
    fn send(&self, message: Message) {
        let _ = self.out.send(message);
    }

    fn pid(&self) -> Pid {
        Pid::new(self.node.name.to_string(), 1, 0, self.node.creation.get())
    }

    /// A reference has 18 bits in its first word.
    fn reference(&self, number: u32) -> Reference {
        Reference {
            node: Atom::from(self.node.name.to_string()),
            id: vec![number & 0x3_ffff, number >> 18, 0],
            creation: self.node.creation.get(),
        }
    }

    fn send_to(&self, name: &str, message: Term, token: Option<Token>) {
        let (pid, to) = (self.pid(), Atom::from(name));
        self.send(match token {
            None => Message::reg_send(pid, to, message),
            Some(token) => {
                let token = token.to_term(pid.clone().into());
                Message::reg_send_tt(pid, to, message, token)
            }
        });
    }

    pub(crate) fn reply(&self, to: &ReplyTo, reply: Term, token: Option<Token>) {
        let reply = tuple([to.tag.clone(), reply]);
        self.send(match token {
            None => Message::send(to.pid.clone(), reply),
            Some(token) => {
                Message::send_tt(to.pid.clone(), reply, token.to_term(self.pid().into()))
            }
        });
    }
}
