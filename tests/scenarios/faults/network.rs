//! What networks do.

use std::time::Duration;

use serde_json::json;
use tallylight_client::Identity;
use tallylight_core::{
    Code,
    discovery::parse_address,
    model::job::Status,
    settings::{Network, Proxy, Settings},
    view::ConnectionState,
};
use tallylight_tests::{Answer, Fault, ScriptedHarness, ended, running, update};

use crate::foreign_servers;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_name_that_cannot_be_found_is_said_and_tried_again() {
    let harness =
        ScriptedHarness::set(|backend| backend.set_discovery(json!({ "ws_url": "wss://nowhere.invalid/ws" }))).await;
    harness.until("the failure", |harness| harness.is_because(Code::Unreachable)).await;
    let reason = harness.connection().await.reason.expect("a reason");
    assert!(reason.message.contains("find"), "{reason:?}");
    harness.sooner("another try", SECOND, |harness| harness.shown().last().is_some_and(|view| view.attempt >= 2)).await;
}

#[tokio::test]
async fn a_refused_connection_is_offline_until_somebody_listens_again() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    harness.proxy.set(Fault::Refuse);
    harness.until("backoff", |harness| harness.is(ConnectionState::Backoff)).await;
    harness.sooner("offline", SECOND, |harness| harness.is(ConnectionState::Offline)).await;
    assert_eq!(harness.state().await.1, Some(Code::Unreachable));
    assert!(harness.job("7").await.is_some(), "what is known is still shown");
    harness.backend.set_jobs(json!([ended("7", "COMPLETED")]));
    harness.proxy.set(Fault::None);
    harness.sooner("live", SECOND, ScriptedHarness::is_live).await;
    harness.until("its end", |harness| harness.recorder.seen().told() == 1).await;
    assert_eq!(harness.told().await, 1);
}

#[tokio::test]
async fn somebody_who_accepts_and_says_nothing_has_ten_seconds() {
    let harness = ScriptedHarness::live(|_| {}).await;
    harness.proxy.set(Fault::Silence);
    harness.client.reconnect().await.expect("asked");
    harness.until("the attempt", |harness| harness.is(ConnectionState::Connecting)).await;
    harness.clock.advance(Duration::from_secs(9));
    assert_eq!(harness.state().await.0, ConnectionState::Connecting);
    harness.clock.advance(2 * SECOND);
    harness.until("the end of patience", |harness| harness.is_because(Code::HandshakeTimeout)).await;
}

#[tokio::test]
async fn a_tls_handshake_that_stalls_has_ten_seconds() {
    let silent = foreign_servers::silent().await;
    let harness =
        ScriptedHarness::set(|backend| backend.set_discovery(json!({ "ws_url": format!("wss://{silent}/ws") }))).await;
    harness.until("the attempt", |harness| harness.is(ConnectionState::Connecting)).await;
    harness.clock.advance(11 * SECOND);
    harness.until("the end of patience", |harness| harness.is_because(Code::HandshakeTimeout)).await;
}

#[tokio::test]
async fn a_bad_certificate_is_shown_retried_slowly_and_never_ignored() {
    let stranger = foreign_servers::self_signed().await;
    let harness = ScriptedHarness::set(|backend| {
        backend.set_jobs(json!([running("7")]));
        backend.set_discovery(json!({ "ws_url": format!("wss://{}/ws", stranger.address) }));
    })
    .await;
    harness.until("polling in its place", |harness| harness.is(ConnectionState::Polling)).await;
    let connection = harness.connection().await;
    assert_eq!(connection.reason.map(|reason| reason.code), Some(Code::UntrustedCertificate));
    assert!(connection.retry_in_ms.is_some_and(|wait| wait > 240_000), "in minutes");
    assert!(harness.job("7").await.is_some());
    assert_eq!(stranger.handshakes(), 0, "nothing was said to a stranger");
}

#[tokio::test]
async fn a_certificate_that_a_person_vouches_for_is_trusted_by_the_socket_and_by_calls_at_once() {
    let stranger = foreign_servers::self_signed().await;
    let socket = json!({ "ws_url": format!("wss://{}/ws", stranger.address) });
    let harness = ScriptedHarness::set(|backend| backend.set_discovery(socket)).await;
    harness.until("mistrust", |harness| harness.is_because(Code::UntrustedCertificate)).await;
    let file = harness.folder.path().join("ca.pem");
    std::fs::write(&file, &stranger.certificate).expect("a file");
    let mut settings = Settings::default();
    settings.network.certificate = Some(file);
    harness.client.apply(settings.clone()).await.expect("applied");
    harness.until("trust", |_| stranger.handshakes() > 0).await;
    let (before, address) = (stranger.handshakes(), parse_address(&format!("https://{}", stranger.address)));
    let _ = harness.client.connect(address.expect("an address"), Identity::Address).await;
    assert!(stranger.handshakes() > before, "calls trust it, too");
    settings.network.certificate = Some("/nowhere/ca.pem".into());
    let error = harness.client.apply(settings).await.expect_err("no file");
    assert!(error.message.contains("/nowhere/ca.pem"), "{}", error.message);
}

#[tokio::test]
async fn a_given_proxy_leads_the_socket_and_calls() {
    let (stranger, (proxy, mut asked)) = (foreign_servers::self_signed().await, foreign_servers::proxy().await);
    let harness = ScriptedHarness::set(|backend| {
        backend.set_discovery(json!({ "ws_url": format!("wss://{}/ws", stranger.address) }));
    })
    .await;
    let file = harness.folder.path().join("ca.pem");
    std::fs::write(&file, &stranger.certificate).expect("a file");
    let proxy = Proxy::try_from(format!("http://me:word@{proxy}")).expect("a proxy");
    let network = Network { proxy, certificate: Some(file) };
    harness.client.apply(Settings { network, ..Settings::default() }).await.expect("applied");
    let head = asked.recv().await.expect("the proxy is asked");
    assert!(head.starts_with(&format!("CONNECT {} ", stranger.address)), "{head}");
    assert!(head.to_lowercase().contains("proxy-authorization: basic bwu6d29yza=="), "{head}");
    harness.until("the stranger", |_| stranger.handshakes() > 0).await;
    let address = parse_address(&format!("https://{}", stranger.address)).expect("an address");
    let _ = harness.client.connect(address, Identity::Address).await;
    let head = asked.recv().await.expect("the proxy is asked");
    assert!(head.starts_with(&format!("CONNECT {} ", stranger.address)), "{head}");
}

#[tokio::test]
async fn a_reset_in_the_middle_of_a_frame_applies_no_half_and_loses_nothing() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    harness.proxy.set(Fault::ResetAfter(1000));
    let title = "long ".repeat(1000);
    let data = json!({ "metadata_type": "TITLE", "content": title });
    let message =
        json!({ "type": "METADATA_UPDATE", "job_id": "7", "data": data, "timestamp": "2026-01-01T00:01:00Z" });
    harness.backend.say(message.to_string());
    harness.until("the loss", |harness| harness.is_because(Code::Closed)).await;
    assert_eq!(harness.job("7").await.expect("the job").row.title, None);
    let job = json!({ "id": "7", "status": "PROCESSING", "updated_at": "2026-01-01T00:01:00Z",
        "video_metadata": { "title": title } });
    harness.backend.set_jobs(json!([job]));
    harness.proxy.set(Fault::None);
    harness.sooner("live", SECOND, ScriptedHarness::is_live).await;
    harness.set_dismissed().await;
    harness.until("the list", |harness| harness.backend.lists() >= 3).await;
    harness.set_dismissed().await;
    assert_eq!(harness.job("7").await.expect("the job").row.title, Some(title));
}

#[tokio::test]
async fn a_half_open_connection_is_dead_after_a_minute_of_silence_and_not_before() {
    let harness = ScriptedHarness::live(|_| {}).await;
    harness.proxy.set(Fault::Silence);
    harness.clock.advance(55 * SECOND);
    assert_eq!(harness.state().await.0, ConnectionState::Live);
    harness.clock.advance(5 * SECOND);
    harness.until("the end", |harness| harness.is_because(Code::Silent)).await;
    assert_eq!(harness.state().await.0, ConnectionState::Backoff);
}

#[tokio::test]
async fn a_heartbeat_every_half_minute_keeps_a_quiet_connection() {
    let harness = ScriptedHarness::live(|_| {}).await;
    for _ in 0..10 {
        harness.clock.advance(50 * SECOND);
        harness.set_dismissed().await;
    }
    assert_eq!((harness.state().await.0, harness.backend.connects()), (ConnectionState::Live, 1));
}

#[tokio::test]
async fn a_slow_drip_is_no_loss() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    harness.proxy.set(Fault::Drip(Duration::from_millis(1)));
    harness.backend.say(update("7", "COMPLETED", 100, "2026-01-01T00:01:00Z"));
    harness
        .until("the end", |harness| {
            harness.recorder.seen().tray.as_ref().is_some_and(|tray| tray.counts.completed == 1)
        })
        .await;
    assert_eq!((harness.state().await.0, harness.backend.connects()), (ConnectionState::Live, 1));
}

#[tokio::test]
async fn a_captive_portal_signs_nobody_out_and_is_over_when_it_is() {
    for page in [Answer::page(200), Answer::page(302), Answer::page(511)] {
        let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
        harness.backend.set_page(page.clone());
        harness.backend.close(1001);
        harness.sooner("offline", SECOND, |harness| harness.is(ConnectionState::Offline)).await;
        harness.clock.advance(Duration::from_hours(2));
        assert!(harness.is_signed_in().await, "{page:?}");
        assert!(harness.job("7").await.is_some());
        harness.backend.set_page(None);
        harness.sooner("live", SECOND, ScriptedHarness::is_live).await;
        assert!(harness.is_signed_in().await, "{page:?}");
    }
}

#[tokio::test]
async fn another_network_is_probed_and_a_connection_that_answers_is_kept() {
    let harness = ScriptedHarness::live(|_| {}).await;
    harness.change_network().await;
    harness.set_dismissed().await;
    harness.clock.advance(10 * SECOND);
    harness.set_dismissed().await;
    assert_eq!(
        (harness.state().await.0, harness.backend.connects()),
        (ConnectionState::Live, 1),
        "{}",
        harness.client.report().await.unwrap_or_default()
    );
}

#[tokio::test]
async fn another_network_where_nothing_answers_means_another_connection_at_once() {
    let harness = ScriptedHarness::live(|_| {}).await;
    harness.proxy.set(Fault::Silence);
    harness.change_network().await;
    harness.clock.advance(6 * SECOND);
    harness.until("the attempt", |harness| harness.is(ConnectionState::Connecting)).await;
    harness.proxy.set(Fault::None);
    harness.sooner("live", SECOND, ScriptedHarness::is_live).await;
    assert!(harness.diagnostics().await.drops.iter().any(|drop| drop.what == "network_changed"));
}

#[tokio::test]
async fn another_network_ends_a_wait() {
    let harness = ScriptedHarness::live(|_| {}).await;
    harness.proxy.set(Fault::Refuse);
    harness
        .sooner("a long wait", 5 * SECOND, |harness| harness.shown().last().is_some_and(|view| view.attempt >= 6))
        .await;
    harness.proxy.set(Fault::None);
    harness.network.change();
    harness.until("live", ScriptedHarness::is_live).await;
}

#[tokio::test]
async fn after_eight_hours_of_sleep_the_connection_is_new_and_what_was_missed_is_told_once() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    harness.backend.set_jobs(json!([ended("7", "FAILED")]));
    harness.proxy.set(Fault::Silence);
    harness.clock.move_wall(jiff::SignedDuration::from_hours(8));
    // The clocks are compared every five seconds.
    harness.clock.advance(5 * SECOND);
    harness.until("that it is not live", |harness| harness.is(ConnectionState::Connecting)).await;
    harness.proxy.set(Fault::None);
    harness.sooner("live", SECOND, ScriptedHarness::is_live).await;
    harness.until("the news", |harness| harness.recorder.seen().told() == 1).await;
    assert_eq!(harness.told().await, 1);
    assert_eq!(harness.job("7").await.map(|job| job.row.status), Some(Status::Failed));
    assert!(harness.is_signed_in().await);
}

#[tokio::test]
async fn flapping_backs_off() {
    let harness = ScriptedHarness::set(|backend| backend.set_greeting(vec![tallylight_tests::closing(1000)])).await;
    for attempt in 1..=6 {
        harness
            .until("another loss", |harness| harness.shown().last().is_some_and(|view| view.attempt >= attempt))
            .await;
        let wait = harness.shown().last().and_then(|view| view.retry_in_ms).expect("a wait");
        let base = [1000, 2000, 4000, 8000, 16_000, 30_000][attempt as usize - 1];
        assert!((base * 3 / 4..=base).contains(&wait), "attempt {attempt}: {wait} ms");
        harness.skip_wait().await;
    }
    assert!(harness.backend.connects() <= 7);
    harness.until("polling", |harness| harness.is(ConnectionState::Polling)).await;
    harness.backend.set_greeting(Vec::new());
    harness.sooner("live", SECOND, ScriptedHarness::is_live).await;
}
