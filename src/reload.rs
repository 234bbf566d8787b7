//! Files are read again when they change, or on SIGHUP; what they held before stays until they are read whole.
//!
//! Folders are watched, not files, because Kubernetes swaps a symbolic link and editors write a new file. A thread waits
//! until changes have settled, compares contents by hash, and reads again what differs. A wrong file is told once: in
//! the log, in `comity_reload_failed`, and, for what judges, in GetPolicy. Calls in flight finish on what they began with.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use sha2::{Digest as _, Sha256};
use tracing::{error, info, warn};

use crate::telemetry::Metrics;

/// How long files must be left alone before they are read.
const SETTLED: Duration = Duration::from_millis(200);

/// How long to wait for that at most.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often to look at files in folders that cannot be watched, such as one that is not there for the moment.
const UNTOLD: Duration = Duration::from_secs(5);

/// Why to look at the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Something in their folders changed.
    Changed,
    /// Somebody asked: also what did not change is read again.
    Asked,
}

/// Reads what changed and puts it in place. The error is told to the operator.
type Reload = Box<dyn FnMut() -> Result<(), String> + Send>;

/// A hash of the contents of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

struct Watched {
    what: &'static str,
    paths: Vec<PathBuf>,
    fingerprint: Fingerprint,
    reload: Reload,
}

/// What is to be read again.
pub struct Reloader {
    watched: Vec<Watched>,
    metrics: Arc<Metrics>,
}

impl std::fmt::Debug for Reloader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reloader").field("watched", &self.watched.len()).finish_non_exhaustive()
    }
}

impl Reloader {
    /// Nothing yet.
    pub const fn new(metrics: Arc<Metrics>) -> Self {
        Self { watched: Vec::new(), metrics }
    }

    /// Adds files and folders of files as they were when they were read first, with what puts them in place.
    pub fn add(
        &mut self,
        what: &'static str,
        paths: Vec<PathBuf>,
        fingerprint: Fingerprint,
        reload: impl FnMut() -> Result<(), String> + Send + 'static,
    ) {
        self.watched.push(Watched { what, paths, fingerprint, reload: Box::new(reload) });
    }

    /// Starts the thread. It ends when every sender is gone, that of the answer among them. Without `watch` only what is
    /// sent has the files read.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(mut self, watch: bool) -> std::io::Result<Sender<Cause>> {
        let (send, causes) = channel();
        let mut folders = watch.then(|| Folders::of(&self.watched, send.clone()));
        thread::Builder::new().name("reload".to_owned()).spawn(move || {
            // They may have changed since they were read first.
            let mut cause = Cause::Changed;
            loop {
                let is_told = folders.as_mut().is_none_or(Folders::watch);
                self.look(cause);
                let patience = if is_told { Duration::MAX } else { UNTOLD };
                let Some(next) = next(&causes, patience) else { return };
                cause = next;
            }
        })?;
        Ok(send)
    }

    fn look(&mut self, cause: Cause) {
        for watched in &mut self.watched {
            let now = Fingerprint::of(&watched.paths);
            if cause == Cause::Changed && now == watched.fingerprint {
                continue;
            }
            watched.fingerprint = now;
            let what = watched.what;
            let outcome = (watched.reload)();
            self.metrics.reloaded(what, outcome.is_ok());
            match outcome {
                Ok(()) => info!(what, "reloaded"),
                Err(reason) => error!(what, reason, "reload failed, what was loaded before stays"),
            }
        }
    }
}

/// The folders that are watched.
struct Folders {
    paths: BTreeSet<PathBuf>,
    watcher: Option<RecommendedWatcher>,
}

impl Folders {
    fn of(files: &[Watched], send: Sender<Cause>) -> Self {
        let paths = files.iter().flat_map(|w| &w.paths).map(|path| folder(path).to_owned()).collect();
        let told = move |event: notify::Result<notify::Event>| {
            // Reading is no change; an error may hide one.
            if !event.is_ok_and(|event| matches!(event.kind, EventKind::Access(_))) {
                // The thread has ended: so does the program.
                let _ = send.send(Cause::Changed);
            }
        };
        let watcher = notify::recommended_watcher(told)
            .map_err(|error| warn!(%error, "cannot watch files, they are looked at instead"))
            .ok();
        Self { paths, watcher }
    }

    /// Watches all of them, also those that are watched already: one that was replaced is not the one that was watched.
    /// Returns whether that could be done.
    fn watch(&mut self) -> bool {
        let Self { paths, watcher: Some(watcher) } = self else { return false };
        let unwatched = paths.iter().filter(|path| watcher.watch(path, RecursiveMode::NonRecursive).is_err());
        unwatched.count() == 0
    }
}

/// The next reason to look, once changes have settled, or when so much time has passed. None at the end.
fn next(causes: &Receiver<Cause>, patience: Duration) -> Option<Cause> {
    let mut cause = match causes.recv_timeout(patience) {
        Ok(cause) => cause,
        Err(RecvTimeoutError::Timeout) => return Some(Cause::Changed),
        Err(RecvTimeoutError::Disconnected) => return None,
    };
    let until = Instant::now() + PATIENCE;
    while cause == Cause::Changed && Instant::now() < until {
        match causes.recv_timeout(SETTLED) {
            Ok(further) => cause = further,
            Err(RecvTimeoutError::Timeout) => break,
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
    Some(cause)
}

/// The folder to watch for a file, or the folder itself.
fn folder(path: &Path) -> &Path {
    if path.is_dir() {
        return path;
    }
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

impl Fingerprint {
    /// The fingerprint of files, and of the files in folders. What cannot be read counts as absent.
    pub fn of(paths: &[PathBuf]) -> Self {
        let mut hash = Sha256::new();
        let mut add = |path: &Path| {
            let bytes = fs::read(path).ok();
            hash.update(path.as_os_str().as_encoded_bytes());
            hash.update([u8::from(bytes.is_some())]);
            hash.update(Sha256::digest(bytes.unwrap_or_default()));
        };
        for path in paths {
            match fs::read_dir(path) {
                Ok(entries) => {
                    let files: BTreeSet<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
                    for file in &files {
                        add(file);
                    }
                }
                Err(_not_a_folder) => add(path),
            }
        }
        Self(hash.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reloader of one file that sends what it read.
    fn started(path: &Path, watch: bool) -> (Sender<Cause>, Receiver<Result<String, String>>, Arc<Metrics>) {
        let metrics = Arc::new(Metrics::default());
        let mut reloader = Reloader::new(metrics.clone());
        let (send, read) = channel();
        let file = path.to_owned();
        let paths = vec![path.to_owned()];
        let fingerprint = Fingerprint::of(&paths);
        reloader.add("policy", paths, fingerprint, move || {
            let text = fs::read_to_string(&file).map_err(|error| error.to_string());
            let outcome =
                text.clone().and_then(|t| if t == "bad" { Err("is bad".to_owned()) } else { Ok(()) });
            send.send(text).unwrap();
            outcome
        });
        (reloader.start(watch).unwrap(), read, metrics)
    }

    #[test]
    fn a_changed_file_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.toml");
        fs::write(&path, "one").unwrap();
        let (_keep, read, metrics) = started(&path, true);
        fs::write(&path, "two").unwrap();
        assert_eq!(read.recv().unwrap().unwrap(), "two");
        fs::write(folder.path().join("new"), "three").unwrap();
        fs::rename(folder.path().join("new"), &path).unwrap();
        assert_eq!(read.recv().unwrap().unwrap(), "three");
        fs::write(&path, "bad").unwrap();
        assert_eq!(read.recv().unwrap().unwrap(), "bad");
        fs::write(&path, "four").unwrap();
        assert_eq!(read.recv().unwrap().unwrap(), "four");
        let page = metrics.render();
        assert!(page.contains(r#"comity_reloads_total{what="policy",result="failed"} 1"#), "{page}");
    }

    #[test]
    #[cfg(unix)]
    fn a_volume_that_kubernetes_swaps_is_read_again() {
        let volume = tempfile::tempdir().unwrap();
        let at = |name: &str| volume.path().join(name);
        for (version, content) in [("..1", "one"), ("..2", "two")] {
            fs::create_dir(at(version)).unwrap();
            fs::write(at(version).join("policy.toml"), content).unwrap();
        }
        std::os::unix::fs::symlink("..1", at("..data")).unwrap();
        std::os::unix::fs::symlink("..data/policy.toml", at("policy.toml")).unwrap();
        let (_keep, read, _metrics) = started(&at("policy.toml"), true);
        std::os::unix::fs::symlink("..2", at("..data_tmp")).unwrap();
        fs::rename(at("..data_tmp"), at("..data")).unwrap();
        assert_eq!(read.recv().unwrap().unwrap(), "two");
    }

    #[test]
    fn a_folder_that_is_replaced_or_away_for_a_while_is_watched_again() {
        let parent = tempfile::tempdir().unwrap();
        let at = |name: &str| parent.path().join(name);
        let put = |name: &str, content: &str| {
            fs::create_dir(at(name)).unwrap();
            fs::write(at(name).join("policy.toml"), content).unwrap();
        };
        put("site", "one");
        let (_keep, read, _metrics) = started(&at("site").join("policy.toml"), true);
        put("next", "two");
        fs::rename(at("site"), at("old")).unwrap();
        fs::rename(at("next"), at("site")).unwrap();
        let until = |content: Option<&str>| while read.recv().unwrap().ok().as_deref() != content {};
        until(Some("two"));
        fs::write(at("site").join("policy.toml"), "three").unwrap();
        until(Some("three"));
        fs::remove_dir_all(at("site")).unwrap();
        until(None);
        put("site", "four");
        until(Some("four"));
    }

    #[test]
    fn what_changed_since_it_was_read_first_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.toml");
        fs::write(&path, "one").unwrap();
        let paths = vec![path.clone()];
        let first = Fingerprint::of(&paths);
        fs::write(&path, "two").unwrap();
        let (send, read) = channel();
        let mut reloader = Reloader::new(Arc::default());
        reloader.add("policy", paths, first, move || {
            send.send(fs::read_to_string(&path).unwrap()).map_err(|error| error.to_string())
        });
        let _keep = reloader.start(true).unwrap();
        assert_eq!(read.recv().unwrap(), "two");
    }

    #[test]
    fn without_a_watch_files_are_read_when_asked_even_unchanged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.toml");
        fs::write(&path, "one").unwrap();
        let (ask, read, _metrics) = started(&path, false);
        ask.send(Cause::Asked).unwrap();
        assert_eq!(read.recv().unwrap().unwrap(), "one");
        fs::remove_file(&path).unwrap();
        ask.send(Cause::Asked).unwrap();
        assert!(read.recv().unwrap().is_err());
    }

    #[test]
    fn what_did_not_change_keeps_its_fingerprint() {
        let folder = tempfile::tempdir().unwrap();
        let paths = vec![folder.path().to_owned()];
        let empty = Fingerprint::of(&paths);
        fs::write(folder.path().join("a.target"), "a").unwrap();
        let one = Fingerprint::of(&paths);
        fs::write(folder.path().join("a.target"), "a").unwrap();
        assert_eq!(Fingerprint::of(&paths), one);
        assert_ne!(one, empty);
    }
}
