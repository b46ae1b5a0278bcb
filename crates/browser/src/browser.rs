//! A browser, and those who use it.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::{Value, json};

use crate::{Error, Page, guard::Guard, pipe::Pipe};

/// A running browser. Dropping it, and whatever comes from it, ends it: its profile is gone.
#[derive(Clone)]
pub struct Browser(Arc<Inner>);

struct Inner {
    pipe: Pipe,
    guard: Mutex<Guard>,
}

impl fmt::Debug for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Browser").finish_non_exhaustive()
    }
}

impl Browser {
    /// Starts a browser with a fresh profile, and waits until it takes commands.
    ///
    /// # Errors
    /// When none is installed, or it does not start.
    pub fn start() -> Result<Self, Error> {
        let (guard, stream) = Guard::start()?;
        let browser = Self(Arc::new(Inner {
            pipe: Pipe::new(stream)?,
            guard: Mutex::new(guard),
        }));
        match browser.ask(None, "Browser.getVersion", json!({})) {
            Ok(_) => Ok(browser),
            Err(Error::Ended(_)) => Err(Error::Ended(browser.end())),
            Err(error) => Err(error),
        }
    }

    /// Somebody who has never been here: without cookies, with an empty cache.
    ///
    /// # Errors
    /// When the browser is gone.
    pub fn visitor(&self) -> Result<Visitor, Error> {
        let made = self.ask(None, "Target.createBrowserContext", json!({}))?;
        Ok(Visitor {
            browser: self.clone(),
            id: text(&made["browserContextId"]),
        })
    }

    fn end(&self) -> String {
        let guard = self.0.guard.lock();
        guard.unwrap_or_else(PoisonError::into_inner).end()
    }

    pub(crate) fn pipe(&self) -> &Pipe {
        &self.0.pipe
    }

    pub(crate) fn ask(
        &self,
        session: Option<&str>,
        method: &str,
        parameters: Value,
    ) -> Result<Value, Error> {
        self.pipe().ask(session, method, parameters)
    }
}

/// One person: what they store is theirs alone, in all of their tabs.
#[derive(Clone, Debug)]
pub struct Visitor {
    browser: Browser,
    id: String,
}

impl Visitor {
    /// Opens a tab, loads an address there, and waits until all of it has loaded.
    ///
    /// # Errors
    /// When it does not load.
    pub fn open(&self, url: &str) -> Result<Page, Error> {
        let page = self.tab()?;
        page.go(url)?;
        Ok(page)
    }

    /// Opens an empty tab.
    ///
    /// # Errors
    /// When the browser is gone.
    pub fn tab(&self) -> Result<Page, Error> {
        let blank = json!({"url": "about:blank", "browserContextId": self.id});
        let target = self.browser.ask(None, "Target.createTarget", blank)?;
        let target = text(&target["targetId"]);
        let attach = json!({"targetId": target, "flatten": true});
        let session = self.browser.ask(None, "Target.attachToTarget", attach)?;
        Page::watched(self.browser.clone(), target, text(&session["sessionId"]))
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
