//! The work behind a page, and what may go wrong with it. Nothing to do in here.

use std::{
    any::Any,
    fmt,
    future::{self, Future, pending},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
    time::Duration,
};

use marketplace::{Car, FindError, Market};
use tokio::time::timeout;
use tracing::Span;

/// How long a customer is kept waiting.
const PATIENCE: Duration = Duration::from_millis(100);

/// Why there is no car on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The market has no such car: a right answer to the question.
    NoSuchCar,
    /// The car's record cannot be read.
    Damaged,
    /// The work panicked, with these words.
    Panicked(String),
    /// The work took too long.
    TimedOut,
}

impl Trouble {
    /// The class of the trouble, for `error.type`.
    #[allow(dead_code, reason = "for the gaps")]
    pub(crate) fn class(&self) -> &'static str {
        match self {
            Self::NoSuchCar => "no_such_car",
            Self::Damaged => "damaged",
            Self::Panicked(_) => "panic",
            Self::TimedOut => "timeout",
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchCar => f.write_str("there is no such car"),
            Self::Damaged => f.write_str("the record of this car is damaged"),
            Self::Panicked(words) => write!(f, "the work panicked: {words}"),
            Self::TimedOut => f.write_str("the history of this car took too long"),
        }
    }
}

/// A request that is dropped before it is finished has failed: its customer went away.
pub(crate) struct Unfinished(Option<Span>);

#[allow(dead_code, reason = "for the gaps")]
impl Unfinished {
    /// A request whose page is not there yet; `span` is told when it never will be.
    pub(crate) fn new(span: &Span) -> Self {
        Self(Some(span.clone()))
    }

    /// The page is there.
    pub(crate) fn finished(mut self) {
        self.0 = None;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(span) = self.0.take() {
            crate::failed(&span, "cancelled", "the customer went away");
        }
    }
}

/// The car with its history. Neither a panic nor a delay gets beyond this function.
pub(crate) async fn car(market: &Market, id: u32) -> Result<Car, Trouble> {
    let work = async {
        let car = market.find_car(id).await.map_err(|error| match error {
            FindError::NoSuchCar => Trouble::NoSuchCar,
            FindError::Damaged => Trouble::Damaged,
        })?;
        history(id).await;
        Ok(car)
    };
    match timeout(PATIENCE, caught(work)).await {
        Ok(done) => done.unwrap_or_else(|panic| Err(Trouble::Panicked(words(&*panic)))),
        Err(_) => Err(Trouble::TimedOut),
    }
}

/// A photo, which a partner sends.
pub(crate) async fn photo(market: &Market, id: u32) -> String {
    let car = market.find_car(id).await;
    car.map_or_else(
        |error| error.to_string(),
        |car| format!("a {} on a lawn", car.model),
    )
}

/// What a partner knows about a car: too little of car 8, and of car 9 nothing within a lifetime.
async fn history(id: u32) {
    match id {
        8 => panic!("its history has no mileage"),
        9 => pending().await,
        _ => {}
    }
}

/// As the layer of a web framework does it.
async fn caught<T>(work: impl Future<Output = T>) -> Result<T, Box<dyn Any + Send>> {
    let mut work = pin!(work);
    future::poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(done)) => Poll::Ready(Ok(done)),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    })
    .await
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default()
}
