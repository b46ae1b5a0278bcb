//! What the visitors do, in a real browser.

use std::collections::BTreeSet;

use browser::{Browser, Error, Page};
use testkit::{Client, Code, Diagnosis, Reply, Span, facts::in_gap};

/// The price is there; or the page's own code has failed, and then nothing needs to be waited for.
const PRICE: &str = "window.broken || document.querySelector('#price').textContent";
const EUROS: &str = "17500 EUR";
const ON_REQUEST: &str = "price on request";
/// Notes that the page's own code has failed.
const WATCH: &str = "for (const what of ['error', 'unhandledrejection'])
    addEventListener(what, () => { window.broken = true; }, true);";
/// Whatever the page has put off until it is loaded has happened.
const SETTLED: &str = "new Promise(done => setTimeout(() => setTimeout(done)))";
/// A clock that is a fifth of a second late.
const LATE: &str =
    "Object.defineProperty(performance, 'timeOrigin', {value: performance.timeOrigin - 200})";
/// Counts how often spans are sent from a tab, by whatever page in it. What is dead sends nothing.
const COUNT: &str = "for (const [of, name] of [[window, 'fetch'], [Navigator.prototype, 'sendBeacon']]) {
    const send = of[name];
    of[name] = function (to, ...how) {
        if (window.dead) return new Promise(() => {});
        if (String(to).includes('/v1/traces')) sessionStorage.sent = 1 + Number(sessionStorage.sent ?? 0);
        return send.call(this, to, ...how);
    };
}";
/// The link leads nowhere.
const NOWHERE: &str = "document.querySelector('#dealer').removeAttribute('href')";
/// Nothing that a page does after it was told that it is hidden is done. Whoever listened before this is
/// told before this.
const DIES_WHEN_HIDDEN: &str =
    "addEventListener('visibilitychange', () => { window.dead = true; })";

/// What was seen of the page beside its trace.
pub(crate) struct Told {
    /// The page as it was sent to somebody who is not recorded.
    pub(crate) page: Reply,
    /// What a click has made was sent while the page was in view.
    pub(crate) at_the_click: bool,
}

/// Somebody looks at a car, goes to its dealer and comes back, and looks again in another tab.
///
/// # Panics
/// When the browser fails.
pub(crate) fn all(client: &Client) -> Told {
    match visits(client) {
        Ok(told) => told,
        Err(error) => panic!("{error}"),
    }
}

fn visits(client: &Client) -> Result<Told, Error> {
    let browser = Browser::start()?;
    let visitor = browser.visitor()?;
    let one = Tab::new(client, visitor.tab()?)?;
    one.visit("7#first", EUROS, 1)?;
    one.keep_a_picture("first")?;
    one.leave_for_the_dealer()?;
    one.page.cut_off(&["*/price"])?;
    one.visit("7#again", ON_REQUEST, 2)?;
    // This one comes to the front, and hides the other.
    let two = Tab::new(client, visitor.tab()?)?;
    two.page.before_each(LATE)?;
    two.visit("8#late", ON_REQUEST, 3)?;
    let at_the_click = one.dies_when_hidden(&two)?;
    let mut joined = false;
    client.received(|spans| {
        joined = go_on(spans);
        true
    });
    if joined {
        // The visitor wants no record from here on: what is sent nevertheless would be the fourth.
        two.page.add_headers(&[("sec-gpc", "1")])?;
        two.visit("7#unrecorded", EUROS, 4)?;
    }
    two.page.close()?;
    // Last: where a page is kept for all, it is to be that of the first visit.
    let page = client.request("GET", "search", "/cars/7");
    let page = page.unsampled().send();
    Ok(Told { page, at_the_click })
}

/// Each page goes on with a span of its own. One that does not know its server cannot do as that decides.
fn go_on(spans: &[Span]) -> bool {
    let loads: Vec<_> = spans
        .iter()
        .filter(|it| it.name == "documentLoad")
        .collect();
    let parents: BTreeSet<_> = loads.iter().filter_map(|it| it.parent_span_id).collect();
    loads.len() >= 3 && parents.len() == loads.len()
}

struct Tab<'a> {
    client: &'a Client,
    page: Page,
}

impl<'a> Tab<'a> {
    fn new(client: &'a Client, page: Page) -> Result<Self, Error> {
        page.before_each(WATCH)?;
        page.before_each(COUNT)?;
        Ok(Self { client, page })
    }

    /// Opens the page of a car, by a name that no server sees, and waits for what it shows as the price and
    /// for what the loading reports: with it `loads` have been reported.
    fn visit(&self, car: &str, price: &str, loads: usize) -> Result<(), Error> {
        // An empty tab has sent nothing, and has no storage.
        let before = self.sent().unwrap_or_default();
        let page = &self.page;
        // From there any address is another document, also one that differs in its fragment only.
        page.go("about:blank")?;
        page.go(&format!("{}/cars/{car}", self.client.url("web", "search")))?;
        page.wait_for(PRICE)?;
        let shown = page.text("#price")?;
        if shown != price {
            self.complain(price, &shown)?;
        }
        page.eval(SETTLED)?;
        if self.sent()? > before {
            arrive(self.client, "documentLoad", loads);
        }
        Ok(())
    }

    /// For whoever reads a report: it lies beside the record of a run that does not pass.
    fn keep_a_picture(&self, name: &str) -> Result<(), Error> {
        let picture = self.page.screenshot()?;
        self.client.keep("web", &format!("{name}.png"), picture);
        Ok(())
    }

    /// Without the price nothing else tells anything.
    fn complain(&self, price: &str, shown: &str) -> Result<(), Error> {
        self.keep_a_picture("wrong")?;
        let errors = self.tell_errors_since(0);
        let gap = match errors.iter().any(|error| error.contains("CORS")) {
            true => "23.2",
            false => "23.3",
        };
        let why = errors.first().map_or("", String::as_str);
        let message = format!("the page must show `{price}`, and shows `{shown}`. {why}");
        let wrong = Diagnosis::new(Code::WrongAnswer, message);
        self.client.give_up(in_gap(wrong, gap))
    }

    /// What went wrong in the page after so many errors, which the report shows.
    fn tell_errors_since(&self, known: usize) -> Vec<String> {
        let errors = self.page.errors().split_off(known);
        for error in &errors {
            self.client.tell("web", error);
        }
        errors
    }

    /// Follows the link. Whatever the page says then it says before it is gone.
    fn leave_for_the_dealer(&self) -> Result<(), Error> {
        let (before, known) = (self.sent()?, self.page.errors().len());
        self.page.click("#dealer")?;
        self.page.wait_for("location.pathname === '/dealer'")?;
        self.tell_errors_since(known);
        if self.sent()? > before {
            arrive(self.client, "open dealer", 1);
        }
        Ok(())
    }

    /// A click that leads nowhere; then the other tab comes to the front, and the system ends this one, as
    /// on a phone: that it is hidden is the last thing it is told. Whether it sent anything at the click.
    fn dies_when_hidden(self, other: &Self) -> Result<bool, Error> {
        let known = self.page.errors().len();
        self.page.show()?;
        self.page
            .wait_for("document.visibilityState === 'visible'")?;
        let before = self.sent()?;
        self.page.eval(NOWHERE)?;
        self.page.click("#dealer")?;
        self.page.eval(SETTLED)?;
        let at_the_click = self.sent()? > before;
        self.page.eval(DIES_WHEN_HIDDEN)?;
        other.page.show()?;
        self.page.wait_for("window.dead")?;
        let is_heard = self.sent()? > before;
        self.tell_errors_since(known);
        self.page.close()?;
        if is_heard {
            arrive(self.client, "open dealer", 2);
        }
        Ok(at_the_click)
    }

    fn sent(&self) -> Result<u64, Error> {
        let sent = self.page.eval("Number(sessionStorage.sent ?? 0)")?;
        Ok(sent.as_u64().unwrap_or_default())
    }
}

/// Waits for what was sent; if it is not that, the shape says so.
fn arrive(client: &Client, name: &str, number: usize) {
    let named = |span: &&Span| span.name == name;
    client.received(|spans| spans.iter().filter(named).count() >= number);
}
