//! The names of attributes that the course uses, in one place.
//!
//! From the OpenTelemetry semantic conventions; each constant says how stable its name is.

/// Stable. The name of a service; on the resource.
pub const SERVICE_NAME: &str = "service.name";
/// Stable. `GET`, `POST`, … or `_OTHER`.
pub const HTTP_REQUEST_METHOD: &str = "http.request.method";
/// Stable. The matched route, such as `/cars/{id}`, never the path with its ids.
pub const HTTP_ROUTE: &str = "http.route";
/// Stable. The status code, a number.
pub const HTTP_RESPONSE_STATUS_CODE: &str = "http.response.status_code";
/// Stable. The full address of a client's request.
pub const URL_FULL: &str = "url.full";
/// Stable. The path that a server was asked for.
pub const URL_PATH: &str = "url.path";
/// Stable. Whom a client calls, or what a server is called.
pub const SERVER_ADDRESS: &str = "server.address";
/// Stable. The port of [`SERVER_ADDRESS`], a number.
pub const SERVER_PORT: &str = "server.port";
/// Stable. The class of an error: a type, a status code or `_OTHER`.
pub const ERROR_TYPE: &str = "error.type";
/// Stable. The source file that made a span.
pub const CODE_FILE_PATH: &str = "code.file.path";
/// Stable. The line in [`CODE_FILE_PATH`], a number.
pub const CODE_LINE_NUMBER: &str = "code.line.number";

/// The course's own. The exercise that made a span; on the resource of what is sent to a backend.
pub const WORKSHOP_EXERCISE: &str = "workshop.exercise";
/// The course's own. The run that made a span; on the resource of what is sent to a backend.
pub const WORKSHOP_RUN_ID: &str = "workshop.run.id";
/// The course's own. The harness's request that a span belongs to.
pub const WORKSHOP_REQUEST_ID: &str = "workshop.request.id";
