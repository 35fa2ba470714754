//! The database: its file, its schema, and the shared connection.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rusqlite::{Connection, OptionalExtension};

/// The migrations. Each entry takes the schema one version further; `user_version` counts the applied ones.
const MIGRATIONS: [&str; 1] = ["
    CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
    CREATE TABLE account (
        id TEXT PRIMARY KEY,
        email TEXT NOT NULL UNIQUE COLLATE NOCASE,
        password_hash TEXT NOT NULL,
        created_at TEXT NOT NULL
    ) STRICT;
    CREATE TABLE refresh_token (
        hash BLOB PRIMARY KEY,
        session_id TEXT NOT NULL,
        account_id TEXT NOT NULL REFERENCES account (id),
        parent BLOB,
        spent INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX refresh_token_session ON refresh_token (session_id);
    CREATE TABLE auth_code (
        hash BLOB PRIMARY KEY,
        account_id TEXT NOT NULL REFERENCES account (id),
        challenge TEXT NOT NULL,
        expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE job (
        id TEXT PRIMARY KEY,
        account_id TEXT NOT NULL REFERENCES account (id),
        body TEXT NOT NULL
    ) STRICT;
"];

/// The shared connection. Its calls take far less than a millisecond, so a mutex is sufficient.
#[derive(Clone, Debug)]
pub struct Database(Arc<Mutex<Connection>>);

impl Database {
    /// Opens the database. Creates or migrates it if necessary.
    pub fn open(file: &Path) -> rusqlite::Result<Self> {
        make_private(file);
        let mut connection = Connection::open(file)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        for (next, migration) in (1_i64..).zip(MIGRATIONS).filter(|(next, _)| *next > version) {
            let transaction = connection.transaction()?;
            transaction.execute_batch(migration)?;
            transaction.pragma_update(None, "user_version", next)?;
            transaction.commit()?;
        }
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Returns the connection, once no other thread uses it.
    pub fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic during a call leaves the connection usable, because SQLite rolls back.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the port of the last run, if there was one.
    pub fn last_port(&self) -> rusqlite::Result<Option<u16>> {
        let sql = "SELECT value FROM setting WHERE name = 'port'";
        let kept: Option<Vec<u8>> = self.lock().query_row(sql, [], |row| row.get(0)).optional()?;
        Ok(kept.and_then(|bytes| bytes.try_into().ok()).map(u16::from_be_bytes))
    }

    /// Remembers the port of this run.
    pub fn set_last_port(&self, port: u16) -> rusqlite::Result<()> {
        let sql = "INSERT OR REPLACE INTO setting (name, value) VALUES ('port', ?1)";
        self.lock().execute(sql, [port.to_be_bytes().as_slice()]).map(drop)
    }

    /// Returns a secret of this installation. It is generated at the first call.
    pub fn secret(&self, name: &str) -> rusqlite::Result<Vec<u8>> {
        let fresh: [u8; 32] = rand::random();
        let connection = self.lock();
        connection.execute("INSERT OR IGNORE INTO setting (name, value) VALUES (?1, ?2)", (name, fresh.as_slice()))?;
        connection.query_row("SELECT value FROM setting WHERE name = ?1", [name], |row| row.get(0))
    }
}

/// Creates the file so that only this user can read it, because it contains the secret that signs tokens. SQLite gives
/// its WAL files the same permissions.
fn make_private(file: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        let made = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(file);
        let private = made.and_then(|file| file.set_permissions(std::fs::Permissions::from_mode(0o600)));
        if let Err(error) = private {
            tracing::warn!(%error, "could not restrict the permissions of the studio's database");
        }
    }
    #[cfg(not(unix))]
    let _ = file;
}
