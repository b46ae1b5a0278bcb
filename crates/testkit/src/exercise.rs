//! The builder that a test starts with.

use std::{
    env, io,
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};

use serde::{Serialize, de::DeserializeOwned};
use telemetry::TracerProviderBuilder;

use crate::{
    child::{self, Flavour, Me},
    drive::Client,
    fate::{self, Driven, Fate},
    guest::{self, Things},
    need,
    place::{Outcome, Place},
    process::CHILD,
    quiet,
    run::{Ran, Run},
    seen::Seen,
    site::Site,
    stage::Stage,
    verdict,
    wires::Wires,
};

/// A test of an exercise before it runs.
#[derive(Debug)]
#[must_use = "nothing runs before `call`, `program` or `drive`"]
pub struct Exercise {
    pub(crate) site: Site,
    pub(crate) started: Instant,
    flavour: Flavour,
    role: Role,
    /// In the order in which they start.
    services: Vec<String>,
    /// Who else calls them, beside the test.
    guests: Vec<String>,
    /// For the environment of each.
    variables: Vec<(String, String)>,
    /// The line about a component that is missing.
    missing: Option<String>,
}

#[derive(Debug)]
enum Role {
    /// The test itself.
    Judge,
    /// The service of that name.
    Child(String, Me),
}

impl Role {
    fn of_this_process() -> io::Result<Self> {
        match env::var(CHILD) {
            Ok(service) => Ok(Self::Child(service, Me::take_over()?)),
            Err(_) => Ok(Self::Judge),
        }
    }
}

impl Exercise {
    /// Made by [`crate::exercise!`].
    ///
    /// # Panics
    /// In a child process that cannot take over the line to its test.
    #[doc(hidden)]
    pub fn at(site: Site) -> Self {
        let role = match Role::of_this_process() {
            Ok(role) => role,
            Err(error) => panic!("no line to the test: {error}"),
        };
        Self {
            site,
            started: Instant::now(),
            flavour: Flavour::default(),
            role,
            services: Vec::new(),
            guests: Vec::new(),
            variables: Vec::new(),
            missing: None,
        }
    }

    /// Says that the test needs a component: where `probe` does not find it, the test is skipped
    /// with a record that says so and how to `install` it.
    ///
    /// # Panics
    /// When it is missing and `WORKSHOP_REQUIRE` names it.
    pub fn needs(mut self, component: &str, install: &str, probe: impl FnOnce() -> bool) -> Self {
        if matches!(self.role, Role::Judge) && self.missing.is_none() {
            self.missing = need::check(component, install, probe).err();
        }
        self
    }

    /// Gives async code a runtime of one thread, as
    /// `#[tokio::main(flavor = "current_thread")]` does.
    pub fn current_thread(mut self) -> Self {
        self.flavour = Flavour::CurrentThread;
        self
    }

    /// Gives async code a runtime of so many worker threads, however many cores the machine has.
    /// The code itself runs on a further one; its tasks run on the workers.
    pub fn threads(mut self, number: usize) -> Self {
        self.flavour = Flavour::Threads(number);
        self
    }

    /// Sets a variable in the environment of every process of the test, such as
    /// `OTEL_TRACES_SAMPLER`.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs `code` in a process of its own, with telemetry set up before it as `service` and shut
    /// down after it. Its answer comes back by way of JSON.
    pub fn call<T>(self, service: &str, code: impl FnOnce() -> T) -> Run<T>
    where
        T: Serialize + DeserializeOwned,
    {
        self.run(service, Some(service), code)
    }

    /// [`Exercise::call`] for async code, in a runtime of several threads unless
    /// [`Exercise::current_thread`] asked for one.
    pub fn call_async<F>(self, service: &str, code: impl FnOnce() -> F) -> Run<F::Output>
    where
        F: Future,
        F::Output: Serialize + DeserializeOwned,
    {
        let flavour = self.flavour;
        self.run(service, Some(service), || child::block_on(flavour, code))
    }

    /// Runs `code` in a process of its own, without any set-up: it owns its pipeline.
    /// `OTEL_EXPORTER_OTLP_ENDPOINT` and `OTEL_SERVICE_NAME` are set.
    pub fn program<T>(self, name: &str, code: impl FnOnce() -> T) -> Run<T>
    where
        T: Serialize + DeserializeOwned,
    {
        self.run(name, None, code)
    }

    /// [`Exercise::program`] for async code.
    pub fn program_async<F>(self, name: &str, code: impl FnOnce() -> F) -> Run<F::Output>
    where
        F: Future,
        F::Output: Serialize + DeserializeOwned,
    {
        let flavour = self.flavour;
        self.run(name, None, || child::block_on(flavour, code))
    }

    /// Adds a service: a process that runs the future of `service` until the test is over, with
    /// telemetry set up before it and shut down after it. [`Place`] gives it its listener and the
    /// addresses of the others.
    pub fn service<F>(self, name: &str, service: impl FnOnce(Place) -> F) -> Self
    where
        F: Future + Send + 'static,
        F::Output: Outcome,
    {
        self.service_with(name, |provider| provider, service)
    }

    /// [`Exercise::service`] with a tracer provider that `configure` has begun: with a sampler of its
    /// own, say.
    pub fn service_with<F>(
        mut self,
        name: &str,
        configure: impl FnOnce(TracerProviderBuilder) -> TracerProviderBuilder,
        service: impl FnOnce(Place) -> F,
    ) -> Self
    where
        F: Future + Send + 'static,
        F::Output: Outcome,
    {
        match &self.role {
            Role::Child(me, line) if me == name => line.serve(name, configure, service),
            _ => self.services.push(name.to_owned()),
        }
        self
    }

    /// Adds a party that is no process of the test, such as a browser: it calls the services through
    /// taps of its own, at [`Client::url`], and what crosses there is from this name.
    pub fn guest(mut self, name: &str) -> Self {
        self.guests.push(name.to_owned());
        self
    }

    /// Starts the services and calls them; `calls` runs in the test itself.
    ///
    /// # Panics
    /// In a child process that is none of the services.
    pub fn drive<T>(self, calls: impl FnOnce(&Client) -> T) -> Run<T> {
        if let Role::Child(name, _) = &self.role {
            panic!("this test has no service `{name}`");
        }
        if let Some(missing) = &self.missing {
            return self.skip(missing);
        }
        let mut begun = self.begin();
        let wires = crate::harness(Wires::open(&self.services, &self.guests, &begun.stage));
        for service in &self.services {
            let mut variables = wires.variables(service, &self.guests);
            variables.extend_from_slice(&self.variables);
            let path = self.site.test_path();
            crate::harness(begun.stage.start(service, &path, variables));
        }
        let client = Client::new(&wires, &begun.stage, &self.guests);
        let driven = drive(&begun.stage, &client, calls);
        begun.stage.ask_to_stop();
        let in_time = begun.stage.wait_for_the_end();
        let mut seen = begun
            .stage
            .gather(wires.crossings(), client.calls(), &client.unsampled());
        begun.left = client.left().take();
        seen.outputs.extend(begun.left.said.clone());
        let fate = fate::of_drive(
            &begun.stage.states(),
            driven,
            in_time,
            &seen,
            &begun.exercise,
        );
        self.over(begun, seen, fate)
    }

    fn run<T>(self, service: &str, pipeline: Option<&str>, code: impl FnOnce() -> T) -> Run<T>
    where
        T: Serialize + DeserializeOwned,
    {
        if let Role::Child(_, me) = &self.role {
            me.answer(pipeline, code);
        }
        if let Some(missing) = &self.missing {
            return self.skip(missing);
        }
        let begun = self.begin();
        let path = self.site.test_path();
        crate::harness(begun.stage.start(service, &path, self.variables.clone()));
        let in_time = begun.stage.wait_for_the_end();
        let mut seen = begun.stage.gather(Vec::new(), Vec::new(), &[]);
        if pipeline.is_some() {
            // The harness shut the provider down, at the right moment.
            seen.cut_off.clear();
        }
        let fate = fate::of_call(&begun.stage.states(), in_time, &seen, &begun.exercise);
        self.over(begun, seen, fate)
    }

    fn skip<T>(&self, missing: &str) -> Run<T> {
        let (layout, exercise) = crate::harness(self.site.load());
        verdict::skip(&self.site, &layout, &exercise, missing);
        Run::skipped()
    }

    fn over<T>(self, begun: Begun, seen: Seen, fate: Fate<T>) -> Run<T> {
        Run::of(Ran {
            site: self.site,
            started: self.started,
            layout: begun.layout,
            exercise: begun.exercise,
            exits: [
                begun.stage.exits(&seen),
                guest::exits(&begun.left.said).collect(),
            ]
            .concat(),
            files: begun.left.files,
            seen,
            fate,
            wrong: Vec::new(),
            facts: Vec::new(),
        })
    }

    fn begin(&self) -> Begun {
        let (layout, exercise) = crate::harness(self.site.load());
        let limit = Duration::from_secs(exercise.settings.limit_seconds.into());
        Begun {
            layout,
            exercise,
            stage: crate::harness(Stage::set(limit)),
            left: Things::default(),
        }
    }
}

struct Begun {
    layout: course::Layout,
    exercise: course::Exercise,
    stage: Stage,
    left: Things,
}

/// Calls the services once all of them listen.
fn drive<T>(stage: &Stage, client: &Client, calls: impl FnOnce(&Client) -> T) -> Driven<T> {
    if !stage.wait_for_ports() {
        return Driven::NotListening;
    }
    match quiet::catch_payload(AssertUnwindSafe(|| calls(client))) {
        Ok(answer) => Driven::Answered(answer),
        Err(payload) => Driven::unwound(payload),
    }
}
