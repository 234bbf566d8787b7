//! The file of the store: SQLite in WAL mode. A commit that has returned survives the end of the process.

use std::{
    fs::OpenOptions,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rusqlite::{Connection, OptionalExtension as _, params};
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
        put_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS articles_put_at ON articles (put_at);
";

const PUT: &str = "
    INSERT INTO articles (id, encoded, put_at, expires_at) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (id) DO UPDATE SET encoded = ?2, put_at = ?3, expires_at = ?4
";

const BYTES: &str = "SELECT coalesce(sum(length(encoded)), 0) FROM articles";

#[derive(Debug)]
pub(super) struct Disk {
    connection: Mutex<Connection>,
    max_bytes: u64,
}

impl Disk {
    pub(super) fn open(path: &Path, max_bytes: u64) -> Result<Self, StoreError> {
        // SQLite makes its other files as readable as the first is. A file that cannot be made here cannot be opened there
        // either, which then says why.
        let _made = OpenOptions::new().append(true).create(true).mode(0o600).open(path);
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection: Mutex::new(connection), max_bytes })
    }

    pub(super) fn put(&self, id: &str, encoded: &[u8], expires: SystemTime) -> Result<(), StoreError> {
        let mut connection = self.connection();
        let now = microseconds(SystemTime::now());
        let change = connection.transaction()?;
        change.execute(PUT, params![id, encoded, now, microseconds(expires)])?;
        change.execute("DELETE FROM articles WHERE expires_at <= ?1", [now])?;
        let mut bytes: u64 = change.query_row(BYTES, [], |row| row.get(0))?;
        while bytes > self.max_bytes {
            let oldest: u64 = change.query_row(
                "DELETE FROM articles WHERE id = (SELECT id FROM articles ORDER BY put_at LIMIT 1)
                 RETURNING length(encoded)",
                [],
                |row| row.get(0),
            )?;
            bytes = bytes.saturating_sub(oldest);
        }
        change.commit()?;
        Ok(())
    }

    /// The article of an id, which may have expired. One that cannot be read is as good as none, and is logged.
    pub(super) fn get(&self, id: &str) -> Option<Kept> {
        let connection = self.connection();
        let found = connection
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

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A transaction that did not come to its end is rolled back as it is dropped.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn microseconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
