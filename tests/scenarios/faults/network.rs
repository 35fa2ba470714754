//! Faults of networks: names, connections, TLS, proxies, captive portals, network changes and sleep.

use std::time::Duration;

use serde_json::json;
use tallylight_client::Identity;
use tallylight_core::{
    Code,
    connection::ConnectionState,
    discovery::parse_address,
    model::job::Status,
    settings::{Network, Proxy, Settings},
};
use tallylight_tests::{Answer, Fault, ScriptedHarness, ended, running, update};

use crate::foreign_servers;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn unresolvable_host_name_is_reported_and_retried() {
    let harness =
        ScriptedHarness::set(|backend| backend.set_discovery(json!({ "ws_url": "wss://nowhere.invalid/ws" }))).await;
    harness.until("the failure", |harness| harness.has_reason(Code::Unreachable)).await;
    let reason = harness.connection().await.reason.expect("a reason");
    assert!(reason.message.contains("find"), "{reason:?}");
    harness
        .until_with_clock("another attempt", SECOND, |harness| {
            harness.shown().last().is_some_and(|view| view.attempt >= 2)
        })
        .await;
}

#[tokio::test]
async fn refused_connection_is_offline_until_the_server_listens_again() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    harness.proxy.cut().await;
    harness.until("backoff", |harness| harness.is(ConnectionState::Backoff)).await;
    harness.until_with_clock("offline", SECOND, |harness| harness.is(ConnectionState::Offline)).await;
    assert_eq!(harness.state().await.1, Some(Code::Unreachable));
    assert!(harness.job("7").await.is_some(), "known jobs are still shown");
    harness.backend.set_jobs(json!([ended("7", "COMPLETED")]));
    harness.proxy.set(Fault::None);
    harness.until_with_clock("live", SECOND, ScriptedHarness::is_live).await;
    harness.until("the notification", |harness| harness.recorder.seen().told() == 1).await;
    assert_eq!(harness.told().await, 1);
}

#[tokio::test]
async fn accepted_connection_without_answer_times_out_after_10_s() {
    let harness = ScriptedHarness::live(|_| {}).await;
    harness.proxy.set(Fault::Silence);
    harness.client.reconnect().await.expect("requested");
    harness.until("the attempt", |harness| harness.is(ConnectionState::Connecting)).await;
    harness.clock.advance(Duration::from_secs(9));
    assert_eq!(harness.state().await.0, ConnectionState::Connecting);
    harness.clock.advance(2 * SECOND);
    harness.until("the handshake timeout", |harness| harness.has_reason(Code::HandshakeTimeout)).await;
}

#[tokio::test]
async fn stalled_tls_handshake_times_out_after_10_s() {
    let silent = foreign_servers::silent().await;
    let harness =
        ScriptedHarness::set(|backend| backend.set_discovery(json!({ "ws_url": format!("wss://{silent}/ws") }))).await;
    harness.until("the attempt", |harness| harness.is(ConnectionState::Connecting)).await;
    harness.clock.advance(11 * SECOND);
    harness.until("the handshake timeout", |harness| harness.has_reason(Code::HandshakeTimeout)).await;
}

#[tokio::test]
async fn untrusted_certificate_is_reported_and_retried_slowly() {
    let server = foreign_servers::self_signed().await;
    let harness = ScriptedHarness::set(|backend| {
        backend.set_jobs(json!([running("7")]));
        backend.set_discovery(json!({ "ws_url": format!("wss://{}/ws", server.address) }));
    })
    .await;
    harness.until("polling", |harness| harness.is(ConnectionState::Polling)).await;
    let connection = harness.connection().await;
    assert_eq!(connection.reason.map(|reason| reason.code), Some(Code::UntrustedCertificate));
    assert!(connection.retry_in_ms.is_some_and(|wait| wait > 240_000), "the retry interval is minutes");
    assert!(harness.job("7").await.is_some());
    assert_eq!(server.handshakes(), 0, "no handshake with an untrusted server");
}

#[tokio::test]
async fn custom_ca_certificate_applies_to_socket_and_requests_at_once() {
    let server = foreign_servers::self_signed().await;
    let socket = json!({ "ws_url": format!("wss://{}/ws", server.address) });
    let harness = ScriptedHarness::set(|backend| backend.set_discovery(socket)).await;
    harness.until("the rejected certificate", |harness| harness.has_reason(Code::UntrustedCertificate)).await;
    let file = harness.folder.path().join("ca.pem");
    std::fs::write(&file, &server.certificate).expect("a file");
    let mut settings = Settings::default();
    settings.network.certificate = Some(file);
    harness.settings.change(&settings).expect("saved");
    harness.until("a handshake", |_| server.handshakes() > 0).await;
    let (before, address) = (server.handshakes(), parse_address(&format!("https://{}", server.address)));
    let _ = harness.client.connect(address.expect("an address"), Identity::Address).await;
    assert!(server.handshakes() > before, "HTTP requests trust it, too");
    settings.network.certificate = Some("/nowhere/ca.pem".into());
    let error = harness.settings.change(&settings).expect_err("no file");
    assert!(error.message.contains("/nowhere/ca.pem"), "{}", error.message);
}

#[tokio::test]
async fn configured_proxy_is_used_by_socket_and_requests() {
    let (server, (proxy, mut requests)) = (foreign_servers::self_signed().await, foreign_servers::proxy().await);
    let harness = ScriptedHarness::set(|backend| {
        backend.set_discovery(json!({ "ws_url": format!("wss://{}/ws", server.address) }));
    })
    .await;
    let file = harness.folder.path().join("ca.pem");
    std::fs::write(&file, &server.certificate).expect("a file");
    let proxy = Proxy::try_from(format!("http://me:word@{proxy}")).expect("a proxy");
    let network = Network { proxy, certificate: Some(file) };
    harness.apply(Settings { network, ..Settings::default() }).await;
    let head = requests.recv().await.expect("a request to the proxy");
    assert!(head.starts_with(&format!("CONNECT {} ", server.address)), "{head}");
    assert!(head.to_lowercase().contains("proxy-authorization: basic bwu6d29yza=="), "{head}");
    harness.until("a handshake", |_| server.handshakes() > 0).await;
    let address = parse_address(&format!("https://{}", server.address)).expect("an address");
    let _ = harness.client.connect(address, Identity::Address).await;
    let head = requests.recv().await.expect("a request to the proxy");
    assert!(head.starts_with(&format!("CONNECT {} ", server.address)), "{head}");
}

#[tokio::test]
async fn reset_within_a_frame_applies_no_part_and_loses_nothing() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    harness.proxy.set(Fault::ResetAfter(1000));
    let title = "long ".repeat(1000);
    let data = json!({ "metadata_type": "TITLE", "content": title });
    let message =
        json!({ "type": "METADATA_UPDATE", "job_id": "7", "data": data, "timestamp": "2026-01-01T00:01:00Z" });
    harness.backend.say(message.to_string());
    harness.until("the loss", |harness| harness.has_reason(Code::Closed)).await;
    assert_eq!(harness.job("7").await.expect("the job").row.title, None);
    let job = json!({ "id": "7", "status": "PROCESSING", "updated_at": "2026-01-01T00:01:00Z",
        "video_metadata": { "title": title } });
    harness.backend.set_jobs(json!([job]));
    harness.proxy.set(Fault::None);
    harness.until_with_clock("live", SECOND, ScriptedHarness::is_live).await;
    harness.wait_until_settled().await;
    harness.until("the list", |harness| harness.backend.lists() >= 3).await;
    harness.wait_until_settled().await;
    assert_eq!(harness.job("7").await.expect("the job").row.title, Some(title));
}

#[tokio::test]
async fn half_open_connection_ends_after_60_s_of_silence() {
    let harness = ScriptedHarness::live(|_| {}).await;
    harness.proxy.set(Fault::Silence);
    harness.clock.advance(55 * SECOND);
    assert_eq!(harness.state().await.0, ConnectionState::Live);
    harness.clock.advance(5 * SECOND);
    harness.until("the end of the connection", |harness| harness.has_reason(Code::Silent)).await;
    assert_eq!(harness.state().await.0, ConnectionState::Backoff);
}

#[tokio::test]
async fn heartbeats_keep_an_idle_connection() {
    let harness = ScriptedHarness::live(|_| {}).await;
    for _ in 0..10 {
        harness.clock.advance(50 * SECOND);
        harness.wait_until_settled().await;
    }
    assert_eq!((harness.state().await.0, harness.backend.connects()), (ConnectionState::Live, 1));
}

#[tokio::test]
async fn slow_connection_loses_nothing() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    harness.proxy.set(Fault::Drip(Duration::from_millis(1)));
    harness.backend.say(update("7", "COMPLETED", 100, "2026-01-01T00:01:00Z"));
    harness
        .until("the completed job", |harness| {
            harness.recorder.seen().tray.as_ref().is_some_and(|tray| tray.counts.completed == 1)
        })
        .await;
    assert_eq!((harness.state().await.0, harness.backend.connects()), (ConnectionState::Live, 1));
}

#[tokio::test]
async fn captive_portal_is_offline_and_keeps_the_session() {
    for page in [Answer::page(200), Answer::page(302), Answer::page(511)] {
        let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
        harness.backend.set_page(page.clone());
        harness.backend.close(1001);
        harness.until_with_clock("offline", SECOND, |harness| harness.is(ConnectionState::Offline)).await;
        harness.clock.advance(Duration::from_hours(2));
        assert!(harness.is_signed_in().await, "{page:?}");
        assert!(harness.job("7").await.is_some());
        harness.backend.set_page(None);
        harness.until_with_clock("live", SECOND, ScriptedHarness::is_live).await;
        assert!(harness.is_signed_in().await, "{page:?}");
    }
}

#[tokio::test]
async fn network_change_probes_and_keeps_an_answering_connection() {
    let harness = ScriptedHarness::live(|_| {}).await;
    harness.change_network().await;
    harness.wait_until_settled().await;
    harness.clock.advance(10 * SECOND);
    harness.wait_until_settled().await;
    assert_eq!(
        (harness.state().await.0, harness.backend.connects()),
        (ConnectionState::Live, 1),
        "{}",
        harness.client.report().await.unwrap_or_default()
    );
}

#[tokio::test]
async fn network_change_without_probe_answer_reconnects() {
    let harness = ScriptedHarness::live(|_| {}).await;
    harness.proxy.set(Fault::Silence);
    harness.change_network().await;
    harness.clock.advance(6 * SECOND);
    harness.until("the attempt", |harness| harness.is(ConnectionState::Connecting)).await;
    harness.proxy.set(Fault::None);
    harness.until_with_clock("live", SECOND, ScriptedHarness::is_live).await;
    assert!(harness.diagnostics().await.drops.iter().any(|drop| drop.what == "network_changed"));
}

#[tokio::test]
async fn network_change_ends_a_backoff() {
    let harness = ScriptedHarness::live(|_| {}).await;
    harness.proxy.cut().await;
    harness
        .until_with_clock("a long wait", 5 * SECOND, |harness| {
            harness.shown().last().is_some_and(|view| view.attempt >= 6)
        })
        .await;
    harness.proxy.set(Fault::None);
    harness.network.change();
    harness.until("live", ScriptedHarness::is_live).await;
}

#[tokio::test]
async fn sleep_of_8_hours_reconnects_and_notifies_missed_outcome_once() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    harness.backend.set_jobs(json!([ended("7", "FAILED")]));
    harness.proxy.set(Fault::Silence);
    harness.clock.move_wall(jiff::SignedDuration::from_hours(8));
    // The client compares the clocks every five seconds.
    harness.clock.advance(5 * SECOND);
    harness.until("the reconnect", |harness| harness.is(ConnectionState::Connecting)).await;
    harness.proxy.set(Fault::None);
    harness.until_with_clock("live", SECOND, ScriptedHarness::is_live).await;
    harness.until("the notification", |harness| harness.recorder.seen().told() == 1).await;
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
    harness.until_with_clock("live", SECOND, ScriptedHarness::is_live).await;
}
