//! The flags as typed, each with when to change it. Every flag is also an environment variable.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args as ClapArgs, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::{
    server::Limits,
    telemetry::{Log, LogFormat},
};

/// Explained, reproducible comment moderation for news sites over gRPC.
///
/// Without a command, comity serves. Exit codes: 0 done, 64 wrong configuration, 65 some input lines were refused,
/// 69 the address is taken, 70 internal fault, 74 input or output failed.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,

    /// How log lines look. Change to json when a collector reads them.
    #[arg(long, global = true, env = "COMITY_LOG_FORMAT", value_enum, default_value = "human")]
    log_format: LogFormat,

    /// Which log lines are written: error, warn, info, debug, trace, or a filter such as "warn,comity=info". Change to
    /// warn to leave out the line that each call writes. No level writes comment text.
    #[arg(long, global = true, env = "COMITY_LOG_LEVEL", default_value = "info", value_name = "FILTER", value_parser = filter)]
    log_level: Filter,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Serve gRPC until SIGTERM or SIGINT. This is what happens without a command, too.
    Serve(Box<Serve>),
    /// Judge JSON Lines: one ModerateCommentRequest a line from standard input, one ModerateCommentResponse a line to
    /// standard output, in order.
    ///
    /// A line that cannot be judged is answered with {"error":{"line":N,"code":...,"message":...}} in its place; the
    /// rest goes on, and the exit code is 65. Blank lines are skipped.
    Moderate(Sources),
    /// Work with policy files.
    Policy {
        #[command(subcommand)]
        command: PolicyCommand,
    },
    /// Look into the loaded models.
    Model {
        #[command(subcommand)]
        command: ModelCommand,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum PolicyCommand {
    /// Check a policy file; print the name and hash of each of its policies.
    Check {
        /// The policy file.
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum ModelCommand {
    /// Print which models are loaded: versions, hashes, attributes, training data, figures.
    Show {
        /// Model artifacts, as for serve.
        #[arg(long, env = "COMITY_MODEL", value_name = "PATH", value_delimiter = ',')]
        model: Vec<PathBuf>,
        /// Heads for recurring targets, as for serve.
        #[arg(long, env = "COMITY_TARGETS", value_name = "DIR")]
        targets: Option<PathBuf>,
        /// Print what GetModel answers, as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// What judges.
#[derive(Debug, ClapArgs)]
pub(super) struct Sources {
    /// The policy file. Set it once a site has rules of its own; without it, the built-in defaults apply.
    #[arg(long, env = "COMITY_POLICY", value_name = "FILE")]
    pub(super) policy: Option<PathBuf>,

    /// A model artifact in place of the embedded one of its language. May be given more than once (in the environment:
    /// separated by commas). Set it to use a model that you trained.
    #[arg(long, env = "COMITY_MODEL", value_name = "PATH", value_delimiter = ',')]
    pub(super) model: Vec<PathBuf>,

    /// A folder of stance heads for recurring targets, NAME.target each, as `comity-train target` writes them. Set it when
    /// the same subject comes up again and again.
    #[arg(long, env = "COMITY_TARGETS", value_name = "DIR")]
    pub(super) targets: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Serve {
    #[command(flatten)]
    pub(super) sources: Sources,

    /// Where to listen. Change to 0.0.0.0:50051 (or [::]:50051) to be reached from other machines; port 0 takes any
    /// free port, which is then logged.
    #[arg(long, env = "COMITY_LISTEN", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:50051")]
    pub(super) listen: SocketAddr,

    /// The most calls at once on one connection. Raise it when a single client sends more than this in parallel;
    /// lower it to keep one client from crowding out others.
    #[arg(long, env = "COMITY_MAX_CONCURRENT_STREAMS", value_name = "N", default_value = "256", value_parser = clap::value_parser!(u32).range(1..))]
    max_concurrent_streams: u32,

    /// The longest that a call may take until its answer begins, such as 30s. Raise it on slow machines that judge
    /// large batches.
    #[arg(long, env = "COMITY_REQUEST_TIMEOUT", value_name = "DURATION", default_value = "30s", value_parser = positive)]
    request_timeout: Duration,

    /// How long a connection may be silent before it is probed. Keep it below the idle limit of any load balancer in
    /// between.
    #[arg(long, env = "COMITY_KEEPALIVE_INTERVAL", value_name = "DURATION", default_value = "30s", value_parser = positive)]
    keepalive_interval: Duration,

    /// How long a probed connection has to answer before it is closed. Raise it on bad networks.
    #[arg(long, env = "COMITY_KEEPALIVE_TIMEOUT", value_name = "DURATION", default_value = "10s", value_parser = positive)]
    keepalive_timeout: Duration,

    /// How long to go on taking calls after health has turned NOT_SERVING. Set it to the interval at which your load
    /// balancer asks for health, so that it has stopped sending by then.
    #[arg(long, env = "COMITY_DRAIN_DELAY", value_name = "DURATION", default_value = "0s", value_parser = duration)]
    drain_delay: Duration,

    /// How long calls in flight have to finish on shutdown; then they are cut. Keep delay and timeout together below the
    /// grace period of your orchestrator.
    #[arg(long, env = "COMITY_DRAIN_TIMEOUT", value_name = "DURATION", default_value = "10s", value_parser = duration)]
    drain_timeout: Duration,
}

impl Args {
    /// What is logged, and how.
    pub(super) fn log(&self) -> Result<Log, clap::Error> {
        // It was checked when it was read: an `EnvFilter` cannot be copied, so that its text is kept instead.
        let filter = EnvFilter::try_new(&self.log_level.0).map_err(|error| {
            clap::Error::raw(clap::error::ErrorKind::InvalidValue, format!("--log-level: {error}\n"))
        })?;
        Ok(Log { format: self.log_format, filter })
    }
}

impl Serve {
    pub(super) const fn limits(&self) -> Limits {
        Limits {
            max_concurrent_streams: self.max_concurrent_streams,
            request_timeout: self.request_timeout,
            keepalive_interval: self.keepalive_interval,
            keepalive_timeout: self.keepalive_timeout,
            drain_delay: self.drain_delay,
            drain_timeout: self.drain_timeout,
        }
    }
}

/// A log filter that can be read.
#[derive(Debug, Clone)]
struct Filter(String);

fn filter(text: &str) -> Result<Filter, tracing_subscriber::filter::ParseError> {
    EnvFilter::try_new(text).map(|_| Filter(text.to_owned()))
}

/// A duration: a whole number with its unit, such as 10s or 250ms; 0 needs none.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    match (digits.parse::<u64>(), unit) {
        (Ok(seconds), "s") => Ok(Duration::from_secs(seconds)),
        (Ok(milliseconds), "ms") => Ok(Duration::from_millis(milliseconds)),
        (Ok(0), "") => Ok(Duration::ZERO),
        (Ok(_) | Err(_), _) => Err("a whole number of s or ms is needed, such as 10s or 250ms".to_owned()),
    }
}

fn positive(text: &str) -> Result<Duration, String> {
    duration(text).and_then(|d| if d.is_zero() { Err("must be above 0".to_owned()) } else { Ok(d) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_whole_number_with_its_unit() {
        assert_eq!(duration("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("0"), Ok(Duration::ZERO));
        for wrong in ["", "10", "1.5s", "-1s", "10 s", "10m", "s", "ms", "99999999999999999999s"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        assert!(positive("0s").is_err());
    }
}
