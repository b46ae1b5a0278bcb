//! To be removed, with its line in `lib.rs`, for `trace_shape::judge` as soon as that is there: until
//! then shapes are only parsed.

use trace_model::Forest;
use trace_shape::{Evidence, Report, Shape};

pub(crate) fn judge(_: &Shape, forest: &Forest, _: &Evidence) -> Report {
    Report {
        trace_ids: forest.trace_ids(),
        ..Report::default()
    }
}
