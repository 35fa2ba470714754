//! The task that does one step of an upload.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use jiff::Timestamp;
use secrecy::SecretString;
use tallylight_core::{Code, Error, upload_queue::Upload};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    account::{
        context::Context,
        endpoint::Endpoint,
        message::{SentBytes, UploadAttempt, UploadsInput},
    },
    net::{
        http::Failure,
        upload::{Progress, SpeedLimit, UploadRequest, send_step},
    },
};

/// How often the progress of an upload is published.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);
/// How long no byte may be sent before an upload fails. TCP itself would wait for a quarter of an hour.
const STALLED: Duration = Duration::from_mins(1);
/// How long a backend may take to answer after the last byte: it may store and check a large video first.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(15);

/// A step of an upload on its way to a backend.
pub(super) struct Sending {
    pub(super) attempt: UploadAttempt,
    pub(super) upload: Upload,
    pub(super) endpoint: Endpoint,
    pub(super) token: SecretString,
    pub(super) limit: SpeedLimit,
    /// The backend's time.
    pub(super) server_time: Timestamp,
}

impl Sending {
    /// Starts the task. It sends its progress and its end to the uploads.
    pub(super) fn spawn(self, context: &Context) -> AbortOnDropHandle<()> {
        let messages = context.tasks.messages.clone();
        let Self { attempt, upload, endpoint, token, limit, server_time } = self;
        let progress = Arc::new(Progress::default());
        progress.sent.store(upload.sent_bytes, Ordering::Relaxed);
        progress.confirmed.store(upload.confirmed_bytes, Ordering::Relaxed);
        let task = tokio::spawn(async move {
            let request = UploadRequest {
                http: &endpoint.clients.rest,
                server: &endpoint.server,
                token: &token,
                file: &upload.file,
                limit: &limit,
                progress: &progress,
                server_time,
            };
            let sending = send_step(&upload.transfer, &request);
            tokio::pin!(sending);
            let mut interval = tokio::time::interval(PROGRESS_INTERVAL);
            interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut moved = (0, Instant::now());
            let outcome = loop {
                tokio::select! {
                    outcome = &mut sending => break outcome,
                    _ = interval.tick() => {
                        let bytes = sent_bytes(&progress);
                        let _ = messages.send(UploadsInput::Progress(attempt, bytes).into()).await;
                        let limit = if bytes.sent >= upload.file.size { ANSWER_TIMEOUT } else { STALLED };
                        if bytes.sent != moved.0 {
                            moved = (bytes.sent, Instant::now());
                        } else if moved.1.elapsed() >= limit {
                            break Err(Failure::local(stalled()));
                        }
                    }
                }
            };
            fail::fail_point!("upload_step_is_done");
            let _ = messages.send(UploadsInput::StepDone(attempt, sent_bytes(&progress), outcome).into()).await;
        });
        AbortOnDropHandle::new(task)
    }
}

fn sent_bytes(progress: &Progress) -> SentBytes {
    SentBytes { sent: progress.sent.load(Ordering::Relaxed), confirmed: progress.confirmed.load(Ordering::Relaxed) }
}

fn stalled() -> Error {
    Error::new(Code::Silent, "Upload interrupted. Check your network, then try again.")
}
