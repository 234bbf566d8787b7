//! The program: reads its configuration, does its task, and exits with a code of sysexits.h.

use std::{env, io, io::Write as _, process::ExitCode};

use comity::{
    config::{Config, Task},
    inspect, replay, serve,
    telemetry::{self, Log},
};
use indicatif::{ProgressBar, ProgressStyle};

/// Measured against the system's: 8 % less processor time for a verdict, 10 to 30 % more calls a second
/// (docs/performance.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let Config { log, task } = match Config::read(env::args_os()) {
        Ok(config) => config,
        Err(error) => return error.report(),
    };
    run(task, log).unwrap_or_else(|error| match error.downcast_ref::<io::Error>().map(io::Error::kind) {
        // Whoever read the output has had enough, as `head` does.
        Some(io::ErrorKind::BrokenPipe) => ExitCode::SUCCESS,
        kind => {
            // With standard error gone there is nobody left to tell.
            let _ = writeln!(io::stderr(), "comity: {error:#}");
            ExitCode::from(if kind.is_some() { 74 } else { 70 })
        }
    })
}

fn run(task: Task, log: Log) -> anyhow::Result<ExitCode> {
    let output = || io::BufWriter::new(io::stdout().lock());
    match task {
        Task::Serve(settings) => return serve::run(*settings, log),
        Task::Moderate { moderator } => {
            let _telemetry = telemetry::install(log)?;
            let summary = replay::run(io::stdin().lock(), output(), &moderator, &progress()?)?;
            return Ok(ExitCode::from(if summary.refused == 0 { 0 } else { 65 }));
        }
        Task::CheckPolicy { policies } => inspect::policies(&policies, output())?,
        Task::ShowModel { classifier, json } => inspect::models(&classifier, json, output())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Shown on a terminal only.
fn progress() -> anyhow::Result<ProgressBar> {
    let style = ProgressStyle::with_template("{spinner} {human_pos} comments, {per_sec}, {elapsed}")?;
    Ok(ProgressBar::new_spinner().with_style(style))
}
