//! The task that sends one file.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use secrecy::SecretString;
use tallylight_core::{Code, Error};
use tokio::{task::AbortHandle, time::Instant};

use crate::{
    account::{context::Context, endpoint::Endpoint, message::UploadsInput},
    net::{http::Failure, rest},
};

/// How often the progress of an upload is published.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);
/// How long no byte may be sent before an upload fails. TCP itself would wait for a quarter of an hour.
const STALLED: Duration = Duration::from_mins(1);

/// One file on its way to a backend.
pub(super) struct Sending {
    pub(super) upload_id: u32,
    pub(super) path: PathBuf,
    /// The size of the file, in bytes.
    pub(super) total: u64,
    pub(super) endpoint: Endpoint,
    pub(super) token: SecretString,
}

impl Sending {
    /// Starts the task. It sends its progress and its end to the uploads.
    pub(super) fn spawn(self, context: &Context) -> AbortHandle {
        let (messages, epoch) = (context.tasks.messages.clone(), context.access.epoch);
        let Self { upload_id, path, total, endpoint, token } = self;
        let sent = Arc::new(AtomicU64::new(0));
        let task = tokio::spawn(async move {
            let sending = rest::upload(&endpoint.clients.rest, &endpoint.server, &token, &path, Arc::clone(&sent));
            tokio::pin!(sending);
            let mut progress = tokio::time::interval(PROGRESS_INTERVAL);
            let mut moved = (0, Instant::now());
            let outcome = loop {
                tokio::select! {
                    outcome = &mut sending => break outcome,
                    _ = progress.tick() => {
                        let bytes = sent.load(Ordering::Relaxed);
                        let _ = messages.send(UploadsInput::Sent(upload_id, bytes).into()).await;
                        if bytes != moved.0 || bytes >= total {
                            moved = (bytes, Instant::now());
                        } else if moved.1.elapsed() >= STALLED {
                            break Err(Failure::local(stalled()));
                        }
                    }
                }
            };
            let _ = messages.send(UploadsInput::Done(upload_id, epoch, outcome).into()).await;
        });
        task.abort_handle()
    }
}

fn stalled() -> Error {
    Error::new(Code::Silent, "Upload interrupted. Check your network, then try again.")
}
