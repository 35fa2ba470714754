//! One job under work: what the stages share, and how they report progress and warnings.

use std::{ffi::OsStr, path::PathBuf, sync::Arc, time::Duration};

use serde_json::json;
use tallylight_media::subtitles::Cue;
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    failure::{Failure, Severity},
    hardware::Hardware,
    probe::Probe,
    stage::Stage,
    tool::{self, Limits, Line},
};
use crate::{
    config::Tools,
    jobs::{Job, Jobs, Progress, Status},
    speech::Speech,
};

/// How a stage ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its work is done.
    Done,
    /// There was nothing to do.
    Skipped,
}

/// Progress is told at most this often; an eye sees no more.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// One job under work.
pub struct Work {
    /// The job as it was when the work began.
    pub job: Job,
    /// All jobs, to write results to.
    pub jobs: Jobs,
    /// The programs.
    pub tools: Arc<Tools>,
    /// What recognises speech.
    pub speech: Speech,
    /// What decodes by hardware.
    pub hardware: Hardware,
    /// The folder of the video's files.
    pub folder: PathBuf,
    /// What PROBE found.
    pub probe: Probe,
    /// Where the extracted sound is kept while it is needed. The name is new at every run: after a power cut an ffmpeg
    /// of the run before may still write.
    pub audio: PathBuf,
    /// Where the sound is silent: beginnings and ends, in seconds.
    pub silences: Vec<(f64, f64)>,
    /// What is said, with times.
    pub cues: Vec<Cue>,
    stage: Stage,
    percent: f64,
    told: Option<Instant>,
}

impl Work {
    /// Makes the work on a job.
    pub fn new(jobs: Jobs, tools: Arc<Tools>, speech: Speech, hardware: Hardware, job: Job, folder: PathBuf) -> Self {
        let audio = folder.join(format!("audio-{}.wav", Uuid::new_v4()));
        Self {
            job,
            jobs,
            tools,
            speech,
            hardware,
            folder,
            probe: Probe::default(),
            audio,
            silences: Vec::new(),
            cues: Vec::new(),
            stage: Stage::Upload,
            percent: 0.0,
            told: None,
        }
    }

    /// Begins a stage.
    pub fn begin(&mut self, stage: Stage) {
        self.stage = stage;
        self.percent = 0.0;
        self.told = None;
        self.progress(0.0);
    }

    /// Tells how far the stage is, in percent.
    pub fn progress(&mut self, percent: f64) {
        self.percent = percent.max(self.percent).min(100.0);
        if self.told.is_some_and(|told| told.elapsed() < TELL_EVERY) {
            return;
        }
        self.told = Some(Instant::now());
        let rounded = (self.percent * 10.0).round() / 10.0;
        self.jobs.set_stage(&self.job.id, self.stage.id(), Progress::new(Status::Processing, rounded));
        self.jobs.set_progress(&self.job.id, Progress::new(Status::Processing, self.overall_percent()));
    }

    /// Runs ffmpeg, with `-progress pipe:1`, from one end of the video to the other: its position is the stage's
    /// progress. Warns of a video that ends too soon.
    pub async fn read_through(
        &mut self,
        args: impl IntoIterator<Item = impl AsRef<OsStr>>,
        limits: Limits,
        mut on_line: impl FnMut(Line<'_>),
    ) -> Result<(), Failure> {
        let (tools, duration) = (Arc::clone(&self.tools), self.probe.duration);
        let output = tool::run(&tools.ffmpeg, args, limits, |line| {
            on_line(line);
            if let Some(seconds) = tool::position(line)
                && duration > 0.0
            {
                self.progress(100.0 * seconds / duration);
            }
        })
        .await?;
        // ffmpeg ends well even where the file ends too soon, and only says so.
        if output.messages.to_lowercase().contains("partial file") {
            self.warn(&Failure::probably_truncated(format!("ffmpeg: {}", output.messages)));
        }
        Ok(())
    }

    /// Tells of something that the stage could not do, and goes on.
    pub fn warn(&self, failure: &Failure) {
        let id = &self.job.id;
        tracing::info!(job_id = %id, stage = self.stage.id(), code = failure.code, details = %failure.details, "a warning");
        let is_known =
            self.jobs.job(id).is_some_and(|job| job.errors.iter().any(|error| error["error_code"] == failure.code));
        if !is_known {
            self.jobs.tell_error(
                id,
                &json!({ "error_code": failure.code, "error_message": failure.message,
                    "recoverable": failure.severity == Severity::Recoverable, "affected_stage": self.stage.id() }),
            );
        }
    }

    /// Ends the stage.
    pub fn finish(&mut self, progress: Progress) {
        // A stage that failed without stopping the job is as much behind us as one that went well.
        self.percent = if progress.status == Status::Completed { 100.0 } else { self.percent };
        self.jobs.set_stage(&self.job.id, self.stage.id(), progress);
    }

    /// Returns how far the stage is.
    pub fn percent(&self) -> f64 {
        self.percent
    }

    /// Returns how far the job is, in percent.
    pub fn overall_percent(&self) -> f64 {
        let percent = self.stage.weight_before() + self.stage.weight() * self.percent / 100.0;
        (percent * 10.0).round() / 10.0
    }
}
