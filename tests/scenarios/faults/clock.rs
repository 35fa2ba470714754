//! Faults of clocks: wrong offsets, jumps, and timestamps in the future.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tallylight_core::connection::ConnectionState;
use tallylight_tests::{ScriptedHarness, running, update};

/// Returns the server's time, which is the real time plus an offset.
#[expect(clippy::disallowed_methods, reason = "the server's clock")]
fn server_time(offset: SignedDuration) -> String {
    (Timestamp::now() + offset).to_string()
}

#[tokio::test]
async fn clock_with_wrong_hour_causes_no_refresh_and_loses_no_message() {
    for clock_offset in [SignedDuration::from_hours(1), SignedDuration::from_hours(-1)] {
        let harness = ScriptedHarness::signed_out(|backend| backend.set_jobs(json!([running("7")]))).await;
        harness.clock.move_wall(clock_offset);
        harness.sign_in("me@acme.tv").await;
        harness.until("live", |harness| harness.is_live() && harness.backend.lists() >= 2).await;
        harness.wait_until_settled().await;
        harness.backend.say(update("7", "PROCESSING", 30, &server_time(SignedDuration::ZERO)));
        harness.backend.say(update("7", "PROCESSING", 40, &server_time(SignedDuration::from_millis(1))));
        harness.wait_until_settled().await;
        let percent = harness.job("7").await.expect("the job").row.progress_percent.expect("a percentage");
        assert!((percent - 40.0).abs() < 0.1, "{clock_offset}: {percent}");
        let ahead =
            harness.client.status().await.expect("status").server_ahead_ms.expect("a measured offset of the server");
        assert!((ahead + i64::try_from(clock_offset.as_millis()).expect("an hour")).abs() < 10_000, "{ahead}");
        for _ in 0..20 {
            harness.clock.advance(Duration::from_secs(50));
            harness.wait_until_settled().await;
        }
        assert_eq!(harness.backend.refreshes(), 0, "a wrong clock causes no refresh");
    }
}

#[tokio::test]
async fn clock_jump_causes_at_most_one_reconnect() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    let mut percent = 10;
    for jump in [-1, 2, -3, 5, -3].map(SignedDuration::from_hours) {
        let connects = harness.backend.connects() + usize::from(jump.is_positive());
        harness.clock.move_wall(jump);
        // The client compares the clocks every five seconds.
        harness.clock.advance(Duration::from_secs(5));
        harness.until("live", |harness| harness.backend.connects() == connects && harness.is_live()).await;
        harness.wait_until_settled().await;
        percent += 10;
        harness.backend.say(update("7", "PROCESSING", percent, &server_time(SignedDuration::ZERO)));
        harness.wait_until_settled().await;
        let shown = harness.job("7").await.expect("the job").row.progress_percent.expect("a percentage");
        assert!((shown - f64::from(percent)).abs() < 0.1, "{jump}: {shown} is not {percent}");
    }
    assert_eq!(harness.backend.connects(), 3, "a jump ahead counts as sleep and reconnects, a jump back does not");
    assert_eq!((harness.state().await.0, harness.backend.refreshes()), (ConnectionState::Live, 0));
}

#[tokio::test]
async fn future_timestamp_does_not_block_later_messages() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("7")]))).await;
    harness.backend.say(update("7", "PROCESSING", 20, &server_time(SignedDuration::from_hours(24 * 365))));
    harness.wait_until_settled().await;
    harness.backend.say(update("7", "PROCESSING", 90, &server_time(SignedDuration::from_secs(3))));
    harness.wait_until_settled().await;
    let percent = harness.job("7").await.expect("the job").row.progress_percent.expect("a percentage");
    assert!((percent - 90.0).abs() < 0.1, "{percent}");
}
