//! Faults of sessions: expired tokens, lost answers, and rejected refreshes.

use std::time::Duration;

use serde_json::json;
use tallylight_core::{Code, JobId, auth::SessionState, connection::ConnectionState};
use tallylight_tests::{Answer, Grant, ScriptedHarness, running};
use tallylight_view::Event;

const SECOND: Duration = Duration::from_secs(1);
/// A time after which the session is due for a refresh: the lifetime of an access token (1 h) less 80 s of its margin.
const REFRESH_DUE: Duration = Duration::from_secs(3600 - 80);

#[tokio::test]
async fn fifty_requests_with_an_expired_token_cause_one_refresh() {
    let jobs: Vec<_> = (0..50).map(|n| running(&n.to_string())).collect();
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(jobs.into())).await;
    harness.backend.expire_tokens();
    let mut callers = tokio::task::JoinSet::new();
    for n in 0..50 {
        let client = harness.client.clone();
        callers.spawn(async move { client.open(JobId::new(n.to_string())).await });
    }
    callers.join_all().await;
    let lists = harness.backend.lists();
    harness.client.refresh().await.expect("requested");
    harness.until("the list", |harness| harness.backend.lists() > lists + 1).await;
    harness.wait_until_settled().await;
    assert_eq!(
        (harness.backend.refreshes(), harness.backend.connects()),
        (1, 1),
        "one refresh, and the socket stays open"
    );
    assert!(harness.is_signed_in().await);
}

#[tokio::test]
async fn lost_refresh_answer_is_retried_with_the_same_token() {
    let harness = ScriptedHarness::live(|_| {}).await;
    harness.backend.script_grants([Grant::Lost, Grant::Lost]);
    harness.clock.advance(REFRESH_DUE);
    harness.until_with_clock("three attempts", SECOND, |harness| harness.backend.refreshes() == 3).await;
    let refresh_tokens = harness.backend.refresh_tokens();
    assert!(refresh_tokens.iter().all(|token| *token == refresh_tokens[0]), "{refresh_tokens:?}");
    harness.until("the refresh", |harness| sessions(harness).contains(&SessionState::Refreshed)).await;
    assert!(harness.is_signed_in().await);
}

#[tokio::test]
async fn refresh_rejected_with_already_used_signs_out() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    harness.backend.script_grants([Grant::Instead(Answer::auth_error(400, "refresh_token_already_used"))]);
    harness.clock.advance(REFRESH_DUE);
    harness.until("signed out", |harness| harness.is(ConnectionState::SignedOut)).await;
    let session = harness.client.status().await.expect("status").session;
    assert_eq!(session.reason.map(|reason| reason.code), Some(Code::SessionExpired));
    let connects = harness.backend.connects();
    harness.clock.advance(Duration::from_hours(1));
    harness.change_network().await;
    harness.client.reconnect().await.expect("requested");
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(harness.backend.connects(), connects, "no reconnect after the session ended");
}

#[tokio::test]
async fn failing_auth_server_keeps_the_session() {
    let failures = [
        Answer::auth_error(429, "over_request_rate_limit"),
        Answer::status(500),
        Answer::status(502).saying("<html>Bad gateway</html>"),
        Answer::page(200),
        Answer::status(401),
        Answer::status(404),
    ];
    let harness = ScriptedHarness::live(|_| {}).await;
    harness.backend.script_grants(failures.clone().map(Grant::Instead));
    harness.clock.advance(REFRESH_DUE);
    harness
        .until_with_clock("the refresh after all failures", SECOND, |harness| {
            sessions(harness).contains(&SessionState::Refreshed)
        })
        .await;
    assert_eq!(harness.backend.refreshes(), failures.len() + 1);
    assert!(!sessions(&harness).contains(&SessionState::SignedOut));
    assert!(
        harness.backend.refresh_tokens().iter().all(|token| token == "refresh-1"),
        "{:?}",
        harness.backend.refresh_tokens()
    );
}

#[tokio::test]
async fn refresh_waits_for_retry_after_of_the_auth_server() {
    let harness = ScriptedHarness::live(|_| {}).await;
    let busy = Answer::auth_error(429, "over_request_rate_limit").with("retry-after", "120");
    harness.backend.script_grants([Grant::Instead(busy)]);
    harness.clock.advance(REFRESH_DUE);
    // An hour without messages also ends the connection.
    harness.until("a refresh", |harness| harness.backend.refreshes() == 1 && harness.backend.connects() == 2).await;
    harness.until("live again", ScriptedHarness::is_live).await;
    // Requests that need a token do not shorten the delay.
    harness.backend.expire_tokens();
    for _ in 0..4 {
        harness.clock.advance(25 * SECOND);
        harness.client.refresh().await.expect("requested");
        harness.wait_until_settled().await;
    }
    assert_eq!(harness.backend.refreshes(), 1);
    harness
        .until_with_clock("the refresh", SECOND, |harness| sessions(harness).contains(&SessionState::Refreshed))
        .await;
    assert_eq!((harness.backend.refreshes(), harness.is_signed_in().await), (2, true));
}

#[tokio::test]
async fn sign_out_during_a_refresh_stays_signed_out() {
    let harness = ScriptedHarness::live(|_| {}).await;
    harness.backend.script_grants([Grant::Held]);
    harness.clock.advance(REFRESH_DUE);
    harness.until("the refresh", |harness| harness.backend.refreshes() == 1).await;
    harness.client.sign_out().await.expect("requested");
    harness.backend.release();
    harness.clock.advance(Duration::from_hours(1));
    harness.until("signed out", |harness| harness.is(ConnectionState::SignedOut)).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!harness.is_signed_in().await);
    assert_eq!(harness.state().await.0, ConnectionState::SignedOut);
}

#[tokio::test]
async fn other_account_sees_nothing_of_the_previous_one() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("secret")]))).await;
    harness.client.sign_out().await.expect("signed out");
    harness.backend.set_jobs(json!([running("mine")]));
    // A late message of the previous account's socket.
    harness.backend.say(tallylight_tests::update("secret", "FAILED", 1, "2026-01-01T00:05:00Z"));
    harness.recorder.seen().events.clear();
    harness.sign_in("you@acme.tv").await;
    harness.client.synced().await.expect("the list");
    harness.until("mine", |harness| harness.batches() > 0).await;
    let ids: Vec<_> = harness.client.jobs().await.expect("jobs").into_iter().map(|job| job.row.job_id).collect();
    assert_eq!(ids, [JobId::new("mine")]);
    let shows_secret = |event: &Event| matches!(event, Event::Jobs { changed, .. } if changed.iter().any(|change| change.job.row.job_id.as_str() == "secret"));
    assert!(!harness.recorder.seen().events.iter().any(shows_secret));
}

#[tokio::test]
async fn live_socket_stays_open_across_refreshes() {
    let harness = ScriptedHarness::live(|_| {}).await;
    for refreshes in 1..=3 {
        for _ in 0..72 {
            harness.clock.advance(49 * SECOND);
            harness.wait_until_settled().await;
        }
        harness.until("the refresh", |harness| harness.backend.refreshes() == refreshes).await;
    }
    assert_eq!((harness.backend.connects(), harness.state().await.0), (1, ConnectionState::Live));
}

#[tokio::test]
async fn socket_closed_with_auth_code_reconnects_after_one_refresh() {
    for code in [1008, 3000, 4001, 4003, 4401, 4403] {
        let harness = ScriptedHarness::live(|_| {}).await;
        harness.backend.expire_tokens();
        harness.clock.advance(6 * SECOND);
        harness.wait_until_settled().await;
        harness.backend.close(code);
        harness.until("another connection", |harness| harness.backend.connects() == 2 && harness.is_live()).await;
        assert_eq!(harness.backend.refreshes(), 1, "{code}");
    }
}

#[tokio::test]
async fn token_rejected_by_socket_and_rest_signs_out() {
    let harness = ScriptedHarness::set(|backend| {
        backend.set_socket(Answer::status(403));
        backend.set_rest(Answer::status(401));
    })
    .await;
    harness.until("signed out", |harness| harness.is(ConnectionState::SignedOut)).await;
    let session = harness.client.status().await.expect("status").session;
    let reason = session.reason.map(|reason| reason.code);
    assert_eq!((session.state, reason), (SessionState::SignedOut, Some(Code::SessionExpired)));
}

#[tokio::test]
async fn socket_rejecting_token_after_one_message_falls_back_to_polling() {
    let harness = ScriptedHarness::set(|backend| {
        backend.set_greeting(vec![r#"{"type":"HEARTBEAT"}"#.into(), tallylight_tests::closing(4401)]);
    })
    .await;
    harness.until("polling", |harness| harness.is(ConnectionState::Polling)).await;
    assert_eq!((harness.backend.connects(), harness.backend.refreshes()), (2, 1));
}

fn sessions(harness: &ScriptedHarness) -> Vec<SessionState> {
    let state = |event: &Event| if let Event::Session(view) = event { Some(view.state) } else { None };
    harness.recorder.seen().events.iter().filter_map(state).collect()
}
