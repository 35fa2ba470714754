//! The index of the transcripts, and the search in it (docs/adr/0051-full-text-search.md).

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, Transaction};
use tallylight_core::{
    JobId,
    search::{MAX_ON_DISK, Search, SearchHit, WordSet, terms},
};

use super::{Store, database::Database};

impl Store {
    /// Continues a search in the transcripts on disk: the returned closure does it on any thread that may block, and
    /// returns everything that was found.
    pub fn search(&self, search: Search) -> impl FnOnce() -> Vec<SearchHit> + Send + use<> {
        let disk = self.disk.clone();
        move || {
            let mut search = search;
            index_new(&disk);
            match transcripts(&disk, &search) {
                Ok(found) => found.into_iter().for_each(|(job_id, text)| search.add(job_id, &text)),
                Err(error) => tracing::warn!(%error, "the transcripts could not be searched"),
            }
            search.into_hits()
        }
    }
}

/// Returns the transcripts that a search finds on disk. The connection is lent for one step at a time: the runtime may
/// need it meanwhile.
fn transcripts(disk: &Database, search: &Search) -> rusqlite::Result<Vec<(JobId, String)>> {
    let mut words_by_id = BTreeMap::<i64, WordSet>::new();
    for (position, terms) in search.on_disk() {
        let lent = disk.lend();
        let mut statement =
            lent.prepare_cached("SELECT rowid FROM transcript_terms WHERE transcript_terms MATCH ?1")?;
        // Terms contain no quotes. The last of them may be the beginning of a word.
        for id in statement.query_map([format!("\"{terms}\"*")], |row| row.get(0))? {
            words_by_id.entry(id?).or_default().insert(*position);
        }
    }
    let mut found = Vec::new();
    for (id, words) in words_by_id.into_iter().rev().filter(|(_, words)| search.may_find(*words)) {
        let lent = disk.lend();
        let mut job = lent.prepare_cached("SELECT job_id FROM transcript WHERE id = ?1")?;
        let Some(job_id) = job.query_row([id], |row| row.get(0).map(|id: String| JobId::new(id))).optional()? else {
            continue;
        };
        if search.finds(&job_id, words) {
            let mut text = lent.prepare_cached("SELECT text FROM transcript WHERE id = ?1")?;
            found.push((job_id, text.query_row([id], |row| row.get(0))?));
        }
        if found.len() == MAX_ON_DISK {
            break;
        }
    }
    Ok(found)
}

/// Stores a transcript. [`index_new`] adds it to the index.
pub(super) fn write_transcript(transaction: &Transaction, job_id: &str, text: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO transcript (job_id, text) VALUES (?1, ?2) ON CONFLICT (job_id) \
        DO UPDATE SET text = excluded.text, is_indexed = 0 WHERE text <> excluded.text";
    transaction.prepare_cached(sql)?.execute((job_id, text)).map(drop)
}

/// Adds new and changed transcripts to the index. That takes longer than writing them, so it is done on a thread that may
/// block, and the connection is lent for one at a time.
pub(super) fn index_new(disk: &Database) {
    let indexed = || -> rusqlite::Result<()> {
        while index_next(&mut disk.lend())? {}
        Ok(())
    };
    if let Err(error) = indexed() {
        tracing::warn!(%error, "transcripts could not be indexed");
    }
}

/// Indexes a transcript, and returns whether there was any to index.
fn index_next(connection: &mut Connection) -> rusqlite::Result<bool> {
    let transaction = connection.transaction()?;
    let sql = "SELECT id, text FROM transcript WHERE NOT is_indexed LIMIT 1";
    let read = |row: &Row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?));
    let Some((id, text)) = transaction.prepare_cached(sql)?.query_row([], read).optional()? else { return Ok(false) };
    let sql = "INSERT OR REPLACE INTO transcript_terms (rowid, terms) VALUES (?1, ?2)";
    transaction.prepare_cached(sql)?.execute((id, terms(&text)))?;
    transaction.prepare_cached("UPDATE transcript SET is_indexed = 1 WHERE id = ?1")?.execute([id])?;
    transaction.commit()?;
    Ok(true)
}

/// Deletes the terms of the transcripts of jobs, whose ids are a JSON list, before their transcripts are deleted.
pub(super) fn forget(transaction: &Transaction, job_ids: &str) -> rusqlite::Result<()> {
    let sql = "DELETE FROM transcript_terms WHERE rowid IN \
        (SELECT id FROM transcript WHERE job_id IN (SELECT value FROM json_each(?1)))";
    transaction.execute(sql, [job_ids]).map(drop)
}

/// Deletes all terms.
pub(super) fn clear(transaction: &Transaction) -> rusqlite::Result<()> {
    transaction.execute("INSERT INTO transcript_terms (transcript_terms) VALUES ('delete-all')", ()).map(drop)
}

#[cfg(test)]
mod tests;
