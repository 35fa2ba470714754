//! The only connection to the database file, and the jobs that are waiting to be written.

use std::{
    borrow::Borrow,
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak, atomic::AtomicBool},
};

use rusqlite::Connection;
use tallylight_core::library::record::Record;

use super::write_job;

/// The shared connection. Jobs can be queued, and are written by whichever thread locks the connection next; nothing is
/// written before them.
#[derive(Clone, Debug)]
pub(super) struct Database(Arc<SharedDatabase>);

/// What all copies of a [`Database`] share.
#[derive(Debug)]
pub(super) struct SharedDatabase {
    /// The path of the file; none for a database in memory.
    file: Option<String>,
    connection: Mutex<ConnectionGuard>,
    is_indexing: AtomicBool,
}

impl From<Arc<SharedDatabase>> for Database {
    fn from(shared: Arc<SharedDatabase>) -> Self {
        Self(shared)
    }
}

/// The connection while it is locked, with the queued jobs.
#[derive(Debug)]
pub(super) struct ConnectionGuard {
    connection: Connection,
    queued: Vec<Arc<Record>>,
    /// The result of writing the queued jobs, until it is read.
    written: Option<rusqlite::Result<()>>,
}

impl Database {
    /// Takes over an open connection.
    pub(super) fn new(connection: Connection) -> Self {
        let file = connection.path().filter(|path| !path.is_empty()).map(str::to_owned);
        let connection = Mutex::new(ConnectionGuard { connection, queued: Vec::new(), written: None });
        Self(Arc::new(SharedDatabase { file, connection, is_indexing: AtomicBool::new(false) }))
    }

    /// Locks the connection, after writing the queued jobs.
    pub(super) fn lend(&self) -> MutexGuard<'_, ConnectionGuard> {
        let mut lent = self.0.connection.lock().unwrap_or_else(PoisonError::into_inner);
        if !lent.queued.is_empty() {
            let queued = std::mem::take(&mut lent.queued);
            lent.written = Some(write_jobs(&mut lent.connection, queued.iter().map(Arc::as_ref)));
        }
        lent
    }

    /// Returns the path of the file; none for a database in memory.
    pub(super) fn file(&self) -> Option<&str> {
        self.0.file.as_deref()
    }

    /// Returns a reference that does not keep the connection open.
    pub(super) fn downgrade(&self) -> Weak<SharedDatabase> {
        Arc::downgrade(&self.0)
    }

    /// Returns whether a thread adds transcripts to the index.
    pub(super) fn is_indexing(&self) -> &AtomicBool {
        &self.0.is_indexing
    }

    /// Queues jobs. [`Self::write`] writes them, or any earlier use of the connection.
    pub(super) fn queue_write(&self, jobs: Vec<Arc<Record>>) {
        self.lend().queued = jobs;
    }

    /// Writes the queued jobs, if they are not written yet, and returns the result.
    ///
    /// # Errors
    /// The error of SQLite.
    pub(super) fn write(&self) -> rusqlite::Result<()> {
        self.lend().written.take().unwrap_or(Ok(()))
    }
}

impl Deref for ConnectionGuard {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for ConnectionGuard {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

/// Writes jobs in one transaction.
///
/// # Errors
/// The error of SQLite; no job is written then.
pub(super) fn write_jobs(
    connection: &mut Connection,
    jobs: impl Iterator<Item = impl Borrow<Record>>,
) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for job in jobs {
        write_job(&transaction, job.borrow())?;
    }
    transaction.commit()
}
