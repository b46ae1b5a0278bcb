//! The way from one stage to the next: an event goes when there is demand for it. Nothing to do in here.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use marketplace::Car;
use tokio::sync::mpsc;
use traced_envelope::Envelope;

/// What goes through the pipeline.
pub(crate) type Event = Envelope<Car>;

/// Who does what at the moment: how many of each.
#[derive(Debug, Default)]
pub(crate) struct Now {
    /// Stages that have an event.
    pub(crate) busy: usize,
    /// The slow one while it waits for its disk.
    pub(crate) at_the_disk: usize,
    /// Dealers and stages that wait for demand.
    pub(crate) offering: usize,
    pub(crate) importing: usize,
    pub(crate) normalising: usize,
    pub(crate) enriching_even: usize,
    pub(crate) enriching_odd: usize,
    /// Events that lie on the way to a stage.
    pub(crate) to_import: usize,
    pub(crate) to_normalise: usize,
    pub(crate) to_enrich_even: usize,
    pub(crate) to_enrich_odd: usize,
    pub(crate) to_index: usize,
}

impl Now {
    /// Nobody works but the slow one; whoever has an event waits for room that another event takes.
    fn is_full(&self) -> bool {
        let enriching = self.enriching_even + self.enriching_odd;
        let waiting = self.importing + self.normalising + enriching;
        let slow = self.at_the_disk == 1 && self.to_index == 1;
        let before = self.enriching_even == 1 && self.to_enrich_even == 1 && self.normalising == 1;
        slow && before && self.busy == 1 + waiting
    }
}

/// A place on the board.
pub(crate) type Place = fn(&mut Now) -> &mut usize;

/// A board on which stages say what they do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Board(Arc<Mutex<Now>>);

impl Board {
    fn lock(&self) -> MutexGuard<'_, Now> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nothing can move until the disk writes.
    pub(crate) fn is_full(&self) -> bool {
        self.lock().is_full()
    }

    /// Counts here while the guard lives.
    pub(crate) fn at(&self, place: Place) -> At {
        *place(&mut self.lock()) += 1;
        At {
            board: self.clone(),
            place,
        }
    }
}

/// Somebody who does something.
#[derive(Debug)]
pub(crate) struct At {
    board: Board,
    place: Place,
}

impl Drop for At {
    fn drop(&mut self) {
        *(self.place)(&mut self.board.lock()) -= 1;
    }
}

/// The way to the next stage: one event fits on it.
#[derive(Clone, Debug)]
pub(crate) struct Outlet {
    stage: mpsc::Sender<(Event, At)>,
    board: Board,
    /// Where those wait who have an event for it.
    waits: Place,
    /// Where an event lies.
    lies: Place,
}

/// The end of the way.
#[derive(Debug)]
pub(crate) struct Inlet(mpsc::Receiver<(Event, At)>);

impl Inlet {
    /// The next event; none when nobody is left who could send one.
    pub(crate) async fn take(&mut self) -> Option<Event> {
        Some(self.0.recv().await?.0)
    }
}

impl Outlet {
    pub(crate) fn new(board: &Board, waits: Place, lies: Place) -> (Self, Inlet) {
        let (stage, events) = mpsc::channel(1);
        let board = board.clone();
        let outlet = Self {
            stage,
            board,
            waits,
            lies,
        };
        (outlet, Inlet(events))
    }

    /// The same way for somebody else.
    pub(crate) fn also(&self, waits: Place) -> Self {
        Self {
            waits,
            ..self.clone()
        }
    }

    /// Waits until the next stage has room for an event, and keeps it.
    pub(crate) async fn demand(&self) -> Room<'_> {
        let _waits = self.board.at(self.waits);
        Room {
            kept: self.stage.reserve().await.ok(),
            way: self,
        }
    }
}

/// Room for one event.
pub(crate) struct Room<'a> {
    kept: Option<mpsc::Permit<'a, (Event, At)>>,
    way: &'a Outlet,
}

impl Room<'_> {
    /// Gives the next stage an event. One that is gone takes none.
    pub(crate) fn give(self, event: Event) {
        if let Some(kept) = self.kept {
            kept.send((event, self.way.board.at(self.way.lies)));
        }
    }
}
