//! A client that edits a job or uploads a video, and aborts at a named failpoint as if it were killed.
//!
//! `crash-client FOLDER ADDRESS STEP TIMES [VIDEO]` aborts when the failpoint STEP is reached for the TIMES-th time. With
//! a VIDEO it is uploaded, otherwise a title is typed and saved.

#![expect(clippy::expect_used, reason = "a test whose setup fails has failed")]

use std::{
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
};

use tallylight_client::{Config, Handle, Identity, Keychain, start};
use tallylight_core::{
    JobId,
    discovery::parse_address,
    edits::{Draft, DraftStatus},
    model::job::{Content, Field},
};
use tallylight_tests::Recorder;

#[tokio::main]
async fn main() {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [folder, address, step, times, video @ ..] = given.as_slice() else { return };
    let _scenario = fail::FailScenario::setup();
    let remaining = AtomicUsize::new(times.parse().expect("a number"));
    let abort = move || {
        if remaining.fetch_sub(1, Ordering::SeqCst) == 1 {
            // As with SIGKILL, there is no unwinding and nothing is flushed.
            std::process::abort();
        }
    };
    fail::cfg_callback(step.as_str(), abort).expect("a step");
    let client = start(Config::new(folder.into(), Keychain::Memory), Recorder::default());
    client.connect(parse_address(address).expect("an address"), Identity::Address).await.expect("discovery");
    client.sign_in("me@acme.tv".to_owned(), "password".into()).await.expect("signed in");
    client.synced().await.expect("the list");
    match video.first() {
        Some(video) => drop(client.upload(PathBuf::from(video)).await),
        None => edit(&client).await,
    }
    std::future::pending::<()>().await;
}

/// Types a title and saves it.
async fn edit(client: &Handle) {
    let (job_id, field, content) = (JobId::new("7"), Field::Title, Content::Text("mine".to_owned()));
    let draft =
        Draft { job_id: job_id.clone(), field, content: content.clone(), base: None, cause: DraftStatus::Typed };
    client.type_draft(draft).await.expect("typed");
    client.edit(job_id, [(field, content)].into()).await.expect("saved");
}
