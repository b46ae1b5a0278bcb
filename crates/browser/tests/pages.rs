//! What a person does with a page, and what the page says of itself.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use browser::Error;
use common::{Site, browser};
use serde_json::json;

const ICON: &str = "<link rel=icon href=data:,>";
const BUTTON: &str = "<link rel=icon href=data:,><title>before</title>\
    <p style='height:3000px'>far down</p><button id=go>go</button><b></b><script>\
    go.onclick = click => setTimeout(() => {\
      document.querySelector('b').textContent = `a person: ${click.isTrusted}`; }, 20);\
    addEventListener('load', () => { document.title = 'loaded'; });</script>";

#[test]
fn a_page_is_loaded_clicked_and_read() {
    let Some(browser) = browser() else { return };
    let site = Site::with(BUTTON);
    let page = browser.visitor().unwrap().open(&site.url).unwrap();
    assert_eq!(page.eval("document.title").unwrap(), "loaded");
    page.click("#go").unwrap();
    page.wait_for("document.querySelector('b').textContent")
        .unwrap();
    assert_eq!(page.text("b").unwrap(), "a person: true");
    assert_eq!(
        page.eval("Promise.resolve([1, {a: 2}])").unwrap(),
        json!([1, {"a": 2}])
    );
    page.go(&format!("{}#there", site.url)).unwrap();
    assert_eq!(page.eval("location.hash").unwrap(), "#there");
    assert_eq!(page.errors(), [""; 0]);
}

#[test]
fn what_comes_to_nothing_says_why() {
    let Some(browser) = browser() else { return };
    let page = browser.visitor().unwrap().tab().unwrap();
    let thrown = page
        .eval("(() => { throw new TypeError('no car') })()")
        .unwrap_err();
    assert!(thrown.to_string().contains("TypeError: no car"), "{thrown}");
    let refused = page.go("http://127.0.0.1:1/").unwrap_err();
    assert!(matches!(refused, Error::Unloaded(_)), "{refused}");
    let unknown = page.ask("Page.fly", json!({})).unwrap_err();
    assert!(matches!(unknown, Error::Refused(..)), "{unknown}");
}

#[test]
fn what_goes_wrong_in_a_page_is_told() {
    let Some(browser) = browser() else { return };
    let (site, other) = (Site::with(ICON), Site::with(""));
    let page = browser.visitor().unwrap().open(&site.url).unwrap();
    page.eval("console.log('seen', 7), console.error({toString: 1}.a, 'broken')")
        .unwrap();
    page.eval("setTimeout(() => { throw new Error('late') })")
        .unwrap();
    page.eval("fetch('/nothing').then(() => 1)").unwrap();
    page.eval(&format!("fetch('{}/prices').catch(() => 1)", other.url))
        .unwrap();
    page.eval("fetch('http://127.0.0.1:1/').catch(() => 1)")
        .unwrap();
    page.eval("new Promise(done => setTimeout(done))").unwrap();
    let said: Vec<String> = page.messages().iter().map(ToString::to_string).collect();
    assert!(said.contains(&"console.log: seen 7".to_owned()), "{said:?}");
    let errors = page.errors().join("\n");
    let expected = [
        "console.error: undefined broken",
        "Error: late",
        "404",
        "/nothing",
        "/prices failed",
        "CORS",
        "GET http://127.0.0.1:1/ failed: net::ERR_",
    ];
    for part in expected {
        assert!(errors.contains(part), "no `{part}` in {errors}");
    }
    assert!(!errors.contains("seen"), "{errors}");
}

#[test]
fn a_visitor_shares_nothing_with_others_and_everything_between_tabs() {
    let Some(browser) = browser() else { return };
    let site = Site::with(ICON);
    let (one, other) = (browser.visitor().unwrap(), browser.visitor().unwrap());
    one.open(&site.url)
        .unwrap()
        .eval("document.cookie = 'who=one'")
        .unwrap();
    let cookie = |visitor: &browser::Visitor| {
        visitor
            .open(&site.url)
            .unwrap()
            .eval("document.cookie")
            .unwrap()
    };
    assert_eq!(cookie(&one), "who=one");
    assert_eq!(cookie(&other), "");
}

#[test]
fn a_page_that_is_closed_is_told_and_may_send_its_last_words() {
    const LEAVING: &str = "<link rel=icon href=data:,><script>\
        const say = word => fetch('/left', {method: 'POST', body: word, keepalive: true});\
        addEventListener('visibilitychange', () => say(document.visibilityState));\
        addEventListener('pagehide', () => say('bye'));</script>";
    let Some(browser) = browser() else { return };
    let site = Site::with(LEAVING);
    let page = browser.visitor().unwrap().open(&site.url).unwrap();
    page.close().unwrap();
    site.was_asked("POST /left hidden");
    site.was_asked("POST /left bye");
}

#[test]
fn a_tab_in_front_hides_the_others_of_its_visitor() {
    let Some(browser) = browser() else { return };
    let site = Site::with(ICON);
    let visitor = browser.visitor().unwrap();
    let one = visitor.open(&site.url).unwrap();
    let is = |state: &str| one.wait_for(&format!("document.visibilityState === '{state}'"));
    is("visible").unwrap();
    let two = visitor.tab().unwrap();
    is("hidden").unwrap();
    one.show().unwrap();
    is("visible").unwrap();
    two.show().unwrap();
    is("hidden").unwrap();
}

#[test]
fn a_network_may_be_gone_for_some_addresses() {
    let Some(browser) = browser() else { return };
    let site = Site::with(ICON);
    let page = browser.visitor().unwrap().open(&site.url).unwrap();
    let asks = |path| {
        page.eval(&format!(
            "fetch('{path}').then(() => 1, error => error.name)"
        ))
    };
    page.cut_off(&["*/price"]).unwrap();
    assert_eq!(asks("/7/price").unwrap(), "TypeError");
    assert_eq!(asks("/7/dealer").unwrap(), 1);
    page.cut_off(&[]).unwrap();
    assert_eq!(asks("/7/price").unwrap(), 1);
}

#[test]
fn a_proxy_and_a_clock_may_stand_before_the_page() {
    let Some(browser) = browser() else { return };
    let site = Site::with(ICON);
    let page = browser.visitor().unwrap().tab().unwrap();
    page.before_each("Date.now = () => 7").unwrap();
    page.add_headers(&[("x-way", "long")]).unwrap();
    page.go(&site.url).unwrap();
    assert_eq!(page.eval("Date.now()").unwrap(), 7);
    site.was_asked("GET / long");
}

#[test]
fn a_picture_is_as_large_as_the_window() {
    let Some(browser) = browser() else { return };
    let page = browser.visitor().unwrap().tab().unwrap();
    page.resize(390, 600).unwrap();
    let picture = page.screenshot().unwrap();
    let number = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().unwrap());
    assert_eq!(&picture[1..4], b"PNG");
    assert_eq!((number(16), number(20)), (390, 600));
}
