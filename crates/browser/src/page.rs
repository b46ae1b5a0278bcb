//! A tab.

use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{Browser, Error, Level, Message, browser::text, messages::exception, pipe::PATIENCE};

/// How often an expression is looked at again where the browser tells nothing.
const MOMENT: Duration = Duration::from_millis(10);

/// A tab. Dropping it leaves it open: [`Page::close`] closes it, and the end of the browser does.
#[derive(Debug)]
pub struct Page {
    browser: Browser,
    target: String,
    session: String,
}

impl Page {
    /// Asks the browser to tell what happens in there.
    pub(crate) fn watched(
        browser: Browser,
        target: String,
        session: String,
    ) -> Result<Self, Error> {
        let page = Self {
            browser,
            target,
            session,
        };
        for domain in ["Page", "Runtime", "Log", "Network"] {
            page.ask(&format!("{domain}.enable"), json!({}))?;
        }
        let all = json!({"enabled": true});
        page.ask("Page.setLifecycleEventsEnabled", all)?;
        Ok(page)
    }

    /// Any command of the debugging protocol, for what there is no method for.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub fn ask(&self, method: &str, parameters: Value) -> Result<Value, Error> {
        self.browser.ask(Some(&self.session), method, parameters)
    }

    /// Loads an address, and waits until all of it has loaded.
    ///
    /// # Errors
    /// When nobody answers there, or not in time.
    pub fn go(&self, url: &str) -> Result<(), Error> {
        let went = self.ask("Page.navigate", json!({"url": url}))?;
        if let Some(why) = went["errorText"].as_str() {
            return Err(Error::Unloaded(format!("{url}: {why}")));
        }
        let Some(loader) = went["loaderId"].as_str() else {
            // A fragment of the page that is there.
            return Ok(());
        };
        self.browser.pipe().wait(&format!("{url} loads"), |state| {
            let loaded = &state.session(&self.session).loaded;
            loaded.contains(loader).then_some(())
        })
    }

    /// Runs a script before any of the page's own, in each document that is loaded from now on.
    ///
    /// # Errors
    /// When the browser is gone.
    pub fn before_each(&self, script: &str) -> Result<(), Error> {
        let source = json!({"source": script});
        let added = self.ask("Page.addScriptToEvaluateOnNewDocument", source);
        added.map(drop)
    }

    /// Adds these headers to each request of the page from now on, as a proxy on the way would; none
    /// takes them away.
    ///
    /// # Errors
    /// When the browser is gone.
    pub fn add_headers(&self, headers: &[(&str, &str)]) -> Result<(), Error> {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!(value)));
        let headers = Value::Object(headers.collect());
        let set = self.ask("Network.setExtraHTTPHeaders", json!({"headers": headers}));
        set.map(drop)
    }

    /// Lets no request for such addresses out of the page from now on (`*` is any text), as a network that
    /// is gone would; none lets all of them out again.
    ///
    /// # Errors
    /// When the browser is gone.
    pub fn cut_off(&self, urls: &[&str]) -> Result<(), Error> {
        let cut = self.ask("Network.setBlockedURLs", json!({"urls": urls}));
        cut.map(drop)
    }

    /// The value of an expression; a promise is waited for.
    ///
    /// # Errors
    /// What it throws.
    pub fn eval(&self, expression: &str) -> Result<Value, Error> {
        let evaluate = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true,
        });
        let mut evaluated = self.ask("Runtime.evaluate", evaluate)?;
        if evaluated["exceptionDetails"].is_object() {
            return Err(Error::Script(exception(&evaluated["exceptionDetails"])));
        }
        Ok(evaluated["result"]["value"].take())
    }

    /// Waits until an expression is true, however often the page changes until then.
    ///
    /// # Errors
    /// When it is not in time; what it throws is not true.
    pub fn wait_for(&self, expression: &str) -> Result<(), Error> {
        let deadline = Instant::now() + PATIENCE;
        let asked = format!("Boolean({expression})");
        loop {
            match self.eval(&asked) {
                Ok(Value::Bool(true)) => return Ok(()),
                Err(error @ (Error::Ended(_) | Error::Late(..))) => return Err(error),
                _ if Instant::now() >= deadline => {
                    return Err(Error::Late(format!("`{expression}`"), PATIENCE));
                }
                _ => self.browser.pipe().doze(MOMENT),
            }
        }
    }

    /// The text of the first element that a selector finds, once there is one.
    ///
    /// # Errors
    /// When there is none in time.
    pub fn text(&self, selector: &str) -> Result<String, Error> {
        let found = format!("document.querySelector({})", json!(selector));
        self.wait_for(&found)?;
        Ok(text(&self.eval(&format!("{found}.textContent"))?))
    }

    /// Clicks with the mouse into the middle of the first element that a selector finds, once there is
    /// one.
    ///
    /// # Errors
    /// When there is none in time.
    pub fn click(&self, selector: &str) -> Result<(), Error> {
        let found = format!("document.querySelector({})", json!(selector));
        self.wait_for(&found)?;
        let middle = self.eval(&format!(
            "(it => {{ it.scrollIntoView({{block: 'center'}}); const at = it.getBoundingClientRect(); \
             return {{x: at.x + at.width / 2, y: at.y + at.height / 2}} }})({found})"
        ))?;
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({
                "type": kind, "x": middle["x"], "y": middle["y"], "button": "left", "clickCount": 1,
            });
            self.ask("Input.dispatchMouseEvent", event)?;
        }
        Ok(())
    }

    /// Puts the tab before all others of its visitor, which are hidden then, and are told so.
    ///
    /// # Errors
    /// When the browser is gone.
    pub fn show(&self) -> Result<(), Error> {
        self.ask("Page.bringToFront", json!({})).map(drop)
    }

    /// Gives the page a window of that size, in pixels.
    ///
    /// # Errors
    /// When the browser is gone.
    pub fn resize(&self, width: u32, height: u32) -> Result<(), Error> {
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        let resized = self.ask("Emulation.setDeviceMetricsOverride", size);
        resized.map(drop)
    }

    /// What the page looks like, as PNG.
    ///
    /// # Errors
    /// When the browser is gone.
    pub fn screenshot(&self) -> Result<Vec<u8>, Error> {
        let shot = self.ask("Page.captureScreenshot", json!({"format": "png"}))?;
        let decoded = STANDARD.decode(text(&shot["data"]));
        decoded.map_err(|error| Error::Script(format!("a broken picture: {error}")))
    }

    /// All that the page said of itself so far.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        let pipe = self.browser.pipe();
        pipe.of(&self.session, |session| session.messages.all.clone())
    }

    /// What went wrong in the page so far: exceptions, `console.error`, requests that failed.
    #[must_use]
    pub fn errors(&self) -> Vec<String> {
        let messages = self.messages().into_iter();
        let errors = messages.filter(|message| message.level == Level::Error);
        errors.map(|message| message.text).collect()
    }

    /// Closes the tab as a person does: the page is told that it is hidden and left. Returns when it is
    /// gone.
    ///
    /// # Errors
    /// When it does not go.
    pub fn close(self) -> Result<(), Error> {
        let target = json!({"targetId": self.target});
        self.browser.ask(None, "Target.closeTarget", target)?;
        let gone = |state: &mut crate::pipe::State| {
            let session = state.session(&self.session);
            session.gone.then_some(())
        };
        self.browser.pipe().wait("a tab closes", gone)
    }
}
