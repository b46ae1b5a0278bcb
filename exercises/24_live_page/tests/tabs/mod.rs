//! What a visitor does in two tabs, in a real browser, while a dealer changes a price and the server dies.

use std::collections::BTreeSet;

use browser::{Browser, Error, Page, Visitor};
use serde_json::{Value, json};
use testkit::{Client, Kind, Span};

/// What the tabs show in the end.
pub(crate) const SHOWN: [&str; 2] = [
    "passat of 2017 13200 EUR worth 13200 EUR",
    "golf of 2012 6900 EUR worth 5800 EURgolf of 2021 21800 EUR worth 22900 EURgolf of 2011 4900 EUR worth 3400 EUR",
];

/// A clock that is late by a fifth of a second.
const LATE: &str =
    "Object.defineProperty(performance, 'timeOrigin', {value: performance.timeOrigin - 200})";
/// Notes that the page's own code has failed, for then nothing needs to be waited for; and counts the requests
/// with spans that have no answer yet.
const WATCH: &str = "for (const what of ['error', 'unhandledrejection']) \
    addEventListener(what, () => { window.broken = true; }, true); \
    window.sending = 0; \
    const ask = window.fetch; \
    window.fetch = (to, how) => { \
        const own = Number(String(to).includes('/v1/traces')), answer = ask(to, how); \
        const over = () => { sending -= own; }; \
        sending += own; \
        answer.then(over, over); \
        return answer; \
    };";
/// Sends what waits, as it is sent when a page is hidden.
const FLUSH: &str = "dispatchEvent(new Event('pagehide')), \
    import('/traced-web.js').then(module => module.flush())";
/// Whoever has put something off until a moment later has had that moment.
const SETTLED: &str = "new Promise(done => setTimeout(() => setTimeout(done)))";
const VALUED: &str =
    "[...document.querySelectorAll('i')].every(it => it.textContent.startsWith('worth'))";
/// What a proxy on the way to the page has decided: there is no record of this visitor.
const UNRECORDED: (&str, &str) = (
    "traceparent",
    "00-a1000000000000000000000000000024-b100000000000024-00",
);

/// Two tabs of one visitor, and one of somebody of whom there is no record; what the two show in the end.
pub(crate) fn all(client: &Client) -> Result<[String; 2], Error> {
    let browser = Browser::start()?;
    let visitor = browser.visitor()?;
    let one = Tab::open(client, &visitor, "", &[])?;
    let two = Tab::open(client, &visitor, LATE, &[])?;
    all_at_once(client, &one, &two)?;
    let unrecorded = unrecorded(client, &visitor)?;
    change_a_price(client, [Some(&one), Some(&two), unrecorded.as_ref()])?;
    unrecorded.map(Tab::left).transpose()?;
    // Whatever is under way so far is not to be lost with the server.
    one.page.show()?;
    two.has_sent()?;
    client.settled("search");
    client.pause("search");
    // The server is there, and does nothing: what is sent now gets no answer.
    one.filter("passat")?;
    client.kill("search");
    one.is("false").and_then(|()| two.is("false"))?;
    client.start_again("search");
    one.is("true").and_then(|()| two.is("true"))?;
    one.shows("document.querySelector('[data-car=\"4\"]')")?;
    one.shows(VALUED)?;
    Ok([one.left()?, two.left()?])
}

/// Both tabs ask, one of them twice, before the server reads any of it.
fn all_at_once(client: &Client, one: &Tab<'_>, two: &Tab<'_>) -> Result<(), Error> {
    client.pause("search");
    two.filter("golf")?;
    one.page.show()?;
    one.filter("polo")?;
    one.filter("golf")?;
    client.resume("search");
    let golfs = format!("document.querySelector('[data-car=\"9\"]') && {VALUED}");
    two.shows(&golfs).and_then(|()| one.shows(&golfs))
}

/// The tab of somebody of whom there is no record. Who does not go by what a frame says cannot know that, and
/// hears of it anyway.
fn unrecorded<'a>(client: &'a Client, visitor: &Visitor) -> Result<Option<Tab<'a>>, Error> {
    client.settled("search");
    let mut known = false;
    client.received(|spans| {
        known = frames_say_whose_they_are(spans);
        true
    });
    if !known {
        return Ok(None);
    }
    let tab = Tab::open(client, visitor, "", &[UNRECORDED])?;
    tab.filter("golf")?;
    tab.shows(VALUED)?;
    Ok(Some(tab))
}

/// Each answer has a parent, and no two of them the same.
fn frames_say_whose_they_are(spans: &[Span]) -> bool {
    let answers = spans.iter().filter(|it| it.kind == Kind::Server);
    let answers: Vec<_> = answers.filter(|it| it.name.ends_with(" cars")).collect();
    let parents: BTreeSet<_> = answers.iter().filter_map(|it| it.parent_span_id).collect();
    !answers.is_empty() && parents.len() == answers.len()
}

fn change_a_price(client: &Client, tabs: [Option<&Tab<'_>>; 3]) -> Result<(), Error> {
    let changed = client.request("PUT", "search", "/cars/9/price");
    changed.body("21800").send();
    for tab in tabs.into_iter().flatten() {
        tab.shows("document.querySelector('[data-car=\"9\"]').textContent.includes('21800')")?;
    }
    Ok(())
}

struct Tab<'a> {
    client: &'a Client,
    page: Page,
}

impl<'a> Tab<'a> {
    /// Opens the page, with this script before its own and these headers, and waits until it is alive.
    fn open(
        client: &'a Client,
        visitor: &Visitor,
        before: &str,
        headers: &[(&str, &str)],
    ) -> Result<Self, Error> {
        let page = visitor.tab()?;
        page.add_headers(headers)?;
        page.before_each(WATCH)?;
        page.before_each(before)?;
        page.go(&format!("{}/cars", client.url("web", "search")))?;
        let tab = Self { client, page };
        tab.is("true")?;
        Ok(tab)
    }

    fn is(&self, live: &str) -> Result<(), Error> {
        self.shows(&format!("document.body.dataset.live === '{live}'"))
    }

    /// Waits until this is true, or the page has failed.
    fn shows(&self, what: &str) -> Result<(), Error> {
        self.page.wait_for(&format!("window.broken || ({what})"))?;
        match self.page.eval("window.broken")? {
            Value::Null => Ok(()),
            _ => Err(Error::Script(self.page.errors().join(", "))),
        }
    }

    /// What it has begun to send has arrived.
    fn has_sent(&self) -> Result<(), Error> {
        self.page.eval(SETTLED)?;
        self.page.wait_for("window.sending === 0")
    }

    /// Types into the field, as a person does.
    fn filter(&self, query: &str) -> Result<(), Error> {
        self.page
            .eval("document.querySelector('#filter').select()")?;
        let text = json!({"text": query});
        self.page.ask("Input.insertText", text).map(drop)
    }

    /// What it shows in the end. All of its spans have arrived then.
    fn left(self) -> Result<String, Error> {
        let shown = self.page.text("#cars")?;
        self.page.eval(FLUSH)?;
        self.has_sent()?;
        // That nobody was there for a while is what this is about.
        let meant = |error: &String| error.contains("net::ERR_");
        for error in self.page.errors().iter().filter(|error| !meant(error)) {
            self.client.tell("web", error);
        }
        self.page.close()?;
        Ok(shown.trim().to_owned())
    }
}
