//! What the service tells of itself: the log, [`metrics`] and [`traces`].
//!
//! Log lines go to standard error, for people or for machines, by a thread of their own: a reader of the log who
//! stalls costs lines (which are counted), never calls. A panic is logged by its place alone, because its message could
//! quote what was being worked on.

pub mod metrics;
pub mod traces;

use std::{
    io::{self, IsTerminal as _},
    panic,
};

use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{
    EnvFilter, Layer as _, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

pub use self::metrics::Metrics;
use self::traces::Traces;

/// How many log lines wait for standard error before further ones are dropped: some seconds of a busy server.
const BUFFERED_LINES: usize = 65_536;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

/// What is logged and traced, and how.
#[derive(Debug)]
pub struct Log {
    /// How lines look.
    pub format: LogFormat,
    /// Which lines are written.
    pub filter: EnvFilter,
    /// Where spans go; none by default.
    pub traces: Option<Traces>,
}

/// What must live as long as the program: dropping it writes the last lines and sends the last spans.
#[must_use]
#[derive(Debug)]
pub struct Telemetry {
    dropped: ErrorCounter,
    spans: Option<SdkTracerProvider>,
    _writer: WorkerGuard,
}

impl Telemetry {
    /// Counts the log lines that were dropped so far.
    pub fn dropped_lines(&self) -> impl Fn() -> u64 + Send + Sync + 'static {
        let dropped = self.dropped.clone();
        move || dropped.dropped_lines() as u64
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(spans) = &self.spans {
            // With the collector gone there is nobody left to tell.
            let _ = spans.shutdown();
        }
    }
}

/// Installs subscriber and panic hook. The first call wins. With traces, needs a tokio runtime around it.
///
/// # Errors
/// When the endpoint of the traces is not one.
pub fn install(log: Log) -> anyhow::Result<Telemetry> {
    let builder = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(BUFFERED_LINES);
    let (writer, guard) = builder.finish(io::stderr());
    let dropped = writer.error_counter();
    let lines = fmt::layer().with_writer(writer);
    let lines = match log.format {
        LogFormat::Human => lines.with_target(false).with_ansi(io::stderr().is_terminal()).boxed(),
        LogFormat::Json => {
            lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed()
        }
    };
    let (spans, provider) = log.traces.as_ref().map(traces::layer).transpose()?.unzip();
    let subscriber =
        tracing_subscriber::registry().with(lines.with_filter(traces::not_spans(log.filter))).with(spans);
    // A second subscriber in one process is refused; the first is as good.
    let _ = subscriber.try_init();
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic");
    }));
    Ok(Telemetry { dropped, spans: provider, _writer: guard })
}
