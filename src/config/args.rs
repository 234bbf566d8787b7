//! The flags as typed, each with when to change it. Every flag is also an environment variable.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand};
use http::HeaderValue;
use tracing_subscriber::EnvFilter;

use crate::{
    gate::{Exposure, Rules},
    server::{Address, Limits},
    telemetry::{Log, LogFormat, traces::Traces},
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
    Moderate(SourceArgs),
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
#[derive(Debug, Clone, ClapArgs)]
pub(super) struct SourceArgs {
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
    pub(super) sources: SourceArgs,

    /// Where to listen: ADDRESS:PORT, or unix:PATH. May be given more than once (in the environment: separated by
    /// commas). Change to 0.0.0.0:50051 (or [::]:50051) to be reached from other machines, which needs TLS or --insecure;
    /// to unix:PATH for a client in the same pod. Port 0 takes any free port, which is then logged.
    #[arg(
        long,
        env = "COMITY_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:50051",
        value_delimiter = ','
    )]
    pub(super) listen: Vec<Address>,

    /// The mode of the file of a Unix domain socket, in octal. Change to 0666 when the client runs as another user and
    /// group, and the folder is shared with nobody else.
    #[arg(long, env = "COMITY_SOCKET_MODE", value_name = "MODE", default_value = "0660", value_parser = mode)]
    pub(super) socket_mode: u32,

    /// Where to answer the operator: /metrics, /livez, /readyz and gRPC health. Set it to 0.0.0.0:9464 under Kubernetes.
    /// No comment passes there. Off by default.
    #[arg(long, env = "COMITY_ADMIN_LISTEN", value_name = "ADDRESS:PORT")]
    pub(super) admin_listen: Option<SocketAddr>,

    /// Listen for other machines in plain text. Say it when a service mesh or the network itself protects the connection.
    #[arg(long, env = "COMITY_INSECURE", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", hide_default_value = true, value_name = "BOOL", action = ArgAction::Set)]
    pub(super) insecure: bool,

    /// The certificate that TCP connections are secured with, and its chain, as PEM. Set it to be reached from other
    /// machines.
    #[arg(long, env = "COMITY_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub(super) tls_cert: Option<PathBuf>,

    /// The private key of the certificate, as PEM.
    #[arg(long, env = "COMITY_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub(super) tls_key: Option<PathBuf>,

    /// Who signs the certificates of clients, as PEM. Set it to refuse clients without one (mutual TLS).
    #[arg(long, env = "COMITY_TLS_CLIENT_CA", value_name = "FILE", requires = "tls_cert")]
    pub(super) tls_client_ca: Option<PathBuf>,

    /// Bearer tokens, one "NAME TOKEN" a line. Set it where not everyone who can connect may call; room is then shared
    /// among names instead of addresses.
    #[arg(long, env = "COMITY_TOKENS", value_name = "FILE")]
    pub(super) tokens: Option<PathBuf>,

    /// Who may ask for health. Change to off when probes use --admin-listen.
    #[arg(long, env = "COMITY_HEALTH", value_enum, default_value = "open")]
    health: Exposure,

    /// Who may ask for the contract by reflection, as grpcurl does. Change to off where nobody calls by hand.
    #[arg(long, env = "COMITY_REFLECTION", value_enum, default_value = "token")]
    reflection: Exposure,

    /// Do not watch the files for changes; SIGHUP alone has them read again. Say it where a file system cannot be watched.
    #[arg(long, env = "COMITY_NO_WATCH", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", hide_default_value = true, value_name = "BOOL", action = ArgAction::Set)]
    pub(super) no_watch: bool,

    /// The most connections, of gRPC and of HTTP each. Raise it when more clients than this connect to one instance.
    #[arg(long, env = "COMITY_MAX_CONNECTIONS", value_name = "N", default_value = "1024", value_parser = clap::value_parser!(u32).range(1..))]
    max_connections: u32,

    /// The most calls in flight over all connections; further ones get RESOURCE_EXHAUSTED at once. One caller may hold
    /// as many as are left free. Raise it for throughput under bursts; lower it to keep waiting short.
    #[arg(long, env = "COMITY_MAX_IN_FLIGHT", value_name = "N", default_value = "128", value_parser = clap::value_parser!(u32).range(1..))]
    max_in_flight: u32,

    /// Where to answer over HTTP beside gRPC: JSON, gRPC-Web, the shapes of the Perspective API and of Coral. ADDRESS:PORT or
    /// unix:PATH. Off by default. May be given several times, or as a list with commas.
    #[arg(long, env = "COMITY_HTTP_LISTEN", value_name = "ADDRESS", value_delimiter = ',')]
    pub(super) http_listen: Vec<Address>,

    /// A page's origin whose scripts may call over HTTP, such as https://news.example, or * for all. None by default. May be
    /// given several times, or as a list with commas.
    #[arg(long, env = "COMITY_CORS_ORIGIN", value_name = "ORIGIN", value_delimiter = ',', value_parser = origin)]
    pub(super) cors_origin: Vec<HeaderValue>,

    /// A file of the secrets with which Coral signs its calls, one a line. Without it, Coral's external moderation phase is
    /// not answered. Read again when it changes.
    #[arg(long, env = "COMITY_CORAL_SECRETS", value_name = "FILE")]
    pub(super) coral_secrets: Option<PathBuf>,

    /// A file to which the scores that clients suggest are appended as JSON lines. Off by default.
    #[arg(long, env = "COMITY_FEEDBACK", value_name = "FILE")]
    pub(super) feedback: Option<PathBuf>,

    /// Keeps the text of comments in that file too, unless the client asks that it be not stored.
    #[arg(long, env = "COMITY_FEEDBACK_TEXT", requires = "feedback", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", hide_default_value = true, value_name = "BOOL", action = ArgAction::Set)]
    pub(super) feedback_text: bool,

    /// The size at which that file is put aside as FILE.1, FILE.2 and so on, in bytes.
    #[arg(long, env = "COMITY_FEEDBACK_MAX_BYTES", value_name = "N", default_value = "67108864", value_parser = clap::value_parser!(u64).range(1024..))]
    pub(super) feedback_max_bytes: u64,

    /// A SQLite file in which articles of PutArticle are kept over a restart. In memory only by default.
    #[arg(long, env = "COMITY_ARTICLES", value_name = "FILE")]
    pub(super) articles: Option<PathBuf>,

    /// How long an article is kept after it was put.
    #[arg(long, env = "COMITY_ARTICLES_TTL", value_name = "DURATION", default_value = "720h", value_parser = positive)]
    pub(super) articles_ttl: Duration,

    /// The most bytes of all kept articles together, in memory and in the file each; beyond that, the oldest are forgotten.
    #[arg(long, env = "COMITY_ARTICLES_MAX_BYTES", value_name = "N", default_value = "67108864", value_parser = clap::value_parser!(u64).range(4_194_304..))]
    pub(super) articles_max_bytes: u64,

    /// The longest that a call may wait for its turn before it gets RESOURCE_EXHAUSTED. Raise it when batches come many at
    /// a time and may wait.
    #[arg(long, env = "COMITY_MAX_QUEUE_WAIT", value_name = "DURATION", default_value = "100ms", value_parser = positive)]
    max_queue_wait: Duration,

    /// The longest that a stream may be silent before it is ended, and that an answer may wait for its client to take it before
    /// the connection is closed. Raise it for clients that keep a stream open overnight.
    #[arg(long, env = "COMITY_STREAM_IDLE_TIMEOUT", value_name = "DURATION", default_value = "10m", value_parser = positive)]
    stream_idle_timeout: Duration,

    /// The longest that a new connection may take to speak HTTP/2, TLS handshake included.
    #[arg(long, env = "COMITY_HANDSHAKE_TIMEOUT", value_name = "DURATION", default_value = "5s", value_parser = positive)]
    handshake_timeout: Duration,

    /// The largest set of headers of a call, in bytes. Raise it when a proxy adds many.
    #[arg(long, env = "COMITY_MAX_HEADER_BYTES", value_name = "N", default_value = "16384", value_parser = clap::value_parser!(u32).range(1024..=1_048_576))]
    max_header_bytes: u32,

    /// How long a connection may live before its client is asked to open a new one; 0 for as long as it likes. Set it to
    /// 5m or so behind a Service of several pods, so that clients spread again after scaling.
    #[arg(long, env = "COMITY_MAX_CONNECTION_AGE", value_name = "DURATION", default_value = "0", value_parser = duration)]
    max_connection_age: Duration,

    /// How long the calls of a connection of that age have to finish.
    #[arg(long, env = "COMITY_MAX_CONNECTION_AGE_GRACE", value_name = "DURATION", default_value = "30s", value_parser = positive)]
    max_connection_age_grace: Duration,

    /// Where spans of calls are sent, an OTLP endpoint over gRPC such as http://collector:4317. Off by default. A collector
    /// that is down has no effect on calls.
    #[arg(long, env = "COMITY_OTLP_ENDPOINT", value_name = "URL", value_parser = endpoint)]
    otlp_endpoint: Option<String>,

    /// The share of calls that are traced when the caller does not say, from 0 to 1.
    #[arg(long, env = "COMITY_TRACE_RATIO", value_name = "SHARE", default_value = "0.01", value_parser = share)]
    trace_ratio: f64,

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
    /// What is logged and traced, and how.
    pub(super) fn log(&self) -> Result<Log, clap::Error> {
        // It was checked when it was read: an `EnvFilter` cannot be copied, so that its text is kept instead.
        let filter = EnvFilter::try_new(&self.log_level.0).map_err(|error| {
            clap::Error::raw(clap::error::ErrorKind::InvalidValue, format!("--log-level: {error}\n"))
        })?;
        let traces = match &self.command {
            Command::Serve(serve) => serve.traces(),
            Command::Moderate(_) | Command::Policy { .. } | Command::Model { .. } => None,
        };
        Ok(Log { format: self.log_format, filter, traces })
    }
}

impl Serve {
    pub(super) const fn limits(&self) -> Limits {
        Limits {
            rules: Rules {
                max_in_flight: self.max_in_flight as usize,
                max_queue_wait: self.max_queue_wait,
                request_timeout: self.request_timeout,
                stream_idle_timeout: self.stream_idle_timeout,
                health: self.health,
                reflection: self.reflection,
            },
            max_connections: self.max_connections as usize,
            handshake_timeout: self.handshake_timeout,
            max_header_bytes: self.max_header_bytes,
            max_connection_age: self.max_connection_age,
            max_connection_age_grace: self.max_connection_age_grace,
            max_concurrent_streams: self.max_concurrent_streams,
            keepalive_interval: self.keepalive_interval,
            keepalive_timeout: self.keepalive_timeout,
            drain_delay: self.drain_delay,
            drain_timeout: self.drain_timeout,
        }
    }

    fn traces(&self) -> Option<Traces> {
        let endpoint = self.otlp_endpoint.clone()?;
        Some(Traces { endpoint, ratio: self.trace_ratio })
    }
}

/// A log filter that can be read.
#[derive(Debug, Clone)]
struct Filter(String);

fn filter(text: &str) -> Result<Filter, String> {
    if text.trim().is_empty() {
        return Err("a level is needed, such as info".to_owned());
    }
    EnvFilter::try_new(text).map(|_| Filter(text.to_owned())).map_err(|error| error.to_string())
}

/// The mode of a file: three or four octal digits.
fn mode(text: &str) -> Result<u32, String> {
    let octal = (3..=4).contains(&text.len()) && text.bytes().all(|digit| (b'0'..=b'7').contains(&digit));
    match u32::from_str_radix(text, 8) {
        Ok(mode) if octal && mode <= 0o777 => Ok(mode),
        Ok(_) | Err(_) => Err("a mode in octal is needed, such as 0660".to_owned()),
    }
}

/// The origin of a page, as browsers send it (RFC 6454), or "*".
fn origin(text: &str) -> Result<HeaderValue, String> {
    let is_origin = text.parse::<http::Uri>().is_ok_and(|uri| {
        let is_bare = uri.path() == "/" && !text.ends_with('/') && !text.contains('*');
        uri.scheme().is_some() && uri.host().is_some() && is_bare
    });
    let value = HeaderValue::from_str(text).ok().filter(|_| is_origin || text == "*");
    value.ok_or_else(|| "an origin such as https://news.example is needed, or *".to_owned())
}

/// A share: a number from 0 to 1.
fn share(text: &str) -> Result<f64, String> {
    text.parse::<f64>()
        .ok()
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "a number from 0 to 1 is needed".to_owned())
}

/// An address of a service over plain HTTP/2.
fn endpoint(text: &str) -> Result<String, String> {
    let uri: http::Uri = text.parse().map_err(|error| format!("{error}"))?;
    match uri.scheme_str() {
        Some("http") if uri.host().is_some() => Ok(text.to_owned()),
        _ => Err("an address such as http://collector:4317 is needed".to_owned()),
    }
}

/// A duration: a whole number with its unit, such as 10s or 250ms; 0 needs none.
fn duration(text: &str) -> Result<Duration, String> {
    span(text).and_then(|d| if d > LONGEST { Err("at most 87600h, ten years".to_owned()) } else { Ok(d) })
}

/// The longest of all durations. Clocks overflow with what is far beyond.
const LONGEST: Duration = Duration::from_secs(87_600 * 3_600);

fn span(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let needed = || "a whole number of h, m, s or ms is needed, such as 5m, 10s or 250ms".to_owned();
    match (digits.parse::<u64>(), unit) {
        (Ok(hours), "h") => hours.checked_mul(3600).map(Duration::from_secs).ok_or_else(needed),
        (Ok(minutes), "m") => minutes.checked_mul(60).map(Duration::from_secs).ok_or_else(needed),
        (Ok(seconds), "s") => Ok(Duration::from_secs(seconds)),
        (Ok(milliseconds), "ms") => Ok(Duration::from_millis(milliseconds)),
        (Ok(0), "") => Ok(Duration::ZERO),
        (Ok(_) | Err(_), _) => Err(needed()),
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
        assert_eq!(duration("2h"), Ok(Duration::from_secs(7_200)));
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("0"), Ok(Duration::ZERO));
        assert_eq!(duration("87600h"), Ok(LONGEST));
        assert!(duration("87601h").is_err() && duration("18446744073709551615s").is_err());
        for wrong in [
            "",
            "10",
            "1.5s",
            "-1s",
            "10 s",
            "10d",
            "s",
            "99999999999999999999m",
            "ms",
            "99999999999999999999s",
        ] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        assert!(positive("0s").is_err());
    }

    #[test]
    fn a_mode_is_octal() {
        assert_eq!((mode("0660"), mode("600")), (Ok(0o660), Ok(0o600)));
        for wrong in ["", "60", "0888", "rw-rw----", "7777", "+660", "00660"] {
            assert!(mode(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_origin_has_no_path() {
        for right in ["https://news.example", "http://127.0.0.1:8081", "*"] {
            assert_eq!(origin(right).unwrap(), right);
        }
        let page = "https://news.example/page";
        for wrong in ["", "news.example", "https://news.example/", page, "null", "**", "https://*.example"] {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn shares_and_endpoints_are_checked() {
        assert!(share("0.5").is_ok() && share("0").is_ok() && share("1").is_ok());
        assert!(["-0.1", "1.1", "NaN", "half", ""].iter().all(|wrong| share(wrong).is_err()));
        assert!(endpoint("http://collector:4317").is_ok());
        assert!(["collector:4317", "ftp://x", "", "http://"].iter().all(|wrong| endpoint(wrong).is_err()));
    }
}
