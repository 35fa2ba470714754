//! The session of an account: the state machine of the core, and what it asks of the auth endpoints and the keychain.

use std::path::PathBuf;

use secrecy::SecretString;
use tallylight_core::{
    Error,
    auth::{self, Effect, Session, SessionState, SessionStatus, Ticket},
    connection,
    discovery::Identity,
    edits,
};
use tallylight_view::Event;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use super::{
    context::Context,
    endpoint::Endpoint,
    errors::signed_out,
    message::{
        AuthInput, BackendInput, FetcherInput, JobActionsInput, JobsInput, Message, OutboxInput, PublisherInput,
        TemplatesInput, UploadsInput,
    },
};
use crate::{
    command::Reply,
    net::auth_api::{self, Denial},
    platform::{
        browser::Browser,
        keychain::{StoredSession, TokenStore, Unlock},
        refresh_lock::RefreshLock,
    },
};

mod account_owner;
mod keychain_worker;
mod refresh;
mod sign_in;
mod stored_session;

pub(super) use account_owner::remembered_email;
pub(super) use keychain_worker::{KeychainRequest, keychain_worker};
use sign_in::SigningIn;

/// The session, and the sign-in or restore that is in progress.
pub(super) struct Auth {
    session: Session,
    tokens: TokenStore,
    browser: Browser,
    data_dir: PathBuf,
    /// Held until the keychain has the refresh token of a renewal.
    refresh_lock: Option<RefreshLock>,
    signing_in: Option<SigningIn>,
    /// Who waits for the first answer of the keychain; none once it has come.
    restoring: Option<Vec<Reply<bool>>>,
    /// Asks the keychain until it answers.
    restorer: Option<AbortOnDropHandle<()>>,
    /// Whether the session of the embedded studio is restored once that has started.
    awaits_embedded_studio: bool,
    /// Requests to the one task that works on the keychain.
    keychain: Option<watch::Sender<KeychainRequest>>,
}

impl Auth {
    pub(super) fn new(
        tokens: TokenStore,
        browser: Browser,
        data_dir: PathBuf,
        keychain: watch::Sender<KeychainRequest>,
    ) -> Self {
        Self {
            session: Session::default(),
            tokens,
            browser,
            data_dir,
            refresh_lock: None,
            signing_in: None,
            restoring: None,
            restorer: None,
            awaits_embedded_studio: false,
            keychain: Some(keychain),
        }
    }

    pub(super) fn handle(&mut self, input: AuthInput, context: &mut Context) {
        match input {
            AuthInput::Machine(input) => self.machine_input(input, context),
            AuthInput::SignIn(input, reply) => self.sign_in(input, reply, context),
            AuthInput::CancelSignIn => {
                self.awaits_embedded_studio = false;
                self.machine_input(auth::Input::CancelSignIn, context);
                self.stop_restoring();
            }
            AuthInput::SignOut => self.sign_out(context),
            AuthInput::LeaveFor(server, reply) => {
                self.machine_input(auth::Input::SignOut(None), context);
                context.send(OutboxInput::Unload);
                context.send(TemplatesInput::Unload);
                context.send(Message::ForgetJobs);
                context.send(BackendInput::Choose(server, reply));
            }
            AuthInput::StoreOwner(owner) => account_owner::store(&owner, context),
            AuthInput::Granted(ticket, answer, origin, lock) => self.granted(ticket, answer, *origin, lock, context),
            AuthInput::Unlock => {
                if self.restorer.is_some() {
                    self.load_session(Unlock::Ask, context);
                }
            }
            // An answer after the restore was cancelled is dropped.
            AuthInput::Loaded(found) if self.restorer.is_some() => self.loaded(found, context),
            AuthInput::Loaded(_) => {}
            AuthInput::Keychain(result) => self.keychain_result(result, context),
            AuthInput::EmbeddedStudioReady => {
                if std::mem::take(&mut self.awaits_embedded_studio) {
                    self.load_session(Unlock::Never, context);
                }
            }
            AuthInput::WhenRestored(reply) => match &mut self.restoring {
                Some(waiting) => waiting.push(reply),
                None => drop(reply.send(Ok(self.session.is_signed_in()))),
            },
        }
    }

    pub(super) fn deadline(&self) -> Option<std::time::Duration> {
        self.session.deadline()
    }

    pub(super) fn tick(&mut self, now: std::time::Duration, context: &mut Context) {
        if self.session.deadline().is_some_and(|due| now >= due) {
            self.machine_input(auth::Input::Tick, context);
        }
    }

    /// Returns the session, for reading.
    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    /// Ends the keychain task at the end of the program, once it has done the last request.
    pub(super) fn close(&mut self) {
        self.keychain = None;
    }

    /// Gives the state machine an input, and performs its effects.
    fn machine_input(&mut self, input: auth::Input, context: &mut Context) {
        let now = context.now();
        let effects = self.session.on(input, now);
        self.update_access(context);
        for effect in effects {
            self.perform(effect, context);
        }
    }

    fn perform(&mut self, effect: Effect, context: &mut Context) {
        match effect {
            Effect::RequestByPassword(ticket, email, password) => {
                sign_in::request_by_password(ticket, email, password, context);
            }
            Effect::RequestWith(ticket, provider) => self.request_by_page(ticket, provider, context),
            Effect::RequestByRefresh(ticket, token) => self.refresh(ticket, token, context),
            Effect::Store(ticket, email, refresh_token) => {
                let server = context.server().map(|server| server.key().to_owned()).unwrap_or_default();
                self.store_session(ticket, StoredSession { server, email, refresh_token }, context);
            }
            Effect::Delete => self.delete_session(context),
            Effect::Revoke(access_token) => {
                if let Some(endpoint) = context.endpoint.clone() {
                    revoke(endpoint, access_token, context);
                }
            }
            Effect::Ready => self.token_ready(context),
            Effect::RefreshDelayed(error) => {
                context.note_error("Token refresh failed", &error);
                context.send(connection::Input::TokenDelayed(error.clone()));
                context.send(FetcherInput::TokenDelayed(error.clone()));
                context.send(JobActionsInput::TokenDelayed(error.clone()));
                context.send(UploadsInput::TokenDelayed(error));
            }
            Effect::SignInFailed(error) => self.sign_in_done(Err(error), context),
            Effect::StatusChanged(status) => self.status_changed(status, context),
        }
    }

    /// Publishes the access that the session gives now.
    fn update_access(&self, context: &mut Context) {
        context.access.token = self.session.access_token().cloned();
        context.access.is_signed_in = self.session.is_signed_in();
        // While the token is being refreshed, the account is the same.
        if let Some(user_id) = self.session.user_id() {
            user_id.clone_into(&mut context.access.user_id);
        }
    }

    fn token_ready(&mut self, context: &mut Context) {
        context.access.generation += 1;
        context.send(FetcherInput::AwaitList);
        context.send(connection::Input::SignedIn);
        // Known from the disk, or from before the session expired: subscribed as soon as the socket opens.
        context.send(JobsInput::WatchUnfinished);
        context.send(connection::Input::TokenRefreshed);
        for input in [edits::Input::Opened, edits::Input::TokenRefreshed, edits::Input::Reachable] {
            context.send(input);
        }
        context.send(FetcherInput::TokenReady);
        context.send(JobActionsInput::TokenReady);
        context.send(UploadsInput::TokenReady);
        self.sign_in_done(Ok(()), context);
    }

    fn status_changed(&mut self, status: SessionStatus, context: &mut Context) {
        tracing::info!(state = ?status.state, reason = ?status.reason.as_ref().map(|reason| reason.code), "session");
        if status.state == SessionState::SignedIn {
            let email = status.email.clone().unwrap_or_default();
            account_owner::set(&email, context);
            if let Some(server) = context.server() {
                let owner = match server.identity {
                    Identity::Address => format!("{} {}", server.key(), email.to_lowercase()),
                    Identity::ThisComputer => server.key().to_owned(),
                };
                context.send(OutboxInput::Load(owner.clone()));
                context.send(TemplatesInput::Load(owner.clone()));
                context.send(UploadsInput::Load(owner));
            }
        }
        let is_out = status.state == SessionState::SignedOut;
        let reason = status.reason.clone().map_or_else(signed_out, |why| Error::new(why.code, why.message));
        note(&status, context);
        context.publish(Event::Session(status.into()));
        if is_out {
            self.signed_out(reason, context);
        }
        context.send(PublisherInput::Tray);
    }

    fn signed_out(&mut self, reason: Error, context: &mut Context) {
        self.sign_in_done(Err(reason.clone()), context);
        context.send(connection::Input::SignedOut);
        end_epoch(reason, context);
        context.send(UploadsInput::SignedOut);
        context.send(edits::Input::Closed);
    }

    /// Signs out, here and at the backend, and deletes everything of the account.
    fn sign_out(&mut self, context: &mut Context) {
        self.awaits_embedded_studio = false;
        self.stop_restoring();
        self.machine_input(auth::Input::SignOut(None), context);
        context.send(OutboxInput::Delete);
        context.send(UploadsInput::Delete);
        context.send(TemplatesInput::Delete);
        context.send(Message::ForgetJobs);
        context.send(BackendInput::Leave);
    }

    /// Handles the answer to a request for a session.
    fn granted(
        &mut self,
        ticket: Ticket,
        answer: Result<auth::Grant, Denial>,
        origin: Endpoint,
        lock: Option<RefreshLock>,
        context: &mut Context,
    ) {
        // Of a backend that was left meanwhile: its token is sent to no other, and revoked where it comes from.
        if context.server().is_none_or(|server| server.key() != origin.server.key()) {
            if let Ok(grant) = answer {
                revoke(origin, grant.access_token, context);
            }
            return;
        }
        let input = match answer {
            Ok(grant) => auth::Input::Granted(ticket, grant),
            Err(Denial::Refused(error)) => auth::Input::Refused(ticket, error),
            Err(Denial::Delayed(error, wait)) => auth::Input::Delayed(ticket, error, wait),
        };
        self.machine_input(input, context);
        self.refresh_lock = lock.filter(|_| self.session.is_storing());
    }
}

/// Ends the epoch: answers to requests of it are dropped from now on.
fn end_epoch(reason: Error, context: &mut Context) {
    context.access.epoch += 1;
    context.send(JobActionsInput::SignedOut(reason.clone()));
    context.send(FetcherInput::SignedOut(reason));
}

fn revoke(endpoint: Endpoint, access_token: SecretString, context: &Context) {
    context
        .tasks
        .background
        .spawn(async move { auth_api::logout(&endpoint.clients.auth, &endpoint.server, &access_token).await });
}

fn note(status: &SessionStatus, context: &mut Context) {
    let text = match status.state {
        SessionState::Restoring => "Reading the session from the keychain",
        SessionState::SigningIn => "Signing in",
        SessionState::SignedIn => "Signed in",
        SessionState::SignedOut => "Signed out",
        SessionState::Refreshed => {
            context.diagnostics.count().refreshes += 1;
            "Token refreshed"
        }
    };
    match &status.reason {
        Some(reason) => context.note_error(text, &Error::new(reason.code, reason.message.clone())),
        None => context.note(text),
    }
}

#[cfg(test)]
mod tests;
