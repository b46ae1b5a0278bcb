//! A server of one page, in a few lines of HTTP.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::Duration,
};

use browser::{Browser, INSTALL, is_installed};

const WITHIN: Duration = Duration::from_secs(15);

/// A browser, where there is one.
pub(crate) fn browser() -> Option<Browser> {
    testkit::need("chromium", INSTALL, is_installed).then(|| Browser::start().unwrap())
}

/// Answers every request with its page, `/nothing` with 404, and remembers what it was asked.
pub(crate) struct Site {
    pub(crate) url: String,
    asked: Arc<(Mutex<Vec<String>>, Condvar)>,
}

impl Site {
    pub(crate) fn with(page: &'static str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<(Mutex<Vec<String>>, Condvar)>::default();
        let noted = asked.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let noted = noted.clone();
                thread::spawn(move || answer(stream.unwrap(), page, &noted));
            }
        });
        Self { url, asked }
    }

    /// Waits until somebody has asked for this: `POST /left bye`.
    pub(crate) fn was_asked(&self, request: &str) {
        let (asked, changed) = &*self.asked;
        let missing = |asked: &mut Vec<String>| !asked.iter().any(|it| it == request);
        let waited = changed.wait_timeout_while(asked.lock().unwrap(), WITHIN, missing);
        let (asked, late) = waited.unwrap();
        assert!(!late.timed_out(), "never asked for {request}: {asked:?}");
    }
}

fn answer(mut stream: TcpStream, page: &str, noted: &(Mutex<Vec<String>>, Condvar)) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut lines = reader.by_ref().lines().map_while(Result::ok);
    let Some(head) = lines.next() else { return };
    let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let header = |name: &str| {
        let of = |line: &String| Some(line.to_lowercase().strip_prefix(name)?.trim().to_owned());
        headers.iter().find_map(of).unwrap_or_default()
    };
    let mut body = vec![0; header("content-length:").parse().unwrap_or_default()];
    reader.read_exact(&mut body).unwrap();
    let path = head.trim_end_matches(" HTTP/1.1");
    let said = header("x-way:") + &String::from_utf8_lossy(&body);
    let asked = format!("{path} {said}");
    noted.0.lock().unwrap().push(asked.trim().to_owned());
    noted.1.notify_all();
    let status = if path.ends_with("/nothing") {
        "404 Not Found"
    } else {
        "200 OK"
    };
    let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-type: text/html\r\n");
    let _ = write!(stream, "{head}content-length: {}\r\n\r\n{page}", page.len());
}
