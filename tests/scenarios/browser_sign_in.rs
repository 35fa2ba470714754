//! Sign-in with a provider's page in the browser.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use sha2::{Digest, Sha256};
use tallylight_core::{Code, Error};
use tallylight_tests::{Answer, Grant, ScriptedBackend, ScriptedHarness};
use tokio::task::JoinHandle;
use url::Url;

fn offers_google(backend: &ScriptedBackend) {
    backend.set_discovery(json!({ "auth_providers": ["email", "google"] }));
}

/// A sign-in that waits for the browser.
struct PendingSignIn {
    outcome: JoinHandle<Result<(), Error>>,
    /// The URL of the opened page.
    page: Url,
}

impl PendingSignIn {
    async fn begin(harness: &mut ScriptedHarness) -> Self {
        let client = harness.client.clone();
        let outcome = tokio::spawn(async move { client.sign_in_with("google".to_owned()).await });
        Self { outcome, page: harness.pages.recv().await.expect("a page") }
    }

    fn parameter(&self, name: &str) -> String {
        let found = self.page.query_pairs().find(|(key, _)| key == name);
        found.unwrap_or_else(|| panic!("no {name} in {}", self.page)).1.into_owned()
    }

    /// Requests the redirect URL like the browser, and returns the shown page.
    async fn answer(&self, with: &str) -> Result<String, reqwest::Error> {
        reqwest::get(format!("{}&{with}", self.parameter("redirect_to"))).await?.text().await
    }
}

#[tokio::test]
async fn code_is_exchanged_with_the_verifier_of_its_challenge() {
    let mut harness = ScriptedHarness::signed_out(offers_google).await;
    let waiting = PendingSignIn::begin(&mut harness).await;
    assert_eq!(waiting.page.path(), "/auth/v1/authorize");
    assert_eq!(
        (waiting.parameter("provider"), waiting.parameter("code_challenge_method")),
        ("google".into(), "s256".into())
    );
    assert!(waiting.parameter("redirect_to").starts_with("http://127.0.0.1:"));
    assert!(waiting.answer("code=c1").await.expect("a page").contains("You're signed in"));
    waiting.outcome.await.expect("no panic").expect("signed in");
    let [(code, verifier)] = &harness.backend.exchanged_codes()[..] else {
        panic!("{:?}", harness.backend.exchanged_codes())
    };
    assert_eq!(code, "c1");
    assert_eq!(URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)), {
        let page = &waiting.page;
        page.query_pairs().find(|(key, _)| key == "code_challenge").expect("a challenge").1
    });
    assert!(harness.is_signed_in().await);
}

#[tokio::test]
async fn code_rejected_by_backend_does_not_sign_in() {
    let mut harness = ScriptedHarness::signed_out(|backend| {
        offers_google(backend);
        backend.script_grants([Grant::Instead(Answer::auth_error(400, "bad_code_verifier"))]);
    })
    .await;
    let waiting = PendingSignIn::begin(&mut harness).await;
    assert!(waiting.answer("code=stolen").await.expect("a page").contains("Sign-in failed"));
    assert_eq!(waiting.outcome.await.expect("no panic").expect_err("refused").code, Code::SignInDenied);
    assert!(!harness.is_signed_in().await);
}

#[tokio::test]
async fn cancelled_or_replaced_sign_in_accepts_no_code() {
    let mut harness = ScriptedHarness::signed_out(offers_google).await;
    let first = PendingSignIn::begin(&mut harness).await;
    let second = PendingSignIn::begin(&mut harness).await;
    assert!(rejects_late_code(&first).await, "the second sign-in replaced it");
    assert_eq!(first.outcome.await.expect("no panic").expect_err("replaced").code, Code::Requested);
    harness.client.cancel_sign_in().await.expect("cancelled");
    assert!(rejects_late_code(&second).await);
    assert_eq!(second.outcome.await.expect("no panic").expect_err("cancelled").code, Code::Requested);
    assert!(harness.backend.exchanged_codes().is_empty() && !harness.is_signed_in().await);
}

/// Waits for the end of the sign-in's local server. Returns false if a late code is accepted instead.
async fn rejects_late_code(waiting: &PendingSignIn) -> bool {
    loop {
        match waiting.answer("code=late").await {
            Ok(page) if page.contains("You're signed in") => return false,
            // The local server needs a moment to end.
            Ok(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            Err(_) => return true,
        }
    }
}

#[tokio::test]
async fn provider_that_is_not_offered_opens_no_page() {
    let mut harness = ScriptedHarness::signed_out(|_| {}).await;
    let refused = harness.client.sign_in_with("google".to_owned()).await.expect_err("not offered");
    assert_eq!(refused.code, Code::NotOffered);
    assert!(harness.pages.try_recv().is_err());
}

#[tokio::test]
async fn password_sign_in_replaces_waiting_browser_sign_in() {
    let mut harness = ScriptedHarness::signed_out(offers_google).await;
    let waiting = PendingSignIn::begin(&mut harness).await;
    harness.sign_in("me@acme.tv").await;
    assert!(rejects_late_code(&waiting).await);
    assert!(harness.is_signed_in().await && harness.backend.exchanged_codes().is_empty());
}
