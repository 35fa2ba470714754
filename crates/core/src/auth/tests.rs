#![expect(clippy::wildcard_enum_match_arm, reason = "whatever is not expected fails the test")]

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
    assert!(matches!(effects.as_slice(), [Effect::Store(..)]), "kept before it is used: {effects:?}");
    assert!(session.access_token().is_none());
    let effects = session.on(Input::Stored(ticket, None), now(1));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Ready)));
    session
}

#[test]
fn a_token_is_refreshed_ninety_seconds_before_it_expires() {
    let session = signed_in(3600);
    assert_eq!(session.deadline(), Some(Duration::from_secs(1 + 3600 - 90)));
    assert_eq!(signed_in(60).deadline(), Some(Duration::from_secs(1 + 30)), "half of a short life");
    assert_eq!(signed_in(0).deadline(), Some(Duration::from_secs(2)), "never in a tight loop");
}

#[test]
fn the_old_token_goes_on_while_the_new_one_is_fetched() {
    let mut session = signed_in(3600);
    let ticket = ticket(&session.on(Input::Tick, now(3600)));
    assert!(session.access_token().is_some() && session.is_signed_in());
    session.on(Input::Granted(ticket, grant("r2", 3600)), now(3601));
    let effects = session.on(Input::Stored(ticket, None), now(3601));
    assert!(matches!(&effects[0], Effect::Show(view) if view.state == SessionState::Refreshed));
}

#[test]
fn one_refresh_at_a_time() {
    let mut session = signed_in(3600);
    assert_eq!(session.on(Input::AccessRefused, now(10)).len(), 1);
    assert!(session.on(Input::AccessRefused, now(10)).is_empty());
    assert!(session.on(Input::Tick, now(10)).is_empty());
}

#[test]
fn whatever_is_not_a_refusal_is_tried_again_with_the_same_token() {
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
fn only_a_refusal_signs_out_and_says_why() {
    let mut session = signed_in(3600);
    let ticket = ticket(&session.on(Input::AccessRefused, now(10)));
    let effects = session.on(Input::Refused(ticket, Error::new(Code::SessionExpired, "used twice")), now(11));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Delete)));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Revoke(_))), "a refused session is already over");
    assert_eq!(session.view().reason.as_ref().map(|reason| reason.code), Some(Code::SessionExpired));
}

#[test]
fn a_sign_out_during_a_refresh_stays_signed_out() {
    let mut session = signed_in(3600);
    let ticket = ticket(&session.on(Input::Tick, now(3600)));
    let effects = session.on(Input::SignOut(None), now(3600));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Revoke(_))));
    let late = session.on(Input::Granted(ticket, grant("r2", 3600)), now(3601));
    assert!(matches!(late.as_slice(), [Effect::Revoke(_)]), "what comes too late is ended: {late:?}");
    assert!(!session.is_signed_in() && session.deadline().is_none());
}

#[test]
fn a_wrong_password_leaves_signed_out_with_the_reason() {
    let mut session = Session::default();
    let sign_in = Input::SignIn { email: "me@acme.tv".to_owned(), password: "no".into() };
    let ticket = ticket(&session.on(sign_in, now(0)));
    let effects = session.on(Input::Refused(ticket, Error::new(Code::InvalidCredentials, "wrong")), now(1));
    assert!(matches!(effects.first(), Some(Effect::SignInFailed(error)) if error.code == Code::InvalidCredentials));
}

#[test]
fn nothing_secret_is_in_a_debug_text() {
    let session = signed_in(3600);
    let text = format!("{session:?}");
    assert!(!text.contains("access-of") && !text.contains("r1"), "{text}");
}

#[test]
fn a_restored_session_is_neither_in_nor_out_until_the_keychain_answers() {
    let mut session = Session::default();
    session.on(Input::Restoring(None), now(0));
    assert_eq!(session.view().state, SessionState::Restoring);
    session.on(Input::Restoring(Some(Error::new(Code::KeychainLocked, "locked"))), now(1));
    assert_eq!(session.view().reason.as_ref().map(|reason| reason.code), Some(Code::KeychainLocked));
    let effects = session.on(Input::Restore { refresh_token: "r1".into(), email: "me@acme.tv".into() }, now(2));
    assert!(matches!(&effects[..], [Effect::Show(_), Effect::RequestByRefresh(..)]) && session.is_signed_in());

    let mut empty = Session::default();
    empty.on(Input::Restoring(None), now(0));
    empty.on(Input::NothingStored(Some(Error::new(Code::Keychain, "unreadable"))), now(1));
    assert_eq!(empty.view().state, SessionState::SignedOut);
    assert_eq!(empty.view().reason.as_ref().map(|reason| reason.code), Some(Code::Keychain), "and says why");
}

#[test]
fn who_signs_in_while_the_keychain_is_asked_stays() {
    let mut session = Session::default();
    session.on(Input::Restoring(None), now(0));
    let sign_in = Input::SignIn { email: "you@acme.tv".to_owned(), password: "pw".into() };
    session.on(sign_in, now(1));
    assert!(session.on(Input::Restore { refresh_token: "r1".into(), email: "me@acme.tv".into() }, now(2)).is_empty());
    assert!(session.on(Input::NothingStored(None), now(2)).is_empty());
    assert_eq!(session.view().state, SessionState::SigningIn);
}

#[test]
fn a_sign_in_that_was_cancelled_is_over_and_its_late_grant_is_ended() {
    let mut session = Session::default();
    let effects = session.on(Input::SignInWith("google".to_owned()), now(0));
    let Some(Effect::RequestWith(ticket, _)) = effects.last() else { panic!("{effects:?}") };
    let cancelled = session.on(Input::CancelSignIn, now(1));
    assert!(matches!(cancelled.first(), Some(Effect::SignInFailed(error)) if error.code == Code::Requested));
    let late = session.on(Input::Granted(*ticket, grant("r1", 3600)), now(2));
    assert!(matches!(late.as_slice(), [Effect::Revoke(_)]), "{late:?}");
    assert!(session.on(Input::CancelSignIn, now(3)).is_empty(), "nothing is left to cancel");

    // The keychain asks for its own password, and the person thinks better of it.
    let sign_in = Input::SignIn { email: "me@acme.tv".to_owned(), password: "pw".into() };
    let granted = super::tests::ticket(&session.on(sign_in, now(4)));
    session.on(Input::Granted(granted, grant("r2", 3600)), now(5));
    let cancelled = session.on(Input::CancelSignIn, now(6));
    assert!(
        matches!(&cancelled[..], [Effect::SignInFailed(_), Effect::Revoke(_), Effect::Delete, Effect::Show(_)]),
        "{cancelled:?}"
    );
    assert!(session.on(Input::Stored(granted, None), now(7)).is_empty() && !session.is_signed_in());
}

#[test]
fn another_sign_in_ends_the_session_before_it() {
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
fn a_backend_that_asks_for_time_is_given_it_whoever_else_asks() {
    let mut session = signed_in(3600);
    let ticket = ticket(&session.on(Input::AccessRefused, now(10)));
    let wait = Some(Duration::from_mins(2));
    session.on(Input::Delayed(ticket, Error::new(Code::RateLimited, "slowly"), wait), now(10));
    assert_eq!(session.deadline(), Some(Duration::from_secs(130)));
    assert!(session.on(Input::AccessRefused, now(129)).is_empty());
    assert_eq!(session.on(Input::AccessRefused, now(130)).len(), 1);
}

#[test]
fn without_such_a_wish_whoever_needs_a_token_does_not_wait() {
    let mut session = signed_in(3600);
    let ticket = ticket(&session.on(Input::AccessRefused, now(10)));
    session.on(Input::Delayed(ticket, Error::new(Code::Unreachable, "no network"), None), now(10));
    assert_eq!(session.on(Input::AccessRefused, now(10)).len(), 1);
}

#[test]
fn a_keychain_that_opens_later_takes_the_warning_away() {
    let mut session = Session::default();
    let sign_in = Input::SignIn { email: "me@acme.tv".to_owned(), password: "pw".into() };
    let ticket = ticket(&session.on(sign_in, now(0)));
    session.on(Input::Granted(ticket, grant("r1", 3600)), now(1));
    session.on(Input::Stored(ticket, Some(Error::new(Code::KeychainLocked, "locked"))), now(1));
    assert!(session.view().warning.is_some() && session.is_signed_in());
    session.on(Input::StoredLate(ticket), now(60));
    assert!(session.view().warning.is_none());
    session.on(Input::AccessRefused, now(61));
    assert!(session.on(Input::StoredLate(ticket), now(62)).is_empty(), "of an earlier grant");
}

#[test]
fn tokens_are_struck_out_of_somebody_elses_words() {
    let mut session = Session::default();
    assert_eq!(session.without_tokens("access-of-refresh-1"), "access-of-refresh-1", "nobody's");
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
        // Mostly the newest ticket, sometimes an old one.
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

    /// Is what the world outside of the session would know.
    #[derive(Default)]
    struct World {
        seconds: u64,
        /// The ticket of the request or the write that will be answered.
        open: Option<Ticket>,
        kept: Option<String>,
        keeping: Option<String>,
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
                        self.keeping = Some(secrecy::ExposeSecret::expose_secret(token).to_owned());
                    }
                    Effect::Delete => {
                        self.kept = None;
                        self.keeping = None;
                    }
                    _ => {}
                }
            }
            assert!(!is_answer || effects.iter().filter(|e| matches!(e, Effect::Ready)).count() == 0, "kept first");
            assert!(requests <= 1, "one request at a time");
        }
    }

    proptest! {
        /// Whatever happens, the session never waits for something that cannot come, is never signed out with a token
        /// left in the keychain, and shows what it is.
        #[test]
        fn it_is_never_stuck_and_leaves_nothing_behind(steps in proptest::collection::vec(step(), 1..60)) {
            let (mut session, mut world) = (Session::default(), World::default());
            for step in steps {
                let ticket = |back: u64, session: &Session| Ticket(session.ticket.saturating_sub(back));
                let error = || Error::new(Code::SessionExpired, "no");
                let input = match step {
                    Step::SignIn => Input::SignIn { email: "me@acme.tv".to_owned(), password: "pw".into() },
                    Step::SignInWith => Input::SignInWith("google".to_owned()),
                    Step::Cancel => Input::CancelSignIn,
                    Step::Restoring => Input::Restoring(None),
                    Step::Restore => Input::Restore { refresh_token: "kept".into(), email: "me@acme.tv".to_owned() },
                    Step::Nothing => Input::NothingStored(None),
                    Step::Grant(back) => Input::Granted(ticket(back, &session), grant("r", 3600)),
                    Step::Store(back, good) => {
                        let problem = (!good).then(|| Error::new(Code::Keychain, "no keychain"));
                        if back == 0 && good { world.kept = world.keeping.take(); }
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
                // The keychain answers only writes, and the backend only requests.
                let is_answer = |ticket: &Ticket| ticket.0 < session.ticket || world.open == Some(*ticket);
                let fits = match &input {
                    Input::Stored(ticket, _) => ticket.0 < session.ticket || matches!(session.state, State::Keeping { .. }),
                    Input::Granted(ticket, _) | Input::Refused(ticket, _) | Input::Delayed(ticket, ..) => {
                        is_answer(ticket) && !matches!(session.state, State::Keeping { .. })
                    }
                    _ => true,
                };
                if !fits {
                    continue;
                }
                world.take(&mut session, input);
                let view = session.view();
                match &session.state {
                    State::SignedOut => {
                        prop_assert_eq!(view.state, SessionState::SignedOut);
                        prop_assert!(world.kept.is_none(), "nothing is kept of nobody");
                        prop_assert!(session.access_token().is_none() && session.deadline().is_none());
                    }
                    State::Restoring => prop_assert_eq!(view.state, SessionState::Restoring),
                    State::SigningIn => {
                        prop_assert_eq!(view.state, SessionState::SigningIn);
                        prop_assert_eq!(world.open, Some(Ticket(session.ticket)));
                    }
                    State::Keeping { .. } => prop_assert_eq!(world.open, Some(Ticket(session.ticket))),
                    State::SignedIn { .. } => {
                        prop_assert!(matches!(view.state, SessionState::SignedIn | SessionState::Refreshed));
                        prop_assert!(session.deadline().is_some() && session.access_token().is_some());
                    }
                    // Either it is being asked for, or there is a time at which it will be.
                    State::Refreshing { retry, .. } => {
                        prop_assert!(retry.is_some() || world.open == Some(Ticket(session.ticket)));
                        prop_assert_eq!(session.deadline().is_some(), retry.is_some());
                    }
                }
            }
        }
    }
}
