//! Runs the public backend for manual tests: `public-backend [PORT]`. Lines of standard input are sent on its sockets.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a command-line program for manual tests")]

use serde_json::{Value, json};
use tallylight_tests::PublicBackend;
use tokio::io::{AsyncBufReadExt, BufReader};

#[tokio::main]
async fn main() {
    let port = std::env::args().nth(1).map_or(0, |port| port.parse().expect("a port"));
    let backend = PublicBackend::on(port).await;
    for number in 1..=131 {
        let metadata = json!({ "id": number, "job_id": number, "title": format!("Lecture {number}"), "tags": ["sea", "sea"],
            "thumbnail_file_url": "thumbnails/1.jpg", "updated_at": "2026-11-28T13:00:00.000001" });
        backend.add(&format!("lecture_{number}.mp4"), "COMPLETED", &json!(["uploaded", "completed"]), &metadata);
    }
    let reason = json!(["Error: ffprobe metadata extraction failed: moov atom not found"]);
    backend.add("broken.mp4", "FAILED", &reason, &Value::Null);
    backend.add("שלום \u{202e}gpj.mp4", "PROCESSING", &Value::Null, &json!({ "title": "\u{3164}" }));
    backend.add("nul\0 and \u{1b}[31mred.mp4", "PROCESSING", &json!({ "uploaded": true }), &Value::Null);
    println!("public backend on {}", backend.address);
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Ok(message) = serde_json::from_str(&line) {
            backend.say(&message);
        }
    }
    std::future::pending::<()>().await;
}
