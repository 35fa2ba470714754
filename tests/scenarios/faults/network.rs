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

use crate::servers;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_name_that_cannot_be_found_is_said_and_tried_again() {
    let scene = ScriptedHarness::set(|backend| backend.set_discovery(json!({ "ws_url": "wss://nowhere.invalid/ws" }))).await;
    scene.until("the failure", |scene| scene.is_because(Code::Unreachable)).await;
    let reason = scene.connection().await.reason.expect("a reason");
    assert!(reason.message.contains("name"), "{reason:?}");
    scene.sooner("another try", SECOND, |scene| scene.shown().last().is_some_and(|view| view.attempt >= 2)).await;
}

#[tokio::test]
async fn a_refused_connection_is_offline_until_somebody_listens_again() {
    let scene = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    scene.proxy.set(Fault::Refuse);
    scene.until("backoff", |scene| scene.is(ConnectionState::Backoff)).await;
    scene.sooner("offline", SECOND, |scene| scene.is(ConnectionState::Offline)).await;
    assert_eq!(scene.state().await.1, Some(Code::Unreachable));
    assert!(scene.job("7").await.is_some(), "what is known is still shown");
    scene.backend.set_jobs(json!([ended("7", "COMPLETED")]));
    scene.proxy.set(Fault::None);
    scene.sooner("live", SECOND, ScriptedHarness::is_live).await;
    scene.until("its end", |scene| scene.recorder.seen().told() == 1).await;
    assert_eq!(scene.told().await, 1);
}

#[tokio::test]
async fn somebody_who_accepts_and_says_nothing_has_ten_seconds() {
    let scene = ScriptedHarness::live(|_| {}).await;
    scene.proxy.set(Fault::Silence);
    scene.client.reconnect().await.expect("asked");
    scene.until("the attempt", |scene| scene.is(ConnectionState::Connecting)).await;
    scene.clock.advance(Duration::from_secs(9));
    assert_eq!(scene.state().await.0, ConnectionState::Connecting);
    scene.clock.advance(2 * SECOND);
    scene.until("the end of patience", |scene| scene.is_because(Code::HandshakeTimeout)).await;
}

#[tokio::test]
async fn a_tls_handshake_that_stalls_has_ten_seconds() {
    let silent = servers::silent().await;
    let scene = ScriptedHarness::set(|backend| backend.set_discovery(json!({ "ws_url": format!("wss://{silent}/ws") }))).await;
    scene.until("the attempt", |scene| scene.is(ConnectionState::Connecting)).await;
    scene.clock.advance(11 * SECOND);
    scene.until("the end of patience", |scene| scene.is_because(Code::HandshakeTimeout)).await;
}

#[tokio::test]
async fn a_bad_certificate_is_shown_retried_slowly_and_never_ignored() {
    let stranger = servers::self_signed().await;
    let scene = ScriptedHarness::set(|backend| {
        backend.set_jobs(json!([running("7")]));
        backend.set_discovery(json!({ "ws_url": format!("wss://{}/ws", stranger.address) }));
    })
    .await;
    scene.until("polling in its place", |scene| scene.is(ConnectionState::Polling)).await;
    let connection = scene.connection().await;
    assert_eq!(connection.reason.map(|reason| reason.code), Some(Code::UntrustedCertificate));
    assert!(connection.retry_in_ms.is_some_and(|wait| wait > 240_000), "in minutes");
    assert!(scene.job("7").await.is_some());
    assert_eq!(stranger.handshakes(), 0, "nothing was said to a stranger");
}

#[tokio::test]
async fn a_certificate_that_a_person_vouches_for_is_trusted_by_the_socket_and_by_calls_at_once() {
    let stranger = servers::self_signed().await;
    let socket = json!({ "ws_url": format!("wss://{}/ws", stranger.address) });
    let scene = ScriptedHarness::set(|backend| backend.set_discovery(socket)).await;
    scene.until("mistrust", |scene| scene.is_because(Code::UntrustedCertificate)).await;
    let file = scene.folder.path().join("ca.pem");
    std::fs::write(&file, &stranger.certificate).expect("a file");
    let mut settings = Settings::default();
    settings.network.certificate = Some(file);
    scene.client.apply(settings.clone()).await.expect("applied");
    scene.until("trust", |_| stranger.handshakes() > 0).await;
    let (before, address) = (stranger.handshakes(), parse_address(&format!("https://{}", stranger.address)));
    let _ = scene.client.connect(address.expect("an address"), Identity::Address).await;
    assert!(stranger.handshakes() > before, "calls trust it, too");
    settings.network.certificate = Some("/nowhere/ca.pem".into());
    let error = scene.client.apply(settings).await.expect_err("no file");
    assert!(error.message.contains("/nowhere/ca.pem"), "{}", error.message);
}

#[tokio::test]
async fn a_given_proxy_leads_the_socket_and_calls() {
    let (stranger, (proxy, mut asked)) = (servers::self_signed().await, servers::proxy().await);
    let scene = ScriptedHarness::set(|backend| {
        backend.set_discovery(json!({ "ws_url": format!("wss://{}/ws", stranger.address) }));
    })
    .await;
    let file = scene.folder.path().join("ca.pem");
    std::fs::write(&file, &stranger.certificate).expect("a file");
    let proxy = Proxy::try_from(format!("http://me:word@{proxy}")).expect("a proxy");
    let network = Network { proxy, certificate: Some(file) };
    scene.client.apply(Settings { network, ..Settings::default() }).await.expect("applied");
    let head = asked.recv().await.expect("the proxy is asked");
    assert!(head.starts_with(&format!("CONNECT {} ", stranger.address)), "{head}");
    assert!(head.to_lowercase().contains("proxy-authorization: basic bwu6d29yza=="), "{head}");
    scene.until("the stranger", |_| stranger.handshakes() > 0).await;
    let address = parse_address(&format!("https://{}", stranger.address)).expect("an address");
    let _ = scene.client.connect(address, Identity::Address).await;
    let head = asked.recv().await.expect("the proxy is asked");
    assert!(head.starts_with(&format!("CONNECT {} ", stranger.address)), "{head}");
}

#[tokio::test]
async fn a_reset_in_the_middle_of_a_frame_applies_no_half_and_loses_nothing() {
    let scene = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    scene.proxy.set(Fault::ResetAfter(1000));
    let title = "long ".repeat(1000);
    let data = json!({ "metadata_type": "TITLE", "content": title });
    let message =
        json!({ "type": "METADATA_UPDATE", "job_id": "7", "data": data, "timestamp": "2026-01-01T00:01:00Z" });
    scene.backend.say(message.to_string());
    scene.until("the loss", |scene| scene.is_because(Code::Closed)).await;
    assert_eq!(scene.job("7").await.expect("the job").row.title, None);
    let job = json!({ "id": "7", "status": "PROCESSING", "updated_at": "2026-01-01T00:01:00Z",
        "video_metadata": { "title": title } });
    scene.backend.set_jobs(json!([job]));
    scene.proxy.set(Fault::None);
    scene.sooner("live", SECOND, ScriptedHarness::is_live).await;
    scene.set_dismissed().await;
    scene.until("the list", |scene| scene.backend.lists() >= 3).await;
    scene.set_dismissed().await;
    assert_eq!(scene.job("7").await.expect("the job").row.title, Some(title));
}

#[tokio::test]
async fn a_half_open_connection_is_dead_after_a_minute_of_silence_and_not_before() {
    let scene = ScriptedHarness::live(|_| {}).await;
    scene.proxy.set(Fault::Silence);
    scene.clock.advance(55 * SECOND);
    assert_eq!(scene.state().await.0, ConnectionState::Live);
    scene.clock.advance(5 * SECOND);
    scene.until("the end", |scene| scene.is_because(Code::Silent)).await;
    assert_eq!(scene.state().await.0, ConnectionState::Backoff);
}

#[tokio::test]
async fn a_heartbeat_every_half_minute_keeps_a_quiet_connection() {
    let scene = ScriptedHarness::live(|_| {}).await;
    for _ in 0..10 {
        scene.clock.advance(50 * SECOND);
        scene.set_dismissed().await;
    }
    assert_eq!((scene.state().await.0, scene.backend.connects()), (ConnectionState::Live, 1));
}

#[tokio::test]
async fn a_slow_drip_is_no_loss() {
    let scene = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    scene.proxy.set(Fault::Drip(Duration::from_millis(1)));
    scene.backend.say(update("7", "COMPLETED", 100, "2026-01-01T00:01:00Z"));
    scene
        .until("the end", |scene| scene.recorder.seen().tray.as_ref().is_some_and(|tray| tray.counts.completed == 1))
        .await;
    assert_eq!((scene.state().await.0, scene.backend.connects()), (ConnectionState::Live, 1));
}

#[tokio::test]
async fn a_captive_portal_signs_nobody_out_and_is_over_when_it_is() {
    for page in [Answer::page(200), Answer::page(302), Answer::page(511)] {
        let scene = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
        scene.backend.set_page(page.clone());
        scene.backend.close(1001);
        scene.sooner("offline", SECOND, |scene| scene.is(ConnectionState::Offline)).await;
        scene.clock.advance(Duration::from_hours(2));
        assert!(scene.is_signed_in().await, "{page:?}");
        assert!(scene.job("7").await.is_some());
        scene.backend.set_page(None);
        scene.sooner("live", SECOND, ScriptedHarness::is_live).await;
        assert!(scene.is_signed_in().await, "{page:?}");
    }
}

#[tokio::test]
async fn another_network_is_probed_and_a_connection_that_answers_is_kept() {
    let scene = ScriptedHarness::live(|_| {}).await;
    scene.change_network().await;
    scene.set_dismissed().await;
    scene.clock.advance(10 * SECOND);
    scene.set_dismissed().await;
    assert_eq!(
        (scene.state().await.0, scene.backend.connects()),
        (ConnectionState::Live, 1),
        "{}",
        scene.client.report().await.unwrap_or_default()
    );
}

#[tokio::test]
async fn another_network_where_nothing_answers_means_another_connection_at_once() {
    let scene = ScriptedHarness::live(|_| {}).await;
    scene.proxy.set(Fault::Silence);
    scene.change_network().await;
    scene.clock.advance(6 * SECOND);
    scene.until("the attempt", |scene| scene.is(ConnectionState::Connecting)).await;
    scene.proxy.set(Fault::None);
    scene.sooner("live", SECOND, ScriptedHarness::is_live).await;
    assert!(scene.diagnostics().await.drops.iter().any(|drop| drop.what == "network_changed"));
}

#[tokio::test]
async fn another_network_ends_a_wait() {
    let scene = ScriptedHarness::live(|_| {}).await;
    scene.proxy.set(Fault::Refuse);
    scene.sooner("a long wait", 5 * SECOND, |scene| scene.shown().last().is_some_and(|view| view.attempt >= 6)).await;
    scene.proxy.set(Fault::None);
    scene.network.change();
    scene.until("live", ScriptedHarness::is_live).await;
}

#[tokio::test]
async fn after_eight_hours_of_sleep_the_connection_is_new_and_what_was_missed_is_told_once() {
    let scene = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    scene.backend.set_jobs(json!([ended("7", "FAILED")]));
    scene.proxy.set(Fault::Silence);
    scene.clock.move_wall(jiff::SignedDuration::from_hours(8));
    // The clocks are compared every five seconds.
    scene.clock.advance(5 * SECOND);
    scene.until("that it is not live", |scene| scene.is(ConnectionState::Connecting)).await;
    scene.proxy.set(Fault::None);
    scene.sooner("live", SECOND, ScriptedHarness::is_live).await;
    scene.until("the news", |scene| scene.recorder.seen().told() == 1).await;
    assert_eq!(scene.told().await, 1);
    assert_eq!(scene.job("7").await.map(|job| job.row.status), Some(Status::Failed));
    assert!(scene.is_signed_in().await);
}

#[tokio::test]
async fn flapping_backs_off() {
    let scene = ScriptedHarness::set(|backend| backend.set_greeting(vec![tallylight_tests::closing(1000)])).await;
    for attempt in 1..=6 {
        scene.until("another loss", |scene| scene.shown().last().is_some_and(|view| view.attempt >= attempt)).await;
        let wait = scene.shown().last().and_then(|view| view.retry_in_ms).expect("a wait");
        let base = [1000, 2000, 4000, 8000, 16_000, 30_000][attempt as usize - 1];
        assert!((base * 3 / 4..=base).contains(&wait), "attempt {attempt}: {wait} ms");
        scene.skip_wait().await;
    }
    assert!(scene.backend.connects() <= 7);
    scene.until("polling", |scene| scene.is(ConnectionState::Polling)).await;
    scene.backend.set_greeting(Vec::new());
    scene.sooner("live", SECOND, ScriptedHarness::is_live).await;
}
