//! The file of the store: SQLite in WAL mode. A commit that has returned survives the end of the process.

use std::{
    fs::OpenOptions,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use tracing::error;

use super::{Kept, StoreError};

/// How long to wait for another process that writes the same file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS articles (
        id TEXT PRIMARY KEY NOT NULL,
        encoded BLOB NOT NULL,
        bytes INTEGER NOT NULL,
        put_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS articles_put_at ON articles (put_at);
    CREATE INDEX IF NOT EXISTS articles_expires_at ON articles (expires_at);
";

const PUT: &str = "
    INSERT INTO articles (id, encoded, bytes, put_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (id) DO UPDATE SET encoded = ?2, bytes = ?3, put_at = ?4, expires_at = ?5
";

const FORGET_ONE: &str = "DELETE FROM articles WHERE id = ?1 RETURNING bytes";
const FORGET_EXPIRED: &str = "DELETE FROM articles WHERE expires_at <= ?1 RETURNING bytes";
const FORGET_OLDEST: &str = "
    DELETE FROM articles WHERE id = (SELECT id FROM articles ORDER BY put_at LIMIT 1) RETURNING bytes
";

#[derive(Debug)]
pub(super) struct Disk {
    connection: Connection,
    /// Of all articles in the file.
    bytes: u64,
    max_bytes: u64,
}

impl Disk {
    pub(super) fn open(path: &Path, max_bytes: u64) -> Result<Self, StoreError> {
        // SQLite makes its other files as readable as the first is. A file that cannot be made here cannot be opened there
        // either, which then says why. It is closed before: closing drops every lock that the process has on it.
        drop(OpenOptions::new().append(true).create(true).mode(0o600).open(path));
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.execute_batch(SCHEMA)?;
        let bytes =
            connection.query_row("SELECT coalesce(sum(bytes), 0) FROM articles", [], |row| row.get(0))?;
        Ok(Self { connection, bytes, max_bytes })
    }

    /// Keeps an article of so many `bytes`, all counted; those that expired, and then the oldest, make room for it.
    pub(super) fn put(&mut self, id: &str, kept: &Kept, bytes: u64) -> Result<(), StoreError> {
        let now = microseconds(SystemTime::now());
        let change = self.connection.transaction()?;
        let mut all = self.bytes.saturating_sub(forget(&change, FORGET_ONE, params![id])?);
        all = all.saturating_sub(forget(&change, FORGET_EXPIRED, params![now])?);
        change.execute(PUT, params![id, &*kept.encoded, bytes, now, microseconds(kept.expires)])?;
        all += bytes;
        while all > self.max_bytes {
            match forget(&change, FORGET_OLDEST, params![])? {
                0 => break,
                forgotten => all = all.saturating_sub(forgotten),
            }
        }
        change.commit()?;
        self.bytes = all;
        Ok(())
    }

    /// The article of an id, which may have expired. One that cannot be read is as good as none, and is logged.
    pub(super) fn get(&self, id: &str) -> Option<Kept> {
        let found = self
            .connection
            .prepare_cached("SELECT encoded, expires_at FROM articles WHERE id = ?1")
            .and_then(|mut query| query.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional());
        match found {
            Ok(found) => found.map(|(encoded, expires): (Vec<u8>, i64)| Kept {
                encoded: encoded.into(),
                expires: UNIX_EPOCH + Duration::from_micros(u64::try_from(expires).unwrap_or_default()),
            }),
            Err(error) => {
                error!(%error, "an article cannot be read");
                None
            }
        }
    }
}

/// How many bytes the articles had that a statement forgets.
fn forget(
    change: &Transaction<'_>,
    statement: &str,
    parameters: impl rusqlite::Params,
) -> Result<u64, StoreError> {
    let mut statement = change.prepare_cached(statement)?;
    let forgotten = statement.query_map(parameters, |row| row.get::<_, u64>(0))?;
    Ok(forgotten.sum::<Result<u64, _>>()?)
}

fn microseconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
