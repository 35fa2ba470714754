//! Change of the backend or the account: what is remembered, and that nothing of one is shown under another or sent to
//! it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, extract::State, http::HeaderMap};
use serde_json::{Value, json};
use tallylight_client::Identity;
use tallylight_core::{
    Code, InputField, JobId,
    discovery::{Description, parse_address},
};
use tallylight_tests::{Answer, Grant, Recorder, ScriptedHarness, running};
use tallylight_view::Event;
use tokio::net::TcpListener;

fn description_of(harness: &ScriptedHarness) -> Description {
    let text = |text: &str| Some(text.to_owned());
    Description { auth_url: text(&harness.proxy.address), auth_key: text("public"), ..Description::default() }
}

#[tokio::test]
async fn backend_without_discovery_is_described_by_user_and_remembered() {
    let mut harness = ScriptedHarness::signed_out(|_| {}).await;
    harness.backend.set_discovery(Value::Null);
    let address = parse_address(&harness.proxy.address).expect("an address");
    let missing =
        harness.client.connect(address.clone(), Identity::Address).await.expect_err("there is no discovery document");
    assert_eq!(missing.code, Code::NotAStudio);

    let wrong = Description { auth_key: Some("guess".to_owned()), ..description_of(&harness) };
    let wrong = harness.client.connect_as(address.clone(), wrong).await.expect_err("a wrong key");
    assert_eq!((wrong.code, wrong.field), (Code::WrongKey, Some(InputField::AuthKey)));
    let nowhere = Description { auth_url: Some("http://127.0.0.1:9".to_owned()), ..description_of(&harness) };
    let nowhere = harness.client.connect_as(address.clone(), nowhere).await.expect_err("no server there");
    assert_eq!((nowhere.code, nowhere.field), (Code::Unreachable, Some(InputField::AuthUrl)));

    harness.client.connect_as(address.clone(), description_of(&harness)).await.expect("connected with the description");
    harness.sign_in("me@acme.tv").await;
    harness.until("live", ScriptedHarness::is_live).await;
    harness.client.connect(address, Identity::Address).await.expect("connected with the remembered description");
    harness.restart().await;
    harness.until("live again", ScriptedHarness::is_live).await;
}

#[tokio::test]
async fn email_is_remembered_with_its_address_only() {
    let harness = ScriptedHarness::live(|_| {}).await;
    harness.client.sign_out().await.expect("signed out");
    let remembered = harness.client.status().await.expect("status").remembered;
    assert_eq!(remembered.email.as_deref(), Some("me@acme.tv"));
    assert_eq!(remembered.address.as_deref(), Some(&*harness.proxy.address));
    let other = tallylight_tests::ScriptedBackend::start().await;
    let address = parse_address(&other.address).expect("an address");
    harness.client.connect(address, Identity::Address).await.expect("connected to the other backend");
    let remembered = harness.client.status().await.expect("status").remembered;
    assert_eq!((remembered.email, remembered.address), (None, Some(other.address)), "nothing of the first backend");
}

#[tokio::test]
async fn other_account_after_expired_session_sees_no_earlier_jobs() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("secret")]))).await;
    harness.backend.expire_tokens();
    harness.backend.script_grants([Grant::Instead(Answer::auth_error(400, "session_expired"))]);
    harness.client.refresh().await.expect("requested");
    harness.until("signed out", |harness| harness.is(tallylight_core::connection::ConnectionState::SignedOut)).await;
    assert_eq!(harness.client.jobs().await.expect("jobs").len(), 1, "the jobs are kept for the next sign-in");
    harness.backend.set_jobs(json!([running("mine")]));
    harness.recorder.seen().events.clear();
    harness.sign_in("you@acme.tv").await;
    harness.client.synced().await.expect("the list");
    harness.until("mine", |harness| harness.batches() > 0).await;
    harness.wait_until_settled().await;
    let ids: Vec<_> = harness.client.jobs().await.expect("jobs").into_iter().map(|job| job.row.job_id).collect();
    assert_eq!(ids, [JobId::new("mine")]);
    assert!(!shows(&harness.recorder, "secret"));
}

#[tokio::test]
async fn session_granted_after_backend_change_is_ended_where_granted() {
    let harness = ScriptedHarness::signed_out(|backend| backend.script_grants([Grant::Held])).await;
    let client = harness.client.clone();
    let late = tokio::spawn(async move { client.sign_in("me@acme.tv".to_owned(), "password".into()).await });
    harness.until("the request", |harness| harness.backend.has_held_request()).await;
    let other = tallylight_tests::ScriptedBackend::start().await;
    let address = parse_address(&other.address).expect("an address");
    harness.client.connect(address, Identity::Address).await.expect("connected to the other backend");
    assert!(late.await.expect("no panic").is_err(), "the waiting sign-in fails");
    harness.backend.release();
    harness.until("the end of the late session", |harness| harness.backend.ended() == ["access-1"]).await;
    assert!(other.ended().is_empty() && !harness.is_signed_in().await);
}

fn shows(recorder: &Recorder, job_id: &str) -> bool {
    recorder.seen().events.iter().any(|event| {
        matches!(event, Event::Jobs { changed, .. } if changed.iter().any(|change| change.job.row.job_id.as_str() == job_id))
    })
}

#[tokio::test]
async fn redirect_to_another_origin_drops_token_and_auth_follows_none() {
    let other_server = OtherServer::start().await;
    let harness = ScriptedHarness::live(|_| {}).await;
    let redirect = Answer::status(307).with("location", format!("{}/api/v1/jobs/", other_server.address));
    harness.backend.set_rest(redirect.clone());
    harness.client.refresh().await.expect("requested");
    harness.until("the redirect", |_| other_server.calls() > 0).await;
    assert_eq!(other_server.tokens(), 0);

    let calls = other_server.calls();
    harness.client.sign_out().await.expect("signed out");
    harness.backend.script_grants([Grant::Instead(redirect)]);
    let refused = harness.client.sign_in("me@acme.tv".to_owned(), "password".into()).await;
    assert!(refused.is_err());
    assert_eq!(other_server.calls(), calls, "the password is not sent to the redirect's target");
}

/// A server that counts its requests, and those with credentials.
struct OtherServer {
    address: String,
    seen: Arc<(AtomicUsize, AtomicUsize)>,
}

impl OtherServer {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let seen = Arc::default();
        let count = async |State(seen): State<Arc<(AtomicUsize, AtomicUsize)>>, headers: HeaderMap| {
            seen.0.fetch_add(1, Ordering::SeqCst);
            if headers.contains_key("authorization") || headers.contains_key("apikey") {
                seen.1.fetch_add(1, Ordering::SeqCst);
            }
            "[]"
        };
        let router = Router::new().fallback(count).with_state(Arc::clone(&seen));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, seen }
    }

    fn calls(&self) -> usize {
        self.seen.0.load(Ordering::SeqCst)
    }

    fn tokens(&self) -> usize {
        self.seen.1.load(Ordering::SeqCst)
    }
}
