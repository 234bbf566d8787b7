//! The flags, each with when to change it.

use std::{path::PathBuf, time::Duration};

use clap::Parser;

use crate::{calls::Mode, run::Run, target::Place};

/// How many calls are outstanding in a closed loop, unless it is said.
const CLOSED: usize = 32;

/// The bound on outstanding calls in an open loop, unless it is said.
const OPEN: usize = 1024;

/// How many batches are outstanding in a closed loop, unless it is said: two for each of two cores.
const BATCHES: usize = 4;

/// Loads comity with comments and tells how it did.
///
/// By default it starts a server in this process and keeps 32 calls outstanding for ten seconds. Generator and server
/// share the machine, so that figures are for comparing, not for sizing. Exit codes: 0 done, 1 a fault (or, with --strict,
/// a call that failed), 2 wrong flags.
#[derive(Debug, Parser)]
#[command(name = "load", max_term_width = 100)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Flags {
    /// A comity that is running: http://HOST:PORT, or unix:PATH. Give --pid with it to see its memory.
    #[arg(long, value_name = "ADDRESS")]
    address: Option<String>,

    /// Start this program as the server (target/release/comity), in a process of its own, and end it afterwards. Closer to
    /// the real thing than a server in this process: it writes its log, and its memory is its own.
    #[arg(long, value_name = "BINARY", conflicts_with = "address")]
    process: Option<PathBuf>,

    /// Call the empty rpc: the same bytes in and out, and no work in between. What gRPC itself costs.
    #[arg(long)]
    pub(crate) empty: bool,

    /// What a call is.
    #[arg(long, value_enum, default_value = "unary")]
    mode: Mode,

    /// How many calls are outstanding over all connections (by default 32, or 4 batches), or, with --rate, at most (1024).
    /// In streams: comments.
    #[arg(long, value_name = "N", value_parser = positive)]
    concurrency: Option<usize>,

    /// How many connections. One carries 256 calls at once by default, whatever is sent.
    #[arg(long, value_name = "C", default_value = "4", value_parser = positive)]
    pub(crate) connections: usize,

    /// From how many addresses of this machine (127.0.0.1, 127.0.0.2 ...) the connections come. The server shares its room
    /// among callers by address.
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u8).range(1..=250))]
    pub(crate) callers: u8,

    /// An open loop: so many calls a second on a fixed schedule, latency counted from the time that was scheduled. Without
    /// it a closed loop: each caller calls again once it has its answer.
    #[arg(long, value_name = "R", value_parser = rate)]
    rate: Option<f64>,

    /// How long is counted, such as 10s. With --table: for each row.
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = duration)]
    pub(crate) duration: Duration,

    /// How long to run before anything is counted.
    #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = duration)]
    pub(crate) warm_up: Duration,

    /// The process of the server at --address, to see its memory.
    #[arg(long, requires = "address")]
    pid: Option<u32>,

    /// Exit with 1 when any call failed.
    #[arg(long)]
    pub(crate) strict: bool,

    /// Compare: unary with the empty rpc, stream, batch, open loop, overload. Mode, rate and concurrency are set by the
    /// comparison.
    #[arg(long, conflicts_with_all = ["mode", "rate", "concurrency", "empty", "callers", "strict"])]
    pub(crate) table: bool,

    /// How many calls are outstanding in the overload of --table: ten times the room that the server has by default.
    #[arg(long, value_name = "N", default_value = "2560", requires = "table", value_parser = positive)]
    pub(crate) flood: usize,

    /// Serve the empty rpc with the answer from standard input; for this program's own use.
    #[arg(long, hide = true)]
    pub(crate) serve_empty: bool,

    /// Flags of `comity serve` for a server that is started here, such as: -- --max-in-flight 64
    #[arg(last = true, conflicts_with = "address", value_name = "FLAGS")]
    pub(crate) server: Vec<String>,
}

impl Flags {
    /// Where the server is to be.
    pub(crate) fn place(&self) -> (Place, Option<u32>) {
        let place = match (&self.address, &self.process) {
            (Some(address), _) => Place::Address(address.clone()),
            (None, Some(binary)) => Place::Process(binary.clone()),
            (None, None) => Place::Inside,
        };
        (place, self.pid)
    }

    /// The one run that is asked for.
    ///
    /// # Errors
    /// What cannot be combined, in words.
    pub(crate) fn run(&self) -> Result<Run, String> {
        let usual = match (self.rate, self.mode) {
            (Some(_), _) => OPEN,
            (None, Mode::Batch) => BATCHES,
            (None, Mode::Unary | Mode::Stream) => CLOSED,
        };
        let concurrency = self.concurrency.unwrap_or(usual);
        if self.mode == Mode::Stream && concurrency < self.connections {
            let connections = self.connections;
            return Err(format!(
                "--concurrency {concurrency}: each of {connections} streams needs one comment at least"
            ));
        }
        if self.empty && self.mode != Mode::Unary {
            return Err("--empty: the empty rpc is unary".to_owned());
        }
        Ok(Run {
            mode: self.mode,
            concurrency,
            rate: self.rate,
            pause: Duration::ZERO,
            warm_up: self.warm_up,
            duration: self.duration,
        })
    }
}

/// A duration: a whole number with its unit, such as 10s, 250ms or 5m.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    match (digits.parse::<u64>(), unit) {
        (Ok(n), "ms") => Ok(Duration::from_millis(n)),
        (Ok(n @ 0..=86_400), "s") => Ok(Duration::from_secs(n)),
        (Ok(n @ 0..=1_440), "m") => Ok(Duration::from_secs(n * 60)),
        (Ok(_) | Err(_), _) => {
            Err("a whole number of m, s or ms is needed, at most a day, such as 5m or 10s".to_owned())
        }
    }
}

fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n @ 1..=100_000) => Ok(n),
        Ok(_) | Err(_) => Err("a whole number from 1 to 100000 is needed".to_owned()),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| (0.1..=1_000_000.0).contains(rate));
    rate.ok_or_else(|| "calls a second, from 0.1 to 1000000, are needed".to_owned())
}
