//! Tests of `tally` as a child process: its exit codes, and the lines of `watch --json`.

#![expect(clippy::expect_used, reason = "a test that cannot be set up has failed")]

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Output, Stdio},
    time::Duration,
};

use serde_json::Value;
use tallylight_studio::{Config, Studio};
use tallylight_tests::{Answer, EditFate, ScriptedBackend};

const EMAIL: &str = "me@acme.tv";
const PASSWORD: &str = "correct horse battery";

struct StudioHarness {
    folder: tempfile::TempDir,
    address: String,
    _studio: Studio,
}

impl StudioHarness {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let studio = Studio::start(Config::new(folder.path().join("studio"))).await.expect("a studio");
        studio.ensure_account(EMAIL, PASSWORD).await.expect("an account");
        Self { address: studio.address().to_string(), folder, _studio: studio }
    }

    /// Runs `tally` until it ends, on a blocking thread, because the studio runs on this one.
    async fn tally(&self, password: &str, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tally"));
        command.arg("--data-dir").arg(self.folder.path().join("data")).arg("--no-keychain").args(args);
        command.env("TALLYLIGHT_PASSWORD", password).env_remove("TALLYLIGHT_DATA_DIR");
        tokio::task::spawn_blocking(move || command.output()).await.expect("a thread").expect("tally")
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_set_the_exit_code_and_print_one_line() {
    let harness = StudioHarness::start().await;
    let server = ["--server", harness.address.as_str()];
    for (password, args, code, words) in [
        (PASSWORD, vec!["jobs"], 2, "--server URL"),
        (PASSWORD, vec!["jobs", "--nonsense"], 2, "--nonsense"),
        (PASSWORD, vec!["--server", "http://example.com", "jobs"], 2, "HTTPS is required"),
        (PASSWORD, vec!["--server", "127.0.0.1:1", "jobs"], 4, "Couldn't connect"),
        (PASSWORD, [&server[..], &["jobs"]].concat(), 3, "tally login"),
        ("wrong", [&server[..], &["login", "--email", EMAIL]].concat(), 3, "Incorrect email or password"),
        ("wrong", [&server[..], &["watch", "--email", EMAIL]].concat(), 3, "Incorrect email or password"),
        (PASSWORD, [&server[..], &["login", "--email", EMAIL]].concat(), 0, ""),
    ] {
        let output = harness.tally(password, &args).await;
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(words), "{args:?}: {}", stderr(&output));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn watch_prints_the_documented_lines_and_ends_after_its_time() {
    let harness = StudioHarness::start().await;
    let args = ["--server", &harness.address, "--json", "watch", "--email", EMAIL, "--for", "2"];
    let output = harness.tally(PASSWORD, &args).await;
    assert!(output.status.success(), "{}", stderr(&output));
    let lines: Vec<Value> =
        String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let states = |event: &str| -> Vec<String> {
        let of_event = lines.iter().filter(|line| line["event"] == event);
        of_event.map(|line| line["state"].as_str().expect("a state").to_owned()).collect()
    };
    assert_eq!(states("session"), ["signed_in"]);
    assert_eq!(states("connection"), ["connecting", "live"]);
    for line in lines.iter().filter(|line| line["event"] == "connection") {
        for field in ["at", "attempt", "retry_in_ms", "reason"] {
            assert!(line.get(field).is_some(), "{field} is missing in {line}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[cfg(unix)]
async fn watch_ends_cleanly_on_sigterm() {
    let harness = StudioHarness::start().await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_tally"));
    command.arg("--data-dir").arg(harness.folder.path().join("data"));
    command.args(["--no-keychain", "--server", &harness.address, "--json", "watch", "--email", EMAIL]);
    let mut watch =
        command.env("TALLYLIGHT_PASSWORD", PASSWORD).stdout(std::process::Stdio::piped()).spawn().expect("tally");
    let stdout = watch.stdout.take().expect("its output");
    let live = tokio::task::spawn_blocking(move || {
        let lines = std::io::BufRead::lines(std::io::BufReader::new(stdout));
        lines.map_while(Result::ok).any(|line| line.contains(r#""state":"live""#))
    });
    assert!(tokio::time::timeout(Duration::from_mins(1), live).await.is_ok_and(|live| live.is_ok_and(|live| live)));
    let killed = Command::new("kill").args(["-TERM", &watch.id().to_string()]).status();
    assert!(killed.is_ok_and(|status| status.success()));
    let ended = tokio::task::spawn_blocking(move || watch.wait()).await.expect("a thread").expect("its end");
    assert!(ended.success(), "{ended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn watch_reads_edits_and_prints_their_outcomes() {
    let folder = tempfile::tempdir().expect("a folder");
    let backend = ScriptedBackend::start().await;
    let job =
        serde_json::json!({ "id": "7", "video_id": "v7", "status": "COMPLETED", "updated_at": "2026-01-01T00:00:00Z" });
    backend.set_jobs(serde_json::json!([job]));
    let detail = r#"{"detail":[{"loc":["body","title"],"msg":"too short","type":"x"}]}"#;
    backend.script_edits([EditFate::Instead(Answer::status(422).saying(detail))]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_tally"));
    command.arg("--data-dir").arg(folder.path()).args(["--no-keychain", "--server", &backend.address, "--json"]);
    command.args(["watch", "--email", EMAIL, "--commands", "--for", "30"]).env("TALLYLIGHT_PASSWORD", PASSWORD);
    let mut watch = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("tally");
    let mut stdin = watch.stdin.take().expect("its input");
    for line in [
        r#"{"command":"edit","job_id":"7","field":"TITLE","content":""}"#,
        r#"{"command":"edit","job_id":7,"field":"TAGS","content":["a","b"]}"#,
        r#"{"command":"edit","job_id":"7","field":"CHAPTERS","content":[]}"#,
        r#"{"command":"edit","job_id":"7","field":"TAGS","content":7}"#,
    ] {
        stdin.write_all(format!("{line}\n").as_bytes()).expect("a line");
    }
    let lines = BufReader::new(watch.stdout.take().expect("its output")).lines();
    let printed = tokio::task::spawn_blocking(move || {
        let mut printed: Vec<Value> = Vec::new();
        for line in lines.map_while(Result::ok) {
            let line: Value = serde_json::from_str(&line).expect("JSON");
            let is_last = line["event"] == "edit" && line["field"] == "TAGS" && line["outcome"] != "queued";
            printed.push(line);
            if is_last {
                break;
            }
        }
        printed
    });
    let printed = tokio::time::timeout(Duration::from_mins(1), printed).await.expect("in time").expect("a thread");
    watch.kill().expect("its end");
    watch.wait().expect("its end");
    let outcomes = |field: &str| -> Vec<&str> {
        let edits = printed.iter().filter(|line| line["event"] == "edit" && line["field"] == field);
        edits.map(|line| line["outcome"].as_str().expect("an outcome")).collect()
    };
    assert_eq!(outcomes("TITLE"), ["queued", "refused"]);
    assert_eq!(outcomes("TAGS"), ["queued", "saved"]);
    assert_eq!(outcomes("CHAPTERS"), ["refused"], "the studio does not offer to edit chapters");
    let refused = printed.iter().find(|line| line["outcome"] == "refused" && line["field"] == "TITLE").expect("a line");
    assert_eq!((refused["job_id"].as_str(), refused["reason"]["message"].as_str()), (Some("7"), Some("too short")));
    let rejected = printed.iter().find(|line| line["event"] == "rejected").expect("the last command");
    assert!(rejected["reason"].as_str().is_some_and(|reason| reason.starts_with("command: ")), "{rejected}");
    let jobs: Vec<&Value> = printed.iter().filter(|line| line["event"] == "job").map(|line| &line["job"]).collect();
    assert!(
        jobs.iter().any(|job| job["pending"] == serde_json::json!(["TAGS"])),
        "the pending edit is shown before it is saved"
    );
    assert_eq!(backend.edits(), [serde_json::json!({ "title": "" }), serde_json::json!({ "tags": ["a", "b"] })]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_studio_without_discovery_is_described_on_the_command_line() {
    let harness = StudioHarness::start().await;
    let backend = ScriptedBackend::start().await;
    backend.set_discovery(Value::Null);
    let address = backend.address.as_str();
    let login = ["--server", address, "login", "--email", EMAIL];
    let described = |more: &[&'static str]| [&login[..], &["--auth-url", address], more].concat();

    let silent = harness.tally(PASSWORD, &login).await;
    assert_eq!(silent.status.code(), Some(4));
    assert!(stderr(&silent).contains("No Tallylight studio"), "{}", stderr(&silent));
    let half = harness.tally(PASSWORD, &described(&[])).await;
    assert_eq!(half.status.code(), Some(2));
    assert!(stderr(&half).contains("--auth-key"), "{}", stderr(&half));
    let wrong = harness.tally(PASSWORD, &described(&["--auth-key", "guess"])).await;
    assert_eq!(wrong.status.code(), Some(1));
    assert!(stderr(&wrong).contains("Invalid public key"), "{}", stderr(&wrong));
    let right = harness.tally(PASSWORD, &described(&["--auth-key", "public"])).await;
    assert_eq!(right.status.code(), Some(0), "{}", stderr(&right));
    // The description is remembered, with or without `--server`.
    for args in [
        &["watch", "--email", EMAIL, "--for", "1"][..],
        &["--server", address, "watch", "--email", EMAIL, "--for", "1"],
    ] {
        let watched = harness.tally(PASSWORD, args).await;
        assert_eq!(watched.status.code(), Some(0), "{}", stderr(&watched));
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn core_dumps_are_disabled() {
    let harness = StudioHarness::start().await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_tally"));
    command.arg("--data-dir").arg(harness.folder.path().join("data")).arg("--no-keychain");
    command.args(["--server", harness.address.as_str(), "watch", "--email", EMAIL, "--json"]);
    let mut watch = command.env("TALLYLIGHT_PASSWORD", PASSWORD).stdout(Stdio::piped()).spawn().expect("tally");
    let lines = BufReader::new(watch.stdout.take().expect("its output")).lines();
    let live = tokio::task::spawn_blocking(|| lines.map_while(Result::ok).any(|line| line.contains("\"live\"")));
    assert!(live.await.expect("a thread"));
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", watch.id())).expect("its limits");
    watch.kill().expect("its end");
    watch.wait().expect("its end");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("a limit");
    assert_eq!(core.split_whitespace().collect::<Vec<_>>()[4..6], ["0", "0"]);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_fails_and_a_closed_pipe_ends_quietly() {
    let harness = StudioHarness::start().await;
    let args = ["--server", &harness.address, "watch", "--email", EMAIL, "--for", "1"];
    let watch = |output: Stdio| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tally"));
        command.arg("--data-dir").arg(harness.folder.path().join("data")).arg("--no-keychain").args(args);
        command.env("TALLYLIGHT_PASSWORD", PASSWORD).stdout(output).stderr(Stdio::piped());
        command.spawn().expect("tally")
    };
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a full disk");
    let child = watch(full.into());
    let output = tokio::task::spawn_blocking(|| child.wait_with_output()).await.expect("a thread").expect("its end");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("Couldn't write the output"), "{}", stderr(&output));
    let mut child = watch(Stdio::piped());
    drop(child.stdout.take());
    let output = tokio::task::spawn_blocking(|| child.wait_with_output()).await.expect("a thread").expect("its end");
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_not_utf8_is_rejected_and_the_next_is_executed() {
    let harness = StudioHarness::start().await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_tally"));
    command.arg("--data-dir").arg(harness.folder.path().join("data")).args(["--no-keychain", "--json"]);
    command.args(["--server", &harness.address, "watch", "--email", EMAIL, "--commands", "--for", "30"]);
    command.env("TALLYLIGHT_PASSWORD", PASSWORD).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("tally");
    let mut input = child.stdin.take().expect("its input");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    input
        .write_all(b"{\"command\":\"open\",\"job_id\":\"caf\xe9\"}\nnonsense\n{\"command\":\"sign_out\"}\n")
        .expect("written");
    let printed: Vec<Value> = tokio::task::spawn_blocking(move || {
        let lines = lines.map(|line| serde_json::from_str::<Value>(&line.expect("a line")).expect("JSON"));
        let mut printed = Vec::new();
        for line in lines {
            let is_signed_out = line["event"] == "session" && line["state"] == "signed_out";
            printed.push(line);
            if is_signed_out {
                break;
            }
        }
        printed
    })
    .await
    .expect("a thread");
    child.kill().expect("its end");
    child.wait().expect("its end");
    let rejected: Vec<_> = printed.iter().filter(|line| line["event"] == "rejected").collect();
    assert_eq!(rejected.len(), 2, "{printed:?}");
    assert_eq!(rejected[0]["reason"], "command: not valid UTF-8");
}
