//! The processing of a video, stage by stage: UPLOAD → PROBE → AUDIO_EXTRACTION → TRANSCRIPTION → CHAPTERS →
//! THUMBNAIL_GENERATION.

use std::{
    collections::BTreeMap,
    panic::AssertUnwindSafe,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::FutureExt;
use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    config::Tools,
    jobs::{ErrorCode, Job, JobError, Jobs, Progress, Stage, Status},
    speech::Speech,
    storage::video_folder,
};

mod audio;
mod chapters;
mod context;
mod duration;
mod failure;
mod hardware;
mod input;
mod media_info;
mod place_names;
mod probe;
mod scenes;
mod still;
mod thumbnails;
mod transcript;

use context::{Context, Outcome};
use failure::{Failure, Severity};
use hardware::Hardware;

/// How many jobs are processed at a time; the others wait. ffmpeg uses several cores by itself.
const CONCURRENT_JOBS: usize = 2;

/// Processes jobs.
#[derive(Clone)]
pub struct Pipeline {
    jobs: Jobs,
    tools: Arc<Tools>,
    speech: Speech,
    hardware: Hardware,
    data_dir: PathBuf,
    slots: Arc<Semaphore>,
    /// Thumbnails of moments that users chose are taken one at a time.
    stills: Arc<Semaphore>,
    stop: CancellationToken,
    running: TaskTracker,
    /// The jobs that wait or are processed, by id.
    queued: Arc<Mutex<BTreeMap<String, Arc<Queued>>>>,
}

/// Signals on drop that the processing of a job has ended, also after a panic.
struct EndGuard {
    pipeline: Pipeline,
    job_id: String,
    queued: Arc<Queued>,
}

impl Drop for EndGuard {
    fn drop(&mut self) {
        let mut all = self.pipeline.queued();
        // The user may have restarted the job meanwhile.
        if all.get(&self.job_id).is_some_and(|newest| Arc::ptr_eq(newest, &self.queued)) {
            all.remove(&self.job_id);
        }
        drop(all);
        self.queued.ended.cancel();
    }
}

/// A job that waits or is processed.
struct Queued {
    /// Cancels its processing.
    cancel: CancellationToken,
    /// Signals that its processing has ended.
    ended: CancellationToken,
}

impl Pipeline {
    /// Returns an idle pipeline.
    pub fn new(jobs: Jobs, tools: Tools, speech: Speech, data_dir: PathBuf) -> Self {
        Self {
            jobs,
            tools: Arc::new(tools),
            speech,
            hardware: Hardware::default(),
            data_dir,
            slots: Arc::new(Semaphore::new(CONCURRENT_JOBS)),
            stills: Arc::new(Semaphore::new(1)),
            stop: CancellationToken::new(),
            running: TaskTracker::new(),
            queued: Arc::default(),
        }
    }

    /// Restarts the jobs that an earlier run of the studio left unfinished. A job whose file no longer exists fails
    /// with that reason.
    pub fn resume(&self) {
        for job in self.jobs.unfinished() {
            self.jobs.restart(&job.id);
            tracing::info!(job_id = %job.id, "restarting a job that an earlier run left unfinished");
            self.enqueue(job.id);
        }
    }

    /// Enqueues a job. It stays PENDING until a slot is free.
    pub fn enqueue(&self, job_id: String) {
        let pipeline = self.clone();
        let queued = Arc::new(Queued { cancel: self.stop.child_token(), ended: CancellationToken::new() });
        self.queued().insert(job_id.clone(), Arc::clone(&queued));
        let ended = EndGuard { pipeline: self.clone(), job_id: job_id.clone(), queued: Arc::clone(&queued) };
        self.running.spawn(async move {
            let _guard = ended;
            let work = async {
                let _slot = pipeline.slots.acquire().await.ok()?;
                pipeline.run(&job_id).await;
                Some(())
            };
            // A job that is interrupted by the end of the studio stays unfinished in the database; the next start
            // resumes it.
            let worked = AssertUnwindSafe(queued.cancel.run_until_cancelled(work)).catch_unwind().await;
            if worked.is_err() {
                pipeline.fail_internally(&job_id);
            }
            pipeline.clean_up(&job_id).await;
        });
    }

    /// Fails a job whose processing panicked, so that it is not shown as in progress.
    fn fail_internally(&self, job_id: &str) {
        let Some(job) = self.jobs.job(job_id).filter(|job| !job.progress.status.is_final()) else { return };
        tracing::error!(job_id, "the processing of a job panicked");
        let message = "An internal error occurred. Upload the video again. If it fails again, report the problem.";
        self.jobs.record_error(job_id, &JobError::of_job(ErrorCode::StudioFault, message));
        let failed = Progress::new(Status::Failed, job.progress.progress_percent);
        self.jobs.set_progress(job_id, Progress { error_message: Some(message.to_owned()), ..failed });
    }

    /// Cancels the processing of a job and waits until its programs have ended.
    pub async fn cancel(&self, job_id: &str) {
        let queued = self.queued().get(job_id).cloned();
        if let Some(queued) = queued {
            queued.cancel.cancel();
            queued.ended.cancelled().await;
        }
    }

    fn queued(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Queued>>> {
        self.queued.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops every job and waits until its programs have ended.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.running.close();
        self.running.wait().await;
    }

    /// Returns the token that is cancelled when the pipeline stops.
    pub fn stop_token(&self) -> CancellationToken {
        self.stop.clone()
    }

    async fn run(&self, job_id: &str) {
        let Some(job) = self.jobs.job(job_id) else { return };
        let folder = video_folder(&self.data_dir, &job.video_id);
        self.clean_up(job_id).await;
        self.run_stages(job, &folder).await;
    }

    /// Removes temporary files of this run and of interrupted runs (the extracted audio is large), and thumbnails of an
    /// earlier run.
    async fn clean_up(&self, job_id: &str) {
        let Some(job) = self.jobs.job(job_id) else { return };
        let is_used = |id: &str| id == "source" || job.metadata.thumbnails.iter().any(|used| used.thumbnail_id == id);
        let folder = video_folder(&self.data_dir, &job.video_id);
        let Ok(mut entries) = tokio::fs::read_dir(folder).await else { return };
        while let Ok(Some(entry)) = entries.next_entry().await {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_leftover = ["audio-", "subtitles-embedded", "keyframes"].iter().any(|start| name.starts_with(start));
            let is_old_thumbnail = name.strip_suffix(".jpg").is_some_and(|id| !is_used(id));
            if is_leftover || is_old_thumbnail {
                let _ = tokio::fs::remove_file(entry.path()).await;
            }
        }
    }

    async fn run_stages(&self, job: Job, folder: &Path) {
        let (speech, hardware) = (self.speech.clone(), self.hardware.clone());
        let (jobs, tools) = (self.jobs.clone(), Arc::clone(&self.tools));
        let mut context = Context::new(jobs, tools, speech, hardware, job, folder.to_path_buf());
        for stage in Stage::ALL {
            context.begin(stage);
            match run_stage(stage, &mut context).await {
                Ok(outcome) => {
                    // The protocol has no status for skipped stages: they are COMPLETED.
                    if outcome == Outcome::Skipped {
                        self.jobs.set_skipped(&context.job.id, stage.id());
                    }
                    context.finish(Progress::new(Status::Completed, 100.0));
                }
                Err(failure) => {
                    let failure = failure.or_source_missing(&context.job.source);
                    self.report_failure(&mut context, stage, &failure);
                    if failure.severity == Severity::Fatal {
                        return;
                    }
                }
            }
        }
        self.jobs.set_progress(&context.job.id, Progress::new(Status::Completed, 100.0));
    }

    /// Reports a failure: the tool's messages on the stage, the message for the user on the job.
    fn report_failure(&self, context: &mut Context, stage: Stage, failure: &Failure) {
        tracing::info!(job_id = %context.job.id, stage = stage.id(), code = failure.code.as_str(), details = %failure.details, "a stage failed");
        let reached = context.percent();
        let details = if failure.details.is_empty() { &failure.message } else { &failure.details };
        context.finish(Progress { error_message: Some(details.clone()), ..Progress::new(Status::Failed, reached) });
        self.jobs.record_error(&context.job.id, &failure.in_stage(stage));
        if failure.severity == Severity::Fatal {
            let failed = Progress::new(Status::Failed, context.overall_percent());
            self.jobs
                .set_progress(&context.job.id, Progress { error_message: Some(failure.message.clone()), ..failed });
        }
    }
}

async fn run_stage(stage: Stage, context: &mut Context) -> Result<Outcome, Failure> {
    match stage {
        // The upload stored the file before the job was created.
        Stage::Upload => ensure_source_exists(&context.job).map(|()| Outcome::Done),
        Stage::Probe => probe::run(context).await.map(|()| Outcome::Done),
        Stage::AudioExtraction => audio::run(context).await,
        Stage::Transcription => transcript::run(context).await,
        Stage::Chapters => chapters::run(context).await,
        Stage::ThumbnailGeneration => thumbnails::run(context).await,
    }
}

fn ensure_source_exists(job: &Job) -> Result<(), Failure> {
    if job.source.exists() { Ok(()) } else { Err(Failure::source_missing()) }
}
