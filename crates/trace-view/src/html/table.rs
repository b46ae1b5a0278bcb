//! The frame that all tables share.

use std::fmt::Write;

use crate::tree::Place;

/// Deeper rows are indented no further: the name must keep some room.
const MAX_INDENT: usize = 12;

/// The parts of one table.
pub(super) struct Table<'a> {
    /// `trace-view` or `trace-diff`.
    pub(super) element: &'a str,
    /// What it shows, as plain text.
    pub(super) caption: &'a str,
    /// The column headings, with a class each.
    pub(super) head: &'a [(&'a str, &'a str)],
    /// The end of the time axis, where there is one.
    pub(super) axis_end: Option<String>,
    /// The rows, as markup.
    pub(super) rows: String,
    /// What stands below the table, as markup.
    pub(super) below: String,
}

impl Table<'_> {
    pub(super) fn html(&self) -> String {
        let Self {
            element,
            rows,
            below,
            ..
        } = self;
        format!(
            "<{element} class=\"tv\"><table role=\"treegrid\" aria-readonly=\"true\"><caption>{}\
             </caption><thead role=\"rowgroup\"><tr role=\"row\">{}</tr></thead><tbody role=\"rowgroup\">{rows}</tbody></table>\
             {below}</{element}>",
            super::foreign(self.caption),
            self.headings()
        )
    }

    fn headings(&self) -> String {
        let mut head = String::new();
        for (class, title) in self.head {
            let _ = write!(
                head,
                "<th role=\"columnheader\" scope=\"col\" class=\"{class}\">{title}</th>"
            );
        }
        if let Some(end) = &self.axis_end {
            let _ = write!(
                head,
                "<th class=\"tv-axis\" aria-hidden=\"true\"><span>0</span><span>{end}</span></th>"
            );
        }
        head
    }
}

/// The opening tag of a row at `place`; `attributes` is markup that starts with a space.
pub(super) fn row(place: &Place, class: &str, attributes: &str) -> String {
    let expanded = if place.has_children {
        " aria-expanded=\"true\""
    } else {
        ""
    };
    format!(
        "<tr role=\"row\" class=\"{class}\" aria-level=\"{}\" aria-posinset=\"{}\" \
         aria-setsize=\"{}\"{expanded}{attributes} style=\"--d:{}\">",
        place.depth + 1,
        place.position,
        place.siblings,
        place.depth.min(MAX_INDENT)
    )
}

/// The first cell of a row: what the row is about, indented.
pub(super) fn row_header(content: &str) -> String {
    format!("<th role=\"rowheader\" scope=\"row\" class=\"tv-name\">{content}</th>")
}

/// Any other cell.
pub(super) fn cell(class: &str, content: &str) -> String {
    format!("<td role=\"gridcell\" class=\"{class}\">{content}</td>")
}

/// A small label behind a name.
pub(super) fn badge(class: &str, text: &str) -> String {
    format!(
        " <b class=\"tv-badge {class}\">{}</b>",
        super::foreign(text)
    )
}

/// Service and name, the service in its colour.
pub(super) fn service_and_name(service: &str, name: &str) -> String {
    let name = super::foreign(name);
    let name = if name.trim().is_empty() {
        "(no name)"
    } else {
        name.as_str()
    };
    match super::foreign(service) {
        service if service.is_empty() || service == "*" => format!("<span>{name}</span>"),
        service => format!("<span class=\"tv-svc\">{service}</span> <span>{name}</span>"),
    }
}

/// Services numbered by first appearance, for their colours.
#[derive(Default)]
pub(super) struct Palette(Vec<String>);

impl Palette {
    const COLOURS: usize = 6;

    /// The class that colours this service.
    pub(super) fn class(&mut self, service: &str) -> String {
        let known = self.0.iter().position(|seen| seen == service);
        let index = known.unwrap_or_else(|| {
            self.0.push(service.to_owned());
            self.0.len() - 1
        });
        format!("tv-s{}", index % Self::COLOURS)
    }
}
