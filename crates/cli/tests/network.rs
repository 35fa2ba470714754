//! Tests of the network settings, which `tally` takes from the desktop app's settings file and from the environment.

#![expect(clippy::expect_used, reason = "a test that cannot be set up has failed")]

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Output, Stdio},
};

use serde_json::json;
use tallylight_tests::{CompanyNetwork, ScriptedBackend};

const LOGIN: [&str; 3] = ["login", "--email", "me@acme.tv"];
/// A proxy that nobody can reach.
const NO_PROXY: &str = "http://127.0.0.1:1";

/// A data folder, and a studio that can only be reached through a company's network.
struct Harness {
    data_dir: tempfile::TempDir,
    backend: ScriptedBackend,
    network: CompanyNetwork,
}

impl Harness {
    async fn start() -> Self {
        let backend = ScriptedBackend::start().await;
        backend.set_discovery(json!({ "auth_url": CompanyNetwork::STUDIO }));
        let network = CompanyNetwork::before(&backend.address).await;
        let data_dir = tempfile::tempdir().expect("a folder");
        fs::create_dir(data_dir.path().join("desktop")).expect("a folder");
        let harness = Self { data_dir, backend, network };
        harness.write("ca.pem", &harness.network.certificate);
        harness
    }

    /// Writes a file into the desktop app's folder.
    fn write(&self, name: &str, text: &str) {
        fs::write(self.data_dir.path().join("desktop").join(name), text).expect("a file");
    }

    /// Writes the settings of the desktop app.
    fn set_network(&self, proxy: &str, certificate: &str) {
        let certificate = self.data_dir.path().join("desktop").join(certificate);
        let certificate = certificate.display();
        self.write("settings.toml", &format!("[network]\nproxy = '{proxy}'\ncertificate = '{certificate}'\n"));
    }

    fn command(&self, server: &str, environment: &[(&str, &str)], args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tally"));
        command.arg("--data-dir").arg(self.data_dir.path()).args(["--no-keychain", "--server", server]).args(args);
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"] {
            command.env_remove(name);
        }
        command.env("TALLYLIGHT_PASSWORD", "password").envs(environment.iter().copied());
        command
    }

    /// Runs `tally` until it ends, on a blocking thread, because the studio runs on this one.
    async fn tally(&self, server: &str, environment: &[(&str, &str)], args: &[&str]) -> Output {
        let mut command = self.command(server, environment, args);
        tokio::task::spawn_blocking(move || command.output()).await.expect("a thread").expect("tally")
    }
}

#[track_caller]
fn assert_ended(output: &Output, code: i32, words: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(stderr.contains(words), "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn proxy_and_certificate_of_the_app_apply_to_requests_and_socket() {
    let harness = Harness::start().await;
    harness.set_network(&harness.network.proxy, "ca.pem");
    let mut command = harness.command(CompanyNetwork::STUDIO, &[], &["--json", "watch", "--email", "me@acme.tv"]);
    let mut watch = command.stdout(Stdio::piped()).spawn().expect("tally");
    let lines = BufReader::new(watch.stdout.take().expect("its output")).lines();
    let is_live = || lines.map_while(Result::ok).any(|line| line.contains(r#""state":"live""#));
    let live = tokio::task::spawn_blocking(is_live).await.expect("a thread");
    watch.kill().expect("its end");
    watch.wait().expect("its end");
    assert!(live);
    assert_eq!(harness.backend.connects(), 1);
    let tunnels = harness.network.tunnels();
    assert!(tunnels.len() > 1 && tunnels.iter().all(|target| target == "studio.test:443"), "{tunnels:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn certificate_of_an_unknown_authority_is_refused_without_the_setting() {
    let harness = Harness::start().await;
    harness.write("settings.toml", &format!("[network]\nproxy = '{}'\n", harness.network.proxy));
    assert_ended(&harness.tally(CompanyNetwork::STUDIO, &[], &LOGIN).await, 4, "certificate");
}

#[tokio::test(flavor = "multi_thread")]
async fn proxy_of_the_environment_goes_before_that_of_the_file() {
    let harness = Harness::start().await;
    for (in_file, variable, in_environment, code) in [
        (NO_PROXY, "HTTPS_PROXY", harness.network.proxy.as_str(), 0),
        ("none", "all_proxy", &harness.network.proxy, 0),
        (&harness.network.proxy, "HTTPS_PROXY", NO_PROXY, 4),
        (&harness.network.proxy, "HTTPS_PROXY", "", 0),
    ] {
        harness.set_network(in_file, "ca.pem");
        let output = harness.tally(CompanyNetwork::STUDIO, &[(variable, in_environment)], &LOGIN).await;
        assert_ended(&output, code, "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_in_the_file_are_noted_and_do_not_change_the_exit_code() {
    let harness = Harness::start().await;
    harness.backend.set_discovery(json!({}));
    harness.set_network("system", "missing.pem");
    let output = harness.tally(&harness.backend.address, &[], &LOGIN).await;
    assert_ended(&output, 0, "missing.pem");

    harness.write("settings.toml", "[network]\nproxy = 7\n");
    let output = harness.tally(&harness.backend.address, &[], &LOGIN).await;
    assert_ended(&output, 0, "at line 2 of");
    assert_ended(&output, 0, "Using the default network settings.");

    let certificate = harness.data_dir.path().join("desktop/ca.pem");
    let last_valid = json!({ "network": { "proxy": harness.network.proxy, "certificate": certificate } });
    harness.write("settings.last.json", &last_valid.to_string());
    harness.backend.set_discovery(json!({ "auth_url": CompanyNetwork::STUDIO }));
    let output = harness.tally(CompanyNetwork::STUDIO, &[], &LOGIN).await;
    assert_ended(&output, 0, "Using the last valid network settings.");
}
