//! A comity of its own process: started on free ports, ready when it says so, ended with its owner.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};

/// How long a start may take.
const START_LIMIT: Duration = Duration::from_secs(20);

/// How long to wait between two looks.
const INTERVAL: Duration = Duration::from_millis(10);

/// A running server.
#[derive(Debug)]
pub(crate) struct Instance {
    child: Child,
}

impl Instance {
    /// Starts `binary serve` and waits until it takes calls. Its log is written and thrown away, so that it costs what
    /// it costs.
    pub(crate) fn start(
        binary: &Path,
        listen: SocketAddr,
        admin: SocketAddr,
        flags: &[String],
    ) -> anyhow::Result<Self> {
        let mut command = Command::new(binary);
        command
            .args(["serve", "--listen", &listen.to_string(), "--admin-listen", &admin.to_string()])
            .args(flags);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().with_context(|| {
            format!("cannot run {}; `cargo build --release --bin comity` makes it", binary.display())
        })?;
        let mut instance = Self { child };
        let begun = Instant::now();
        while !page(admin, "/readyz").is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")) {
            if let Some(status) = instance.child.try_wait()? {
                bail!("the server ended at once ({status}); to see why, run: {command:?}");
            }
            if begun.elapsed() > START_LIMIT {
                bail!("the server was not ready within {START_LIMIT:?}; to see why, run: {command:?}");
            }
            sleep(INTERVAL);
        }
        Ok(instance)
    }

    /// The process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends SIGTERM and waits for the end, at most so long.
    pub(crate) fn terminate(mut self, limit: Duration) -> anyhow::Result<(ExitStatus, Duration)> {
        let begun = Instant::now();
        let sent = Command::new("kill").args(["-TERM", &self.pid().to_string()]).status().context("kill")?;
        if !sent.success() {
            bail!("kill -TERM {}: {sent}", self.pid());
        }
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok((status, begun.elapsed()));
            }
            if begun.elapsed() > limit {
                bail!("the server had not ended {limit:?} after SIGTERM");
            }
            sleep(INTERVAL);
        }
    }
}

impl Drop for Instance {
    /// SIGKILL, unless it has ended.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port of this machine that is free at the moment.
pub(crate) fn free_port() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}

/// A page of the operator's port, with its head.
pub(crate) fn page(admin: SocketAddr, path: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect_timeout(&admin, Duration::from_secs(1))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: comity\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
