//! One renderer of a report or a forest, for terminals and for pages.
