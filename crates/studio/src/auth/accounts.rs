//! Accounts, their passwords and their refresh tokens.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rusqlite::OptionalExtension;
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{clock, storage::database::Database};

/// The shortest accepted password, in characters; the same as GoTrue's.
const MIN_PASSWORD_LENGTH: usize = 6;
/// How long a code of the browser sign-in is valid, in seconds; the same as GoTrue's.
const CODE_LIFE: i64 = 5 * 60;

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Its id.
    pub id: String,
    /// Its email, in lower case.
    pub email: String,
    /// The time of its creation.
    pub created_at: String,
}

/// A session that has just begun or was refreshed.
#[derive(Debug)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// The signed-in account.
    pub account: Account,
    /// The refresh token that is valid from now on.
    pub refresh_token: String,
}

/// The reason why a request for a session or an account was rejected.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The account does not exist, or the password is wrong; the answer does not reveal which.
    #[error("Invalid login credentials")]
    InvalidCredentials,
    /// The email already has an account.
    #[error("User already registered")]
    UserExists,
    /// The password is too short, or the email is invalid.
    #[error("{0}")]
    InvalidInput(&'static str),
    /// The refresh token is unknown, or its session has ended.
    #[error("Invalid Refresh Token: Refresh Token Not Found")]
    TokenNotFound,
    /// The refresh token was used before. It may have been copied, so the session has ended.
    #[error("Invalid Refresh Token: Already Used")]
    TokenAlreadyUsed,
    /// The code of a browser sign-in is unknown, was used, or has expired.
    #[error("invalid flow state, no valid flow state found")]
    FlowNotFound,
    /// The code's verifier does not match its challenge.
    #[error("code challenge does not match previously saved code verifier")]
    BadVerifier,
    /// The database or the password hash failed.
    #[error("the studio's database failed: {0}")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<rusqlite::Error> for AccountError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Internal(error.into())
    }
}

/// The accounts of the studio.
#[derive(Clone, Debug)]
pub struct Accounts {
    db: Database,
}

impl Accounts {
    /// Returns the accounts of a database.
    pub fn new(db: Database) -> Self {
        Self { db }
    }

    /// Creates an account.
    ///
    /// # Errors
    /// `UserExists`, `InvalidInput`, `Internal`.
    pub fn sign_up(&self, email: &str, password: &str) -> Result<Account, AccountError> {
        let hash = hash(email, password)?;
        let account = Account {
            id: Uuid::new_v4().to_string(),
            email: email.trim().to_lowercase(),
            created_at: clock::now().to_string(),
        };
        let made = self.db.lock().execute(
            "INSERT OR IGNORE INTO account (id, email, password_hash, created_at) VALUES (?1, ?2, ?3, ?4)",
            (&account.id, &account.email, hash, &account.created_at),
        )?;
        if made == 0 { Err(AccountError::UserExists) } else { Ok(account) }
    }

    /// Creates an account, or sets the password of the existing account with this email.
    pub fn create_or_reset(&self, email: &str, password: &str) -> Result<(), AccountError> {
        match self.sign_up(email, password) {
            Err(AccountError::UserExists) => {
                let hash = hash(email, password)?;
                self.db
                    .lock()
                    .execute("UPDATE account SET password_hash = ?2 WHERE email = ?1", (email.trim(), hash))?;
                Ok(())
            }
            made => made.map(drop),
        }
    }

    /// Begins a session with email and password.
    ///
    /// # Errors
    /// `InvalidCredentials`, `Internal`.
    pub fn sign_in(&self, email: &str, password: &str) -> Result<Session, AccountError> {
        let found = self
            .db
            .lock()
            .query_row(
                "SELECT id, email, created_at, password_hash FROM account WHERE email = ?1",
                [email.trim()],
                |row| {
                    let account = Account { id: row.get(0)?, email: row.get(1)?, created_at: row.get(2)? };
                    Ok((account, row.get::<_, String>(3)?))
                },
            )
            .optional()?;
        let (account, stored) = found.ok_or(AccountError::InvalidCredentials)?;
        let stored = PasswordHash::new(&stored).map_err(|error| AccountError::Internal(error.into()))?;
        Argon2::default()
            .verify_password(password.as_bytes(), &stored)
            .map_err(|_| AccountError::InvalidCredentials)?;
        self.begin_session(account)
    }

    /// Refreshes a session: the given token becomes spent, and the returned one replaces it.
    ///
    /// A spent token is accepted once more while its successor is unused, because the response may have been lost. A
    /// later use ends the session, because two clients then hold the token.
    ///
    /// # Errors
    /// `TokenNotFound`, `TokenAlreadyUsed`, `Internal`.
    pub fn refresh(&self, refresh_token: &str) -> Result<Session, AccountError> {
        let given = digest(refresh_token);
        let mut connection = self.db.lock();
        let transaction = connection.transaction()?;
        let found = transaction
            .query_row(
                "SELECT t.session_id, t.spent, a.id, a.email, a.created_at
                 FROM refresh_token t JOIN account a ON a.id = t.account_id WHERE t.hash = ?1",
                [&given],
                |row| {
                    let account = Account { id: row.get(2)?, email: row.get(3)?, created_at: row.get(4)? };
                    Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?, account))
                },
            )
            .optional()?;
        let (session_id, spent, account) = found.ok_or(AccountError::TokenNotFound)?;
        if spent {
            let unused = transaction.execute("DELETE FROM refresh_token WHERE parent = ?1 AND spent = 0", [&given])?;
            if unused == 0 {
                transaction.execute("DELETE FROM refresh_token WHERE session_id = ?1 AND spent = 0", [&session_id])?;
                transaction.commit()?;
                return Err(AccountError::TokenAlreadyUsed);
            }
        }
        transaction.execute("UPDATE refresh_token SET spent = 1 WHERE hash = ?1", [&given])?;
        let refresh_token = random_token();
        transaction.execute(
            "INSERT INTO refresh_token (hash, session_id, account_id, parent) VALUES (?1, ?2, ?3, ?4)",
            (digest(&refresh_token), &session_id, &account.id, &given),
        )?;
        transaction.commit()?;
        Ok(Session { id: session_id, account, refresh_token })
    }

    /// Ends a session.
    pub fn end_session(&self, session_id: &str) -> Result<(), AccountError> {
        self.db.lock().execute("DELETE FROM refresh_token WHERE session_id = ?1", [session_id])?;
        Ok(())
    }

    /// Ends every session of an account.
    pub fn end_all_sessions(&self, account_id: &str) -> Result<(), AccountError> {
        self.db.lock().execute("DELETE FROM refresh_token WHERE account_id = ?1", [account_id])?;
        Ok(())
    }

    /// Returns an account.
    pub fn account(&self, id: &str) -> Result<Option<Account>, AccountError> {
        let row = self.db.lock().query_row("SELECT id, email, created_at FROM account WHERE id = ?1", [id], |row| {
            Ok(Account { id: row.get(0)?, email: row.get(1)?, created_at: row.get(2)? })
        });
        Ok(row.optional()?)
    }

    /// Issues a code of a browser sign-in. Only the holder of the challenge's verifier can exchange it.
    pub fn issue_code(&self, account_id: &str, challenge: &str) -> Result<String, AccountError> {
        let code = random_token();
        self.db.lock().execute(
            "INSERT INTO auth_code (hash, account_id, challenge, expires_at) VALUES (?1, ?2, ?3, ?4)",
            (digest(&code), account_id, challenge, clock::now().as_second() + CODE_LIFE),
        )?;
        Ok(code)
    }

    /// Begins a session with a code and its verifier. A code can be used once.
    ///
    /// # Errors
    /// `FlowNotFound`, `BadVerifier`, `Internal`.
    pub fn exchange_code(&self, code: &str, verifier: &str) -> Result<Session, AccountError> {
        let found = self
            .db
            .lock()
            .query_row(
                "DELETE FROM auth_code WHERE hash = ?1 RETURNING account_id, challenge, expires_at",
                [digest(code)],
                |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?)),
            )
            .optional()?;
        let (account_id, challenge, expires_at) = found.ok_or(AccountError::FlowNotFound)?;
        if expires_at < clock::now().as_second() {
            return Err(AccountError::FlowNotFound);
        }
        if URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) != challenge {
            return Err(AccountError::BadVerifier);
        }
        let account = self.account(&account_id)?.ok_or(AccountError::FlowNotFound)?;
        self.begin_session(account)
    }

    fn begin_session(&self, account: Account) -> Result<Session, AccountError> {
        let (id, refresh_token) = (Uuid::new_v4().to_string(), random_token());
        self.db.lock().execute(
            "INSERT INTO refresh_token (hash, session_id, account_id) VALUES (?1, ?2, ?3)",
            (digest(&refresh_token), &id, &account.id),
        )?;
        Ok(Session { id, account, refresh_token })
    }
}

/// Runs a password hash on a blocking thread, because it takes tens of milliseconds by design.
pub async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AccountError> + Send + 'static,
) -> Result<T, AccountError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| AccountError::Internal(error.into()))?
}

fn hash(email: &str, password: &str) -> Result<String, AccountError> {
    if !email.trim().contains('@') {
        return Err(AccountError::InvalidInput("Unable to validate email address: invalid format"));
    }
    if password.chars().count() < MIN_PASSWORD_LENGTH {
        return Err(AccountError::InvalidInput("Password should be at least 6 characters."));
    }
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|error| AccountError::Internal(error.into()))
}

fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 24]>())
}

fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts() -> (tempfile::TempDir, Accounts) {
        let folder = tempfile::tempdir().expect("a folder");
        let accounts = Accounts::new(Database::open(&folder.path().join("studio.db")).expect("a database"));
        accounts.sign_up("Me@Acme.tv", "secret pw").expect("an account");
        (folder, accounts)
    }

    #[test]
    fn sign_in_requires_exact_password_and_ignores_email_case() {
        let (_folder, accounts) = accounts();
        assert!(accounts.sign_in(" me@ACME.tv", "secret pw").is_ok());
        for (email, password) in [("me@acme.tv", "Secret pw"), ("you@acme.tv", "secret pw"), ("", "")] {
            assert!(matches!(accounts.sign_in(email, password), Err(AccountError::InvalidCredentials)));
        }
        assert!(matches!(accounts.sign_up("me@acme.tv", "another"), Err(AccountError::UserExists)));
        assert!(matches!(accounts.sign_up("x@y", "short"), Err(AccountError::InvalidInput(_))));
        accounts.create_or_reset("me@acme.tv", "a new one").expect("a reset");
        assert!(accounts.sign_in("me@acme.tv", "a new one").is_ok());
    }

    #[test]
    fn refresh_token_rotates_and_is_accepted_again_after_lost_answer() {
        let (_folder, accounts) = accounts();
        let first = accounts.sign_in("me@acme.tv", "secret pw").expect("signed in").refresh_token;
        let lost = accounts.refresh(&first).expect("renewed").refresh_token;
        let second = accounts.refresh(&first).expect("asked again").refresh_token;
        assert!(matches!(accounts.refresh(&lost), Err(AccountError::TokenNotFound)), "the lost token is revoked");
        assert!(accounts.refresh(&second).is_ok());
    }

    #[test]
    fn refresh_token_used_after_its_successor_ends_session() {
        let (_folder, accounts) = accounts();
        let first = accounts.sign_in("me@acme.tv", "secret pw").expect("signed in").refresh_token;
        let second = accounts.refresh(&first).expect("renewed").refresh_token;
        let third = accounts.refresh(&second).expect("renewed").refresh_token;
        assert!(matches!(accounts.refresh(&first), Err(AccountError::TokenAlreadyUsed)));
        assert!(matches!(accounts.refresh(&third), Err(AccountError::TokenNotFound)));
    }

    #[test]
    fn sign_in_code_works_once_and_only_with_its_verifier() {
        let (_folder, accounts) = accounts();
        let account = accounts.sign_in("me@acme.tv", "secret pw").expect("signed in").account;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest("verifier"));
        let code = accounts.issue_code(&account.id, &challenge).expect("a code");
        assert!(matches!(accounts.exchange_code(&code, "other"), Err(AccountError::BadVerifier)));
        assert!(matches!(accounts.exchange_code(&code, "verifier"), Err(AccountError::FlowNotFound)));
        let code = accounts.issue_code(&account.id, &challenge).expect("a code");
        assert_eq!(accounts.exchange_code(&code, "verifier").expect("a session").account, account);
    }
}
