//! The time axis: bars, ticks and the critical path.

use std::fmt::Write;

/// The time that all bars of one table share, in nanoseconds since the Unix epoch.
#[derive(Clone, Copy)]
pub(super) struct Axis {
    start: u64,
    length: u64,
}

impl Axis {
    /// The axis that holds all of these spans of time.
    pub(super) fn around(times: impl Iterator<Item = (u64, u64)> + Clone) -> Self {
        let start = times.clone().map(|(start, _)| start).min().unwrap_or(0);
        let end = times
            .map(|(start, end)| end.max(start))
            .max()
            .unwrap_or(start);
        Self {
            start,
            length: end - start,
        }
    }

    /// How long the axis is, in nanoseconds.
    pub(super) fn length(self) -> u64 {
        self.length
    }

    /// From the start of the axis to `time`, in nanoseconds.
    pub(super) fn since_start(self, time: u64) -> u64 {
        time.saturating_sub(self.start)
    }

    /// `time` in per cent of the axis.
    fn percent(self, time: u64) -> f64 {
        self.since_start(time).min(self.length) as f64 * 100.0 / self.length.max(1) as f64
    }

    /// Start and width of a bar, as custom properties.
    fn place(self, (start, end): (u64, u64)) -> String {
        let from = self.percent(start);
        format!(
            "--s:{from:.2};--w:{:.2}",
            (self.percent(end) - from).max(0.0)
        )
    }
}

/// What one lane shows.
pub(super) struct Lane<'a> {
    pub(super) bars: Vec<(u64, u64)>,
    /// Parts of the bar that the whole trace waited for.
    pub(super) critical: &'a [(u64, u64)],
    pub(super) events: Vec<u64>,
}

/// The cell with the bars. Hidden from screen readers: start and duration stand beside it as text.
pub(super) fn cell(axis: Axis, lane: &Lane) -> String {
    let mut cell = String::from("<td class=\"tv-lane\" role=\"gridcell\" aria-hidden=\"true\">");
    let parts = lane.bars.iter().map(|bar| ("tv-bar", *bar));
    for (class, time) in parts.chain(lane.critical.iter().map(|part| ("tv-crit", *part))) {
        let _ = write!(
            cell,
            "<i class=\"{class}\" style=\"{}\"></i>",
            axis.place(time)
        );
    }
    for event in &lane.events {
        let _ = write!(
            cell,
            "<i class=\"tv-tick\" style=\"--s:{:.2}\"></i>",
            axis.percent(*event)
        );
    }
    cell.push_str("</td>");
    cell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_shares_of_the_axis() {
        let axis = Axis::around([(100, 300), (150, 200)].into_iter());
        assert_eq!(axis.length(), 200);
        assert_eq!(axis.place((150, 200)), "--s:25.00;--w:25.00");
        assert_eq!(axis.place((300, 100)), "--s:100.00;--w:0.00");
    }

    #[test]
    fn an_axis_without_length_divides_by_nothing() {
        let axis = Axis::around([(5, 1)].into_iter());
        assert_eq!(axis.place((5, 1)), "--s:0.00;--w:0.00");
        assert_eq!(Axis::around(std::iter::empty()).length(), 0);
    }
}
