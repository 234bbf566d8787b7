//! The program: reads its configuration, does its task, and exits with a code of sysexits.h.

use std::{env, io, io::Write as _, net::SocketAddr, process::ExitCode, sync::Arc};

use comity::{
    config::{Config, Task},
    inspect,
    moderator::Moderator,
    replay,
    server::{self, Limits},
    telemetry,
};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::{net::TcpListener, runtime::Runtime, sync::watch};

fn main() -> ExitCode {
    let Config { log, task } = match Config::read(env::args_os()) {
        Ok(config) => config,
        Err(error) => return error.report(),
    };
    telemetry::install(log);
    run(task).unwrap_or_else(|error| match error.downcast_ref::<io::Error>().map(io::Error::kind) {
        // Whoever read the output has had enough, as `head` does.
        Some(io::ErrorKind::BrokenPipe) => ExitCode::SUCCESS,
        kind => {
            // With standard error gone there is nobody left to tell.
            let _ = writeln!(io::stderr(), "comity: {error:#}");
            ExitCode::from(if kind.is_some() { 74 } else { 70 })
        }
    })
}

fn run(task: Task) -> anyhow::Result<ExitCode> {
    let output = io::BufWriter::new(io::stdout().lock());
    match task {
        Task::Serve { listen, limits, moderator } => return serve(listen, limits, *moderator),
        Task::Moderate { moderator } => {
            let summary = replay::run(io::stdin().lock(), output, &moderator, &progress()?)?;
            return Ok(ExitCode::from(if summary.refused == 0 { 0 } else { 65 }));
        }
        Task::CheckPolicy { policies } => inspect::policies(&policies, output)?,
        Task::ShowModel { classifier, json } => inspect::models(&classifier, json, output)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Shown on a terminal only.
fn progress() -> anyhow::Result<ProgressBar> {
    let style = ProgressStyle::with_template("{spinner} {human_pos} comments, {per_sec}, {elapsed}")?;
    Ok(ProgressBar::new_spinner().with_style(style))
}

fn serve(listen: SocketAddr, limits: Limits, moderator: Moderator) -> anyhow::Result<ExitCode> {
    let runtime = Runtime::new()?;
    let code = runtime.block_on(async {
        let stop = server::stop_signal()?;
        let listener = match TcpListener::bind(listen).await {
            Ok(listener) => listener,
            Err(error) => {
                let _ = writeln!(io::stderr(), "comity: --listen {listen}: {error}");
                return Ok(ExitCode::from(if error.kind() == io::ErrorKind::AddrInUse { 69 } else { 64 }));
            }
        };
        tracing::info!(address = %listener.local_addr()?, "listening");
        let (_loaded, moderator) = watch::channel(Some(Arc::new(moderator)));
        server::run(listener, moderator, limits, stop).await?;
        Ok(ExitCode::SUCCESS)
    });
    // Whatever a forced end left running is not waited for.
    runtime.shutdown_background();
    code
}
