//! The session as a state machine of the same shape as the link: `on(input, now) -> Vec<Effect>`.
//!
//! It keeps one promise above all: only a definite refusal signs a person out. And one order: a rotated refresh
//! token is kept before the access token that came with it is used.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::{Code, Now, connection::backoff::Backoff, error::Error, view::ReasonView};

mod io;
mod view;

pub use io::{Effect, Grant, Input, Ticket};
pub use view::{SessionState, SessionView};

/// How long before its expiry an access token is refreshed.
const REFRESH_MARGIN: Duration = Duration::from_secs(90);
/// The longest that a backend may ask to be left alone.
const LONGEST_WAIT: Duration = Duration::from_mins(5);

#[derive(Debug)]
enum State {
    SignedOut,
    Restoring,
    SigningIn,
    Keeping { grant: Grant, renewed: bool },
    SignedIn { grant: Grant, refresh_at: Duration },
    Refreshing { refresh_token: SecretString, access_token: Option<SecretString>, email: String, retry: Option<Retry> },
}

/// Is when a refresh is tried again.
#[derive(Clone, Copy, Debug)]
struct Retry {
    /// By itself.
    at: Duration,
    /// At the earliest, whoever asks: the backend wants to be left alone until then.
    not_before: Duration,
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
                let ticket = self.begin_sign_in(Some(email.clone()), &mut effects);
                effects.push(Effect::RequestByPassword(ticket, email, password));
            }
            Input::SignInWith(provider) => {
                let ticket = self.begin_sign_in(None, &mut effects);
                effects.push(Effect::RequestWith(ticket, provider));
            }
            Input::CancelSignIn => self.cancel_sign_in(&mut effects),
            Input::Restoring(problem) => self.restoring(problem, &mut effects),
            Input::NothingStored(problem) => self.nothing_kept(problem, &mut effects),
            Input::Restore { refresh_token, email } => self.restore(refresh_token, email, &mut effects),
            Input::Granted(ticket, grant) if self.is_current(ticket) => self.granted(ticket, grant, &mut effects),
            Input::Stored(ticket, problem) if self.is_current(ticket) => self.kept(problem, now, &mut effects),
            Input::StoredLate(ticket) if self.is_current(ticket) => self.kept_late(now, &mut effects),
            Input::Refused(ticket, error) if self.is_current(ticket) => self.refused(error, &mut effects),
            Input::Delayed(ticket, error, wait) if self.is_current(ticket) => {
                self.delayed(error, wait.unwrap_or_default(), now, &mut effects);
            }
            // Granted to somebody who has left meanwhile: it must not live on at the backend.
            Input::Granted(_, grant) => effects.push(Effect::Revoke(grant.access_token)),
            Input::Stored(..) | Input::StoredLate(_) | Input::Refused(..) | Input::Delayed(..) => {}
            Input::AccessRefused => self.access_refused(now, &mut effects),
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
            State::SignedOut | State::Restoring | State::SigningIn | State::Keeping { .. } => None,
        }
    }

    /// Strikes out this session's tokens in somebody else's words, and a beginning of one where the words are cut off.
    pub fn without_tokens(&self, words: &str) -> String {
        const SHORTEST: usize = 8;
        let mut words = words.to_owned();
        for token in self.tokens().map(ExposeSecret::expose_secret).filter(|token| token.len() >= SHORTEST) {
            words = words.replace(token, "[token]");
            let cut = (SHORTEST..token.len()).rev().find(|end| {
                token.is_char_boundary(*end) && token.get(..*end).is_some_and(|start| words.ends_with(start))
            });
            words.truncate(words.len() - cut.unwrap_or_default());
        }
        words
    }

    fn tokens(&self) -> impl Iterator<Item = &SecretString> {
        let tokens = match &self.state {
            State::Keeping { grant, .. } | State::SignedIn { grant, .. } => {
                [Some(&grant.access_token), Some(&grant.refresh_token)]
            }
            State::Refreshing { refresh_token, access_token, .. } => [access_token.as_ref(), Some(refresh_token)],
            State::SignedOut | State::Restoring | State::SigningIn => [None, None],
        };
        tokens.into_iter().flatten()
    }

    /// Tells whether somebody is signed in, whether or not a token is at hand.
    pub fn is_signed_in(&self) -> bool {
        match &self.state {
            State::SignedIn { .. } | State::Refreshing { .. } => true,
            State::Keeping { renewed, .. } => *renewed,
            State::SignedOut | State::Restoring | State::SigningIn => false,
        }
    }

    /// Tells whether a grant waits for the keychain.
    pub fn is_keeping(&self) -> bool {
        matches!(self.state, State::Keeping { .. })
    }

    /// Returns what a person sees of the session.
    pub fn view(&self) -> &SessionView {
        &self.shown
    }

    /// Returns when a [`Input::Tick`] is due, on the monotonic clock.
    pub fn deadline(&self) -> Option<Duration> {
        match &self.state {
            State::SignedIn { refresh_at, .. } => Some(*refresh_at),
            State::Refreshing { retry, .. } => retry.map(|retry| retry.at),
            State::SignedOut | State::Restoring | State::SigningIn | State::Keeping { .. } => None,
        }
    }

    /// Leaves whatever session there is, so that none lives on unseen, and asks for another.
    fn begin_sign_in(&mut self, email: Option<String>, effects: &mut Vec<Effect>) -> Ticket {
        match self.state {
            State::Keeping { .. } | State::SignedIn { .. } | State::Refreshing { .. } => self.sign_out(None, effects),
            State::SignedOut | State::Restoring | State::SigningIn => {}
        }
        let ticket = self.new_ticket();
        self.state = State::SigningIn;
        self.show(SessionState::SigningIn, email, None, effects);
        ticket
    }

    fn cancel_sign_in(&mut self, effects: &mut Vec<Effect>) {
        match self.state {
            State::SigningIn => {
                self.new_ticket();
                self.sign_in_failed(cancelled(), effects);
            }
            State::Restoring => self.nothing_kept(None, effects),
            State::Keeping { renewed: false, .. } => {
                effects.push(Effect::SignInFailed(cancelled()));
                self.sign_out(None, effects);
            }
            State::SignedOut | State::Keeping { .. } | State::SignedIn { .. } | State::Refreshing { .. } => {}
        }
    }

    fn restoring(&mut self, problem: Option<Error>, effects: &mut Vec<Effect>) {
        if matches!(self.state, State::SignedOut | State::Restoring) {
            self.state = State::Restoring;
            self.show(SessionState::Restoring, None, problem.map(ReasonView::from), effects);
        }
    }

    fn nothing_kept(&mut self, problem: Option<Error>, effects: &mut Vec<Effect>) {
        if matches!(self.state, State::Restoring) {
            self.state = State::SignedOut;
            self.show(SessionState::SignedOut, None, problem.map(ReasonView::from), effects);
        }
    }

    fn restore(&mut self, refresh_token: SecretString, email: String, effects: &mut Vec<Effect>) {
        // Whoever signed in meanwhile, or is about to, stays.
        if matches!(self.state, State::SignedOut | State::Restoring) {
            self.show(SessionState::SignedIn, Some(email.clone()), None, effects);
            self.refresh(refresh_token, None, email, effects);
        }
    }

    fn granted(&mut self, ticket: Ticket, grant: Grant, effects: &mut Vec<Effect>) {
        let renewed = match self.state {
            State::SigningIn => false,
            State::Refreshing { .. } => true,
            State::SignedOut | State::Restoring | State::SignedIn { .. } | State::Keeping { .. } => return,
        };
        effects.push(Effect::Store(ticket, grant.email.clone(), grant.refresh_token.clone()));
        self.state = State::Keeping { grant, renewed };
    }

    fn kept(&mut self, problem: Option<Error>, now: Now, effects: &mut Vec<Effect>) {
        let State::Keeping { grant, renewed } = &self.state else { return };
        let (grant, renewed) = (grant.clone(), *renewed);
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

    fn kept_late(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if self.is_keeping() {
            self.kept(None, now, effects);
        } else if self.is_signed_in() && self.shown.warning.take().is_some() {
            effects.push(Effect::Show(self.shown.clone()));
        }
    }

    fn refused(&mut self, error: Error, effects: &mut Vec<Effect>) {
        match self.state {
            State::SigningIn => self.sign_in_failed(error, effects),
            State::Refreshing { .. } => self.sign_out(Some(error), effects),
            State::SignedOut | State::Restoring | State::SignedIn { .. } | State::Keeping { .. } => {}
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
            State::SignedOut | State::Restoring | State::SignedIn { .. } | State::Keeping { .. } => {}
        }
    }

    fn sign_in_failed(&mut self, error: Error, effects: &mut Vec<Effect>) {
        self.state = State::SignedOut;
        // Before anything else, which would only say that nobody is signed in.
        effects.push(Effect::SignInFailed(error));
        self.show(SessionState::SignedOut, None, None, effects);
    }

    fn access_refused(&mut self, now: Now, effects: &mut Vec<Effect>) {
        match &mut self.state {
            State::SignedIn { grant, .. } => {
                let grant = grant.clone();
                self.refresh(grant.refresh_token, None, grant.email, effects);
            }
            // One refresh at a time: whoever else needs it waits for the one under way.
            State::Refreshing { refresh_token, retry: Some(retry), email, .. } if now.monotonic >= retry.not_before => {
                let (refresh_token, email) = (refresh_token.clone(), email.clone());
                self.refresh(refresh_token, None, email, effects);
            }
            // The one that was refused is of no use, and neither is asking the next caller to find that out.
            State::Refreshing { access_token, .. } => *access_token = None,
            State::SignedOut | State::Restoring | State::SigningIn | State::Keeping { .. } => {}
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
        self.state = State::Refreshing { refresh_token, access_token, email, retry: None };
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

fn cancelled() -> Error {
    Error::new(Code::Requested, "Sign-in cancelled.")
}

#[cfg(test)]
mod tests;
