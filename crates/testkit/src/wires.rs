//! The taps between the services of one test: one for each pair, so that each tap knows who calls.

use std::{collections::BTreeMap, io, sync::Arc};

use trace_shape::{Crossing, HARNESS};

use crate::{
    place::{guest_url_variable, url_variable},
    stage::Stage,
    tap::{Log, Tap, Target},
};

/// Who calls whom, by which address.
#[derive(Debug)]
pub(crate) struct Wires {
    log: Arc<Log>,
    /// Caller, callee, tap.
    taps: Vec<(String, String, Tap)>,
}

impl Wires {
    /// Opens the taps for services that are about to start in this order, and for their guests.
    pub(crate) fn open(services: &[String], guests: &[String], stage: &Stage) -> io::Result<Self> {
        let log = Arc::default();
        let mut taps = Vec::new();
        let callers = services.iter().chain(guests).map(String::as_str);
        let callers = callers.chain([HARNESS]);
        for from in callers {
            for to in services.iter().filter(|to| *to != from) {
                let target = Target {
                    service: to.clone(),
                    board: stage.board(),
                    deadline: stage.deadline,
                };
                taps.push((from.to_owned(), to.clone(), Tap::open(from, target, &log)?));
            }
        }
        Ok(Self { log, taps })
    }

    /// The address of each service as `from` calls it.
    pub(crate) fn urls(&self, from: &str) -> BTreeMap<String, String> {
        let of_caller = self.taps.iter().filter(|(caller, _, _)| caller == from);
        of_caller
            .map(|(_, to, tap)| (to.clone(), tap.url()))
            .collect()
    }

    /// The same as environment variables, with the addresses by which guests know the services.
    pub(crate) fn variables(&self, from: &str, guests: &[String]) -> Vec<(String, String)> {
        let own = self.urls(from).into_iter();
        let own = own.map(|(to, url)| (url_variable(&to), url));
        let of_guest = |guest: &String| {
            let urls = self.urls(guest).into_iter();
            let guest = guest.clone();
            urls.map(move |(to, url)| (guest_url_variable(&guest, &to), url))
        };
        own.chain(guests.iter().flat_map(of_guest)).collect()
    }

    pub(crate) fn log(&self) -> Arc<Log> {
        self.log.clone()
    }

    pub(crate) fn crossings(&self) -> Vec<Crossing> {
        self.log.crossings()
    }
}
