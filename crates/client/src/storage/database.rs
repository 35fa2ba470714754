//! The one connection to the file, and the jobs that wait to be written on it.

use std::{
    borrow::Borrow,
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rusqlite::Connection;
use tallylight_core::library::record::Record;

use super::write_job;

/// Lends the connection to one after the other. Jobs are handed over, to be written by whoever has the time for it; nothing
/// overtakes them.
#[derive(Clone, Debug)]
pub(super) struct Database(Arc<Mutex<ConnectionGuard>>);

/// Is the connection, lent to whoever holds this.
#[derive(Debug)]
pub(super) struct ConnectionGuard {
    connection: Connection,
    waiting: Vec<Arc<Record>>,
    /// What became of those that waited, until it is asked for.
    written: Option<rusqlite::Result<()>>,
}

impl Database {
    pub(super) fn new(connection: Connection) -> Self {
        Self(Arc::new(Mutex::new(ConnectionGuard { connection, waiting: Vec::new(), written: None })))
    }

    /// Lends the connection, once what was handed over is written.
    pub(super) fn lend(&self) -> MutexGuard<'_, ConnectionGuard> {
        let mut lent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !lent.waiting.is_empty() {
            let waiting = std::mem::take(&mut lent.waiting);
            lent.written = Some(put_all(&mut lent.connection, waiting.iter().map(Arc::as_ref)));
        }
        lent
    }

    /// Hands jobs over, to be written by [`Self::write`], or by whoever needs the connection before.
    pub(super) fn hand_over(&self, jobs: Vec<Arc<Record>>) {
        self.lend().waiting = jobs;
    }

    /// Writes what was handed over, and returns what became of it.
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

/// Writes jobs: all of them or none.
pub(super) fn put_all(
    connection: &mut Connection,
    jobs: impl Iterator<Item = impl Borrow<Record>>,
) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for job in jobs {
        write_job(&transaction, job.borrow())?;
    }
    transaction.commit()
}
