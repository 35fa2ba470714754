//! The session in the keychain: read at the start, stored, and deleted.
//!
//! A keychain may be locked or missing for a while after login. That never asks the user to sign in again: the keychain is
//! tried quietly, at growing intervals, until it answers.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tallylight_core::{
    Code, Error,
    auth::{Input as MachineInput, Ticket},
    connection,
    discovery::Identity,
};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use super::{
    Auth, end_epoch,
    keychain_worker::{FIRST_RETRY, KeychainRequest, LONGEST_RETRY},
};
use crate::{
    account::{
        context::Context,
        errors::signed_out,
        message::{AuthInput, FetcherInput, JobsInput, KeychainResult, Message},
    },
    platform::keychain::{SessionLookup, StoredSession, TokenStore, Unlock},
};

/// What a data folder knows of the keychain's entry while the keychain itself does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Entry {
    /// It holds a session.
    Session,
    /// It holds a session that was signed out of and could not be deleted yet.
    #[serde(rename = "remains")]
    PendingDelete,
}

/// The setting that holds an [`Entry`].
const ENTRY: &str = "keychain";

impl Auth {
    /// Begins to restore the session of the last run.
    pub(in crate::account) fn begin_restoring(&mut self, context: &mut Context) {
        self.restoring = Some(Vec::new());
        context.send(FetcherInput::AwaitList);
        self.machine_input(MachineInput::Restoring(None), context);
    }

    /// Restores the session once the embedded studio has started. Another program may use its old port until then, and must
    /// not be sent the token.
    pub(in crate::account) fn await_embedded_studio(&mut self) {
        self.awaits_embedded_studio = true;
    }

    /// Ends the restore without a session: the backend of the last run cannot be used.
    pub(in crate::account) fn fail_restoring(&mut self, context: &mut Context) {
        self.stop_restoring();
        self.machine_input(MachineInput::NothingStored(None), context);
    }

    /// Asks the keychain for the session, until it answers.
    pub(in crate::account) fn load_session(&mut self, unlock: Unlock, context: &mut Context) {
        if context.store.value(ENTRY) == Some(Entry::PendingDelete) {
            self.request_keychain(KeychainRequest::Delete);
            self.nothing_stored(None, context);
            return self.answer_restoring();
        }
        let load = load(self.tokens.clone(), context.tasks.messages.clone(), unlock);
        let wait = if self.signing_in.is_some() { FIRST_RETRY } else { Duration::ZERO };
        self.restorer = Some(AbortOnDropHandle::new(tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            load.await;
        })));
    }

    /// Continues with the session of the keychain, if it belongs to this backend.
    pub(super) fn loaded(&mut self, found: Result<SessionLookup, Error>, context: &mut Context) {
        if self.signing_in.is_some() {
            // If the sign-in fails, the session before it is still wanted.
            self.answer_restoring();
            return self.load_session(Unlock::Never, context);
        }
        if found.is_ok() {
            self.restorer = None;
        }
        match found {
            Ok(SessionLookup::Session(session)) if is_of_this_server(&session, context) => {
                context.send(FetcherInput::AwaitList);
                let StoredSession { refresh_token, email, .. } = session;
                self.machine_input(MachineInput::Restore { refresh_token, email }, context);
                context.send(connection::Input::SignedIn);
                context.send(JobsInput::WatchUnfinished);
            }
            Ok(SessionLookup::Session(_) | SessionLookup::Nothing) => self.nothing_stored(None, context),
            Ok(SessionLookup::Unreadable) => {
                let message = "The saved session is unreadable. Sign in again.";
                self.nothing_stored(Some(Error::new(Code::Keychain, message)), context);
            }
            // A session is known to be stored.
            Err(error) if context.store.value(ENTRY) == Some(Entry::Session) => {
                let error = waited_for(&error);
                end_epoch(error.clone(), context);
                self.machine_input(MachineInput::Restoring(Some(error)), context);
            }
            Err(error) => {
                self.restorer = None;
                end_epoch(error, context);
                self.machine_input(MachineInput::NothingStored(None), context);
            }
        }
        self.answer_restoring();
    }

    /// Stops to ask the keychain.
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

    fn nothing_stored(&mut self, problem: Option<Error>, context: &mut Context) {
        // The user may have signed in meanwhile.
        if !self.session.is_signed_in() && self.signing_in.is_none() {
            end_epoch(problem.clone().unwrap_or_else(signed_out), context);
        }
        self.machine_input(MachineInput::NothingStored(problem), context);
    }

    /// Stores a session in place of the one that the keychain holds.
    pub(super) fn store_session(&mut self, ticket: Ticket, session: StoredSession, context: &Context) {
        self.stop_restoring();
        let by_user =
            !self.session.is_signed_in() && context.server().is_some_and(|server| server.identity == Identity::Address);
        // Only after a password was typed may the system ask for another one.
        let unlock = if by_user { Unlock::Ask } else { Unlock::Never };
        self.request_keychain(KeychainRequest::Store(ticket, session, unlock));
    }

    /// Deletes the session, as soon as the keychain allows it.
    pub(super) fn delete_session(&mut self, context: &mut Context) {
        self.refresh_lock = None;
        self.stop_restoring();
        context.store.set_value(ENTRY, &Entry::PendingDelete);
        self.request_keychain(KeychainRequest::Delete);
    }

    fn request_keychain(&self, request: KeychainRequest) {
        if let Some(keychain) = &self.keychain {
            keychain.send_replace(request);
        }
    }

    pub(super) fn keychain_result(&mut self, result: KeychainResult, context: &mut Context) {
        // After a sign-out the entry stays marked for deletion.
        let is_deleting =
            self.keychain.as_ref().is_some_and(|requests| matches!(*requests.borrow(), KeychainRequest::Delete));
        match result {
            KeychainResult::Stored(ticket, outcome) => {
                self.refresh_lock = None;
                match outcome {
                    Ok(()) if !is_deleting => context.store.set_value(ENTRY, &Entry::Session),
                    // A session before it still has to be deleted.
                    Err(_) if context.store.value(ENTRY) != Some(Entry::PendingDelete) => {
                        context.store.remove_value(ENTRY);
                    }
                    Ok(()) | Err(_) => {}
                }
                self.machine_input(MachineInput::Stored(ticket, outcome.err()), context);
            }
            KeychainResult::StoredLate(ticket) => {
                if !is_deleting {
                    context.store.set_value(ENTRY, &Entry::Session);
                }
                self.machine_input(MachineInput::StoredLate(ticket), context);
            }
            KeychainResult::Deleted => context.store.remove_value(ENTRY),
        }
    }
}

fn is_of_this_server(session: &StoredSession, context: &Context) -> bool {
    context.server().is_some_and(|server| server.key() == session.server)
}

fn waited_for(error: &Error) -> Error {
    let message = if error.code == Code::KeychainLocked {
        "The keychain is locked. Unlock it to continue, or sign in again."
    } else {
        "Waiting for the keychain. To continue without it, sign in again."
    };
    Error::new(error.code, message)
}

/// Asks the keychain until it answers. The user is asked to unlock it at most the first time.
async fn load(tokens: TokenStore, messages: mpsc::Sender<Message>, mut unlock: Unlock) {
    let mut wait = FIRST_RETRY;
    loop {
        let found = tokens.load(unlock).await;
        let is_answer = found.is_ok();
        if messages.send(AuthInput::Loaded(found).into()).await.is_err() || is_answer {
            return;
        }
        unlock = Unlock::Never;
        tokio::time::sleep(wait).await;
        wait = (2 * wait).min(LONGEST_RETRY);
    }
}
