//! The addresses of what is running beside the learner: `.workshop/session.json`.

use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::Layout;

/// Who answers as the trace backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackendKind {
    /// The embedded lab.
    Lab,
    /// A Jaeger that was there already.
    Jaeger,
}

/// The addresses of a trace backend, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backend {
    /// Who it is.
    pub kind: BackendKind,
    /// Viewer and query API: `http://127.0.0.1:16686`.
    pub web: String,
    /// OTLP/HTTP, without `/v1/traces`: `http://127.0.0.1:4318`.
    pub otlp_http: String,
    /// OTLP/gRPC: `http://127.0.0.1:4317`.
    pub otlp_grpc: String,
}

impl Backend {
    /// The usual ports.
    #[must_use]
    pub fn usual(kind: BackendKind) -> Self {
        let at = |port: u16| format!("http://127.0.0.1:{port}");
        Self {
            kind,
            web: at(16686),
            otlp_http: at(4318),
            otlp_grpc: at(4317),
        }
    }
}

/// What `cargo workshop` has running now. Absent, or unreadable, means: nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The process id of the runner that wrote it.
    pub pid: u32,
    /// The backend; none while it is being compiled.
    pub backend: Option<Backend>,
    /// The book's address, without a slash at the end; empty where nobody serves it.
    pub book: String,
}

impl Session {
    /// The session of a checkout, or one of nobody where none is recorded.
    #[must_use]
    pub fn load(layout: &Layout) -> Self {
        let text = fs::read_to_string(layout.session()).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_else(|_| Self {
            pid: 0,
            backend: None,
            book: String::new(),
        })
    }

    /// The viewer's address: of the backend, or the usual one.
    #[must_use]
    pub fn web(&self) -> &str {
        self.backend
            .as_ref()
            .map_or("http://127.0.0.1:16686", |backend| &backend.web)
    }

    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    /// When the state folder cannot be written.
    pub fn save(&self, layout: &Layout) -> io::Result<()> {
        fs::create_dir_all(layout.state())?;
        let draft = layout.session().with_extension("json.new");
        fs::write(&draft, serde_json::to_vec_pretty(self)?)?;
        fs::rename(draft, layout.session())
    }
}
