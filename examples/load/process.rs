//! What a process uses, from /proc: memory, and time of processors, which other people's work on the machine hardly
//! changes.

use std::{fs, time::Duration};

use tokio::{sync::watch, task::JoinHandle};

/// How often memory is looked at.
const INTERVAL: Duration = Duration::from_millis(100);

/// The resident memory of a process in MiB; none where the process, or /proc, is not there.
pub(crate) fn resident(pid: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim_end().parse().ok()?;
    Some(kib / 1024.0)
}

/// How many of its ticks /proc shows for a second (USER_HZ, which is 100 on every common machine).
const TICKS_A_SECOND: f64 = 100.0;

/// The time that processors have spent on these processes so far; none where one of them cannot be seen.
pub(crate) fn processor_time(pids: &[u32]) -> Option<Duration> {
    pids.iter().map(|pid| time_of(*pid)).sum()
}

fn time_of(pid: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in brackets, may hold anything. User and system time are the 12th and 13th field after it.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks =
        fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>().ok()?;
    Some(Duration::from_secs_f64(ticks / TICKS_A_SECOND))
}

/// Looks at a process until it is told to stop.
#[derive(Debug)]
pub(crate) struct Observer {
    pid: u32,
    before: Option<f64>,
    stop: watch::Sender<()>,
    peak: JoinHandle<f64>,
}

impl Observer {
    /// Starts to look.
    pub(crate) fn start(pid: u32) -> Self {
        let (stop, mut stopped) = watch::channel(());
        let peak = tokio::spawn(async move {
            let mut peak = 0.0_f64;
            loop {
                peak = peak.max(resident(pid).unwrap_or_default());
                tokio::select! {
                    _ = stopped.changed() => return peak,
                    () = tokio::time::sleep(INTERVAL) => {}
                }
            }
        });
        Self { pid, before: resident(pid), stop, peak }
    }

    /// Stops, and tells what was seen.
    pub(crate) async fn told(self) -> String {
        let _ = self.stop.send(());
        let peak = self.peak.await.unwrap_or_default();
        match (self.before, resident(self.pid)) {
            (Some(before), Some(after)) => {
                format!("{before:.1} MiB before, {peak:.1} MiB at most, {after:.1} MiB after")
            }
            (Some(before), None) => {
                format!("{before:.1} MiB before, {peak:.1} MiB at most; the process has ended")
            }
            (None, _) => format!("no process {} could be seen", self.pid),
        }
    }
}
