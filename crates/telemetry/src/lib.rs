//! Pipeline set-up and shutdown: the one owner of SDK and exporter.
