//! Until the judge is here.
pub(crate) struct Shape;
impl Shape {
    pub(crate) fn parse(_: &str) -> Result<Self, String> {
        Ok(Self)
    }
}
pub(crate) fn judge(
    _: &Shape,
    forest: &trace_model::Forest,
    _: &trace_shape::Evidence,
) -> trace_shape::Report {
    trace_shape::Report {
        trace_ids: forest.trace_ids(),
        ..Default::default()
    }
}
