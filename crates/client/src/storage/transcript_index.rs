//! The index of the transcripts, and the search in it (docs/adr/0051-full-text-search.md).

use std::{
    collections::BTreeMap,
    sync::{Weak, atomic::Ordering},
    thread,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, Transaction};
use tallylight_core::{
    JobId,
    search::{MAX_ON_DISK, Search, SearchHit, WordSet, terms},
};

use super::{
    Store, caption_starts,
    database::{Database, SharedDatabase},
};

/// The time between two transcripts that are indexed, in which others get the connection: a thread that locks it again at
/// once would win against those that wait.
const INDEX_PAUSE: Duration = Duration::from_millis(2);

impl Store {
    /// Continues a search in the transcripts on disk: the returned closure does it on any thread that may block, and
    /// returns everything that was found. Transcripts that are not indexed yet are found by a later search.
    pub fn search(&self, search: Search) -> impl FnOnce() -> Vec<SearchHit> + Send + use<> {
        let disk = self.disk.clone();
        move || {
            let mut search = search;
            start_indexing(&disk);
            let reader = Reader::open(&disk);
            let found = transcripts(&reader, &search).and_then(|found| {
                for (job_id, text) in found {
                    search.add(job_id, &text);
                }
                add_times(&reader, &mut search)
            });
            if let Err(error) = found {
                tracing::warn!(%error, "the transcripts could not be searched");
            }
            search.into_hits()
        }
    }
}

/// What a search reads from: a connection of its own, so that the runtime never waits for a search.
enum Reader<'a> {
    Own(Connection),
    /// The shared one, for a database in memory. It is lent for one step at a time.
    Shared(&'a Database),
}

impl<'a> Reader<'a> {
    fn open(disk: &'a Database) -> Self {
        let open = |file: &str| Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).ok();
        disk.file().and_then(open).map_or(Self::Shared(disk), Self::Own)
    }

    fn with<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        match self {
            Self::Own(connection) => read(connection),
            Self::Shared(disk) => read(&disk.lend()),
        }
    }
}

/// Returns the transcripts that a search finds on disk.
fn transcripts(reader: &Reader<'_>, search: &Search) -> rusqlite::Result<Vec<(JobId, String)>> {
    let mut words_by_id = BTreeMap::<i64, WordSet>::new();
    for (position, terms) in search.on_disk() {
        reader.with(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT rowid FROM transcript_terms WHERE transcript_terms MATCH ?1")?;
            // Terms contain no quotes. The last of them may be the beginning of a word.
            for id in statement.query_map([format!("\"{terms}\"*")], |row| row.get(0))? {
                words_by_id.entry(id?).or_default().insert(*position);
            }
            Ok(())
        })?;
    }
    let mut found = Vec::new();
    for (id, words) in words_by_id.into_iter().rev().filter(|(_, words)| search.may_find(*words)) {
        found.extend(reader.with(|connection| read_found(connection, search, id, words))?);
        if found.len() == MAX_ON_DISK {
            break;
        }
    }
    Ok(found)
}

/// Adds the times of the captions that were sent beside the transcripts.
fn add_times(reader: &Reader<'_>, search: &mut Search) -> rusqlite::Result<()> {
    for (job_id, excerpt) in search.untimed() {
        excerpt.add_time(&reader.with(|connection| caption_starts::of(connection, job_id))?);
    }
    Ok(())
}

/// Returns a transcript with its job, if the search finds it.
fn read_found(
    connection: &Connection,
    search: &Search,
    id: i64,
    words: WordSet,
) -> rusqlite::Result<Option<(JobId, String)>> {
    let mut job = connection.prepare_cached("SELECT job_id FROM indexed_transcript WHERE id = ?1")?;
    let Some(job_id) = job.query_row([id], |row| row.get(0).map(|id: String| JobId::new(id))).optional()? else {
        return Ok(None);
    };
    if !search.finds(&job_id, words) {
        return Ok(None);
    }
    let mut text = connection.prepare_cached("SELECT text FROM transcript WHERE job_id = ?1")?;
    let text = text.query_row([job_id.as_str()], |row| row.get(0)).optional()?;
    Ok(text.map(|text| (job_id, text)))
}

/// Stores a transcript. [`start_indexing`] adds it to the index.
pub(super) fn write_transcript(transaction: &Transaction, job_id: &str, text: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO transcript (job_id, text) VALUES (?1, ?2) ON CONFLICT (job_id) \
        DO UPDATE SET text = excluded.text WHERE text <> excluded.text";
    if transaction.prepare_cached(sql)?.execute((job_id, text))? == 0 {
        return Ok(());
    }
    let sql = "INSERT INTO indexed_transcript (job_id) VALUES (?1) ON CONFLICT (job_id) DO UPDATE SET is_indexed = 0";
    transaction.prepare_cached(sql)?.execute([job_id]).map(drop)
}

/// Starts a thread that adds new and changed transcripts to the index, unless it runs. It ends with the database.
pub(super) fn start_indexing(disk: &Database) {
    if disk.is_indexing().swap(true, Ordering::AcqRel) {
        return;
    }
    let shared = disk.downgrade();
    if let Err(error) = thread::Builder::new().name("transcript index".to_owned()).spawn(move || index_all(&shared)) {
        disk.is_indexing().store(false, Ordering::Release);
        tracing::warn!(%error, "transcripts could not be indexed");
    }
}

/// Indexes one transcript after another. The connection is lent for one at a time.
fn index_all(shared: &Weak<SharedDatabase>) {
    while let Some(disk) = Weak::upgrade(shared).map(Database::from) {
        // Before the look: what is written after it starts the next thread.
        disk.is_indexing().store(false, Ordering::Release);
        let indexed = index_next(&mut disk.lend());
        match indexed {
            Ok(true) if !disk.is_indexing().swap(true, Ordering::AcqRel) => {}
            // Another thread goes on.
            Ok(true | false) => return,
            Err(error) => return tracing::warn!(%error, "transcripts could not be indexed"),
        }
        drop(disk);
        thread::sleep(INDEX_PAUSE);
    }
}

/// Indexes a transcript, and returns whether there was any to index.
fn index_next(connection: &mut Connection) -> rusqlite::Result<bool> {
    let transaction = connection.transaction()?;
    let sql =
        "SELECT id, text FROM indexed_transcript LEFT JOIN transcript USING (job_id) WHERE NOT is_indexed LIMIT 1";
    let read = |row: &Row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<String>>(1)?));
    let Some((id, text)) = transaction.prepare_cached(sql)?.query_row([], read).optional()? else { return Ok(false) };
    let sql = "INSERT OR REPLACE INTO transcript_terms (rowid, terms) VALUES (?1, ?2)";
    transaction.prepare_cached(sql)?.execute((id, terms(&text.unwrap_or_default())))?;
    transaction.prepare_cached("UPDATE indexed_transcript SET is_indexed = 1 WHERE id = ?1")?.execute([id])?;
    transaction.commit()?;
    Ok(true)
}

/// Deletes the transcripts of jobs, whose ids are a JSON list, from the index.
pub(super) fn forget(transaction: &Transaction, job_ids: &str) -> rusqlite::Result<()> {
    let sql = "DELETE FROM transcript_terms WHERE rowid IN \
        (SELECT id FROM indexed_transcript WHERE job_id IN (SELECT value FROM json_each(?1)))";
    transaction.execute(sql, [job_ids])?;
    let sql = "DELETE FROM indexed_transcript WHERE job_id IN (SELECT value FROM json_each(?1))";
    transaction.execute(sql, [job_ids]).map(drop)
}

/// Empties the index.
pub(super) fn clear(transaction: &Transaction) -> rusqlite::Result<()> {
    transaction.execute("INSERT INTO transcript_terms (transcript_terms) VALUES ('delete-all')", ())?;
    transaction.execute("DELETE FROM indexed_transcript", ()).map(drop)
}

#[cfg(test)]
mod tests;
