//! The session as a state machine of the same shape as the connection: `on(input, now) -> Vec<Effect>`.
//!
//! Two rules hold: only a definite refusal by the backend signs the user out, and a rotated refresh token is stored
//! before the access token that was granted with it is used. Source: docs/protocol.md#authentication.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::{
    Code, Now,
    backoff::Backoff,
    error::{Error, Reason},
};

mod io;
mod status;

pub use io::{Effect, Grant, Input, Ticket};
pub use status::{SessionState, SessionStatus};

/// The time before expiry at which an access token is refreshed.
const REFRESH_MARGIN: Duration = Duration::from_secs(90);
/// The longest `Retry-After` that is accepted from a backend.
const LONGEST_WAIT: Duration = Duration::from_mins(5);

#[derive(Debug)]
enum State {
    SignedOut,
    Restoring,
    SigningIn,
    Storing { grant: Grant, renewed: bool },
    SignedIn { grant: Grant, refresh_at: Duration },
    Refreshing { refresh_token: SecretString, access_token: Option<SecretString>, email: String, retry: Option<Retry> },
}

/// The times at which a refresh is retried.
#[derive(Clone, Copy, Debug)]
struct Retry {
    /// The time of the automatic retry.
    at: Duration,
    /// The earliest time of any retry, as the backend's `Retry-After` demands.
    not_before: Duration,
}

/// The state machine of the session.
#[derive(Debug)]
pub struct Session {
    state: State,
    ticket: u64,
    backoff: Backoff,
    status: SessionStatus,
}

impl Default for Session {
    fn default() -> Self {
        let status = SessionStatus { state: SessionState::SignedOut, email: None, reason: None, warning: None };
        Self { state: State::SignedOut, ticket: 0, backoff: Backoff::default(), status }
    }
}

impl Session {
    /// Applies one input and returns the effects to perform, in order.
    pub fn on(&mut self, input: Input, now: Now) -> Vec<Effect> {
        let mut effects = Vec::new();
        match input {
            Input::SignIn { email, password } => {
                let ticket = self.begin_sign_in(Some(email.clone()), &mut effects);
                effects.push(Effect::RequestByPassword(ticket, email, password));
            }
            Input::SignInWith(provider) => {
                let ticket = self.begin_sign_in(None, &mut effects);
                effects.push(Effect::RequestWith(ticket, provider));
            }
            Input::CancelSignIn => self.cancel_sign_in(&mut effects),
            Input::Restoring(problem) => self.restoring(problem, &mut effects),
            Input::NothingStored(problem) => self.nothing_stored(problem, &mut effects),
            Input::Restore { refresh_token, email } => self.restore(refresh_token, email, &mut effects),
            Input::Granted(ticket, grant) if self.is_current(ticket) => self.granted(ticket, grant, &mut effects),
            Input::Stored(ticket, problem) if self.is_current(ticket) => self.stored(problem, now, &mut effects),
            Input::StoredLate(ticket) if self.is_current(ticket) => self.stored_late(now, &mut effects),
            Input::Refused(ticket, error) if self.is_current(ticket) => self.refused(error, &mut effects),
            Input::Delayed(ticket, error, wait) if self.is_current(ticket) => {
                self.delayed(error, wait.unwrap_or_default(), now, &mut effects);
            }
            // The request was cancelled or superseded meanwhile: the granted session must not stay valid at the
            // backend.
            Input::Granted(_, grant) => effects.push(Effect::Revoke(grant.access_token)),
            Input::Stored(..) | Input::StoredLate(_) | Input::Refused(..) | Input::Delayed(..) => {}
            Input::AccessRefused => self.access_refused(now, &mut effects),
            Input::SignOut(reason) => self.sign_out(reason, &mut effects),
            Input::Tick => self.tick(now, &mut effects),
        }
        effects
    }

    /// Returns the access token for requests. While a refresh is under way, the old token stays in use.
    pub fn access_token(&self) -> Option<&SecretString> {
        match &self.state {
            State::SignedIn { grant, .. } => Some(&grant.access_token),
            State::Refreshing { access_token, .. } => access_token.as_ref(),
            State::SignedOut | State::Restoring | State::SigningIn | State::Storing { .. } => None,
        }
    }

    /// Removes this session's tokens from an external text, including the beginning of a token at a truncated end.
    pub fn without_tokens(&self, text: &str) -> String {
        const SHORTEST: usize = 8;
        let mut text = text.to_owned();
        for token in self.tokens().map(ExposeSecret::expose_secret).filter(|token| token.len() >= SHORTEST) {
            text = text.replace(token, "[token]");
            let cut = (SHORTEST..token.len()).rev().find(|end| {
                token.is_char_boundary(*end) && token.get(..*end).is_some_and(|start| text.ends_with(start))
            });
            text.truncate(text.len() - cut.unwrap_or_default());
        }
        text
    }

    fn tokens(&self) -> impl Iterator<Item = &SecretString> {
        let tokens = match &self.state {
            State::Storing { grant, .. } | State::SignedIn { grant, .. } => {
                [Some(&grant.access_token), Some(&grant.refresh_token)]
            }
            State::Refreshing { refresh_token, access_token, .. } => [access_token.as_ref(), Some(refresh_token)],
            State::SignedOut | State::Restoring | State::SigningIn => [None, None],
        };
        tokens.into_iter().flatten()
    }

    /// Returns the id of the account while its access token is valid; empty if the auth server does not say it.
    pub fn user_id(&self) -> Option<&str> {
        match &self.state {
            State::SignedIn { grant, .. } => Some(&grant.user_id),
            State::Restoring
            | State::SignedOut
            | State::SigningIn
            | State::Storing { .. }
            | State::Refreshing { .. } => None,
        }
    }

    /// Returns whether a user is signed in, even if no access token is available at the moment.
    pub fn is_signed_in(&self) -> bool {
        match &self.state {
            State::SignedIn { .. } | State::Refreshing { .. } => true,
            State::Storing { renewed, .. } => *renewed,
            State::SignedOut | State::Restoring | State::SigningIn => false,
        }
    }

    /// Returns whether a granted session is being stored in the keychain.
    pub fn is_storing(&self) -> bool {
        matches!(self.state, State::Storing { .. })
    }

    /// Returns the session for display.
    pub fn status(&self) -> &SessionStatus {
        &self.status
    }

    /// Returns when an [`Input::Tick`] is due, on the monotonic clock.
    pub fn deadline(&self) -> Option<Duration> {
        match &self.state {
            State::SignedIn { refresh_at, .. } => Some(*refresh_at),
            State::Refreshing { retry, .. } => retry.map(|retry| retry.at),
            State::SignedOut | State::Restoring | State::SigningIn | State::Storing { .. } => None,
        }
    }

    /// Ends the current session, so that it does not stay valid unnoticed, and starts a new sign-in.
    fn begin_sign_in(&mut self, email: Option<String>, effects: &mut Vec<Effect>) -> Ticket {
        match self.state {
            State::Storing { .. } | State::SignedIn { .. } | State::Refreshing { .. } => self.sign_out(None, effects),
            State::SignedOut | State::Restoring | State::SigningIn => {}
        }
        let ticket = self.new_ticket();
        self.state = State::SigningIn;
        self.set_status(SessionState::SigningIn, email, None, effects);
        ticket
    }

    fn cancel_sign_in(&mut self, effects: &mut Vec<Effect>) {
        match self.state {
            State::SigningIn => {
                self.new_ticket();
                self.sign_in_failed(cancelled(), effects);
            }
            State::Restoring => self.nothing_stored(None, effects),
            State::Storing { renewed: false, .. } => {
                effects.push(Effect::SignInFailed(cancelled()));
                self.sign_out(None, effects);
            }
            State::SignedOut | State::Storing { .. } | State::SignedIn { .. } | State::Refreshing { .. } => {}
        }
    }

    fn restoring(&mut self, problem: Option<Error>, effects: &mut Vec<Effect>) {
        if matches!(self.state, State::SignedOut | State::Restoring) {
            self.state = State::Restoring;
            self.set_status(SessionState::Restoring, None, problem.map(Reason::from), effects);
        }
    }

    fn nothing_stored(&mut self, problem: Option<Error>, effects: &mut Vec<Effect>) {
        if matches!(self.state, State::Restoring) {
            self.state = State::SignedOut;
            self.set_status(SessionState::SignedOut, None, problem.map(Reason::from), effects);
        }
    }

    fn restore(&mut self, refresh_token: SecretString, email: String, effects: &mut Vec<Effect>) {
        // A sign-in that finished or started in the meantime takes precedence.
        if matches!(self.state, State::SignedOut | State::Restoring) {
            self.set_status(SessionState::SignedIn, Some(email.clone()), None, effects);
            self.refresh(refresh_token, None, email, effects);
        }
    }

    fn granted(&mut self, ticket: Ticket, grant: Grant, effects: &mut Vec<Effect>) {
        let renewed = match self.state {
            State::SigningIn => false,
            State::Refreshing { .. } => true,
            State::SignedOut | State::Restoring | State::SignedIn { .. } | State::Storing { .. } => return,
        };
        effects.push(Effect::Store(ticket, grant.email.clone(), grant.refresh_token.clone()));
        self.state = State::Storing { grant, renewed };
    }

    fn stored(&mut self, problem: Option<Error>, now: Now, effects: &mut Vec<Effect>) {
        let State::Storing { grant, renewed } = &self.state else { return };
        let (grant, renewed) = (grant.clone(), *renewed);
        self.backoff.reset();
        // Calculated from the duration on the monotonic clock, because a wrong wall clock must not cause endless
        // refreshes. A token whose lifetime is shorter than twice the margin is refreshed after half of its lifetime.
        let margin = REFRESH_MARGIN.min(grant.expires_in / 2);
        let refresh_at = now.monotonic + grant.expires_in.saturating_sub(margin).max(Duration::from_secs(1));
        let state = if renewed { SessionState::Refreshed } else { SessionState::SignedIn };
        let email = Some(grant.email.clone());
        self.state = State::SignedIn { grant, refresh_at };
        let warning = problem.map(Reason::from);
        self.status = SessionStatus { state, email, reason: None, warning };
        effects.push(Effect::StatusChanged(self.status.clone()));
        effects.push(Effect::Ready);
    }

    fn stored_late(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if self.is_storing() {
            self.stored(None, now, effects);
        } else if self.is_signed_in() && self.status.warning.take().is_some() {
            effects.push(Effect::StatusChanged(self.status.clone()));
        }
    }

    fn refused(&mut self, error: Error, effects: &mut Vec<Effect>) {
        match self.state {
            State::SigningIn => self.sign_in_failed(error, effects),
            State::Refreshing { .. } => self.sign_out(Some(error), effects),
            State::SignedOut | State::Restoring | State::SignedIn { .. } | State::Storing { .. } => {}
        }
    }

    fn delayed(&mut self, error: Error, wait: Duration, now: Now, effects: &mut Vec<Effect>) {
        match &mut self.state {
            State::SigningIn => self.sign_in_failed(error, effects),
            State::Refreshing { retry, .. } => {
                let not_before = now.monotonic + wait.min(LONGEST_WAIT);
                let at = not_before.max(now.monotonic + self.backoff.fail(now.draw));
                *retry = Some(Retry { at, not_before });
                effects.push(Effect::RefreshDelayed(error));
            }
            State::SignedOut | State::Restoring | State::SignedIn { .. } | State::Storing { .. } => {}
        }
    }

    fn sign_in_failed(&mut self, error: Error, effects: &mut Vec<Effect>) {
        self.state = State::SignedOut;
        // First, because the effects that follow report only that no user is signed in.
        effects.push(Effect::SignInFailed(error));
        self.set_status(SessionState::SignedOut, None, None, effects);
    }

    fn access_refused(&mut self, now: Now, effects: &mut Vec<Effect>) {
        match &mut self.state {
            State::SignedIn { grant, .. } => {
                let grant = grant.clone();
                self.refresh(grant.refresh_token, None, grant.email, effects);
            }
            // One refresh at a time: all requests that need a new token wait for the refresh under way.
            State::Refreshing { refresh_token, retry: Some(retry), email, .. } if now.monotonic >= retry.not_before => {
                let (refresh_token, email) = (refresh_token.clone(), email.clone());
                self.refresh(refresh_token, None, email, effects);
            }
            // The refused token is useless; without it, further requests are not refused one by one.
            State::Refreshing { access_token, .. } => *access_token = None,
            State::SignedOut | State::Restoring | State::SigningIn | State::Storing { .. } => {}
        }
    }

    fn tick(&mut self, now: Now, effects: &mut Vec<Effect>) {
        match &self.state {
            State::SignedIn { grant, refresh_at } if now.monotonic >= *refresh_at => {
                let grant = grant.clone();
                self.refresh(grant.refresh_token, Some(grant.access_token), grant.email, effects);
            }
            State::Refreshing { refresh_token, access_token, email, retry: Some(retry) }
                if now.monotonic >= retry.at =>
            {
                let (refresh_token, access_token, email) = (refresh_token.clone(), access_token.clone(), email.clone());
                self.refresh(refresh_token, access_token, email, effects);
            }
            State::SignedIn { .. }
            | State::Refreshing { .. }
            | State::SignedOut
            | State::Restoring
            | State::SigningIn
            | State::Storing { .. } => {}
        }
    }

    /// Requests a session with the same refresh token until a response arrives: a lost response must not end the
    /// session.
    fn refresh(
        &mut self,
        refresh_token: SecretString,
        access_token: Option<SecretString>,
        email: String,
        effects: &mut Vec<Effect>,
    ) {
        let ticket = self.new_ticket();
        effects.push(Effect::RequestByRefresh(ticket, refresh_token.clone()));
        self.state = State::Refreshing { refresh_token, access_token, email, retry: None };
    }

    fn sign_out(&mut self, reason: Option<Error>, effects: &mut Vec<Effect>) {
        if matches!(self.state, State::SignedOut) {
            return;
        }
        // Responses that are still under way belong to a session that has ended.
        self.new_ticket();
        let refused = reason.as_ref().is_some_and(|error| error.code == Code::SessionExpired);
        let token = match &self.state {
            State::Storing { grant, .. } => Some(&grant.access_token),
            State::SignedOut
            | State::Restoring
            | State::SigningIn
            | State::SignedIn { .. }
            | State::Refreshing { .. } => self.access_token(),
        };
        if let Some(token) = token.filter(|_| !refused) {
            effects.push(Effect::Revoke(token.clone()));
        }
        self.state = State::SignedOut;
        self.backoff.reset();
        effects.push(Effect::Delete);
        let reason = reason.map(Reason::from);
        self.set_status(SessionState::SignedOut, None, reason, effects);
    }

    fn set_status(
        &mut self,
        state: SessionState,
        email: Option<String>,
        reason: Option<Reason>,
        effects: &mut Vec<Effect>,
    ) {
        self.status = SessionStatus { state, email, reason, warning: None };
        effects.push(Effect::StatusChanged(self.status.clone()));
    }

    fn new_ticket(&mut self) -> Ticket {
        self.ticket += 1;
        Ticket(self.ticket)
    }

    fn is_current(&self, ticket: Ticket) -> bool {
        ticket.0 == self.ticket
    }
}

fn cancelled() -> Error {
    Error::new(Code::Requested, "Sign-in cancelled.")
}

#[cfg(test)]
mod tests;
