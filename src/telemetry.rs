//! Where log lines go: to standard error, for people or for machines.
//!
//! Owns the subscriber and the panic hook. A panic is logged by its place alone, because its message could quote
//! what was being worked on.

use std::{
    io::{self, IsTerminal as _},
    panic,
};

use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

/// What is logged, and how.
#[derive(Debug)]
pub struct Log {
    /// How lines look.
    pub format: LogFormat,
    /// Which lines are written.
    pub filter: EnvFilter,
}

/// Installs subscriber and panic hook. The first call wins.
pub fn install(log: Log) {
    let builder = tracing_subscriber::fmt().with_env_filter(log.filter).with_writer(io::stderr);
    // A second subscriber in one process is refused; the first is as good.
    let _ = match log.format {
        LogFormat::Human => builder.with_target(false).with_ansi(io::stderr().is_terminal()).try_init(),
        LogFormat::Json => {
            builder.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init()
        }
    };
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic");
    }));
}
