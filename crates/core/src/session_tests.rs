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
    assert!(matches!(effects.as_slice(), [Effect::Keep(..)]), "kept before it is used: {effects:?}");
    assert!(session.access_token().is_none());
    let effects = session.on(Input::Kept(ticket, None), now(1));
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
    let effects = session.on(Input::Kept(ticket, None), now(3601));
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
        session.on(Input::Delayed(ticket, Error::new(Code::Unreachable, "no network")), now(100 * attempt));
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
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Forget)));
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
