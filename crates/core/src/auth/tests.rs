#![expect(clippy::wildcard_enum_match_arm, reason = "an unexpected variant fails the test")]

use super::*;

fn now(seconds: u64) -> Now {
    Now { monotonic: Duration::from_secs(seconds), wall: jiff::Timestamp::UNIX_EPOCH, draw: 1.0 }
}

fn grant(refresh: &str, seconds: u64) -> Grant {
    Grant {
        access_token: format!("access-of-{refresh}").into(),
        refresh_token: refresh.into(),
        expires_in: Duration::from_secs(seconds),
        email: "me@acme.tv".to_owned(),
        user_id: "u1".to_owned(),
    }
}

fn ticket(effects: &[Effect]) -> Ticket {
    effects
        .iter()
        .find_map(|effect| match effect {
            Effect::RequestByPassword(ticket, ..) | Effect::RequestByRefresh(ticket, _) => Some(*ticket),
            _ => None,
        })
        .unwrap_or_else(|| panic!("no request in {effects:?}"))
}

fn signed_in(expires_in: u64) -> Session {
    let mut session = Session::default();
    let sign_in = Input::SignIn { email: "me@acme.tv".to_owned(), password: "pw".into() };
    let ticket = ticket(&session.on(sign_in, now(0)));
    let effects = session.on(Input::Granted(ticket, grant("r1", expires_in)), now(1));
    assert!(matches!(effects.as_slice(), [Effect::Store(..)]), "stored before it is used: {effects:?}");
    assert!(session.access_token().is_none());
    let effects = session.on(Input::Stored(ticket, None), now(1));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Ready)));
    session
}

#[test]
fn access_token_is_refreshed_ninety_seconds_before_expiry() {
    let session = signed_in(3600);
    assert_eq!(session.deadline(), Some(Duration::from_secs(1 + 3600 - 90)));
    assert_eq!(signed_in(60).deadline(), Some(Duration::from_secs(1 + 30)), "half of a short lifetime");
    assert_eq!(signed_in(0).deadline(), Some(Duration::from_secs(2)), "never in a tight loop");
}

#[test]
fn old_access_token_stays_in_use_during_refresh() {
    let mut session = signed_in(3600);
    let ticket = ticket(&session.on(Input::Tick, now(3600)));
    assert!(session.access_token().is_some() && session.is_signed_in());
    session.on(Input::Granted(ticket, grant("r2", 3600)), now(3601));
    let effects = session.on(Input::Stored(ticket, None), now(3601));
    assert!(matches!(&effects[0], Effect::StatusChanged(status) if status.state == SessionState::Refreshed));
}

#[test]
fn only_one_refresh_runs_at_a_time() {
    let mut session = signed_in(3600);
    assert_eq!(session.on(Input::AccessRefused, now(10)).len(), 1);
    assert!(session.on(Input::AccessRefused, now(10)).is_empty());
    assert!(session.on(Input::Tick, now(10)).is_empty());
}

#[test]
fn delayed_refresh_is_retried_with_the_same_token() {
    let mut session = signed_in(3600);
    let mut effects = session.on(Input::AccessRefused, now(10));
    for attempt in 0..5_u64 {
        let ticket = ticket(&effects);
        session.on(Input::Delayed(ticket, Error::new(Code::Unreachable, "no network"), None), now(100 * attempt));
        assert!(session.is_signed_in());
        effects = session.on(Input::Tick, now(100 * attempt + 50));
        assert!(matches!(&effects[..], [Effect::RequestByRefresh(_, token)]
            if secrecy::ExposeSecret::expose_secret(token) == "r1"));
    }
}

#[test]
fn refused_refresh_signs_out_with_the_reason() {
    let mut session = signed_in(3600);
    let ticket = ticket(&session.on(Input::AccessRefused, now(10)));
    let effects = session.on(Input::Refused(ticket, Error::new(Code::SessionExpired, "used twice")), now(11));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Delete)));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Revoke(_))), "a refused session is already over");
    assert_eq!(session.status().reason.as_ref().map(|reason| reason.code), Some(Code::SessionExpired));
}

#[test]
fn sign_out_during_refresh_revokes_the_late_grant() {
    let mut session = signed_in(3600);
    let ticket = ticket(&session.on(Input::Tick, now(3600)));
    let effects = session.on(Input::SignOut(None), now(3600));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Revoke(_))));
    let late = session.on(Input::Granted(ticket, grant("r2", 3600)), now(3601));
    assert!(matches!(late.as_slice(), [Effect::Revoke(_)]), "a late grant is revoked: {late:?}");
    assert!(!session.is_signed_in() && session.deadline().is_none());
}

#[test]
fn wrong_password_fails_the_sign_in_with_the_reason() {
    let mut session = Session::default();
    let sign_in = Input::SignIn { email: "me@acme.tv".to_owned(), password: "no".into() };
    let ticket = ticket(&session.on(sign_in, now(0)));
    let effects = session.on(Input::Refused(ticket, Error::new(Code::InvalidCredentials, "wrong")), now(1));
    assert!(matches!(effects.first(), Some(Effect::SignInFailed(error)) if error.code == Code::InvalidCredentials));
}

#[test]
fn debug_output_contains_no_secret() {
    let session = signed_in(3600);
    let text = format!("{session:?}");
    assert!(!text.contains("access-of") && !text.contains("r1"), "{text}");
}

#[test]
fn session_is_restoring_until_the_keychain_answers() {
    let mut session = Session::default();
    session.on(Input::Restoring(None), now(0));
    assert_eq!(session.status().state, SessionState::Restoring);
    session.on(Input::Restoring(Some(Error::new(Code::KeychainLocked, "locked"))), now(1));
    assert_eq!(session.status().reason.as_ref().map(|reason| reason.code), Some(Code::KeychainLocked));
    let effects = session.on(Input::Restore { refresh_token: "r1".into(), email: "me@acme.tv".into() }, now(2));
    assert!(matches!(&effects[..], [Effect::StatusChanged(_), Effect::RequestByRefresh(..)]) && session.is_signed_in());

    let mut empty = Session::default();
    empty.on(Input::Restoring(None), now(0));
    empty.on(Input::NothingStored(Some(Error::new(Code::Keychain, "unreadable"))), now(1));
    assert_eq!(empty.status().state, SessionState::SignedOut);
    assert_eq!(empty.status().reason.as_ref().map(|reason| reason.code), Some(Code::Keychain), "with the reason");
}

#[test]
fn sign_in_during_restoring_takes_precedence() {
    let mut session = Session::default();
    session.on(Input::Restoring(None), now(0));
    let sign_in = Input::SignIn { email: "you@acme.tv".to_owned(), password: "pw".into() };
    session.on(sign_in, now(1));
    assert!(session.on(Input::Restore { refresh_token: "r1".into(), email: "me@acme.tv".into() }, now(2)).is_empty());
    assert!(session.on(Input::NothingStored(None), now(2)).is_empty());
    assert_eq!(session.status().state, SessionState::SigningIn);
}

#[test]
fn late_grant_of_a_cancelled_sign_in_is_revoked() {
    let mut session = Session::default();
    let effects = session.on(Input::SignInWith("google".to_owned()), now(0));
    let Some(Effect::RequestWith(ticket, _)) = effects.last() else { panic!("{effects:?}") };
    let cancelled = session.on(Input::CancelSignIn, now(1));
    assert!(matches!(cancelled.first(), Some(Effect::SignInFailed(error)) if error.code == Code::Requested));
    let late = session.on(Input::Granted(*ticket, grant("r1", 3600)), now(2));
    assert!(matches!(late.as_slice(), [Effect::Revoke(_)]), "{late:?}");
    assert!(session.on(Input::CancelSignIn, now(3)).is_empty(), "nothing is left to cancel");

    // The user cancels while the keychain prompts for its own password.
    let sign_in = Input::SignIn { email: "me@acme.tv".to_owned(), password: "pw".into() };
    let granted = super::tests::ticket(&session.on(sign_in, now(4)));
    session.on(Input::Granted(granted, grant("r2", 3600)), now(5));
    let cancelled = session.on(Input::CancelSignIn, now(6));
    assert!(
        matches!(
            &cancelled[..],
            [Effect::SignInFailed(_), Effect::Revoke(_), Effect::Delete, Effect::StatusChanged(_)]
        ),
        "{cancelled:?}"
    );
    assert!(session.on(Input::Stored(granted, None), now(7)).is_empty() && !session.is_signed_in());
}

#[test]
fn new_sign_in_revokes_the_previous_session() {
    for grants in [1, 2] {
        let mut session = Session::default();
        let sign_in = || Input::SignIn { email: "me@acme.tv".to_owned(), password: "pw".into() };
        let ticket = ticket(&session.on(sign_in(), now(0)));
        session.on(Input::Granted(ticket, grant("r1", 3600)), now(1));
        if grants == 2 {
            session.on(Input::Stored(ticket, None), now(1));
        }
        let effects = session.on(sign_in(), now(2));
        assert!(effects.iter().any(|effect| matches!(effect, Effect::Revoke(_))), "{effects:?}");
        assert!(effects.iter().any(|effect| matches!(effect, Effect::Delete)), "{effects:?}");
    }
}

#[test]
fn retry_after_delays_every_refresh() {
    let mut session = signed_in(3600);
    let ticket = ticket(&session.on(Input::AccessRefused, now(10)));
    let wait = Some(Duration::from_mins(2));
    session.on(Input::Delayed(ticket, Error::new(Code::RateLimited, "slowly"), wait), now(10));
    assert_eq!(session.deadline(), Some(Duration::from_secs(130)));
    assert!(session.on(Input::AccessRefused, now(129)).is_empty());
    assert_eq!(session.on(Input::AccessRefused, now(130)).len(), 1);
}

#[test]
fn refused_access_token_is_refreshed_at_once_without_retry_after() {
    let mut session = signed_in(3600);
    let ticket = ticket(&session.on(Input::AccessRefused, now(10)));
    session.on(Input::Delayed(ticket, Error::new(Code::Unreachable, "no network"), None), now(10));
    assert_eq!(session.on(Input::AccessRefused, now(10)).len(), 1);
}

#[test]
fn session_stored_late_clears_the_warning() {
    let mut session = Session::default();
    let sign_in = Input::SignIn { email: "me@acme.tv".to_owned(), password: "pw".into() };
    let ticket = ticket(&session.on(sign_in, now(0)));
    session.on(Input::Granted(ticket, grant("r1", 3600)), now(1));
    session.on(Input::Stored(ticket, Some(Error::new(Code::KeychainLocked, "locked"))), now(1));
    assert!(session.status().warning.is_some() && session.is_signed_in());
    session.on(Input::StoredLate(ticket), now(60));
    assert!(session.status().warning.is_none());
    session.on(Input::AccessRefused, now(61));
    assert!(session.on(Input::StoredLate(ticket), now(62)).is_empty(), "belongs to an earlier grant");
}

#[test]
fn tokens_are_removed_from_external_text() {
    let mut session = Session::default();
    assert_eq!(session.without_tokens("access-of-refresh-1"), "access-of-refresh-1", "no session");
    let sign_in = Input::SignIn { email: "me@acme.tv".to_owned(), password: "pw".into() };
    let ticket = ticket(&session.on(sign_in, now(0)));
    session.on(Input::Granted(ticket, grant("refresh-1", 3600)), now(1));
    let words = r#"{"a":"access-of-refresh-1","b":"refresh-1","c":"access-of-re"#;
    assert_eq!(session.without_tokens(words), r#"{"a":"[token]","b":"[token]","c":""#);
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Step {
        SignIn,
        SignInWith,
        Cancel,
        Restoring,
        Restore,
        Nothing,
        Grant(u64),
        Store(u64, bool),
        Refuse(u64),
        Delay(u64, bool),
        AccessRefused,
        SignOut,
        Wait(u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        // Mostly the newest ticket, sometimes an older one.
        let back = prop_oneof![8 => Just(0_u64), 1 => 1..4_u64];
        prop_oneof![
            Just(Step::SignIn),
            Just(Step::SignInWith),
            Just(Step::Cancel),
            Just(Step::Restoring),
            Just(Step::Restore),
            Just(Step::Nothing),
            back.clone().prop_map(Step::Grant),
            (back.clone(), any::<bool>()).prop_map(|(back, good)| Step::Store(back, good)),
            back.clone().prop_map(Step::Refuse),
            (back, any::<bool>()).prop_map(|(back, wait)| Step::Delay(back, wait)),
            Just(Step::AccessRefused),
            Just(Step::SignOut),
            (0..4000_u64).prop_map(Step::Wait),
        ]
    }

    /// A model of the keychain and the backend around the session.
    #[derive(Default)]
    struct World {
        seconds: u64,
        /// The ticket of the request or keychain write that is still to be answered.
        open: Option<Ticket>,
        stored: Option<String>,
        storing: Option<String>,
    }

    impl World {
        fn take(&mut self, session: &mut Session, input: Input) {
            let is_answer = matches!(input, Input::Granted(..) | Input::Refused(..) | Input::Delayed(..));
            match &input {
                Input::Granted(ticket, _)
                | Input::Stored(ticket, _)
                | Input::Refused(ticket, _)
                | Input::Delayed(ticket, ..) => {
                    self.open = self.open.filter(|open| open != ticket);
                }
                _ => {}
            }
            let mut requests = 0;
            let effects = session.on(input, now(self.seconds));
            for effect in &effects {
                match effect {
                    Effect::RequestByPassword(ticket, ..)
                    | Effect::RequestWith(ticket, _)
                    | Effect::RequestByRefresh(ticket, _) => {
                        requests += 1;
                        self.open = Some(*ticket);
                    }
                    Effect::Store(ticket, _, token) => {
                        self.open = Some(*ticket);
                        self.storing = Some(secrecy::ExposeSecret::expose_secret(token).to_owned());
                    }
                    Effect::Delete => {
                        self.stored = None;
                        self.storing = None;
                    }
                    _ => {}
                }
            }
            assert!(!is_answer || effects.iter().filter(|e| matches!(e, Effect::Ready)).count() == 0, "used unstored");
            assert!(requests <= 1, "one request at a time");
        }
    }

    proptest! {
        /// For any sequence of inputs, the session never waits for a response that cannot come, never leaves a token in
        /// the keychain when signed out, and always shows its actual state.
        #[test]
        fn session_never_gets_stuck_and_sign_out_leaves_no_token(steps in proptest::collection::vec(step(), 1..60)) {
            let (mut session, mut world) = (Session::default(), World::default());
            for step in steps {
                let ticket = |back: u64, session: &Session| Ticket(session.ticket.saturating_sub(back));
                let error = || Error::new(Code::SessionExpired, "no");
                let input = match step {
                    Step::SignIn => Input::SignIn { email: "me@acme.tv".to_owned(), password: "pw".into() },
                    Step::SignInWith => Input::SignInWith("google".to_owned()),
                    Step::Cancel => Input::CancelSignIn,
                    Step::Restoring => Input::Restoring(None),
                    Step::Restore => Input::Restore { refresh_token: "stored".into(), email: "me@acme.tv".to_owned() },
                    Step::Nothing => Input::NothingStored(None),
                    Step::Grant(back) => Input::Granted(ticket(back, &session), grant("r", 3600)),
                    Step::Store(back, good) => {
                        let problem = (!good).then(|| Error::new(Code::Keychain, "no keychain"));
                        if back == 0 && good { world.stored = world.storing.take(); }
                        Input::Stored(ticket(back, &session), problem)
                    }
                    Step::Refuse(back) => Input::Refused(ticket(back, &session), error()),
                    Step::Delay(back, wait) => {
                        let wait = wait.then_some(Duration::from_mins(1));
                        Input::Delayed(ticket(back, &session), Error::new(Code::Unreachable, "no network"), wait)
                    }
                    Step::AccessRefused => Input::AccessRefused,
                    Step::SignOut => Input::SignOut(None),
                    Step::Wait(seconds) => { world.seconds += seconds; Input::Tick }
                };
                // The keychain answers only writes, and the backend answers only requests.
                let is_answer = |ticket: &Ticket| ticket.0 < session.ticket || world.open == Some(*ticket);
                let fits = match &input {
                    Input::Stored(ticket, _) => ticket.0 < session.ticket || matches!(session.state, State::Storing { .. }),
                    Input::Granted(ticket, _) | Input::Refused(ticket, _) | Input::Delayed(ticket, ..) => {
                        is_answer(ticket) && !matches!(session.state, State::Storing { .. })
                    }
                    _ => true,
                };
                if !fits {
                    continue;
                }
                world.take(&mut session, input);
                let status = session.status();
                match &session.state {
                    State::SignedOut => {
                        prop_assert_eq!(status.state, SessionState::SignedOut);
                        prop_assert!(world.stored.is_none(), "a token is left in the keychain");
                        prop_assert!(session.access_token().is_none() && session.deadline().is_none());
                    }
                    State::Restoring => prop_assert_eq!(status.state, SessionState::Restoring),
                    State::SigningIn => {
                        prop_assert_eq!(status.state, SessionState::SigningIn);
                        prop_assert_eq!(world.open, Some(Ticket(session.ticket)));
                    }
                    State::Storing { .. } => prop_assert_eq!(world.open, Some(Ticket(session.ticket))),
                    State::SignedIn { .. } => {
                        prop_assert!(matches!(status.state, SessionState::SignedIn | SessionState::Refreshed));
                        prop_assert!(session.deadline().is_some() && session.access_token().is_some());
                    }
                    // Either a request is under way, or a retry is scheduled.
                    State::Refreshing { retry, .. } => {
                        prop_assert!(retry.is_some() || world.open == Some(Ticket(session.ticket)));
                        prop_assert_eq!(session.deadline().is_some(), retry.is_some());
                    }
                }
            }
        }
    }
}
