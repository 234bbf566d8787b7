//! Articles that callers put before their comments come, so that a call may name one by its id.
//!
//! Bounded in bytes, oldest use first to go, and forgotten after a time. In memory, and in a file as well where one is
//! given: what was acknowledged then survives the process. What is kept is the encoded message, which this room does not
//! look into.

mod disk;

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use moka::{policy::EvictionPolicy, sync::Cache};

use self::disk::Disk;

/// What the store holds beside an article for each, about: two keys, the time, the links between entries.
const OVERHEAD: usize = 200;

/// Why articles cannot be kept in a file.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct StoreError(#[from] rusqlite::Error);

/// How much is kept, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The most bytes of all articles together, in memory and in the file each.
    pub max_bytes: u64,
    /// How long an article is kept after it was put.
    pub ttl: Duration,
}

/// An encoded article and when it is forgotten.
#[derive(Debug, Clone)]
struct Kept {
    encoded: Arc<[u8]>,
    expires: SystemTime,
}

/// The store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Articles {
    memory: Cache<String, Kept>,
    disk: Option<Arc<Mutex<Disk>>>,
    ttl: Duration,
}

impl Articles {
    /// A store in memory.
    pub fn in_memory(bounds: Bounds) -> Self {
        let weigh = |id: &String, kept: &Kept| u32::try_from(kept.bytes(id)).unwrap_or(u32::MAX);
        let memory = Cache::builder()
            .max_capacity(bounds.max_bytes)
            .weigher(weigh)
            .time_to_live(bounds.ttl)
            .eviction_policy(EvictionPolicy::lru())
            .build();
        Self { memory, disk: None, ttl: bounds.ttl }
    }

    /// A store in a file, `SQLite` in WAL mode, with memory before it. The file is made if there is none.
    ///
    /// # Errors
    /// When the file cannot be opened, or is none of this store.
    pub fn in_file(path: &Path, bounds: Bounds) -> Result<Self, StoreError> {
        let disk = Some(Arc::new(Mutex::new(Disk::open(path, bounds.max_bytes)?)));
        Ok(Self { disk, ..Self::in_memory(bounds) })
    }

    /// Keeps an article in place of any of the same id, and says how long. May wait for the disk.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn put(&self, id: &str, encoded: Vec<u8>) -> Result<Duration, StoreError> {
        let kept = Kept { encoded: encoded.into(), expires: SystemTime::now() + self.ttl };
        // Memory changes while the disk is held, so that both always agree.
        let mut disk = self.disk.as_deref().map(held);
        if let Some(disk) = &mut disk {
            disk.put(id, &kept, kept.bytes(id) as u64)?;
        }
        self.memory.insert(id.to_owned(), kept);
        // What the new one displaces goes now, not with some later call.
        self.memory.run_pending_tasks();
        drop(disk);
        Ok(self.ttl)
    }

    /// The article of an id, as far as memory knows.
    pub(crate) fn in_reach(&self, id: &str) -> Option<Arc<[u8]>> {
        self.memory.get(id).filter(|kept| kept.expires > SystemTime::now()).map(|kept| kept.encoded)
    }

    /// Whether there is more than memory to ask.
    pub(crate) const fn has_file(&self) -> bool {
        self.disk.is_some()
    }

    /// The article of an id, unless it was never put or is forgotten. May wait for the disk.
    pub(crate) fn get(&self, id: &str) -> Option<Arc<[u8]>> {
        if let Some(disk) = &self.disk
            && !self.memory.contains_key(id)
        {
            let disk = held(disk);
            if let Some(kept) = disk.get(id) {
                self.memory.insert(id.to_owned(), kept);
                self.memory.run_pending_tasks();
            }
            drop(disk);
        }
        self.in_reach(id)
    }
}

impl Kept {
    /// What it takes of the store, in bytes.
    fn bytes(&self, id: &str) -> usize {
        id.len() + self.encoded.len() + OVERHEAD
    }
}

fn held(disk: &Mutex<Disk>) -> MutexGuard<'_, Disk> {
    // A transaction that did not come to its end is rolled back as it is dropped.
    disk.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { max_bytes: 1 << 20, ttl: Duration::from_secs(3600) };

    fn get(articles: &Articles, id: &str) -> Option<Vec<u8>> {
        articles.get(id).map(|encoded| encoded.to_vec())
    }

    #[test]
    fn the_last_article_of_an_id_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("articles.sqlite");
        for articles in [Articles::in_memory(BOUNDS), Articles::in_file(&file, BOUNDS).unwrap()] {
            assert_eq!(get(&articles, "a"), None);
            assert_eq!(articles.put("a", b"one".to_vec()).unwrap(), BOUNDS.ttl);
            articles.put("a", b"two".to_vec()).unwrap();
            articles.put("b", b"three".to_vec()).unwrap();
            assert_eq!(get(&articles, "a").unwrap(), b"two");
        }
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        let again = Articles::in_file(&file, BOUNDS).unwrap();
        assert_eq!(get(&again, "a").unwrap(), b"two");
        assert_eq!(get(&again, "b").unwrap(), b"three");
    }

    #[test]
    fn whoever_else_opens_the_file_takes_nothing_from_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("articles.sqlite");
        let articles = Articles::in_file(&file, BOUNDS).unwrap();
        articles.put("a", b"one".to_vec()).unwrap();
        // Only another process shows which locks there are: within one, SQLite shares them.
        let reads = "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); print(c.execute('select count(*) from articles').fetchone()); c.close()";
        let other = std::process::Command::new("python3").args(["-c", reads]).arg(&file).output();
        if let Ok(other) = other {
            assert_eq!(String::from_utf8_lossy(&other.stdout), "(1,)\n", "{other:?}");
        }
        articles.put("b", b"two".to_vec()).unwrap();
        let again = Articles::in_file(&file, BOUNDS).unwrap();
        assert_eq!(get(&again, "b").unwrap(), b"two");
    }

    #[test]
    fn an_article_is_forgotten_after_its_time() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("articles.sqlite");
        let short = Bounds { ttl: Duration::ZERO, ..BOUNDS };
        for articles in [Articles::in_memory(short), Articles::in_file(&file, short).unwrap()] {
            articles.put("a", b"one".to_vec()).unwrap();
            assert_eq!(get(&articles, "a"), None);
        }
        assert_eq!(get(&Articles::in_file(&file, BOUNDS).unwrap(), "a"), None);
    }

    #[test]
    fn the_store_does_not_grow_without_end() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("articles.sqlite");
        let bounds = Bounds { max_bytes: 100_000, ..BOUNDS };
        for articles in [Articles::in_memory(bounds), Articles::in_file(&file, bounds).unwrap()] {
            for n in 0..100 {
                articles.put(&n.to_string(), vec![7; 10_000]).unwrap();
                let held: usize = articles.memory.iter().map(|(id, kept)| kept.bytes(&id)).sum();
                assert!(held as u64 <= bounds.max_bytes, "{held} after {n}");
            }
            let there: Vec<i32> = (0..100).filter(|n| articles.get(&n.to_string()).is_some()).collect();
            assert!((1..=10).contains(&there.len()) && there.contains(&99), "{there:?}");
        }
    }

    #[test]
    fn a_file_that_is_no_store_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("notes.txt");
        std::fs::write(
            &file,
            "these are notes and no database, long enough to be read as a header of one ".repeat(9),
        )
        .unwrap();
        Articles::in_file(&file, BOUNDS).unwrap_err();
        Articles::in_file(&folder.path().join("no/such/folder"), BOUNDS).unwrap_err();
    }
}
