//! A check of scaling out: three instances behind a client that spreads calls, and what callers notice while one is
//! killed and another restarted.
//!
//!     cargo build --release && cargo run --release --example balance
//!
//! A dozen callers with the retry policy of docs/operations.md call all the while. It passes, with exit code 0, when no
//! call failed for them, all three got the same share of calls, and SIGTERM ended with exit code 0.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it prints what it measured")]

#[path = "load/comments.rs"]
mod comments;
#[path = "load/instance.rs"]
mod instance;
#[path = "load/members.rs"]
mod members;
#[path = "load/retry.rs"]
mod retry;

use std::{
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context as _;
use clap::Parser;
use comity::pb::moderation_service_client::ModerationServiceClient;
use tokio::task::JoinSet;
use tonic::transport::{Channel, channel::Change};

use self::{
    instance::{Instance, free_port, page},
    retry::Told,
};

/// How many instances there are.
const INSTANCES: usize = 3;

/// How many callers call at once.
const CALLERS: usize = 12;

/// The share of the instance with the most calls may be so many times that of the one with the fewest.
const EVEN: f64 = 1.25;

/// How long an instance may take to end after SIGTERM: the default of --drain-timeout, and a little.
const DRAIN_LIMIT: Duration = Duration::from_secs(12);

/// How long to wait for the members to be known before their shares are counted.
const SETTLED: Duration = Duration::from_millis(500);

/// The metric that tells how many calls an instance answered.
const HANDLED: &str = "grpc_server_handled_total{grpc_type=\"unary\",grpc_service=\
                       \"comity.moderation.v1.ModerationService\",grpc_method=\"ModerateComment\",grpc_code=\"OK\"} ";

/// Three instances behind one client: spread of calls, a SIGKILL, a graceful restart.
#[derive(Debug, Parser)]
#[command(name = "balance", max_term_width = 100)]
struct Flags {
    /// The server.
    #[arg(long, value_name = "BINARY", default_value = "target/release/comity")]
    binary: PathBuf,

    /// How long each phase lasts, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "4", value_parser = clap::value_parser!(u64).range(1..=600))]
    phase: u64,

    /// Keep all three among the members whatever their health, as a list of addresses does: shows why that is not enough.
    #[arg(long)]
    fixed: bool,
}

/// One of the three: its ports outlive its processes.
#[derive(Debug)]
struct Place {
    listen: SocketAddr,
    admin: SocketAddr,
    instance: Option<Instance>,
}

impl Place {
    async fn start(&mut self, binary: PathBuf) -> anyhow::Result<()> {
        let (listen, admin) = (self.listen, self.admin);
        let started = tokio::task::spawn_blocking(move || Instance::start(&binary, listen, admin, &[]));
        self.instance = Some(started.await??);
        Ok(())
    }

    /// How many calls it has answered since its start.
    async fn answered(&self) -> anyhow::Result<u64> {
        let admin = self.admin;
        let page = tokio::task::spawn_blocking(move || page(admin, "/metrics")).await??;
        let count = page.lines().find_map(|line| line.strip_prefix(HANDLED));
        Ok(count.map(str::parse).transpose()?.unwrap_or_default())
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    told(Flags::parse()).await.unwrap_or_else(|error| {
        eprintln!("balance: {error:#}");
        ExitCode::FAILURE
    })
}

/// Starts everything, lets it happen, and tells how it went.
async fn told(flags: Flags) -> anyhow::Result<ExitCode> {
    let mut places = Vec::new();
    for _ in 0..INSTANCES {
        let mut place = Place { listen: free_port()?, admin: free_port()?, instance: None };
        place.start(flags.binary.clone()).await?;
        places.push(place);
    }
    let (channel, changes) = Channel::balance_channel(16);
    let mut following = JoinSet::new();
    for place in &places {
        let endpoint = members::endpoint(place.listen)?;
        if flags.fixed {
            changes.send(Change::Insert(place.listen, endpoint)).await?;
        } else {
            following.spawn(members::follow(place.listen, endpoint, changes.clone()));
        }
    }

    let stop = Arc::new(AtomicBool::new(false));
    let mut callers = JoinSet::new();
    for n in 0..CALLERS {
        callers.spawn(call_on(channel.clone(), n, stop.clone()));
    }
    let mut passed = phases(&flags, &mut places).await?;
    stop.store(true, Ordering::Relaxed);
    let mut told = Told::default();
    while let Some(one) = callers.join_next().await {
        let one = one?;
        told.answered += one.answered;
        one.failed.into_iter().for_each(|(code, n)| *told.failed.entry(code).or_default() += n);
        one.retried.into_iter().for_each(|(code, n)| *told.retried.entry(code).or_default() += n);
    }
    println!(
        "\ncalls answered {}, tries that were repeated {:?}, calls failed {:?}",
        told.answered, told.retried, told.failed
    );
    passed &= told.failed.is_empty();
    println!("{}", if passed { "PASS" } else { "FAIL" });
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Calls one after another until it is stopped.
async fn call_on(channel: Channel, n: usize, stop: Arc<AtomicBool>) -> Told {
    let mut told = Told::default();
    let client = ModerationServiceClient::new(channel);
    for request in comments::requests().iter().cycle().skip(n) {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        retry::call(&mut told, || {
            let (mut client, request) = (client.clone(), request.clone());
            async move { client.moderate_comment(request).await }
        })
        .await;
    }
    told
}

/// What happens while they call. Whether it went as it should.
async fn phases(flags: &Flags, places: &mut [Place]) -> anyhow::Result<bool> {
    let phase = Duration::from_secs(flags.phase);
    println!("{:<44}{:>10}{:>10}{:>10}   spread", "phase", "first", "second", "third");
    let mut passed = counted("all three", places, phase, true).await?;

    if let Some(first) = places.first_mut() {
        // Dropping it is SIGKILL.
        drop(first.instance.take());
    }
    passed &= counted("the first was killed (SIGKILL)", places, phase, false).await?;
    places.first_mut().context("no instance")?.start(flags.binary.clone()).await?;
    passed &= counted("the first was started again", places, phase, true).await?;

    let second = places.get_mut(1).context("no second instance")?;
    let instance = second.instance.take().context("it has ended")?;
    let (status, took) = tokio::task::spawn_blocking(move || instance.terminate(DRAIN_LIMIT)).await??;
    passed &= status.success();
    println!("the second got SIGTERM: {status} after {:.0} ms", took.as_secs_f64() * 1000.0);
    passed &= counted("the second has ended", places, phase, false).await?;
    places.get_mut(1).context("no second instance")?.start(flags.binary.clone()).await?;
    passed &= counted("the second was started again", places, phase, true).await?;
    Ok(passed)
}

/// Counts what each instance answers for so long. Whether the shares are even, where they are to be.
async fn counted(name: &str, places: &[Place], phase: Duration, all: bool) -> anyhow::Result<bool> {
    tokio::time::sleep(SETTLED).await;
    let begun = Instant::now();
    let before = answered(places).await?;
    tokio::time::sleep(phase).await;
    let after = answered(places).await?;
    let counts: Vec<Option<u64>> =
        before.iter().zip(&after).map(|(before, after)| Some((*after)? - (*before)?)).collect();
    let running: Vec<u64> = counts.iter().flatten().copied().collect();
    let (most, fewest) = (running.iter().max().copied(), running.iter().min().copied());
    let spread = most.unwrap_or_default() as f64 / fewest.unwrap_or_default().max(1) as f64;
    let even = spread <= EVEN && (!all || running.len() == INSTANCES);
    let shown = counts.iter().fold(String::new(), |line, n| {
        line + &format!("{:>10}", n.map_or_else(|| "-".to_owned(), |n| n.to_string()))
    });
    let verdict = if even { "even" } else { "UNEVEN" };
    println!("{name:<44}{shown}   {spread:.2} {verdict}, {:.1} s", begun.elapsed().as_secs_f64());
    Ok(even)
}

/// How many calls each has answered; none for one that has ended.
async fn answered(places: &[Place]) -> anyhow::Result<Vec<Option<u64>>> {
    let mut counts = Vec::new();
    for place in places {
        counts.push(if place.instance.is_some() { Some(place.answered().await?) } else { None });
    }
    Ok(counts)
}
