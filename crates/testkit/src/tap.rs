//! The wire tap: passes every byte between two services on as it is, and writes down the head of
//! each request before it goes on.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Instant,
};

use trace_shape::Crossing;

use crate::{board::Board, heads::Heads};

/// What crossed any of the taps of one run, in order.
#[derive(Debug, Default)]
pub(crate) struct Log {
    crossings: Mutex<Vec<Crossing>>,
    added: Condvar,
}

impl Log {
    fn add(&self, crossing: Crossing) {
        self.lock().push(crossing);
        self.added.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Crossing>> {
        let crossings = self.crossings.lock();
        crossings.unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `enough` holds; false when it does not by `deadline`. What crossed before counts.
    pub(crate) fn wait(&self, deadline: Instant, enough: impl Fn(&[Crossing]) -> bool) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        let waiting = |crossings: &mut Vec<Crossing>| !enough(crossings);
        let waited = self.added.wait_timeout_while(self.lock(), left, waiting);
        let (crossings, _) = waited.unwrap_or_else(PoisonError::into_inner);
        enough(&crossings)
    }

    pub(crate) fn crossings(&self) -> Vec<Crossing> {
        self.lock().clone()
    }
}

/// Whom a tap stands before.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) service: String,
    /// Where the ports of its processes will appear.
    pub(crate) board: Arc<Board>,
    /// How long a connection waits for that port.
    pub(crate) deadline: Instant,
}

impl Target {
    fn connect(&self) -> io::Result<TcpStream> {
        let port = self.board.port_of(&self.service, self.deadline);
        let port = port.ok_or(io::ErrorKind::ConnectionRefused)?;
        TcpStream::connect(("127.0.0.1", port))
    }
}

/// An address that leads from one service to another. Dropping it closes everything.
#[derive(Debug)]
pub(crate) struct Tap {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    from: String,
    target: Target,
    log: Arc<Log>,
    closed: AtomicBool,
    /// Both ends of every connection, to close them.
    open: Mutex<Vec<TcpStream>>,
}

impl Tap {
    /// Opens a tap on a free port of this machine.
    pub(crate) fn open(from: &str, target: Target, log: &Arc<Log>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            from: from.to_owned(),
            target,
            log: log.clone(),
            closed: AtomicBool::new(false),
            open: Mutex::default(),
        });
        let accepting = shared.clone();
        thread::Builder::new()
            .name("wire-tap".to_owned())
            .spawn(move || accepting.accept(&listener))?;
        Ok(Self { address, shared })
    }

    /// Where the caller connects to.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
        for stream in self.shared.open().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, Vec<TcpStream>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn accept(self: Arc<Self>, listener: &TcpListener) {
        while let Ok((client, _)) = listener.accept() {
            if self.closed.load(Ordering::SeqCst) {
                return;
            }
            let shared = self.clone();
            thread::spawn(move || shared.pass(client));
        }
    }

    /// One connection. A broken end closes the other: each side sees what it would have seen
    /// without the tap.
    fn pass(self: &Arc<Self>, client: TcpStream) {
        let Ok(server) = self.target.connect() else {
            return;
        };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let ends = [client.try_clone(), server.try_clone()];
        let [Ok(mut client_back), Ok(mut server_back)] = ends else {
            return;
        };
        self.keep([&client, &server]);
        let both_ways = Arc::new(AtomicBool::new(false));
        let (shared, answers) = (self.clone(), both_ways.clone());
        thread::spawn(move || {
            let mut heads = Heads::default();
            let _ = copy(&mut server_back, &mut client_back, |bytes| {
                if answers.load(Ordering::SeqCst) {
                    shared.note(heads.feed(bytes), Direction::Back);
                }
            });
            let _ = client_back.shutdown(Shutdown::Write);
        });
        let mut heads = Heads::default();
        let _ = copy(&mut &client, &mut &server, |bytes| {
            self.note(heads.feed(bytes), Direction::There);
            both_ways.store(heads.both_ways(), Ordering::SeqCst);
        });
        let _ = server.shutdown(Shutdown::Write);
    }

    fn note(&self, heads: Vec<Crossing>, direction: Direction) {
        let (from, to) = match direction {
            Direction::There => (&self.from, &self.target.service),
            Direction::Back => (&self.target.service, &self.from),
        };
        for head in heads {
            self.log.add(Crossing {
                from: from.clone(),
                to: to.clone(),
                ..head
            });
        }
    }

    fn keep(&self, ends: [&TcpStream; 2]) {
        let mut open = self.open();
        open.extend(ends.iter().filter_map(|end| end.try_clone().ok()));
        // A tap that closed in the meantime has not seen these.
        if self.closed.load(Ordering::SeqCst) {
            for end in open.drain(..) {
                let _ = end.shutdown(Shutdown::Both);
            }
        }
    }
}

/// Whether something goes the way of the connection.
#[derive(Clone, Copy)]
enum Direction {
    There,
    Back,
}

/// Passes everything on, and shows it before it goes.
fn copy(from: &mut impl Read, to: &mut impl Write, mut show: impl FnMut(&[u8])) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        show(&buffer[..read]);
        to.write_all(&buffer[..read])?;
    }
}
