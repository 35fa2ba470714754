//! The session as a state machine of the same shape as the link: `on(input, now) -> Vec<Effect>`.
//!
//! It keeps one promise above all: only a definite refusal signs a person out. And one order: a rotated refresh
//! token is kept before the access token that came with it is used.

use std::time::Duration;

use secrecy::SecretString;
use serde::Serialize;

use crate::{Code, Now, backoff::Backoff, error::Error, view::ReasonView};

/// How long before its expiry an access token is refreshed.
const REFRESH_MARGIN: Duration = Duration::from_secs(90);

/// Is what an auth endpoint grants.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The token that calls carry.
    pub access_token: SecretString,
    /// The token that the next refresh spends.
    pub refresh_token: SecretString,
    /// How long the access token holds.
    pub expires_in: Duration,
    /// The email of the account.
    pub email: String,
}

/// Names one attempt to sign in or refresh; answers to an older one are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(u64);

/// Is something that happened.
#[derive(Debug)]
pub enum Input {
    /// The person signs in.
    SignIn {
        /// The email of the account.
        email: String,
        /// Its password.
        password: SecretString,
    },
    /// The keychain held a refresh token of an earlier run.
    Restore {
        /// The token.
        refresh_token: SecretString,
        /// The email that was signed in.
        email: String,
    },
    /// The backend granted a session.
    Granted(Ticket, Grant),
    /// The refresh token of a grant is kept, or there is no place to keep it and the session ends with this run.
    Kept(Ticket, Option<Error>),
    /// The backend definitely refused.
    Refused(Ticket, Error),
    /// The backend could not be asked for now.
    Delayed(Ticket, Error),
    /// The access token was refused, or is needed and not there.
    AccessRefused,
    /// The person signs out, or the session is refused everywhere.
    SignOut(Option<Error>),
    /// Time passed.
    Tick,
}

/// Is something to be done.
#[derive(Debug)]
pub enum Effect {
    /// Ask for a session by password.
    RequestByPassword(Ticket, String, SecretString),
    /// Ask for a session by refresh token.
    RequestByRefresh(Ticket, SecretString),
    /// Keep a refresh token, then report [`Input::Kept`].
    Keep(Ticket, SecretString),
    /// Forget the kept refresh token.
    Forget,
    /// End the session at the backend; its answer does not matter.
    Revoke(SecretString),
    /// The access token is there, and new.
    Ready,
    /// A refresh failed for now; it will be tried again.
    NotYet(Error),
    /// Signing in failed.
    SignInFailed(Error),
    /// What the person sees of the session changed.
    Show(SessionView),
}

/// Is the session as a person sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SessionView {
    /// Which state it is in.
    pub state: SessionState,
    /// The email of the account.
    pub email: Option<String>,
    /// Why it is so.
    pub reason: Option<ReasonView>,
    /// What a person should know although all is well: the session cannot be kept.
    pub warning: Option<ReasonView>,
}

/// Names a state of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum SessionState {
    /// Nobody is signed in.
    SignedOut,
    /// The backend is being asked.
    SigningIn,
    /// Somebody is signed in.
    SignedIn,
    /// Somebody is signed in, and the access token was just renewed.
    Refreshed,
}

#[derive(Debug)]
enum State {
    SignedOut,
    SigningIn,
    Keeping {
        grant: Grant,
        renewed: bool,
    },
    SignedIn {
        grant: Grant,
        refresh_at: Duration,
    },
    Refreshing {
        refresh_token: SecretString,
        access_token: Option<SecretString>,
        email: String,
        retry_at: Option<Duration>,
    },
}

/// Is the state of the one session.
#[derive(Debug)]
pub struct Session {
    state: State,
    ticket: u64,
    backoff: Backoff,
    shown: SessionView,
}

impl Default for Session {
    fn default() -> Self {
        let shown = SessionView { state: SessionState::SignedOut, email: None, reason: None, warning: None };
        Self { state: State::SignedOut, ticket: 0, backoff: Backoff::default(), shown }
    }
}

impl Session {
    /// Takes one input at a time, and returns what is to be done, in order.
    pub fn on(&mut self, input: Input, now: Now) -> Vec<Effect> {
        let mut effects = Vec::new();
        match input {
            Input::SignIn { email, password } => {
                let ticket = self.new_ticket();
                self.state = State::SigningIn;
                self.show(SessionState::SigningIn, Some(email.clone()), None, &mut effects);
                effects.push(Effect::RequestByPassword(ticket, email, password));
            }
            Input::Restore { refresh_token, email } => {
                self.show(SessionState::SignedIn, Some(email.clone()), None, &mut effects);
                self.refresh(refresh_token, None, email, &mut effects);
            }
            Input::Granted(ticket, grant) if self.is_current(ticket) => self.granted(ticket, grant, &mut effects),
            Input::Kept(ticket, problem) if self.is_current(ticket) => self.kept(problem, now, &mut effects),
            Input::Refused(ticket, error) if self.is_current(ticket) => self.refused(error, &mut effects),
            Input::Delayed(ticket, error) if self.is_current(ticket) => self.delayed(error, now, &mut effects),
            // Granted to somebody who has left meanwhile: it must not live on at the backend.
            Input::Granted(_, grant) => effects.push(Effect::Revoke(grant.access_token)),
            Input::Kept(..) | Input::Refused(..) | Input::Delayed(..) => {}
            Input::AccessRefused => self.access_refused(&mut effects),
            Input::SignOut(reason) => self.sign_out(reason, &mut effects),
            Input::Tick => self.tick(now, &mut effects),
        }
        effects
    }

    /// Returns the token that calls carry now; an old one goes on while a new one is on its way.
    pub fn access_token(&self) -> Option<&SecretString> {
        match &self.state {
            State::SignedIn { grant, .. } => Some(&grant.access_token),
            State::Refreshing { access_token, .. } => access_token.as_ref(),
            State::SignedOut | State::SigningIn | State::Keeping { .. } => None,
        }
    }

    /// Tells whether somebody is signed in, whether or not a token is at hand.
    pub fn is_signed_in(&self) -> bool {
        match &self.state {
            State::SignedIn { .. } | State::Refreshing { .. } => true,
            State::Keeping { renewed, .. } => *renewed,
            State::SignedOut | State::SigningIn => false,
        }
    }

    /// Returns what a person sees of the session.
    pub fn view(&self) -> &SessionView {
        &self.shown
    }

    /// Returns when a [`Input::Tick`] is due, on the monotonic clock.
    pub fn deadline(&self) -> Option<Duration> {
        match &self.state {
            State::SignedIn { refresh_at, .. } => Some(*refresh_at),
            State::Refreshing { retry_at, .. } => *retry_at,
            State::SignedOut | State::SigningIn | State::Keeping { .. } => None,
        }
    }

    fn granted(&mut self, ticket: Ticket, grant: Grant, effects: &mut Vec<Effect>) {
        let renewed = match self.state {
            State::SigningIn => false,
            State::Refreshing { .. } => true,
            State::SignedOut | State::SignedIn { .. } | State::Keeping { .. } => return,
        };
        effects.push(Effect::Keep(ticket, grant.refresh_token.clone()));
        self.state = State::Keeping { grant, renewed };
    }

    fn kept(&mut self, problem: Option<Error>, now: Now, effects: &mut Vec<Effect>) {
        let State::Keeping { grant, renewed } = std::mem::replace(&mut self.state, State::SignedOut) else { return };
        self.backoff.reset();
        // Reckoned from the duration on the monotonic clock: a wrong wall clock must not refresh for ever. Half the
        // life of a token that lives shorter than the margin.
        let margin = REFRESH_MARGIN.min(grant.expires_in / 2);
        let refresh_at = now.monotonic + grant.expires_in.saturating_sub(margin).max(Duration::from_secs(1));
        let state = if renewed { SessionState::Refreshed } else { SessionState::SignedIn };
        let email = Some(grant.email.clone());
        self.state = State::SignedIn { grant, refresh_at };
        let warning = problem.map(ReasonView::from);
        self.shown = SessionView { state, email, reason: None, warning };
        effects.push(Effect::Show(self.shown.clone()));
        effects.push(Effect::Ready);
    }

    fn refused(&mut self, error: Error, effects: &mut Vec<Effect>) {
        match self.state {
            State::SigningIn => {
                self.state = State::SignedOut;
                // Before anything else, which would only say that nobody is signed in.
                effects.push(Effect::SignInFailed(error));
                self.show(SessionState::SignedOut, None, None, effects);
            }
            State::Refreshing { .. } => self.sign_out(Some(error), effects),
            State::SignedOut | State::SignedIn { .. } | State::Keeping { .. } => {}
        }
    }

    fn delayed(&mut self, error: Error, now: Now, effects: &mut Vec<Effect>) {
        match &mut self.state {
            State::SigningIn => {
                self.state = State::SignedOut;
                // Before anything else, which would only say that nobody is signed in.
                effects.push(Effect::SignInFailed(error));
                self.show(SessionState::SignedOut, None, None, effects);
            }
            State::Refreshing { retry_at, .. } => {
                *retry_at = Some(now.monotonic + self.backoff.fail(now.draw));
                effects.push(Effect::NotYet(error));
            }
            State::SignedOut | State::SignedIn { .. } | State::Keeping { .. } => {}
        }
    }

    fn access_refused(&mut self, effects: &mut Vec<Effect>) {
        match &mut self.state {
            State::SignedIn { grant, .. } => {
                let grant = grant.clone();
                self.refresh(grant.refresh_token, None, grant.email, effects);
            }
            // One refresh at a time: whoever else needs it waits for the one under way.
            State::Refreshing { refresh_token, retry_at: Some(_), email, .. } => {
                let (refresh_token, email) = (refresh_token.clone(), email.clone());
                self.refresh(refresh_token, None, email, effects);
            }
            State::Refreshing { .. } | State::SignedOut | State::SigningIn | State::Keeping { .. } => {}
        }
    }

    fn tick(&mut self, now: Now, effects: &mut Vec<Effect>) {
        match &self.state {
            State::SignedIn { grant, refresh_at } if now.monotonic >= *refresh_at => {
                let grant = grant.clone();
                self.refresh(grant.refresh_token, Some(grant.access_token), grant.email, effects);
            }
            State::Refreshing { refresh_token, access_token, email, retry_at: Some(at) } if now.monotonic >= *at => {
                let (refresh_token, access_token, email) = (refresh_token.clone(), access_token.clone(), email.clone());
                self.refresh(refresh_token, access_token, email, effects);
            }
            State::SignedIn { .. }
            | State::Refreshing { .. }
            | State::SignedOut
            | State::SigningIn
            | State::Keeping { .. } => {}
        }
    }

    /// Asks with the same refresh token until an answer arrives: a lost answer must not lose the session.
    fn refresh(
        &mut self,
        refresh_token: SecretString,
        access_token: Option<SecretString>,
        email: String,
        effects: &mut Vec<Effect>,
    ) {
        let ticket = self.new_ticket();
        effects.push(Effect::RequestByRefresh(ticket, refresh_token.clone()));
        self.state = State::Refreshing { refresh_token, access_token, email, retry_at: None };
    }

    fn sign_out(&mut self, reason: Option<Error>, effects: &mut Vec<Effect>) {
        if matches!(self.state, State::SignedOut) {
            return;
        }
        // Answers that are still on their way belong to a session that is no more.
        self.new_ticket();
        let refused = reason.as_ref().is_some_and(|error| error.code == Code::SessionExpired);
        let token = match &self.state {
            State::Keeping { grant, .. } => Some(&grant.access_token),
            State::SignedOut | State::SigningIn | State::SignedIn { .. } | State::Refreshing { .. } => {
                self.access_token()
            }
        };
        if let Some(token) = token.filter(|_| !refused) {
            effects.push(Effect::Revoke(token.clone()));
        }
        self.state = State::SignedOut;
        self.backoff.reset();
        effects.push(Effect::Forget);
        let reason = reason.map(ReasonView::from);
        self.show(SessionState::SignedOut, None, reason, effects);
    }

    fn show(
        &mut self,
        state: SessionState,
        email: Option<String>,
        reason: Option<ReasonView>,
        effects: &mut Vec<Effect>,
    ) {
        self.shown = SessionView { state, email, reason, warning: None };
        effects.push(Effect::Show(self.shown.clone()));
    }

    fn new_ticket(&mut self) -> Ticket {
        self.ticket += 1;
        Ticket(self.ticket)
    }

    fn is_current(&self, ticket: Ticket) -> bool {
        ticket.0 == self.ticket
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
