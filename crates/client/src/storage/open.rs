//! Opens the database file: the check of its version and after a crash, and the replacement of a file that cannot be used.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row};
use rusqlite_migration::SchemaVersion;
use tallylight_core::{Code, Error};

use super::migrations;

/// The setting that exists while a program uses the file. If a start finds it, the last run crashed.
const IN_USE: &str = "in_use";
/// How many files that were set aside are kept; the last one is overwritten.
const MAX_SET_ASIDE: u32 = 100;
/// The tables that are carried over from a file that is set aside: settings with the backend, edits and drafts, the upload
/// queue, and templates.
const SALVAGED: [&str; 5] = ["setting", "edit", "draft", "upload", "template"];

/// The reason why a file cannot be used.
#[derive(Debug)]
enum Unusable {
    /// It was written by a newer version of the program.
    Newer,
    /// The program crashed repeatedly while using it.
    Suspect,
    /// It is not a readable database.
    Corrupt,
    /// It cannot be opened or written; its content may be intact.
    OutOfReach(rusqlite::Error),
}

impl From<rusqlite::Error> for Unusable {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        match error.sqlite_error_code() {
            Some(DatabaseCorrupt | NotADatabase) => {
                tracing::error!(%error, "the database cannot be read");
                Self::Corrupt
            }
            _ => Self::OutOfReach(error),
        }
    }
}

impl From<rusqlite_migration::Error> for Unusable {
    fn from(error: rusqlite_migration::Error) -> Self {
        if let rusqlite_migration::Error::RusqliteError { err, .. } = error {
            return err.into();
        }
        tracing::error!(%error, "the database cannot be migrated");
        Self::Corrupt
    }
}

/// An opened database.
#[derive(Debug)]
pub(super) struct Opened {
    pub connection: Connection,
    /// The incident to report to the user: the file was replaced.
    pub incident: Option<Error>,
    /// The error if nothing can be stored.
    pub trouble: Option<Error>,
}

/// Opens the file of a data folder. A file that cannot be used is set aside; if there can be no file, the database is
/// in memory.
pub(super) fn open(data_dir: &Path) -> Opened {
    open_by(data_dir, |file| match open_file(file) {
        Ok(connection) => Ok((connection, None)),
        Err(Unusable::OutOfReach(error)) => Err(out_of_reach(&error.to_string())),
        Err(unusable) => replace(file, &unusable),
    })
}

/// Sets the existing file aside and opens a new one.
pub(super) fn open_replaced(data_dir: &Path) -> Opened {
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
            tracing::error!(%trouble, folder = %data_dir.display(), "using a database in memory");
            Opened { connection: in_memory(), incident: None, trouble: Some(trouble) }
        }
    }
}

/// Sets a file aside, and carries edits, drafts and settings over to a new one.
fn replace(file: &Path, unusable: &Unusable) -> Result<Replaced, Error> {
    tracing::error!(?unusable, file = %file.display(), "the database cannot be used and is set aside");
    let reason = match unusable {
        Unusable::Newer => "newer",
        Unusable::Suspect => "suspect",
        Unusable::Corrupt | Unusable::OutOfReach(_) => "unreadable",
    };
    let aside = set_aside(file, reason).map_err(|error| out_of_reach(&error.to_string()))?;
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
    // In KiB. Everything except transcripts is in memory already, so a larger cache would duplicate it.
    connection.pragma_update(None, "cache_size", -256)?;
    let migrations = migrations::all();
    let version = migrations.current_version(&connection)?;
    if matches!(version, SchemaVersion::Outside(_)) {
        return Err(Unusable::Newer);
    }
    if version != SchemaVersion::NoneSet && is_in_use(&connection)? {
        let report: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if report != "ok" {
            tracing::error!(report, "the database is damaged");
            return Err(Unusable::Corrupt);
        }
    }
    fail::fail_point!("migration_begins");
    migrations.to_latest(&mut connection)?;
    fail::fail_point!("migration_is_done");
    let sql = "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, 'true')";
    // A full disk must not prevent reading.
    if let Err(error) = connection.execute(sql, [IN_USE]) {
        tracing::warn!(%error, "the database cannot be marked as in use");
    }
    Ok(connection)
}

/// Removes the mark that the file is in use: the program ends normally.
pub(super) fn close(connection: &Connection) {
    let _ = connection.execute("DELETE FROM setting WHERE name = ?1", [IN_USE]);
}

fn is_in_use(connection: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM setting WHERE name = ?1";
    connection.query_row(sql, [IN_USE], |_| Ok(())).optional().map(|found| found.is_some())
}

/// Returns a database in memory.
fn in_memory() -> Connection {
    let open = || -> rusqlite_migration::Result<Connection> {
        let mut connection = Connection::open_in_memory()?;
        migrations::all().to_latest(&mut connection)?;
        Ok(connection)
    };
    match open() {
        Ok(connection) => connection,
        // SQLite in memory depends on nothing that could be missing.
        Err(error) => unreachable!("SQLite cannot even work in memory: {error}"),
    }
}

/// Renames a file with its write-ahead log, and returns its new path.
fn set_aside(file: &Path, reason: &str) -> std::io::Result<PathBuf> {
    let name = |count: u32| {
        if count == 0 { format!("tallylight.{reason}.db") } else { format!("tallylight.{reason}-{count}.db") }
    };
    let aside = (0..MAX_SET_ASIDE).map(|count| file.with_file_name(name(count))).find(|path| !path.exists());
    let aside = aside.unwrap_or_else(|| file.with_extension(reason));
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

/// Copies the readable rows of [`SALVAGED`], and returns the number of edits and drafts.
fn salvage(aside: &Path, into: &mut Connection) -> usize {
    let Ok(from) = Connection::open_with_flags(aside, OpenFlags::SQLITE_OPEN_READ_WRITE) else { return 0 };
    let mut edits = 0;
    for table in SALVAGED {
        match copy_table(&from, into, table) {
            Ok(rows) if ["edit", "draft"].contains(&table) => edits += rows,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, table, "could not be carried over completely"),
        }
    }
    edits
}

/// Copies a table row by row until the first row that cannot be read.
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
    // Rows after an unreadable page are lost; rows before it are not.
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
