//! A small HTTP server on threads of its own, for the few pages that are the runner's.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

const READ_LIMIT: Duration = Duration::from_millis(500);

/// What is said to a request.
pub(crate) struct Answer {
    /// The number and its name.
    pub(crate) status: &'static str,
    /// The media type.
    pub(crate) kind: &'static str,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn html(status: &'static str, body: impl Into<String>) -> Self {
        Self {
            status,
            kind: "text/html; charset=utf-8",
            body: body.into(),
        }
    }
}

/// Holds its port until it is dropped.
pub(crate) struct Door {
    local: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Door {
    /// Answers each request for a path there.
    ///
    /// # Errors
    /// When the listener has no address.
    pub(crate) fn open(
        listener: TcpListener,
        answer: impl Fn(&str) -> Answer + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let local = listener.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = thread::spawn(move || serve(&listener, &stopped, &Arc::new(answer)));
        Ok(Self {
            local,
            stop,
            thread: Some(thread),
        })
    }

    /// Without a slash at the end.
    pub(crate) fn address(&self) -> String {
        format!("http://{}", self.local)
    }

    pub(crate) fn port(&self) -> u16 {
        self.local.port()
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts; when it cannot be woken it has ended.
        let _ = TcpStream::connect(self.local);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(
    listener: &TcpListener,
    stop: &AtomicBool,
    answer: &Arc<impl Fn(&str) -> Answer + Send + Sync + 'static>,
) {
    for stream in listener.incoming().flatten() {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        let answer = answer.clone();
        // Browsers open connections on which they say nothing: nobody is to wait for those.
        thread::spawn(move || {
            // A browser that has gone needs no answer.
            let _ = respond(stream, &*answer);
        });
    }
}

/// Reads the head first: closing with unread bytes would reset the connection.
fn respond(stream: TcpStream, answer: &impl Fn(&str) -> Answer) -> io::Result<()> {
    stream.set_read_timeout(Some(READ_LIMIT))?;
    stream.set_write_timeout(Some(READ_LIMIT))?;
    let mut reader = BufReader::new(stream.take(16 << 10));
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let target = first.split(' ').nth(1).unwrap_or("/");
    let path = target.split('?').next().unwrap_or(target);
    let Answer { status, kind, body } = answer(path);
    write!(
        reader.into_inner().into_inner(),
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\
         cache-control: no-store\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}
