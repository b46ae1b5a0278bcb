//! What becomes of a page's last words, and what its clock does to a trace: two tables for the book.
//! `cargo run -p page-solution --example pages` prints them.

use std::{
    error::Error,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use browser::{Browser, INSTALL, Page, is_installed};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How long last words may take to arrive, at least.
const WHILE: Duration = Duration::from_millis(1500);
/// With this code a program says that a component is missing.
const SKIPPED: i32 = 3;

/// Says its last words as its address asks: `?EVENT&HOW&WHERE`.
const LEAVING: &str = "<link rel=icon href=data:,><script>
const [event, how, where] = decodeURIComponent(location.search.slice(1)).split('&');
const say = () => {
    const body = JSON.stringify({last: 'words'}), headers = {'content-type': 'application/json'};
    if (how === 'beacon') navigator.sendBeacon(where, new Blob([body], {type: headers['content-type']}));
    else fetch(where, {method: 'POST', headers, body, keepalive: how === 'keepalive'}).catch(() => 0);
};
if (event === 'timer') setInterval(say, 5000);
else addEventListener(event, () => (event !== 'visibilitychange' || document.hidden) && say());
</script>";
const LOADING: &str = "<link rel=icon href=data:,><script type=module>
import { documentLoad, flush } from './traced-web.js';
documentLoad();
addEventListener('load', () => setTimeout(() => setTimeout(flush)));
</script>";

fn main() -> Outcome<()> {
    if !is_installed() {
        eprintln!("chromium is missing: {INSTALL}");
        process::exit(SKIPPED);
    }
    let browser = Browser::start()?;
    leaving(&browser)?;
    clocks(&browser)
}

fn leaving(browser: &Browser) -> Outcome<()> {
    let (own, other) = (Site::open(LEAVING)?, Site::open("")?);
    println!("<!-- ANCHOR: leaving -->");
    println!("| last words | the tab is closed, and not asked | a link is followed |");
    println!("|---|---|---|");
    for (what, event, how, to) in [
        (
            "`fetch` with `keepalive`, from `visibilitychange`",
            "visibilitychange",
            "keepalive",
            &own,
        ),
        (
            "`sendBeacon` to another origin, which allows no credentials",
            "visibilitychange",
            "beacon",
            &other,
        ),
        (
            "`fetch` with `keepalive`, from `beforeunload`",
            "beforeunload",
            "keepalive",
            &own,
        ),
        (
            "`fetch` with `keepalive`, every five seconds",
            "timer",
            "keepalive",
            &own,
        ),
    ] {
        let url = format!("{}/?{event}&{how}&{}/said", own.url, to.url);
        let closed = most(|| said(browser, &url, to, Page::close))?;
        let link = |page: Page| page.go("about:blank").and_then(|()| page.close());
        let followed = most(|| said(browser, &url, to, link))?;
        println!("| {what} | {closed} | {followed} |");
    }
    println!("<!-- ANCHOR_END: leaving -->");
    Ok(())
}

/// Two of three tries decide.
fn most(try_once: impl Fn() -> Outcome<bool>) -> Outcome<&'static str> {
    let (first, second) = (try_once()?, try_once()?);
    let arrives = if first == second { first } else { try_once()? };
    Ok(if arrives { "arrive" } else { "are lost" })
}

/// Whether the last words of a page arrive that is left by this way. They have three times as long as it
/// took to open the page, and a while more: a busy machine is slow in both.
fn said(
    browser: &Browser,
    url: &str,
    to: &Site,
    leave: impl Fn(Page) -> Result<(), browser::Error>,
) -> Outcome<bool> {
    to.forget();
    let begun = Instant::now();
    let page = browser.visitor()?.open(url)?;
    let patience = WHILE + 3 * begun.elapsed();
    leave(page)?;
    Ok(to.posted(patience).is_some())
}

fn clocks(browser: &Browser) -> Outcome<()> {
    println!("\n<!-- ANCHOR: clocks -->");
    println!("| the browser's clock | `documentLoad` begins, by the server's clock |");
    println!("|---|---|");
    for (what, seconds) in [
        ("is right", 0),
        ("is a minute and a half late", -90),
        ("is an hour ahead", 3600),
    ] {
        let site = Site::open(LOADING)?;
        let page = browser.visitor()?.tab()?;
        page.before_each(&format!(
            "Object.defineProperty(performance, 'timeOrigin', {{value: performance.timeOrigin + {seconds}000}})"
        ))?;
        let asked = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64();
        page.go(&site.url)?;
        let spans = site
            .posted(Duration::from_secs(15))
            .ok_or("no spans came")?;
        let begins = begin_of_load(&spans).ok_or("no documentLoad came")? - asked;
        println!("| {what} | {} |", told(begins));
        page.close()?;
    }
    println!("<!-- ANCHOR_END: clocks -->");
    Ok(())
}

/// Seconds since the Unix epoch.
fn begin_of_load(spans: &str) -> Option<f64> {
    let (_, span) = spans.split_once("\"name\":\"documentLoad\"")?;
    let (_, start) = span.split_once("\"startTimeUnixNano\":\"")?;
    start
        .split_once('"')?
        .0
        .parse::<f64>()
        .ok()
        .map(|nanos| nanos / 1e9)
}

/// Nobody reads more than that out of two clocks.
fn told(seconds: f64) -> String {
    match seconds {
        _ if seconds.abs() < 20.0 => "when the page is asked for".to_owned(),
        _ if seconds < 0.0 => format!(
            "{:.0} s before anybody asks",
            (seconds / -10.0).round() * 10.0
        ),
        _ => format!("{:.0} min later than that", seconds / 60.0),
    }
}

/// A server of one page and of `traced-web.js`, which any page may post to.
struct Site {
    url: String,
    posted: Arc<(Mutex<Vec<String>>, Condvar)>,
}

impl Site {
    fn open(page: &'static str) -> Outcome<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let url = format!("http://{}", listener.local_addr()?);
        let posted = Arc::<(Mutex<Vec<String>>, Condvar)>::default();
        let noted = posted.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let noted = noted.clone();
                thread::spawn(move || answer(&stream, page, &noted));
            }
        });
        Ok(Self { url, posted })
    }

    fn forget(&self) {
        self.posted
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// What was posted, which is waited for.
    fn posted(&self, limit: Duration) -> Option<String> {
        let (posted, changed) = &*self.posted;
        let posted = posted.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = changed.wait_timeout_while(posted, limit, |posted| posted.is_empty());
        let (posted, _) = waited.unwrap_or_else(PoisonError::into_inner);
        posted.first().cloned()
    }
}

fn answer(mut stream: &TcpStream, page: &str, noted: &(Mutex<Vec<String>>, Condvar)) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let lines = reader.by_ref().lines().map_while(Result::ok);
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let length = |line: &String| {
        line.to_lowercase()
            .strip_prefix("content-length:")?
            .trim()
            .parse()
            .ok()
    };
    let mut body = vec![0; head.iter().find_map(length).unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    if head.first()?.starts_with("POST") {
        let mut posted = noted.0.lock().unwrap_or_else(PoisonError::into_inner);
        posted.push(String::from_utf8_lossy(&body).into_owned());
        noted.1.notify_all();
    }
    let (kind, content) = match head.first()?.contains("/traced-web.js") {
        true => ("text/javascript", traced_web::SCRIPT),
        false => ("text/html", page),
    };
    // A browser remembers what it may do for a while, unless it is told not to.
    let allowed = "access-control-allow-origin: *\r\naccess-control-allow-headers: content-type\r\n\
        access-control-max-age: 0\r\nconnection: close";
    let length = content.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\n{allowed}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{content}"
    )
    .ok()
}
