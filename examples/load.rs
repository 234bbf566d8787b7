//! A load generator: how many comments a second, how long a call takes, and what an overload does.
//!
//!     cargo run --release --example load -- --table
//!
//! `flags` says what can be asked for; `run` is one run of load, `table` the whole comparison, `overload` its last part.
//! Figures of a machine that generator and server share are for comparing one build with another, and comity with the
//! empty rpc, not for sizing.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it prints what it measured")]

#[path = "load/calls.rs"]
mod calls;
#[path = "load/comments.rs"]
mod comments;
#[path = "load/empty.rs"]
mod empty;
#[path = "load/empty_target.rs"]
mod empty_target;
#[path = "load/flags.rs"]
mod flags;
#[path = "load/health.rs"]
mod health;
#[path = "load/instance.rs"]
mod instance;
#[path = "load/open.rs"]
mod open;
#[path = "load/overload.rs"]
mod overload;
#[path = "load/process.rs"]
mod process;
#[path = "load/run.rs"]
mod run;
#[path = "load/stream.rs"]
mod stream;
#[path = "load/table.rs"]
mod table;
#[path = "load/tally.rs"]
mod tally;
#[path = "load/target.rs"]
mod target;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _, error::ErrorKind};

use self::{
    calls::{Requests, connect},
    empty_target::EmptyTarget,
    flags::Flags,
    process::Observer,
    run::Run,
    target::Target,
};

#[tokio::main]
async fn main() -> ExitCode {
    told(Flags::parse()).await.unwrap_or_else(|error| {
        eprintln!("load: {error:#}");
        ExitCode::FAILURE
    })
}

/// Does what is asked for.
async fn told(flags: Flags) -> anyhow::Result<ExitCode> {
    let limits = target::limits(&flags.server)?;
    if flags.serve_empty {
        empty_target::serve(&limits).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let run =
        flags.run().unwrap_or_else(|wrong| Flags::command().error(ErrorKind::ArgumentConflict, wrong).exit());
    let (place, pid) = flags.place();
    let target = Target::start(&place, pid, &flags.server).await?;
    let code = if flags.table {
        let empty = EmptyTarget::beside(&target, &limits).await?;
        table::print(&flags, &target, &empty).await?;
        ExitCode::SUCCESS
    } else if flags.empty {
        let empty = EmptyTarget::beside(&target, &limits).await?;
        println!("{}", empty.described());
        once(&flags, run, &empty.address, &empty.processes(), None).await?
    } else {
        println!("{}", target.described());
        once(&flags, run, &target.address, &target.processes(), target.pid).await?
    };
    target.stop().await?;
    Ok(code)
}

/// One run, and what came of it.
async fn once(
    flags: &Flags,
    run: Run,
    address: &str,
    processes: &[u32],
    pid: Option<u32>,
) -> anyhow::Result<ExitCode> {
    let channels = connect(address, flags.connections, flags.callers).await?;
    let memory = pid.map(Observer::start);
    let tally = run.over(&channels, &Requests::new(), processes).await?;
    let (kind, n) = match run.rate {
        Some(rate) => (format!("open, {rate}/s, at most"), run.concurrency),
        None => ("closed,".to_owned(), run.concurrency),
    };
    let how = format!("{kind} {n} outstanding, {} connections", flags.connections);
    println!("{}", table::heading());
    let name = format!("{:?}", run.mode).to_lowercase();
    println!("{}", table::row(&name, &how, &tally));
    if let Some(memory) = memory {
        println!("memory: {}", memory.told().await);
    }
    Ok(if flags.strict && tally.failed() > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
