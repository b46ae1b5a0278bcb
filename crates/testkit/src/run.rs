//! A run that is over, and what is to be said of it.

use std::{collections::BTreeMap, panic, panic::AssertUnwindSafe, time::Instant};

use course::{Exercise, Exit, Layout};
use trace_shape::{Code, Diagnosis};

use crate::{fate::Fate, quiet, seen::Seen, site::Site, verdict};

/// A run of an exercise's code, before it is judged.
#[derive(Debug)]
#[must_use = "nothing is judged before `verdict`"]
pub struct Run<T> {
    ran: Option<Ran<T>>,
}

#[derive(Debug)]
pub(crate) struct Ran<T> {
    pub(crate) site: Site,
    pub(crate) started: Instant,
    pub(crate) layout: Layout,
    pub(crate) exercise: Exercise,
    pub(crate) seen: Seen,
    pub(crate) exits: Vec<Exit>,
    /// What to keep if the verdict is not good, by the end of the file's name.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) fate: Fate<T>,
    /// What is wrong with the answer.
    pub(crate) wrong: Vec<Diagnosis>,
    /// What is wrong beside answer and shape.
    pub(crate) facts: Vec<Diagnosis>,
}

impl<T> Run<T> {
    pub(crate) fn of(ran: Ran<T>) -> Self {
        Self { ran: Some(ran) }
    }

    /// A run that did not take place: nothing is checked, and its verdict is given already.
    pub(crate) fn skipped() -> Self {
        Self { ran: None }
    }

    /// Checks the answer. An error, or a panic, is a `wrong-answer`; what the code never answered is
    /// not checked.
    pub fn expect(mut self, check: impl FnOnce(&T) -> Result<(), String>) -> Self {
        if let Some(ran) = &mut self.ran
            && let Some(answer) = &ran.fate.answer
        {
            let checked = quiet::catch(AssertUnwindSafe(|| check(answer)));
            let checked = checked.unwrap_or_else(Err);
            let wrong = checked.map_err(|why| Diagnosis::new(Code::WrongAnswer, why));
            ran.wrong.extend(wrong.err());
        }
        self
    }

    /// Checks what no shape can say, where the code answered. [`crate::facts`] has the usual ones.
    pub fn fact<D>(mut self, check: impl FnOnce(&Seen) -> Result<(), D>) -> Self
    where
        D: Into<Box<Diagnosis>>,
    {
        if let Some(ran) = &mut self.ran
            && ran.fate.fatal.is_none()
            && let Err(wrong) = check(&ran.seen)
        {
            ran.facts.push(*wrong.into());
        }
        self
    }

    /// [`Run::fact`] for what needs the answer as well.
    pub fn fact_of<D>(self, check: impl FnOnce(&T, &Seen) -> Result<(), D>) -> Self
    where
        D: Into<Box<Diagnosis>>,
    {
        let checked = self.ran.as_ref().and_then(|ran| {
            let answer = ran.fate.answer.as_ref()?;
            check(answer, &ran.seen).err().map(Into::into)
        });
        self.fact(|_| checked.map_or(Ok(()), Err::<(), Box<Diagnosis>>))
    }

    /// Judges the trace against `shape`, writes the record, prints the report, and fails the test
    /// unless all is right.
    ///
    /// # Panics
    /// That is how a test fails; the report is printed before, and nothing else is.
    pub fn verdict(self, shape: &str) {
        if let Some(ran) = self.ran
            && !verdict::give(ran, shape)
        {
            // No message and no place of ours: the report has said it all.
            panic::resume_unwind(Box::new("not passed yet"));
        }
    }
}

/// Compares two values, with the reason as the message.
///
/// # Errors
/// `why`, with both values, where they differ.
pub fn expect_eq<A, B>(actual: A, expected: B, why: &str) -> Result<(), String>
where
    A: PartialEq<B> + std::fmt::Debug,
    B: std::fmt::Debug,
{
    if actual == expected {
        Ok(())
    } else {
        Err(format!("{why}: expected {expected:?}, got {actual:?}"))
    }
}
