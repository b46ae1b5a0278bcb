//! Nodes for the exercises: processes whose actors send each other messages, with `ractor_cluster`.
//!
//! A node that has a listener is connected to by the others. Who wants to be found by actors of other
//! nodes joins a group by name. Nothing in here knows of telemetry.
//!
//! ```
//! use std::{net::TcpListener, time::Duration};
//!
//! use nodes::Node;
//! use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort};
//! use ractor_cluster::RactorClusterMessage;
//!
//! #[derive(RactorClusterMessage)]
//! enum Ask {
//!     #[rpc]
//!     Twice(u32, RpcReplyPort<u32>),
//! }
//!
//! struct Doubler;
//! impl Actor for Doubler {
//!     type Msg = Ask;
//!     type State = ();
//!     type Arguments = ();
//!     async fn pre_start(&self, me: ActorRef<Ask>, _: ()) -> Result<(), ActorProcessingErr> {
//!         Ok(nodes::join("doublers", &me))
//!     }
//!     async fn handle(&self, _: ActorRef<Ask>, ask: Ask, _: &mut ()) -> Result<(), ActorProcessingErr> {
//!         let Ask::Twice(number, reply) = ask;
//!         Ok(reply.send(2 * number)?)
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Two nodes; in life each of them is a process of its own.
//! let listener = TcpListener::bind("127.0.0.1:0")?;
//! let address = listener.local_addr()?.to_string();
//! listener.set_nonblocking(true)?;
//! let here = Node::start("here", "secret").await?;
//! here.listen(listener)?;
//! let there = Node::start("there", "secret").await?;
//! there.connect(&address).await?;
//! Actor::spawn(None, Doubler, ()).await?;
//! let doubler = nodes::find::<Ask>("doublers", Duration::from_secs(5)).await.expect("it has joined");
//! let answer = doubler.call(|reply| Ask::Twice(21, reply), Some(Duration::from_secs(5))).await?;
//! assert_eq!(answer.expect("an answer"), 42);
//! # Ok(()) }
//! ```

#![forbid(unsafe_code)]

use std::{io, net::Ipv4Addr, net::TcpListener, time::Duration};

use ractor::{Actor, ActorRef, Message, message::SerializedMessage, pg};
use ractor_cluster::{NetworkStream, NodeServer, NodeServerMessage, client_connect};
use tokio::{net::TcpStream, time};

/// How often a group is looked at until somebody is in it.
const LOOK: Duration = Duration::from_millis(2);

/// This process as a node.
#[derive(Clone, Debug)]
pub struct Node(ActorRef<NodeServerMessage>);

impl Node {
    /// Starts it. Nodes with different cookies find nobody at each other, and nobody tells them why.
    ///
    /// # Errors
    /// When its actors do not start.
    pub async fn start(name: &str, cookie: &str) -> Result<Self, ractor::SpawnErr> {
        // Its own listener, of which we make no use, would otherwise answer to the whole network.
        let server = NodeServer::new(
            0,
            cookie.to_owned(),
            name.to_owned(),
            "localhost".to_owned(),
            None,
            None,
        );
        let server = server.with_listen_addr(Ipv4Addr::LOCALHOST.into());
        let (server, _) = Actor::spawn(None, server, ()).await?;
        Ok(Self(server))
    }

    /// Lets other nodes connect by this listener, from now on.
    ///
    /// # Errors
    /// When the listener is not ready for tokio (non-blocking).
    pub fn listen(&self, listener: TcpListener) -> io::Result<()> {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let server = self.0.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A connection that is gone already is nobody's loss.
                if let Ok(opened) = opened(stream) {
                    let _ = server.cast(opened);
                }
            }
        });
        Ok(())
    }

    /// Connects to the node at this address, host and port.
    ///
    /// # Errors
    /// When nobody listens there.
    pub async fn connect(&self, address: &str) -> io::Result<()> {
        let connected = client_connect(&self.0, address).await;
        connected.map_err(|error| io::Error::other(error.to_string()))
    }
}

fn opened(stream: TcpStream) -> io::Result<NodeServerMessage> {
    stream.set_nodelay(true)?;
    let stream = NetworkStream::Raw {
        peer_addr: stream.peer_addr()?,
        local_addr: stream.local_addr()?,
        stream,
    };
    Ok(NodeServerMessage::ConnectionOpened {
        stream: Box::new(stream),
        is_server: true,
    })
}

/// Makes an actor known to all nodes under the name of a group.
pub fn join<M: Message>(group: &str, actor: &ActorRef<M>) {
    pg::join(group.to_owned(), vec![actor.get_cell()]);
}

/// The place for metadata in a message that crosses, beside its arguments; a reply has none.
pub fn metadata(crossing: &mut SerializedMessage) -> Option<&mut Option<Vec<u8>>> {
    match crossing {
        SerializedMessage::Call { metadata, .. } | SerializedMessage::Cast { metadata, .. } => {
            Some(metadata)
        }
        SerializedMessage::CallReply(..) => None,
    }
}

/// An actor of that group, of this node or another one, as soon as one is known; none after `patience`.
pub async fn find<M: Message>(group: &str, patience: Duration) -> Option<ActorRef<M>> {
    let group = group.to_owned();
    let look = async {
        loop {
            let member = pg::get_members(&group).into_iter().next();
            match member {
                Some(actor) => return ActorRef::from(actor),
                None => time::sleep(LOOK).await,
            }
        }
    };
    time::timeout(patience, look).await.ok()
}
