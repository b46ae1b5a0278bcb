//! The frame that all tables share.

use crate::tree::Place;

/// A treegrid inside its element. `head` and `rows` are markup.
pub(super) fn treegrid(element: &str, caption: &str, head: &[&str], rows: &str) -> String {
    let head: String = head
        .iter()
        .map(|cell| format!("<th scope=\"col\">{cell}</th>"))
        .collect();
    format!(
        "<{element} class=\"tv\"><table role=\"treegrid\"><caption>{}</caption><thead><tr>{head}</tr>\
         </thead><tbody>{rows}</tbody></table></{element}>",
        super::foreign(caption)
    )
}

/// The opening tag of a row at `place`.
pub(super) fn row(place: &Place, class: &str) -> String {
    let expanded = if place.has_children {
        " aria-expanded=\"true\""
    } else {
        ""
    };
    format!(
        "<tr role=\"row\" class=\"{class}\" aria-level=\"{}\" aria-posinset=\"{}\" \
         aria-setsize=\"{}\"{expanded} style=\"--depth:{}\">",
        place.depth + 1,
        place.position,
        place.siblings,
        place.depth
    )
}
