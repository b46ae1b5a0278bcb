//! One mistake in a random trace gives one diagnosis, with a code that fits the mistake.

mod common;

use std::collections::HashMap;

use common::{below, link_to, retrace, span_id, spans, trace_id, without_ids};
use proptest::{prelude::*, sample::Index, test_runner::FileFailurePersistence};
use trace_model::{Forest, Kind, Span, SpanId, StatusCode, TraceId};
use trace_shape::{Code, Evidence, Report, Shape, judge};

fn judged(right: &[Span], wrong: Vec<Span>) -> Report {
    let shape = Shape::from_forest(&Forest::new(right.to_vec()));
    judge(&shape, &Forest::new(wrong), &Evidence::default())
}

/// One root cause, of one of these codes.
fn one_of(right: &[Span], wrong: Vec<Span>, codes: &[Code]) -> Result<(), TestCaseError> {
    let report = judged(right, wrong.clone());
    let shape = Shape::from_forest(&Forest::new(right.to_vec()));
    let found: Vec<_> = report
        .diagnoses
        .iter()
        .map(|one| (one.code, &one.message))
        .collect();
    let got = Shape::from_forest(&Forest::new(wrong));
    prop_assert_eq!(
        found.len(),
        1,
        "{:#?}\nshape:\n{}\nyours:\n{}",
        found,
        shape,
        got
    );
    prop_assert!(
        codes.contains(&found[0].0),
        "{:#?}\nshape:\n{}\nyours:\n{}",
        found,
        shape,
        got
    );
    Ok(())
}

/// All spans of different names, so that each mistake has one reading.
fn distinct(mut spans: Vec<Span>) -> Vec<Span> {
    for (number, span) in spans.iter_mut().enumerate() {
        let letters: String = number
            .to_string()
            .bytes()
            .map(|digit| char::from(digit + 49))
            .collect();
        span.name = format!("{} {letters}", span.name);
    }
    spans
}

fn either() -> impl Strategy<Value = Vec<Span>> {
    prop_oneof![spans(24), spans(24).prop_map(distinct)]
}

/// A place for which `fits` holds, or none.
fn pick(spans: &[Span], index: Index, fits: impl Fn(usize) -> bool) -> Option<usize> {
    let all: Vec<usize> = (0..spans.len()).filter(|at| fits(*at)).collect();
    (!all.is_empty()).then(|| all[index.index(all.len())])
}

fn is_leaf(spans: &[Span], at: usize) -> bool {
    below(spans, at).len() == 1
}

fn linked_to(spans: &[Span], at: usize) -> bool {
    let id = spans[at].span_id;
    spans
        .iter()
        .flat_map(|span| &span.links)
        .any(|link| link.span_id == id)
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("proptest-regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_forest_is_what_it_is(right in spans(40)) {
        let report = judged(&right, right.clone());
        prop_assert!(report.passed(), "{:#?}", report.diagnoses);
    }

    #[test]
    fn a_reference_fulfils_its_shape(right in spans(40), seed: u64) {
        let shape = Shape::from_forest(&Forest::new(right));
        let report = judge(&shape, &Forest::new(shape.reference(seed)), &Evidence::default());
        prop_assert!(report.passed(), "{}\n{:#?}", shape, report.diagnoses);
    }

    #[test]
    fn order_and_ids_do_not_matter(
        right in either(),
        wrong in either(),
        shuffle in prop::collection::vec(any::<u32>(), 24),
        key: u64,
    ) {
        let mut other: Vec<(u32, Span)> = shuffle.into_iter().cycle().zip(wrong.clone()).collect();
        other.sort_by_key(|(order, _)| *order);
        let mut other: Vec<Span> = other.into_iter().map(|(_, span)| span).collect();
        let key = key | 1;
        let new_span = |id: SpanId| {
            let number = u64::from_be_bytes(id.to_bytes()).wrapping_mul(key).max(1);
            SpanId::from_bytes(&number.to_be_bytes()).unwrap()
        };
        let new_trace = |id: TraceId| {
            let number = u128::from_be_bytes(id.to_bytes()).wrapping_mul(u128::from(key));
            TraceId::from_bytes(&number.max(1).to_be_bytes()).unwrap()
        };
        for span in &mut other {
            span.trace_id = new_trace(span.trace_id);
            span.span_id = new_span(span.span_id);
            span.parent_span_id = span.parent_span_id.map(new_span);
            for link in &mut span.links {
                (link.trace_id, link.span_id) = (new_trace(link.trace_id), new_span(link.span_id));
            }
        }
        let (one, two) = (judged(&right, wrong), judged(&right, other));
        prop_assert_eq!(without_ids(&one), without_ids(&two));
    }

    #[test]
    fn dropped(right in either(), index: Index) {
        let at = index.index(right.len());
        let mut wrong = right.clone();
        wrong.remove(at);
        let codes: &[Code] = if is_leaf(&right, at) {
            &[Code::MissingSpan, Code::WrongCount]
        } else {
            &[Code::NeverExported]
        };
        one_of(&right, wrong, codes)?;
    }

    #[test]
    fn renamed(right in either(), index: Index) {
        let mut wrong = right.clone();
        wrong[index.index(right.len())].name = "something else".into();
        one_of(&right, wrong, &[Code::WrongName])?;
    }

    #[test]
    fn named_by_an_id(right in either(), index: Index) {
        let mut wrong = right.clone();
        wrong[index.index(right.len())].name.push_str(" 4711");
        one_of(&right, wrong, &[Code::IdInName])?;
    }

    #[test]
    fn of_another_kind(right in either(), index: Index) {
        let mut wrong = right.clone();
        wrong[index.index(right.len())].kind = Kind::Producer;
        one_of(&right, wrong, &[Code::WrongKind])?;
    }

    #[test]
    fn of_another_status(right in either(), index: Index) {
        let mut wrong = right.clone();
        wrong[index.index(right.len())].status.code = StatusCode::Ok;
        one_of(&right, wrong, &[Code::WrongStatus])?;
    }

    #[test]
    fn from_another_service(right in either(), index: Index) {
        let mut wrong = right.clone();
        let at = index.index(right.len());
        let other = Span::new(wrong[at].trace_id, wrong[at].span_id, "nobody", "");
        wrong[at].resource = other.resource;
        one_of(&right, wrong, &[Code::WrongService])?;
    }

    #[test]
    fn without_its_link(right in either(), index: Index) {
        let mut wrong = right.clone();
        if let Some(at) = pick(&right, index, |at| !right[at].links.is_empty()) {
            wrong[at].links.clear();
            one_of(&right, wrong, &[Code::MissingLink])?;
        }
    }

    #[test]
    fn with_a_link_elsewhere(right in spans(24).prop_map(distinct), index: Index, to: Index) {
        let mut wrong = right.clone();
        if let Some(at) = pick(&right, index, |at| !right[at].links.is_empty()) {
            let target = pick(&right, to, |to| right[to].span_id != right[at].links[0].span_id);
            if let Some(target) = target {
                wrong[at].links = vec![link_to(&right[target])];
                one_of(&right, wrong, &[Code::WrongLink])?;
            }
        }
    }

    #[test]
    fn with_a_link_twice(right in either(), index: Index) {
        let mut wrong = right.clone();
        if let Some(at) = pick(&right, index, |at| !right[at].links.is_empty()) {
            let link = wrong[at].links[0].clone();
            wrong[at].links.push(link);
            one_of(&right, wrong, &[Code::DuplicateLink])?;
        }
    }

    #[test]
    fn there_twice(right in either(), index: Index) {
        let at = index.index(right.len());
        let mut wrong = right.clone();
        let mut copy = wrong[at].clone();
        copy.span_id = span_id(1_000);
        if copy.parent_span_id.is_none() {
            copy.trace_id = trace_id(1_000);
        }
        wrong.push(copy);
        one_of(&right, wrong, &[Code::WrongCount, Code::UnexpectedSpan])?;
    }

    #[test]
    fn with_an_id_of_another(right in either(), index: Index) {
        let mut wrong = right.clone();
        let mut copy = wrong[index.index(right.len())].clone();
        copy.status.code = StatusCode::Ok;
        copy.name = "something else".into();
        wrong.push(copy);
        one_of(&right, wrong, &[Code::DuplicateSpan])?;
    }

    #[test]
    fn split_off(right in spans(24).prop_map(distinct), index: Index) {
        let mut wrong = right.clone();
        if let Some(at) = pick(&right, index, |at| right[at].parent_span_id.is_some()) {
            let moved = below(&right, at);
            retrace(&mut wrong, &moved, trace_id(1_000));
            wrong[at].parent_span_id = None;
            let codes = [Code::LostContext, Code::LinkInsteadOfParent];
            one_of(&right, wrong, &codes)?;
        }
    }

    /// Where names repeat, a part that is split off may look like the whole with a leaf missing.
    #[test]
    fn split_off_among_alike(right in spans(24), index: Index) {
        let mut wrong = right.clone();
        if let Some(at) = pick(&right, index, |at| right[at].parent_span_id.is_some()) {
            let moved = below(&right, at);
            retrace(&mut wrong, &moved, trace_id(1_000));
            wrong[at].parent_span_id = None;
            prop_assert!(!judged(&right, wrong).passed());
        }
    }

    #[test]
    fn linked_instead_of_hung(right in spans(24).prop_map(distinct), index: Index) {
        let mut wrong = right.clone();
        if let Some(at) = pick(&right, index, |at| right[at].parent_span_id.is_some()) {
            let parent = right.iter().find(|span| Some(span.span_id) == right[at].parent_span_id);
            let link = link_to(parent.unwrap());
            let moved = below(&right, at);
            retrace(&mut wrong, &moved, trace_id(1_000));
            wrong[at].parent_span_id = None;
            wrong[at].links.push(link);
            one_of(&right, wrong, &[Code::LinkInsteadOfParent])?;
        }
    }

    #[test]
    fn hung_instead_of_linked(right in spans(24).prop_map(distinct), index: Index) {
        let mut wrong = right.clone();
        let fits = |at: usize| right[at].parent_span_id.is_none() && !right[at].links.is_empty();
        if let Some(at) = pick(&right, index, fits) {
            let link = right[at].links[0].clone();
            let moved = below(&right, at);
            let target = right.iter().find(|span| span.span_id == link.span_id).unwrap();
            prop_assume!(target.trace_id != right[at].trace_id);
            retrace(&mut wrong, &moved, target.trace_id);
            wrong[at].parent_span_id = Some(target.span_id);
            wrong[at].links.clear();
            one_of(&right, wrong, &[Code::ParentInsteadOfLink])?;
        }
    }

    #[test]
    fn two_traces_merged(right in spans(24).prop_map(distinct), one: Index, other: Index, hung: bool) {
        let root = |at: usize| right[at].parent_span_id.is_none();
        let (Some(one), Some(other)) = (pick(&right, one, root), pick(&right, other, root)) else {
            return Ok(());
        };
        if right[one].trace_id != right[other].trace_id {
            let mut wrong = right.clone();
            let moved = below(&right, other);
            retrace(&mut wrong, &moved, right[one].trace_id);
            if hung {
                wrong[other].parent_span_id = Some(right[one].span_id);
            }
            one_of(&right, wrong, &[Code::FalseJoin, Code::ParentInsteadOfLink])?;
        }
    }

    #[test]
    fn moved(right in spans(24).prop_map(distinct), index: Index, to: Index) {
        let mut wrong = right.clone();
        if let Some(at) = pick(&right, index, |at| right[at].parent_span_id.is_some()) {
            let own = below(&right, at);
            let fits = |to: usize| {
                right[to].trace_id == right[at].trace_id
                    && !own.contains(&to)
                    && Some(right[to].span_id) != right[at].parent_span_id
            };
            if let Some(target) = pick(&right, to, fits) {
                wrong[at].parent_span_id = Some(right[target].span_id);
                one_of(&right, wrong, &[Code::WrongParent])?;
            }
        }
    }

    #[test]
    fn moved_among_alike(right in spans(24), index: Index, to: Index) {
        let mut wrong = right.clone();
        if let Some(at) = pick(&right, index, |at| right[at].parent_span_id.is_some()) {
            let own = below(&right, at);
            let fits = |to: usize| {
                right[to].trace_id == right[at].trace_id
                    && !own.contains(&to)
                    && Some(right[to].span_id) != right[at].parent_span_id
            };
            if let Some(target) = pick(&right, to, fits) {
                wrong[at].parent_span_id = Some(right[target].span_id);
                let report = judged(&right, wrong.clone());
                // Alike spans may stand for each other, so that nothing is wrong, or another one.
                if canonical(&right) != canonical(&wrong) {
                    prop_assert!(!report.passed());
                }
            }
        }
    }

    #[test]
    fn whatever_arrives_is_judged(
        right in either(),
        ids in prop::collection::vec((0_usize..4, 0_usize..12, 0_usize..14), 0..60),
        content in either(),
    ) {
        let garbage: Vec<Span> = ids.into_iter().zip(content.iter().cycle()).map(|((trace, id, parent), span)| {
            let mut span = span.clone();
            (span.trace_id, span.span_id) = (trace_id(trace), span_id(id));
            span.parent_span_id = (parent < 13).then(|| span_id(parent));
            span
        }).collect();
        let report = judged(&right, garbage.clone());
        prop_assert!(report.rows.len() >= right.len());
        let backwards = Shape::from_forest(&Forest::new(garbage));
        let _ = judge(&backwards, &Forest::new(right), &Evidence::default());
    }
}

/// The trees without ids, siblings sorted; links are left out.
fn canonical(spans: &[Span]) -> Vec<String> {
    let mut texts: HashMap<SpanId, Vec<String>> = HashMap::new();
    let mut roots = Vec::new();
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(depth(spans, *at)));
    for at in order {
        let span = &spans[at];
        let mut below = texts.remove(&span.span_id).unwrap_or_default();
        below.sort();
        let own = (
            span.service(),
            &span.name,
            span.kind,
            span.status.code,
            &span.attributes,
            span.events.len(),
        );
        let text = format!("{own:?}{below:?}");
        match span.parent_span_id {
            Some(parent) => texts.entry(parent).or_default().push(text),
            None => roots.push(text),
        }
    }
    roots.sort();
    roots
}

fn depth(spans: &[Span], at: usize) -> usize {
    let parent = |at: &usize| {
        let id = spans[*at].parent_span_id?;
        spans.iter().position(|span| span.span_id == id)
    };
    std::iter::successors(Some(at), parent).count()
}

#[test]
fn a_leaf_that_others_link_to_is_missing_once() {
    let mut spans = vec![
        Span::new(trace_id(1), span_id(1), "shop", "publish"),
        Span::new(trace_id(2), span_id(2), "mail", "process"),
    ];
    let link = link_to(&spans[0]);
    spans[1].links.push(link);
    assert!(linked_to(&spans, 0));
    let wrong = vec![spans[1].clone()];
    let report = judged(&spans, wrong);
    assert_eq!(report.diagnoses.len(), 1, "{:#?}", report.diagnoses);
    assert_eq!(report.diagnoses[0].code, Code::MissingSpan);
}
