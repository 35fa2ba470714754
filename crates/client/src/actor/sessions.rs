//! What the session wants done, and what the auth endpoints and the keychain tell.

use secrecy::SecretString;
use tallylight_core::{
    Code, Error,
    discovery::Server,
    link,
    session::{Effect, Input, SessionState, SessionView, Ticket},
    view::Event,
};

use tokio::sync::mpsc;

use super::{Actor, Report, signed_out};
use crate::{
    auth,
    handle::Reply,
    secrets::{Kept, TokenStore},
    shell::Shell,
};

impl<S: Shell> Actor<S> {
    pub(super) fn sign_in(&mut self, email: String, password: SecretString, reply: Reply<()>) {
        if self.server.is_none() {
            let error = Error::new(Code::SignedOut, "no studio is chosen yet: connect to one first");
            return drop(reply.send(Err(error)));
        }
        if self.session.is_signed_in() {
            self.session_input(Input::SignOut(None));
        }
        // Another account shows nothing of the one before.
        if self.store.setting::<String>("email").is_some_and(|before| !before.eq_ignore_ascii_case(&email)) {
            self.forget_jobs();
        }
        if let Some(before) = self.signing_in.replace(reply) {
            let _ = before.send(Err(Error::new(Code::Requested, "another sign-in took its place")));
        }
        self.session_input(Input::SignIn { email, password });
    }

    /// Goes on with the session that the keychain kept, if it belongs to this backend.
    pub(super) fn loaded(&mut self, kept: Result<Option<Kept>, Error>) {
        let waiting = self.restoring.take();
        self.restore_session(kept);
        for reply in waiting.into_iter().flatten() {
            let _ = reply.send(Ok(self.session.is_signed_in()));
        }
    }

    fn restore_session(&mut self, kept: Result<Option<Kept>, Error>) {
        if self.session.is_signed_in() || self.signing_in.is_some() {
            return;
        }
        match kept {
            Ok(Some(kept)) if self.server.as_ref().is_some_and(|server| server.key() == kept.server) => {
                self.session_input(Input::Restore { refresh_token: kept.refresh_token, email: kept.email });
                self.link_input(link::Input::SignedIn);
                self.watch_unfinished();
            }
            Ok(_) => self.calls.signed_out(signed_out()),
            Err(error) => self.calls.signed_out(error),
        }
    }

    /// Gives the session an input, and does what it asks for.
    pub(super) fn session_input(&mut self, input: Input) {
        let now = self.now();
        for effect in self.session.on(input, now) {
            match effect {
                Effect::RequestByPassword(..) | Effect::RequestByRefresh(..) => self.request(effect),
                Effect::Keep(ticket, refresh_token) => {
                    let server = self.server.as_ref().map(|server| server.key().to_owned()).unwrap_or_default();
                    let email = self.session_email();
                    self.keychain(KeychainOp::Keep(ticket, Kept { server, email, refresh_token }));
                }
                Effect::Forget => self.keychain(KeychainOp::Forget),
                Effect::Revoke(access_token) => {
                    if let (Some(clients), Some(server)) = (self.clients.clone(), self.server.clone()) {
                        self.lasting.spawn(async move { auth::logout(&clients.auth, &server, &access_token).await });
                    }
                }
                Effect::Ready => self.token_ready(),
                Effect::NotYet(error) => {
                    self.note_error("the session could not be renewed yet", &error);
                    self.link_input(link::Input::TokenDelayed(error.clone()));
                    self.fail_waiting_calls(&error);
                    self.fail_waiting_uploads(&error);
                }
                Effect::SignInFailed(error) => self.sign_in_done(Err(error)),
                Effect::Show(view) => {
                    tracing::info!(state = ?view.state, reason = ?view.reason.as_ref().map(|reason| reason.code), "session");
                    let is_out = view.state == SessionState::SignedOut;
                    let reason = view.reason.clone().map_or_else(signed_out, |why| Error::new(why.code, why.message));
                    self.note_session(&view);
                    self.tell(Event::Session(view));
                    if is_out {
                        self.sign_in_done(Err(reason.clone()));
                        self.link_input(link::Input::SignedOut);
                        self.calls.signed_out(reason);
                        self.abort_uploads();
                    }
                    self.show_tray();
                }
            }
        }
    }

    fn note_session(&mut self, view: &SessionView) {
        let words = match view.state {
            SessionState::SigningIn => "signing in",
            SessionState::SignedIn => "signed in",
            SessionState::SignedOut => "signed out",
            SessionState::Refreshed => {
                self.diagnostics.count().refreshes += 1;
                "the session was renewed"
            }
        };
        match &view.reason {
            Some(reason) => self.note_error(words, &Error::new(reason.code, reason.message.clone())),
            None => self.note(words),
        }
    }

    fn keychain(&mut self, op: KeychainOp) {
        let Some(keychain) = &self.keychain else { return };
        // A keychain that hangs for so long is as good as none.
        if let Err(mpsc::error::TrySendError::Full(KeychainOp::Keep(ticket, _))) = keychain.try_send(op) {
            let hangs = Error::new(Code::Keychain, "the keychain does not answer: the session ends with the program");
            self.session_input(Input::Kept(ticket, Some(hangs)));
        }
    }

    fn request(&mut self, effect: Effect) {
        let (Some(clients), Some(server)) = (self.clients.clone(), self.server.clone()) else { return };
        let (reports, email, tokens) = (self.reports.clone(), self.session_email(), self.tokens.clone());
        // What could not be kept is newer than what the keychain holds.
        let is_kept = self.session.view().warning.is_none();
        tokio::spawn(async move {
            let (ticket, answer) = match effect {
                Effect::RequestByPassword(ticket, email, password) => {
                    (ticket, auth::by_password(&clients.auth, &server, &email, &password).await)
                }
                Effect::RequestByRefresh(ticket, token) => {
                    let newest = if is_kept { newest(&tokens, &server, &email).await } else { None };
                    let token = newest.unwrap_or(token);
                    (ticket, auth::by_refresh(&clients.auth, &server, &token, &email).await)
                }
                Effect::Keep(..)
                | Effect::Forget
                | Effect::Revoke(_)
                | Effect::Ready
                | Effect::NotYet(_)
                | Effect::SignInFailed(_)
                | Effect::Show(_) => return,
            };
            let _ = reports.send(Report::Granted(ticket, answer)).await;
        });
    }

    fn token_ready(&mut self) {
        self.store.set("email", &self.session_email());
        self.calls.token_changed();
        self.link_input(link::Input::SignedIn);
        // Known from the disk, or from before the session expired: subscribed as soon as the socket opens.
        self.watch_unfinished();
        self.link_input(link::Input::TokenRefreshed);
        self.repeat_waiting_calls();
        self.repeat_waiting_uploads();
        self.sign_in_done(Ok(()));
    }

    fn sign_in_done(&mut self, outcome: Result<(), Error>) {
        if let Some(reply) = self.signing_in.take() {
            let _ = reply.send(outcome);
        }
    }

    fn session_email(&self) -> String {
        self.session.view().email.clone().unwrap_or_default()
    }
}

/// Returns the token that the keychain holds now. Another process of the same kind, such as a second `tally`, may have
/// spent ours and kept its successor.
async fn newest(tokens: &TokenStore, server: &Server, email: &str) -> Option<SecretString> {
    let kept = tokens.load().await.ok()??;
    (kept.server == server.key() && kept.email == email).then_some(kept.refresh_token)
}

/// Is something to be done with the keychain.
#[derive(Debug)]
pub(super) enum KeychainOp {
    Keep(Ticket, Kept),
    Forget,
}

/// Works on the keychain, one thing after the other: a sign-out must not be overtaken by the write before it.
pub(super) async fn work_on_keychain(
    tokens: TokenStore,
    mut ops: mpsc::Receiver<KeychainOp>,
    reports: mpsc::Sender<Report>,
) {
    while let Some(op) = ops.recv().await {
        match op {
            KeychainOp::Keep(ticket, kept) => {
                let problem = tokens.keep(kept).await.err();
                let _ = reports.send(Report::Kept(ticket, problem)).await;
            }
            KeychainOp::Forget => {
                if let Err(error) = tokens.forget().await {
                    tracing::warn!(%error, "the session could not be taken out of the keychain");
                }
            }
        }
    }
}
