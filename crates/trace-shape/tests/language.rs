//! The text of shapes: what is read, what is printed, and what is said where a text is none.

use proptest::{prelude::*, test_runner::FileFailurePersistence};
use trace_model::Forest;
use trace_shape::{Evidence, Shape, judge};

const WHOLE: &str = r#"# everything that the language has
seq
web client "GET /checkout" x2 as page
  ? shop internal "cache \"lookup\"" {hit}
  "my shop" server "POST /cars/{id}" {http.route=/cars/{id}, db.rows~/^\d+$/, "odd key"="a, b", id=$car} !error *exception {exception.type=timeout} *"second try" seq
    shop client "SELECT stock" x2..3
    >> shop internal * {note~/^(yes|no)!$/ e.g. yes!}
    ...
mail * "orders process" x1..* ~> page ~> page !unset # twice
  * consumer * x0..4 !ok {id=$car}
...
"#;

#[test]
fn the_canonical_text_parses_to_the_same_shape() {
    let shape = Shape::parse(WHOLE).unwrap();
    let text = shape.to_string();
    let again = Shape::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(text, again.to_string());
    assert_eq!(shape.lines().len(), again.lines().len());
}

#[test]
fn a_mistake_is_told_with_its_place_and_what_to_write() {
    for (text, line, column, part) in [
        ("  a internal \"x\"", 1, 3, "without indentation"),
        ("a internal \"x\"\n\tb internal \"y\"", 2, 1, "spaces"),
        (
            "a internal \"x\"\n    b internal \"y\"\n  c internal \"z\"",
            3,
            3,
            "4 spaces",
        ),
        ("a inside \"x\"", 1, 3, "`internal`"),
        ("a internal x", 1, 12, "in quotes"),
        ("a internal \"x", 1, 12, "never closed"),
        ("a internal \"x\" x0", 1, 16, "allows nothing"),
        ("a internal \"x\" x3..1", 1, 16, "smaller number first"),
        ("a internal \"x\" x99999", 1, 16, "up to 10000"),
        ("a internal \"x\" {k", 1, 16, "write `}`"),
        ("a internal \"x\" {k=1, k=2}", 1, 22, "twice"),
        (
            "a internal \"x\" {k~/(/}",
            1,
            19,
            "not a regular expression",
        ),
        ("a internal \"x\" {k~/^q{7}$/}", 1, 19, "e.g."),
        ("a internal \"x\" {k~/^q$/ e.g. p}", 1, 19, "does not match"),
        ("a internal \"x\" !fine", 1, 16, "`!error`"),
        (
            "a internal \"x\" as p\nb internal \"y\" as p",
            2,
            1,
            "line 1 already",
        ),
        ("a internal \"x\" ~> p", 1, 1, "as p"),
        (">> a internal \"x\"", 1, 1, "indent this line"),
        ("a internal \"x\" maybe", 1, 16, "means nothing here"),
        ("a internal \"x\"x2", 1, 15, "space"),
        ("a internal \"x\"\n  ... more", 2, 7, "a line of its own"),
    ] {
        let error = Shape::parse(text).expect_err(text);
        assert_eq!(
            (error.line, error.column),
            (line, column),
            "{text}: {error}"
        );
        assert!(error.message.contains(part), "{text}: {error}");
    }
}

#[test]
fn sizes_are_bounded() {
    let deep: String = (0..200)
        .map(|depth| format!("{:1$}a internal \"x\"\n", "", depth))
        .collect();
    assert!(
        Shape::parse(&deep)
            .unwrap_err()
            .message
            .contains("100 levels")
    );
    let wide: String = (0..4)
        .map(|depth| format!("{:1$}a internal \"x\" x10000\n", "", depth))
        .collect();
    assert!(
        Shape::parse(&wide)
            .unwrap_err()
            .message
            .contains("100000 spans")
    );
    let long = format!("a internal \"{}\"", "x".repeat(5_000));
    assert!(
        Shape::parse(&long)
            .unwrap_err()
            .message
            .contains("2000 bytes")
    );
}

#[test]
fn other_children_spans_at_any_depth_and_optional_ones_are_allowed() {
    let shape = "a internal \"top\"\n  ? a internal \"maybe\"\n  >> b client \"deep\"\n  ...\n";
    for yours in [
        "a internal \"top\"\n  b client \"deep\"\n",
        "a internal \"top\"\n  a internal \"maybe\"\n  x internal \"any\"\n    y internal \"thing\"\n      b client \"deep\"\n",
    ] {
        let (shape, yours) = (Shape::parse(shape).unwrap(), Shape::parse(yours).unwrap());
        let report = judge(
            &shape,
            &Forest::new(yours.reference(1)),
            &Evidence::default(),
        );
        assert!(report.passed(), "{:#?}", report.diagnoses);
    }
    let (shape, yours) = (
        Shape::parse(shape).unwrap(),
        Shape::parse("a internal \"top\"\n").unwrap(),
    );
    assert!(
        !judge(
            &shape,
            &Forest::new(yours.reference(1)),
            &Evidence::default()
        )
        .passed()
    );
}

/// Lines that lie near the language, to reach deeper than random characters do.
fn near_line() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "web",
        "*",
        "client",
        "internal",
        "\"GET /x\"",
        "\"",
        "x2",
        "x1..*",
        "x0..3",
        "?",
        ">>",
        "seq",
        "...",
        "{k}",
        "{k=v}",
        "{k~/a+/}",
        "{k=$x}",
        "{",
        "}",
        "!error",
        "!",
        "*exception",
        "as p",
        "~> p",
        "#",
        ",",
        "e.g.",
        "\\",
        "é",
    ]);
    (0_usize..5, prop::collection::vec(piece, 0..7))
        .prop_map(|(indent, pieces)| format!("{:indent$}{}", "", pieces.join(" ")))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("proptest-regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_text_panics(text in "\\PC{0,80}") {
        let _ = Shape::parse(&text);
    }

    #[test]
    fn no_near_text_panics_and_what_parses_is_fulfilled_by_its_reference(
        lines in prop::collection::vec(near_line(), 0..6),
    ) {
        check(&lines.join("\n"))?;
    }

    #[test]
    fn no_damaged_text_panics(at in 0..WHOLE.len(), length in 0_usize..6, new in "\\PC{0,3}") {
        let mut text: Vec<char> = WHOLE.chars().collect();
        let from = at.min(text.len());
        let to = (from + length).min(text.len());
        text.splice(from..to, new.chars());
        check(&text.into_iter().collect::<String>())?;
    }
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let Ok(shape) = Shape::parse(text) else {
        return Ok(());
    };
    match Shape::parse(&shape.to_string()) {
        Ok(again) => prop_assert_eq!(again.to_string(), shape.to_string()),
        Err(error) => prop_assert!(false, "{}\n{}", error, shape),
    }
    let report = judge(
        &shape,
        &Forest::new(shape.reference(1)),
        &Evidence::default(),
    );
    prop_assert!(report.passed(), "{}\n{:#?}", shape, report.diagnoses);
    Ok(())
}

#[test]
fn a_trace_that_may_be_there_and_is_not_has_no_row() {
    let shape = "a internal \"top\"\n  ? a internal \"maybe\"\n? b consumer \"more\"\n  b client \"below\"\n";
    let rows = |yours: &str| {
        let (shape, yours) = (Shape::parse(shape).unwrap(), Shape::parse(yours).unwrap());
        let yours = Forest::new(yours.reference(1));
        let rows = judge(&shape, &yours, &Evidence::default()).rows;
        let name = |row: &trace_shape::Row| row.expected.as_ref().unwrap().name.clone();
        rows.iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(rows("a internal \"top\"\n"), ["top", "maybe"]);
    let both = "a internal \"top\"\nb consumer \"more\"\n  b client \"below\"\n";
    assert_eq!(rows(both), ["top", "maybe", "more", "below"]);
}
