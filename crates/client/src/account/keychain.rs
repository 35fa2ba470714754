//! The session in the keychain: taken up at the start, kept, forgotten; and what to do while the keychain is not ready.
//!
//! A keychain may be locked or missing for a while after login. Nobody is asked to sign in again because of that: it is
//! looked at quietly, ever more seldom, until it answers.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tallylight_core::{
    Code, Error,
    auth::{Input, Ticket},
    connection,
    discovery::{Identity, Server},
};
use tokio::sync::{mpsc, watch};
use tokio_util::task::AbortOnDropHandle;

use super::runtime::{Actor, TaskEvent, signed_out};
use crate::platform::keychain::{SessionLookup, StoredSession, TokenStore, Unlock};

/// How long after a failure the keychain is looked at again, at first.
const FIRST_RETRY: Duration = Duration::from_secs(1);
/// How long, at most.
const LONGEST_RETRY: Duration = Duration::from_secs(30);

/// Is what the keychain should hold. Only the newest wish counts.
#[derive(Clone, Debug, Default)]
pub(super) enum KeychainRequest {
    /// Whatever it does hold.
    #[default]
    Nothing,
    Store(Ticket, StoredSession, Unlock),
    Delete,
}

/// Is what became of a wish.
#[derive(Debug)]
pub(super) enum KeychainResult {
    Stored(Ticket, Result<(), Error>),
    StoredLate(Ticket),
    Deleted,
}

/// Tells what a data folder knows of the keychain's entry, while the keychain itself does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Entry {
    /// It holds a session.
    Session,
    /// It holds a session that was signed out of and could not be deleted yet.
    #[serde(rename = "remains")]
    PendingDelete,
}

/// Names the setting that holds an [`Entry`].
const ENTRY: &str = "keychain";

impl Actor {
    /// Takes up the backend of the last run, and asks the keychain for its session.
    pub(super) fn restore(&mut self, unlock: Unlock) {
        let Some(server) = self.store.setting::<Server>("server") else { return };
        self.restoring = Some(Vec::new());
        self.fetcher.await_sync();
        self.auth_input(Input::Restoring(None));
        if server.identity == Identity::ThisComputer {
            // Its studio has yet to start. Whoever holds its old port meanwhile must not be shown the token.
            self.awaits_embedded_studio = true;
        } else if let Err(error) = self.choose(server) {
            tracing::warn!(%error, "the backend of the last run cannot be used");
            self.stop_restoring();
            self.auth_input(Input::NothingStored(None));
        } else {
            self.load_session(unlock);
        }
    }

    /// Asks the keychain for the session, until it answers.
    pub(super) fn load_session(&mut self, unlock: Unlock) {
        if self.store.setting(ENTRY) == Some(Entry::PendingDelete) {
            self.request_keychain(KeychainRequest::Delete);
            self.nothing_stored(None);
            return self.answer_restoring();
        }
        let load = load(self.tokens.clone(), self.task_events.clone(), unlock);
        let wait = if self.signing_in.is_some() { FIRST_RETRY } else { Duration::ZERO };
        self.restorer = Some(AbortOnDropHandle::new(tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            load.await;
        })));
    }

    /// Asks the person to unlock the keychain, where its session is waited for.
    pub(super) fn unlock(&mut self) {
        if self.restorer.is_some() {
            self.load_session(Unlock::Ask);
        }
    }

    /// Goes on with the session that the keychain kept, if it belongs to this backend.
    pub(super) fn loaded(&mut self, found: Result<SessionLookup, Error>) {
        if self.signing_in.is_some() {
            // Should that fail, the session of before is still wanted.
            self.answer_restoring();
            return self.load_session(Unlock::Never);
        }
        if found.is_ok() {
            self.restorer = None;
        }
        match found {
            Ok(SessionLookup::Session(session)) if self.is_of_this_server(&session) => {
                self.fetcher.await_sync();
                self.auth_input(Input::Restore { refresh_token: session.refresh_token, email: session.email });
                self.connection_input(connection::Input::SignedIn);
                self.watch_unfinished();
            }
            Ok(SessionLookup::Session(_) | SessionLookup::Nothing) => self.nothing_stored(None),
            Ok(SessionLookup::Unreadable) => {
                let message = "The saved session is unreadable. Sign in again.";
                self.nothing_stored(Some(Error::new(Code::Keychain, message)));
            }
            // Somebody is known to be signed in.
            Err(error) if self.store.setting(ENTRY) == Some(Entry::Session) => {
                let error = waited_for(&error);
                self.fetcher.signed_out(error.clone());
                self.auth_input(Input::Restoring(Some(error)));
            }
            Err(error) => {
                self.restorer = None;
                self.fetcher.signed_out(error);
                self.auth_input(Input::NothingStored(None));
            }
        }
        self.answer_restoring();
    }

    /// Gives up asking the keychain.
    pub(super) fn stop_restoring(&mut self) {
        self.restorer = None;
        self.answer_restoring();
    }

    fn answer_restoring(&mut self) {
        let is_signed_in = self.session.is_signed_in();
        for reply in self.restoring.take().into_iter().flatten() {
            let _ = reply.send(Ok(is_signed_in));
        }
    }

    fn nothing_stored(&mut self, problem: Option<Error>) {
        // Somebody may have signed in while the keychain was waited for.
        if !self.session.is_signed_in() && self.signing_in.is_none() {
            self.fetcher.signed_out(problem.clone().unwrap_or_else(signed_out));
        }
        self.auth_input(Input::NothingStored(problem));
    }

    fn is_of_this_server(&self, session: &StoredSession) -> bool {
        self.server.as_ref().is_some_and(|server| server.key() == session.server)
    }

    /// Keeps a session, in place of whatever the keychain holds.
    pub(super) fn store_session(&mut self, ticket: Ticket, session: StoredSession) {
        self.stop_restoring();
        let by_person = !self.session.is_signed_in()
            && self.server.as_ref().is_some_and(|server| server.identity == Identity::Address);
        // Whoever has just typed a password may be asked for another; nobody else is.
        let unlock = if by_person { Unlock::Ask } else { Unlock::Never };
        self.request_keychain(KeychainRequest::Store(ticket, session, unlock));
    }

    /// Forgets the session, as soon as the keychain lets us.
    pub(super) fn delete_session(&mut self) {
        self.refresh_lock = None;
        self.stop_restoring();
        self.store.set(ENTRY, &Entry::PendingDelete);
        self.request_keychain(KeychainRequest::Delete);
    }

    fn request_keychain(&self, request: KeychainRequest) {
        if let Some(keychain) = &self.keychain {
            keychain.send_replace(request);
        }
    }

    pub(super) fn keychain_result(&mut self, keychain_result: KeychainResult) {
        // Whoever has signed out meanwhile has the last word about the entry.
        let is_left = self.keychain.as_ref().is_some_and(|wishes| matches!(*wishes.borrow(), KeychainRequest::Delete));
        match keychain_result {
            KeychainResult::Stored(ticket, outcome) => {
                self.refresh_lock = None;
                match outcome {
                    Ok(()) if !is_left => self.store.set(ENTRY, &Entry::Session),
                    // What remains of a session before it still has to be forgotten.
                    Err(_) if self.store.setting(ENTRY) != Some(Entry::PendingDelete) => self.store.unset(ENTRY),
                    Ok(()) | Err(_) => {}
                }
                self.auth_input(Input::Stored(ticket, outcome.err()));
            }
            KeychainResult::StoredLate(ticket) => {
                if !is_left {
                    self.store.set(ENTRY, &Entry::Session);
                }
                self.auth_input(Input::StoredLate(ticket));
            }
            KeychainResult::Deleted => self.store.unset(ENTRY),
        }
    }
}

fn waited_for(error: &Error) -> Error {
    let message = if error.code == Code::KeychainLocked {
        "The keychain is locked. Unlock it to continue, or sign in again."
    } else {
        "Waiting for the keychain. To continue without it, sign in again."
    };
    Error::new(error.code, message)
}

/// Asks the keychain again and again. The person is asked to unlock it at most the first time.
async fn load(tokens: TokenStore, task_events: mpsc::Sender<TaskEvent>, mut unlock: Unlock) {
    let mut wait = FIRST_RETRY;
    loop {
        let found = tokens.load(unlock).await;
        let is_answer = found.is_ok();
        if task_events.send(TaskEvent::Loaded(found)).await.is_err() || is_answer {
            return;
        }
        unlock = Unlock::Never;
        tokio::time::sleep(wait).await;
        wait = (2 * wait).min(LONGEST_RETRY);
    }
}

/// Does what is wished of the keychain, the newest wish only, and tries again quietly while it cannot be done.
pub(super) async fn keychain_worker(
    tokens: TokenStore,
    mut wishes: watch::Receiver<KeychainRequest>,
    task_events: mpsc::Sender<TaskEvent>,
) {
    while wishes.changed().await.is_ok() {
        let mut wait = FIRST_RETRY;
        let mut is_first = true;
        loop {
            let (mut request, is_new) = {
                let newest = wishes.borrow_and_update();
                (newest.clone(), newest.has_changed())
            };
            if is_new {
                (is_first, wait) = (true, FIRST_RETRY);
            }
            if let (KeychainRequest::Store(_, _, unlock), false) = (&mut request, is_first) {
                *unlock = Unlock::Never;
            }
            let outcome = attempt(&tokens, &request).await;
            let problem = outcome.as_ref().err().cloned();
            if let Some(keychain_result) = keychain_result(request, outcome, is_first) {
                let _ = task_events.send(TaskEvent::Keychain(keychain_result)).await;
            }
            let Some(problem) = problem else { break };
            tracing::info!(code = ?problem.code, "the keychain is tried again later");
            is_first = false;
            tokio::select! {
                () = tokio::time::sleep(wait) => wait = (2 * wait).min(LONGEST_RETRY),
                // Another wish, or the end of the program, which does not wait for a keychain that cannot be used.
                changed = wishes.changed() => match changed {
                    Ok(()) => (is_first, wait) = (true, FIRST_RETRY),
                    Err(_) => return,
                },
            }
        }
    }
}

async fn attempt(tokens: &TokenStore, request: &KeychainRequest) -> Result<(), Error> {
    match request {
        KeychainRequest::Nothing => Ok(()),
        KeychainRequest::Store(_, session, unlock) => tokens.keep(session, *unlock).await,
        KeychainRequest::Delete => tokens.forget(Unlock::Never).await,
    }
}

fn keychain_result(request: KeychainRequest, outcome: Result<(), Error>, is_first: bool) -> Option<KeychainResult> {
    match (request, outcome, is_first) {
        (KeychainRequest::Store(ticket, ..), outcome, true) => Some(KeychainResult::Stored(ticket, outcome)),
        (KeychainRequest::Store(ticket, ..), Ok(()), false) => Some(KeychainResult::StoredLate(ticket)),
        (KeychainRequest::Delete, Ok(()), _) => Some(KeychainResult::Deleted),
        (KeychainRequest::Store(..) | KeychainRequest::Delete, Err(_), _) | (KeychainRequest::Nothing, ..) => None,
    }
}
