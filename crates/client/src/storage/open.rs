//! Opening the file: bringing it up to date, checking it after a crash, and what to do when it cannot be used.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row};
use tallylight_core::{Code, Error};

/// Each entry takes the schema one version further; `user_version` counts how many were taken.
pub(super) const MIGRATIONS: [&str; 4] = [
    "
    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE job (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
    CREATE TABLE delivered (body TEXT PRIMARY KEY) STRICT;
    ",
    // What a person wrote belongs to an account, and outlives the jobs that another account brings.
    "
    CREATE TABLE edit (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, body TEXT NOT NULL) STRICT;
    CREATE TABLE draft (owner TEXT NOT NULL, job_id TEXT NOT NULL, field TEXT NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (owner, job_id, field)) STRICT;
    CREATE TABLE transcript (job_id TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
    ",
    // What happened, once for each outcome of a run; and the files that jobs were made of, to send them again.
    "
    CREATE TABLE history (id INTEGER PRIMARY KEY, job_id TEXT NOT NULL, run INTEGER NOT NULL, outcome TEXT NOT NULL,
        body TEXT NOT NULL, read INTEGER NOT NULL, UNIQUE (job_id, run, outcome)) STRICT;
    CREATE TABLE source (job_id TEXT PRIMARY KEY, path TEXT NOT NULL) STRICT;
    ",
    // What is to be done at the end of jobs, until it is.
    "
    CREATE TABLE deed (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
    ",
];
/// Names the setting that stands in the file while a program uses it: found there at the start, it tells of a crash.
const IN_USE: &str = "in_use";
/// The most files that are set aside; the last one is written over.
const SET_ASIDE: u32 = 100;
/// What is carried over from a file that is set aside: the session's backend, and what a person wrote.
const SALVAGED: [&str; 3] = ["setting", "edit", "draft"];

/// Is why a file cannot be used.
#[derive(Debug)]
enum Unusable {
    /// It is of a newer version of the program.
    Newer,
    /// The program crashed with it again and again.
    Suspect,
    /// It holds no readable database.
    Corrupt,
    /// It cannot be opened or written, which says nothing of what it holds.
    OutOfReach(rusqlite::Error),
}

impl From<rusqlite::Error> for Unusable {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        match error.sqlite_error_code() {
            Some(DatabaseCorrupt | NotADatabase) => {
                tracing::error!(%error, "the store cannot be read");
                Self::Corrupt
            }
            _ => Self::OutOfReach(error),
        }
    }
}

/// Is a store that was opened.
#[derive(Debug)]
pub(super) struct Opened {
    pub connection: Connection,
    /// What the person must be told of what was there.
    pub incident: Option<Error>,
    /// Why nothing can be kept.
    pub trouble: Option<Error>,
}

/// Opens the file of a data folder. One that cannot be used is set aside; where there is no other, memory stands in.
pub(super) fn open(data_dir: &Path) -> Opened {
    open_by(data_dir, |file| match open_file(file) {
        Ok(connection) => Ok((connection, None)),
        Err(Unusable::OutOfReach(error)) => Err(out_of_reach(&error.to_string())),
        Err(unusable) => replace(file, &unusable),
    })
}

/// Opens another file in place of the one that is there.
pub(super) fn open_anew(data_dir: &Path) -> Opened {
    open_by(data_dir, |file| {
        if file.exists() {
            return replace(file, &Unusable::Suspect);
        }
        open_file(file).map(|connection| (connection, None)).map_err(|why| out_of_reach(&format!("{why:?}")))
    })
}

type Replaced = (Connection, Option<Error>);

fn open_by(data_dir: &Path, open: impl FnOnce(&Path) -> Result<Replaced, Error>) -> Opened {
    let file = data_dir.join("tallylight.db");
    let opened = crate::create_private_folder(data_dir)
        .map_err(|error| out_of_reach(&error.to_string()))
        .and_then(|()| open(&file));
    match opened {
        Ok((connection, incident)) => Opened { connection, incident, trouble: None },
        Err(trouble) => {
            tracing::error!(%trouble, folder = %data_dir.display(), "going on from memory");
            Opened { connection: in_memory(), incident: None, trouble: Some(trouble) }
        }
    }
}

/// Sets a file aside, and carries over what a person wrote.
fn replace(file: &Path, unusable: &Unusable) -> Result<Replaced, Error> {
    tracing::error!(?unusable, file = %file.display(), "the store cannot be used and is set aside");
    let word = match unusable {
        Unusable::Newer => "newer",
        Unusable::Suspect => "suspect",
        Unusable::Corrupt | Unusable::OutOfReach(_) => "unreadable",
    };
    let aside = set_aside(file, word).map_err(|error| out_of_reach(&error.to_string()))?;
    let mut connection = open_file(file).map_err(|again| out_of_reach(&format!("{again:?}")))?;
    let saved = salvage(&aside, &mut connection);
    let words = if saved == 0 { String::new() } else { format!(" Unsaved edits recovered: {saved}.") };
    let name = aside.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let incident = match unusable {
        Unusable::Newer => {
            let why = "Local data is from a newer version of Tallylight";
            Error::new(Code::StorageNewer, format!("{why}. Update to use it again. A copy was saved as {name}.{words}"))
        }
        Unusable::Suspect => {
            let why = "Tallylight crashed twice";
            let what = "Local data is being reloaded";
            Error::new(Code::StorageSuspect, format!("{why}. {what}. A copy was saved as {name}.{words}"))
        }
        Unusable::Corrupt | Unusable::OutOfReach(_) => {
            let why = "Local data was damaged and is being reloaded";
            Error::new(Code::StorageUnreadable, format!("{why}. A copy was saved as {name}.{words}"))
        }
    };
    Ok((connection, Some(incident)))
}

fn open_file(file: &Path) -> Result<Connection, Unusable> {
    let mut connection = Connection::open(file)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // In KiB. Everything is in memory already but the words of videos: what SQLite keeps besides is kept twice.
    connection.pragma_update(None, "cache_size", -256)?;
    let version = version(&connection)?;
    if usize::try_from(version).is_ok_and(|version| version > MIGRATIONS.len()) {
        return Err(Unusable::Newer);
    }
    if version > 0 && is_in_use(&connection)? {
        let report: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if report != "ok" {
            tracing::error!(report, "the store is damaged");
            return Err(Unusable::Corrupt);
        }
    }
    migrate(&mut connection)?;
    let sql = "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, 'true')";
    // A full disk is no reason not to read what is there.
    if let Err(error) = connection.execute(sql, [IN_USE]) {
        tracing::warn!(%error, "the store cannot be marked as in use");
    }
    Ok(connection)
}

/// Says that the program ends as it should.
pub(super) fn close(connection: &Connection) {
    let _ = connection.execute("DELETE FROM setting WHERE name = ?1", [IN_USE]);
}

fn is_in_use(connection: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM setting WHERE name = ?1";
    connection.query_row(sql, [IN_USE], |_| Ok(())).optional().map(|found| found.is_some())
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let version = version(connection)?;
    for (next, migration) in (1_i64..).zip(MIGRATIONS).filter(|(next, _)| *next > version) {
        fail::fail_point!("migration_begins");
        let transaction = connection.transaction()?;
        transaction.execute_batch(migration)?;
        fail::fail_point!("migration_is_half_done");
        transaction.pragma_update(None, "user_version", next)?;
        transaction.commit()?;
        fail::fail_point!("migration_is_done");
    }
    Ok(())
}

/// Returns a store that forgets.
fn in_memory() -> Connection {
    let opened = Connection::open_in_memory().and_then(|mut connection| migrate(&mut connection).map(|()| connection));
    match opened {
        Ok(connection) => connection,
        // SQLite without a file needs nothing that could be missing.
        Err(error) => unreachable!("SQLite cannot even work in memory: {error}"),
    }
}

/// Renames a file and what belongs to it, and returns its new name.
fn set_aside(file: &Path, word: &str) -> std::io::Result<PathBuf> {
    let name =
        |count: u32| if count == 0 { format!("tallylight.{word}.db") } else { format!("tallylight.{word}-{count}.db") };
    let aside = (0..SET_ASIDE).map(|count| file.with_file_name(name(count))).find(|path| !path.exists());
    let aside = aside.unwrap_or_else(|| file.with_extension(word));
    for suffix in ["", "-wal", "-shm"] {
        let with = |path: &Path| {
            let mut path = path.as_os_str().to_owned();
            path.push(suffix);
            PathBuf::from(path)
        };
        match std::fs::rename(with(file), with(&aside)) {
            Err(error) if suffix.is_empty() || error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(aside)
}

/// Carries over what can be read of what a person wrote, and returns how many texts that is.
fn salvage(aside: &Path, into: &mut Connection) -> usize {
    let Ok(from) = Connection::open_with_flags(aside, OpenFlags::SQLITE_OPEN_READ_WRITE) else { return 0 };
    let mut words = 0;
    for table in SALVAGED {
        match copy_table(&from, into, table) {
            Ok(rows) if table != "setting" => words += rows,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, table, "could not be carried over whole"),
        }
    }
    words
}

/// Copies a table row by row, as far as it can be read.
fn copy_table(from: &Connection, into: &mut Connection, table: &str) -> rusqlite::Result<usize> {
    let columns: Vec<String> = into
        .prepare(&format!("SELECT name FROM pragma_table_info('{table}')"))?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let places: Vec<String> = (1..=columns.len()).map(|place| format!("?{place}")).collect();
    let names = columns.join(", ");
    let insert = format!("INSERT OR REPLACE INTO {table} ({names}) VALUES ({})", places.join(", "));
    let mut statement = from.prepare(&format!("SELECT {names} FROM {table}"))?;
    let mut rows = statement.query([])?;
    let mut copied = 0;
    // What comes after an unreadable page is lost; what came before it is not.
    while let Ok(Some(row)) = rows.next() {
        let values: Result<Vec<_>, _> = (0..columns.len()).map(|place| value(row, place)).collect();
        copied += into.execute(&insert, rusqlite::params_from_iter(values?))?;
    }
    Ok(copied)
}

fn value(row: &Row, place: usize) -> rusqlite::Result<rusqlite::types::Value> {
    row.get(place)
}

fn out_of_reach(why: &str) -> Error {
    let words = "Couldn't save to disk";
    Error::new(Code::Storage, format!("{words} ({why}). Check the disk and the permissions of the data folder."))
}
