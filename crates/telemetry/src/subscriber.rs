//! The global `tracing` subscriber.

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    Layer, filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::{Error, pipeline::set};

/// What the exporter itself is made of. Were its spans recorded, each export would make spans that
/// want to be exported.
const EXPORTER: [&str; 7] = [
    "h2",
    "hyper",
    "hyper_util",
    "reqwest",
    "tonic",
    "tower",
    "opentelemetry_http",
];

/// Makes `provider` the end of every `tracing` span of this process, with file and line, and
/// prints warnings and errors on standard error. `RUST_LOG` says what is recorded, `info` unless
/// set; the exporter's own HTTP client never is.
///
/// # Errors
/// When a global subscriber is there already.
pub fn subscribe(provider: &SdkTracerProvider) -> Result<(), Error> {
    let spans = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("tracing"))
        .with_location(true)
        .with_tracked_inactivity(false);
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .without_time()
        .with_filter(LevelFilter::WARN);
    tracing_subscriber::registry()
        .with(recorded(set("RUST_LOG").as_deref()))
        .with(spans)
        .with(lines)
        .try_init()
        .map_err(|_| Error::SubscriberTaken)
}

/// What is recorded: as `RUST_LOG` says where it can be read, without the exporter. One filter for
/// all layers, for a span that only some of them see has half a context.
fn recorded(rust_log: Option<&str>) -> Targets {
    let asked = rust_log.and_then(|text| text.parse::<Targets>().ok());
    let asked = asked.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    asked.with_targets(EXPORTER.map(|target| (target, LevelFilter::OFF)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn rust_log_takes_targets_and_levels() {
        let targets = recorded(Some("warn,shop=debug"));
        assert!(targets.would_enable("shop::cart", &Level::DEBUG));
        assert!(!targets.would_enable("search", &Level::INFO));
    }

    #[test]
    fn a_rust_log_that_cannot_be_read_leaves_the_usual_level() {
        for text in [None, Some("shop=loud")] {
            let targets = recorded(text);
            assert!(targets.would_enable("search", &Level::INFO), "{text:?}");
            assert!(!targets.would_enable("search", &Level::DEBUG), "{text:?}");
        }
    }

    #[test]
    fn the_exporter_is_never_recorded() {
        let targets = recorded(Some("trace,hyper=trace"));
        assert!(!targets.would_enable("hyper::proto", &Level::ERROR));
        assert!(!targets.would_enable("hyper_util::client", &Level::ERROR));
    }
}
