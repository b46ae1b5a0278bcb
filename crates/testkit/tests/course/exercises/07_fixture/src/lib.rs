// Only read for its markers.

fn search() {
    // TODO(07.1): open the span
}
