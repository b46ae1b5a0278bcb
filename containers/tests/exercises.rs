//! What the exercises' solutions really send keeps its shape in Jaeger.

use std::{fs, path::Path, time::Duration};

use containers::{Jaeger, image_to_test, or_skip, within};
use course::Layout;
use trace_lab::client::Client;
use trace_model::{Forest, Span, TraceId, otlp_json};
use trace_shape::{Evidence, Shape, judge};

const LIMIT: Duration = Duration::from_secs(20);

/// The traces of `sent` as the backend has them, once it has all spans.
fn read_back(client: &Client, sent: &[Span]) -> Vec<Span> {
    let ids: Vec<TraceId> = Forest::new(sent.to_vec()).trace_ids();
    let ask = || {
        let answers: Result<Vec<_>, _> = ids.iter().map(|id| client.trace(*id)).collect();
        let spans: Vec<_> = answers.ok()?.into_iter().flatten().flatten().collect();
        (spans.len() >= sent.len()).then_some(spans)
    };
    within(LIMIT, ask).expect("the traces come back")
}

#[test]
fn every_solutions_trace_fits_its_shape_after_jaeger() {
    let test = "every_solutions_trace_fits_its_shape_after_jaeger";
    let Some(image) = or_skip(test, image_to_test("jaeger")) else {
        return;
    };
    let jaeger = Jaeger::start(&image).expect("a Jaeger");
    let client = jaeger.client().expect("addresses");
    let layout = Layout::at(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let exercises = course::load_all(&layout.exercises()).expect("the exercises");
    assert!(!exercises.is_empty(), "a course without exercises");
    for exercise in exercises {
        let slug = &exercise.slug;
        let generated = layout.book().join("generated").join(slug);
        let run =
            fs::read_to_string(generated.join("solved.otlp.json")).expect("a run of the solution");
        let sent = otlp_json::read(&run).expect("OTLP JSON").spans;
        let shape = fs::read_to_string(exercise.dir.join("expected.shape")).expect("its shape");
        let shape = Shape::parse(&shape).expect("a shape");
        client.send(&sent).expect("room for spans");
        let found = Forest::new(read_back(&client, &sent));
        let report = judge(&shape, &found, &Evidence::default());
        assert!(
            report.passed(),
            "{slug} after Jaeger: {:#?}",
            report.diagnoses
        );
    }
}
