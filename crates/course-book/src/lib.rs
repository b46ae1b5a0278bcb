//! The book: mdBook with the course's preprocessors, and its server.
