//! Automations: commands and webhooks that run when a job finishes.

use std::{path::Path, time::Duration};

use serde_json::{Value, json};
use tallylight_client::WebhookSecret;
use tallylight_core::{
    model::outcome::Outcome,
    settings::{Automation, Settings, WebhookFormat},
};
use tallylight_tests::{ScriptedHarness, StudioHarness, Video, ended, running, update};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc,
};

/// The system's shell.
const SHELL: &str = if cfg!(windows) { "cmd.exe" } else { "/bin/sh" };

/// Returns an automation that runs a script of the system's shell.
fn command(script: &str) -> Automation {
    let option = if cfg!(windows) { "/c" } else { "-c" };
    let run = Some([SHELL, option, script].map(str::to_owned).to_vec());
    Automation {
        enabled: true,
        when: vec![Outcome::Completed, Outcome::Failed],
        run,
        webhook: None,
        format: WebhookFormat::Tallylight,
    }
}

fn webhook(address: &str) -> Automation {
    let webhook = Some(address.parse().expect("an address"));
    Automation { enabled: true, when: vec![Outcome::Failed], run: None, webhook, format: WebhookFormat::Tallylight }
}

fn settings(automation: impl Into<Vec<Automation>>) -> Settings {
    Settings { automation: automation.into(), ..Settings::default() }
}

/// Reports a job as failed, and waits until its notification and its automations have started.
async fn fail(harness: &ScriptedHarness, job: &str) {
    harness.backend.say(update(job, "FAILED", 1, "2026-01-01T00:00:01Z"));
    harness.wait_until_settled().await;
    harness.told().await;
}

/// Waits until the client is live, and advances its clock past the delay after a start.
async fn pass_start_delay(harness: &ScriptedHarness) {
    harness.until("live", ScriptedHarness::is_live).await;
    harness.clock.advance(Duration::from_secs(15));
}

async fn restart(harness: &mut ScriptedHarness) {
    harness.restart().await;
    pass_start_delay(harness).await;
}

async fn lines(file: &Path, count: usize) -> String {
    loop {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        if text.lines().count() >= count {
            return text;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn command_receives_the_whole_job_once() {
    let harness = StudioHarness::live().await;
    let output = harness.folder.path().join("output.json");
    let (copy, file) = (if cfg!(windows) { "findstr ." } else { "cat" }, output.display());
    let script = format!("{copy} >> {file} && echo done");
    harness.settings.change(&settings([command(&script)])).expect("saved");
    harness.client.upload(Video::Silent.make(harness.videos(), "a.mp4")).await.expect("accepted");
    harness.ended("a.mp4").await;
    let finished_runs = async || {
        let events = harness.client.diagnostics().await.expect("diagnostics").events;
        events.iter().filter(|event| event.message.contains(&format!("{SHELL} finished: done"))).count()
    };
    while finished_runs().await == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let job: Value = serde_json::from_slice(&std::fs::read(output).expect("a file")).expect("one job");
    assert_eq!((&job["status"], &job["filename"]), (&json!("COMPLETED"), &json!("a.mp4")));
    assert!(job["size_bytes"].as_u64().is_some_and(|bytes| bytes > 0), "also fields that only REST returns: {job}");
}

/// Starts a server that answers requests with the given statuses, in order, and forwards the received requests.
async fn receiver(statuses: &'static [u16]) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let (sender, calls) = mpsc::channel(10);
    tokio::spawn(async move {
        for status in statuses {
            let (mut stream, _) = listener.accept().await.expect("a call");
            let (mut bytes, mut part) = (Vec::new(), vec![0; 65536]);
            loop {
                let read = stream.read(&mut part).await.expect("a call");
                bytes.extend_from_slice(&part[..read]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let length = text
                    .to_lowercase()
                    .split("content-length: ")
                    .nth(1)
                    .and_then(|rest| rest.lines().next()?.trim().parse::<usize>().ok());
                let body = text.split_once("\r\n\r\n").map_or(0, |(_, body)| body.len());
                if length.is_some_and(|length| body >= length) {
                    break;
                }
            }
            let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.expect("an answer");
            sender.send(String::from_utf8_lossy(&bytes).into_owned()).await.expect("a reader");
        }
    });
    (address, calls)
}

/// Reports a job as failed to a client with a webhook that answers with the given statuses, in order.
async fn failed_with_webhook(statuses: &'static [u16]) -> (ScriptedHarness, mpsc::Receiver<String>) {
    let (address, calls) = receiver(statuses).await;
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("1")]))).await;
    harness.client.set_webhook_secret(WebhookSecret::Signing("key".into())).await.expect("stored");
    harness.apply(settings([webhook(&address)])).await;
    fail(&harness, "1").await;
    (harness, calls)
}

fn header<'a>(call: &'a str, name: &str) -> &'a str {
    let line = call.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}: ")));
    line.and_then(|line| line.split_once(": ")).map(|(_, value)| value).expect("a header")
}

#[tokio::test]
async fn webhook_is_signed_and_retried_until_it_succeeds() {
    let (_harness, mut calls) = failed_with_webhook(&[503, 204]).await;
    let (first, second) = (calls.recv().await.expect("a call"), calls.recv().await.expect("another"));
    assert_eq!(header(&first, "x-tallylight-delivery"), header(&second, "x-tallylight-delivery"));
    assert_eq!(header(&second, "x-tallylight-event"), "job.failed");
    let (_, body) = second.split_once("\r\n\r\n").expect("a body");
    assert_eq!(serde_json::from_str::<Value>(body).expect("a job")["job_id"], "1");
    // Windows has no OpenSSL to compare with.
    #[cfg(unix)]
    assert_signed_as_by_openssl(&second, body).await;
}

/// Checks a signature against that of OpenSSL, as another implementation.
#[cfg(unix)]
async fn assert_signed_as_by_openssl(call: &str, body: &str) {
    let signed = openssl(&format!("{}.{body}", header(call, "x-tallylight-timestamp"))).await;
    assert_eq!(header(call, "x-tallylight-signature"), format!("sha256={signed}"));
}

#[tokio::test]
async fn webhook_interrupted_by_shutdown_is_retried_by_next_run() {
    let (mut harness, mut calls) = failed_with_webhook(&[503, 204]).await;
    let first = calls.recv().await.expect("a call");
    harness.backend.set_jobs(json!([ended("1", "FAILED")]));
    harness.restart().await;
    harness.client.set_webhook_secret(WebhookSecret::Signing("key".into())).await.expect("stored");
    pass_start_delay(&harness).await;
    let second = calls.recv().await.expect("another");
    assert_eq!(header(&first, "x-tallylight-delivery"), header(&second, "x-tallylight-delivery"));
    while !harness.diagnostics().await.events.iter().any(|event| event.message.contains(" called")) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    restart(&mut harness).await;
    harness.wait_until_settled().await;
    assert!(calls.recv().await.is_none(), "the webhook is not called again");
}

#[tokio::test]
async fn webhooks_waiting_for_a_retry_do_not_block_commands() {
    let jobs: Vec<String> = (0..8).map(|job| job.to_string()).collect();
    let harness =
        ScriptedHarness::live(|backend| backend.set_jobs(jobs.iter().map(|job| running(job)).collect())).await;
    let output = harness.folder.path().join("output");
    harness.client.set_webhook_secret(WebhookSecret::Signing("key".into())).await.expect("stored");
    harness
        .apply(settings([webhook("http://127.0.0.1:1/"), command(&format!("echo done >> {}", output.display()))]))
        .await;
    for job in &jobs {
        harness.backend.say(update(job, "FAILED", 1, "2026-01-01T00:00:01Z"));
    }
    harness.wait_until_settled().await;
    harness.told().await;
    lines(&output, jobs.len()).await;
}

#[tokio::test]
async fn command_disabled_before_restart_is_not_run() {
    let mut harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("1"), running("2")]))).await;
    let output = harness.folder.path().join("output");
    let file = output.display();
    let script = if cfg!(windows) {
        format!("echo 0 >> {file} && ping -n 600 127.0.0.1 > nul")
    } else {
        format!("echo $$ >> {file}; exec sleep 600")
    };
    harness.apply(settings([command(&script)])).await;
    fail(&harness, "1").await;
    lines(&output, 1).await;
    harness.backend.set_jobs(json!([ended("1", "FAILED"), running("2")]));
    restart(&mut harness).await;
    let pids = lines(&output, 2).await;
    let is_there = |pid: &str| Path::new("/proc").join(pid).join("stat").exists();
    assert!(
        !is_there(pids.lines().next().expect("the first")),
        "the first command was stopped with the client and run again"
    );
    harness.client.shutdown().await;
    harness.settings.change(&settings([])).expect("saved");
    restart(&mut harness).await;
    harness.wait_until_settled().await;
    harness.apply(settings([command(&format!("echo other >> {}", output.display()))])).await;
    fail(&harness, "2").await;
    assert!(
        lines(&output, 3).await.ends_with(if cfg!(windows) { "other \r\n" } else { "other\n" }),
        "the disabled command did not run"
    );
}

#[tokio::test]
async fn webhook_without_secret_is_not_called_and_reported() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("1")]))).await;
    harness.apply(settings([webhook("https://127.0.0.1:1/")])).await;
    fail(&harness, "1").await;
    while !harness.diagnostics().await.events.iter().any(|event| event.message.contains("no webhook secret set")) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Signs a text with OpenSSL.
#[cfg(unix)]
async fn openssl(text: &str) -> String {
    let mut child = tokio::process::Command::new("openssl")
        .args(["dgst", "-sha256", "-hmac", "key", "-r"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("openssl");
    child.stdin.take().expect("an input").write_all(text.as_bytes()).await.expect("a reader");
    let output = child.wait_with_output().await.expect("an end");
    String::from_utf8_lossy(&output.stdout).split_whitespace().next().expect("a digest").to_owned()
}
