//! What the session wants done, and what the auth endpoints and the keychain tell.

use secrecy::{ExposeSecret, SecretString};
use tallylight_core::{
    Error,
    auth::{Effect, Grant, Input, SessionState, SessionView, Ticket},
    connection,
    discovery::{Identity, Server},
    edits,
    view::Event,
};

use super::runtime::{Actor, RequestOrigin, TaskEvent, signed_out};
use crate::{
    net::auth_api::{self, Denial},
    platform::{
        keychain::{SessionLookup, StoredSession, TokenStore, Unlock},
        refresh_lock::RefreshLock,
    },
};

impl Actor {
    /// Gives the session an input, and does what it asks for.
    pub(super) fn auth_input(&mut self, input: Input) {
        let now = self.now();
        for effect in self.session.on(input, now) {
            match effect {
                Effect::RequestByPassword(ticket, email, password) => self.request_by_password(ticket, email, password),
                Effect::RequestWith(ticket, provider) => self.request_by_page(ticket, provider),
                Effect::RequestByRefresh(ticket, token) => self.refresh(ticket, token),
                Effect::Store(ticket, email, refresh_token) => {
                    let server = self.server.as_ref().map(|server| server.key().to_owned()).unwrap_or_default();
                    self.store_session(ticket, StoredSession { server, email, refresh_token });
                }
                Effect::Delete => self.delete_session(),
                Effect::Revoke(access_token) => {
                    if let (Some(clients), Some(server)) = (self.clients.clone(), self.server.clone()) {
                        self.background_tasks
                            .spawn(async move { auth_api::logout(&clients.auth, &server, &access_token).await });
                    }
                }
                Effect::Ready => self.token_ready(),
                Effect::RefreshDelayed(error) => {
                    self.note_error("Token refresh failed", &error);
                    self.connection_input(connection::Input::TokenDelayed(error.clone()));
                    self.fail_waiting_fetches(&error);
                    self.fail_waiting_uploads(&error);
                }
                Effect::SignInFailed(error) => self.sign_in_done(Err(error)),
                Effect::Show(view) => self.show_session(view),
            }
        }
    }

    fn show_session(&mut self, view: SessionView) {
        tracing::info!(state = ?view.state, reason = ?view.reason.as_ref().map(|reason| reason.code), "session");
        if view.state == SessionState::SignedIn {
            let email = view.email.clone().unwrap_or_default();
            self.set_account(&email);
            self.load_edits_of(&email);
        }
        let is_out = view.state == SessionState::SignedOut;
        let reason = view.reason.clone().map_or_else(signed_out, |why| Error::new(why.code, why.message));
        self.note_session(&view);
        self.tell(Event::Session(view));
        if is_out {
            self.sign_in_done(Err(reason.clone()));
            self.connection_input(connection::Input::SignedOut);
            self.fetcher.signed_out(reason);
            self.abort_uploads();
            self.edits_input(edits::Input::Closed);
        }
        self.update_tray();
    }

    /// Leaves the account, here and at the backend.
    pub(super) fn sign_out(&mut self) {
        self.awaits_embedded_studio = false;
        self.stop_restoring();
        self.auth_input(Input::SignOut(None));
        self.delete_edits();
        self.forget_jobs();
        // Leaving the studio of this computer leads back to the choice; another's address is remembered.
        if self.server.take_if(|server| server.identity == Identity::ThisComputer).is_some() {
            self.store.unset("server");
        }
    }

    fn note_session(&mut self, view: &SessionView) {
        let words = match view.state {
            SessionState::Restoring => "Reading the session from the keychain",
            SessionState::SigningIn => "Signing in",
            SessionState::SignedIn => "Signed in",
            SessionState::SignedOut => "Signed out",
            SessionState::Refreshed => {
                self.diagnostics.count().refreshes += 1;
                "Token refreshed"
            }
        };
        match &view.reason {
            Some(reason) => self.note_error(words, &Error::new(reason.code, reason.message.clone())),
            None => self.note(words),
        }
    }

    fn refresh(&self, ticket: Ticket, token: SecretString) {
        let (Some(clients), Some(server)) = (self.clients.clone(), self.server.clone()) else { return };
        let (task_events, email, tokens) = (self.task_events.clone(), self.session_email(), self.tokens.clone());
        let folder = self.data_dir.clone();
        // What could not be kept is newer than what the keychain holds.
        let is_kept = self.session.view().warning.is_none();
        tokio::spawn(async move {
            let lock = RefreshLock::acquire(&folder).await;
            let newest = async || if is_kept { newest(&tokens, &server, &email).await } else { None };
            let token = newest().await.unwrap_or(token);
            let mut answer = auth_api::by_refresh(&clients.auth, &server, &token, &email).await;
            if let Err(Denial::Refused(_)) = answer
                && let Some(newer) = newest().await.filter(|newer| newer.expose_secret() != token.expose_secret())
            {
                answer = auth_api::by_refresh(&clients.auth, &server, &newer, &email).await;
            }
            let at = Box::new((clients, server));
            let _ = task_events.send(TaskEvent::Granted(ticket, answer, at, lock)).await;
        });
    }

    /// Takes in the answer to a request for a session.
    pub(super) fn granted(
        &mut self,
        ticket: Ticket,
        answer: Result<Grant, Denial>,
        at: RequestOrigin,
        lock: Option<RefreshLock>,
    ) {
        // Of a backend that was left meanwhile: its token is shown to no other, and ended where it comes from.
        if self.server.as_ref().is_none_or(|server| server.key() != at.1.key()) {
            if let Ok(grant) = answer {
                let (clients, server) = *at;
                self.background_tasks
                    .spawn(async move { auth_api::logout(&clients.auth, &server, &grant.access_token).await });
            }
            return;
        }
        self.auth_input(match answer {
            Ok(grant) => Input::Granted(ticket, grant),
            Err(Denial::Refused(error)) => Input::Refused(ticket, error),
            Err(Denial::Delayed(error, wait)) => Input::Delayed(ticket, error, wait),
        });
        self.refresh_lock = lock.filter(|_| self.session.is_keeping());
    }

    fn request_by_password(&self, ticket: Ticket, email: String, password: SecretString) {
        let (Some(clients), Some(server)) = (self.clients.clone(), self.server.clone()) else { return };
        let task_events = self.task_events.clone();
        tokio::spawn(async move {
            let answer = auth_api::by_password(&clients.auth, &server, &email, &password).await;
            let at = Box::new((clients, server));
            let _ = task_events.send(TaskEvent::Granted(ticket, answer, at, None)).await;
        });
    }

    fn token_ready(&mut self) {
        self.fetcher.token_changed();
        self.connection_input(connection::Input::SignedIn);
        // Known from the disk, or from before the session expired: subscribed as soon as the socket opens.
        self.watch_unfinished();
        self.connection_input(connection::Input::TokenRefreshed);
        for input in [edits::Input::Opened, edits::Input::TokenRenewed, edits::Input::Reachable] {
            self.edits_input(input);
        }
        self.repeat_waiting_fetches();
        self.repeat_waiting_uploads();
        self.sign_in_done(Ok(()));
    }

    fn session_email(&self) -> String {
        self.session.view().email.clone().unwrap_or_default()
    }
}

/// Returns the token that the keychain holds now. Another process of the same kind, such as a second `tally`, may have
/// spent ours and kept its successor.
async fn newest(tokens: &TokenStore, server: &Server, email: &str) -> Option<SecretString> {
    let SessionLookup::Session(kept) = tokens.load(Unlock::Never).await.ok()? else { return None };
    (kept.server == server.key() && kept.email == email).then_some(kept.refresh_token)
}
