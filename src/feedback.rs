//! What moderators made of comments, as their clients tell it, kept as JSON lines.
//!
//! A line is acknowledged only once it is on the disk: those that wait at the same time are written together, with one
//! fsync. A file that has grown too large is renamed to NAME.1, NAME.2 and so on and a new one begun; none is ever removed
//! here. What a crash has left of a line is cut off at the next start: nobody was told that it was kept.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    thread,
};

use tokio::sync::{mpsc, oneshot};
use tracing::error;

/// The most lines that wait to be written.
const MAX_WAITING: usize = 256;

/// The most lines that are written together.
const MAX_TOGETHER: usize = 64;

/// Where lines are kept. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Feedback {
    lines: mpsc::Sender<Line>,
    keeps_text: bool,
}

#[derive(Debug)]
struct Line {
    text: Vec<u8>,
    kept: oneshot::Sender<bool>,
}

impl Feedback {
    /// Opens or makes the file, for its owner alone. It is begun anew when it has `max_bytes`. `keeps_text` says whether
    /// the text of comments may be kept.
    ///
    /// # Errors
    /// When the file cannot be opened or written.
    pub fn open(path: PathBuf, max_bytes: u64, keeps_text: bool) -> io::Result<Self> {
        let mut log = Log::open(path, max_bytes)?;
        let (lines, mut waiting) = mpsc::channel(MAX_WAITING);
        thread::Builder::new().name("feedback".to_owned()).spawn(move || {
            let mut together = Vec::new();
            while waiting.blocking_recv_many(&mut together, MAX_TOGETHER) > 0 {
                log.keep(&mut together);
            }
        })?;
        Ok(Self { lines, keeps_text })
    }

    /// Whether the text of comments may be kept.
    pub(crate) const fn keeps_text(&self) -> bool {
        self.keeps_text
    }

    /// Keeps a line, which has no line feed. Returns whether it is on the disk.
    pub(crate) async fn keep(&self, text: Vec<u8>) -> bool {
        let (kept, told) = oneshot::channel();
        self.lines.send(Line { text, kept }).await.is_ok() && told.await.unwrap_or(false)
    }
}

#[derive(Debug)]
struct Log {
    path: PathBuf,
    file: File,
    bytes: u64,
    max_bytes: u64,
}

impl Log {
    fn open(path: PathBuf, max_bytes: u64) -> io::Result<Self> {
        let mut file = begin(&path)?;
        let bytes = whole_lines(&mut file)?;
        file.set_len(bytes)?;
        Ok(Self { path, file, bytes, max_bytes })
    }

    /// Keeps lines together and tells each how it went.
    fn keep(&mut self, lines: &mut Vec<Line>) {
        let written = self.write(lines);
        if let Err(error) = &written {
            error!(%error, file = %self.path.display(), lines = lines.len(), "feedback is not kept");
            // What was written of these lines must not stand before others. Should this fail too, so will the next write.
            let _ = self.file.set_len(self.bytes);
        }
        for line in lines.drain(..) {
            // A caller who has hung up need not know.
            let _ = line.kept.send(written.is_ok());
        }
    }

    fn write(&mut self, lines: &[Line]) -> io::Result<()> {
        if self.bytes >= self.max_bytes {
            self.begin_anew()?;
        }
        let mut together = Vec::new();
        for line in lines {
            together.extend_from_slice(&line.text);
            together.push(b'\n');
        }
        self.file.write_all(&together)?;
        self.file.sync_data()?;
        self.bytes += together.len() as u64;
        Ok(())
    }

    fn begin_anew(&mut self) -> io::Result<()> {
        let mut n = 1_u32;
        while numbered(&self.path, n).exists() {
            n += 1;
        }
        let aside = numbered(&self.path, n);
        fs::rename(&self.path, &aside)?;
        match begin(&self.path) {
            Ok(file) => {
                self.file = file;
                self.bytes = 0;
                Ok(())
            }
            Err(error) => {
                // The next line tries again.
                fs::rename(&aside, &self.path)?;
                Err(error)
            }
        }
    }
}

fn numbered(path: &Path, n: u32) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{n}"));
    name.into()
}

fn begin(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
    // Two processes would cut off each other's lines.
    file.try_lock()?;
    // A name is on the disk only once its folder is.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()?;
    Ok(file)
}

/// How many bytes the whole lines of a file have: up to the last line feed.
fn whole_lines(file: &mut File) -> io::Result<u64> {
    let (mut end, mut chunk) = (file.metadata()?.len(), [0; 4096]);
    while end > 0 {
        let begin = end.saturating_sub(chunk.len() as u64);
        let part = chunk.get_mut(..(end - begin) as usize).unwrap_or_default();
        file.seek(SeekFrom::Start(begin))?;
        file.read_exact(part)?;
        if let Some(at) = part.iter().rposition(|byte| *byte == b'\n') {
            return Ok(begin + at as u64 + 1);
        }
        end = begin;
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &Path) -> Vec<String> {
        fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
    }

    #[tokio::test]
    async fn what_is_acknowledged_is_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("feedback.jsonl");
        let feedback = Feedback::open(path.clone(), 1 << 20, false).unwrap();
        let kept = (0..300).map(|n| feedback.keep(n.to_string().into_bytes()));
        assert!(futures_util::future::join_all(kept).await.into_iter().all(|kept| kept));
        let mut there: Vec<u32> = lines(&path).iter().map(|line| line.parse().unwrap()).collect();
        there.sort_unstable();
        assert_eq!(there, (0..300).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn half_a_line_of_a_crash_is_cut_off_and_others_go_on_after_what_was_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("feedback.jsonl");
        fs::write(&path, format!("one\ntwo\n{}", "x".repeat(10_000))).unwrap();
        let feedback = Feedback::open(path.clone(), 1 << 20, false).unwrap();
        assert!(feedback.keep(b"three".to_vec()).await);
        assert_eq!(lines(&path), ["one", "two", "three"]);
    }

    #[tokio::test]
    async fn a_large_file_is_put_aside_and_nothing_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("feedback.jsonl");
        let feedback = Feedback::open(path.clone(), 10, false).unwrap();
        for line in ["0123456789", "second", "third", "fourth"] {
            assert!(feedback.keep(line.as_bytes().to_vec()).await);
        }
        assert_eq!(lines(&numbered(&path, 1)), ["0123456789"]);
        assert_eq!(lines(&numbered(&path, 2)), ["second", "third"]);
        assert_eq!(lines(&path), ["fourth"]);
    }

    #[test]
    fn what_cannot_be_written_is_told_and_leaves_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("feedback.jsonl");
        let mut log = Log::open(path.clone(), 1 << 20).unwrap();
        let writable = std::mem::replace(&mut log.file, File::open(&path).unwrap());
        let keep = |log: &mut Log| {
            let (kept, told) = oneshot::channel();
            log.keep(&mut vec![Line { text: b"line".to_vec(), kept }]);
            told.blocking_recv().unwrap()
        };
        assert!(!keep(&mut log));
        assert!(lines(&path).is_empty());
        log.file = writable;
        assert!(keep(&mut log));
        assert_eq!(lines(&path), ["line"]);
        assert!(Feedback::open("/does/not/exist".into(), 1, false).is_err());
    }
}
