//! The context of the stages of one job: the data that they share, and their reports of progress and warnings.

use std::{ffi::OsStr, path::PathBuf, sync::Arc, time::Duration};

use tallylight_media::subtitles::Cue;
use tokio::time::Instant;
use uuid::Uuid;

use super::{failure::Failure, hardware::Hardware, media_info::MediaInfo};
use crate::{
    config::Tools,
    jobs::{Job, Jobs, Progress, Stage, Status},
    speech::Speech,
    tool::{self, Limits, Line},
};

/// The result of a stage that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The stage did its work.
    Done,
    /// The stage had nothing to do.
    Skipped,
}

/// The shortest time between two reports of progress; more would not be visible.
const REPORT_INTERVAL: Duration = Duration::from_millis(100);

/// The context of the stages of one job.
pub struct Context {
    /// The job as it was at the start.
    pub job: Job,
    /// All jobs; results are written there.
    pub jobs: Jobs,
    /// The external programs.
    pub tools: Arc<Tools>,
    /// Speech recognition.
    pub speech: Speech,
    /// Hardware decoding.
    pub hardware: Hardware,
    /// The folder of the video's files.
    pub folder: PathBuf,
    /// The result of PROBE.
    pub media: MediaInfo,
    /// The file of the extracted audio. Its name is new in every run, because an ffmpeg of an earlier run may still be
    /// writing after a crash of the studio.
    pub audio: PathBuf,
    /// The silent intervals of the audio: start and end, in seconds.
    pub silences: Vec<(f64, f64)>,
    /// The transcript with times.
    pub cues: Vec<Cue>,
    stage: Stage,
    percent: f64,
    last_reported: Option<Instant>,
}

impl Context {
    /// Returns the context for processing a job.
    pub fn new(jobs: Jobs, tools: Arc<Tools>, speech: Speech, hardware: Hardware, job: Job, folder: PathBuf) -> Self {
        let audio = folder.join(format!("audio-{}.wav", Uuid::new_v4()));
        Self {
            job,
            jobs,
            tools,
            speech,
            hardware,
            folder,
            media: MediaInfo::default(),
            audio,
            silences: Vec::new(),
            cues: Vec::new(),
            stage: Stage::Upload,
            percent: 0.0,
            last_reported: None,
        }
    }

    /// Returns ffmpeg's options that decode the video fastest.
    pub async fn decoding_options(&self) -> &'static [&'static str] {
        self.hardware.options(&self.tools, &self.job.source, &self.media).await
    }

    /// Begins a stage.
    pub fn begin(&mut self, stage: Stage) {
        self.stage = stage;
        self.percent = 0.0;
        self.last_reported = None;
        self.progress(0.0);
    }

    /// Reports the progress of the stage, in percent.
    pub fn progress(&mut self, percent: f64) {
        self.percent = percent.max(self.percent).min(100.0);
        if self.last_reported.is_some_and(|last_reported| last_reported.elapsed() < REPORT_INTERVAL) {
            return;
        }
        self.last_reported = Some(Instant::now());
        let rounded = (self.percent * 10.0).round() / 10.0;
        self.jobs.set_stage(&self.job.id, self.stage.id(), Progress::new(Status::Processing, rounded));
        self.jobs.set_progress(&self.job.id, Progress::new(Status::Processing, self.overall_percent()));
    }

    /// Runs ffmpeg with `-progress pipe:1` over the whole video; its position is the progress of the stage. Warns if
    /// the video is truncated.
    pub async fn run_ffmpeg(
        &mut self,
        args: impl IntoIterator<Item = impl AsRef<OsStr>>,
        limits: Limits,
        mut on_line: impl FnMut(Line<'_>),
    ) -> Result<(), Failure> {
        let (tools, duration) = (Arc::clone(&self.tools), self.media.duration);
        let output = tool::run(&tools.ffmpeg, args, limits, |line| {
            on_line(line);
            if let Some(seconds) = tool::position(line)
                && duration > 0.0
            {
                self.progress(100.0 * seconds / duration);
            }
        })
        .await?;
        // ffmpeg exits with success for a truncated file and only prints a message.
        if output.messages.to_lowercase().contains("partial file") {
            self.warn(&Failure::probably_truncated(format!("ffmpeg: {}", output.messages)));
        }
        Ok(())
    }

    /// Records a warning. The stage continues.
    pub fn warn(&self, failure: &Failure) {
        let id = &self.job.id;
        tracing::info!(job_id = %id, stage = self.stage.id(), code = failure.code.as_str(), details = %failure.details, "stage warning");
        let is_known = self
            .jobs
            .job(id)
            .is_some_and(|job| job.errors.iter().any(|error| error["error_code"] == failure.code.as_str()));
        if !is_known {
            self.jobs.record_error(id, &failure.in_stage(self.stage));
        }
    }

    /// Ends the stage.
    pub fn finish(&mut self, progress: Progress) {
        // A stage with a recoverable failure counts as far as it came.
        self.percent = if progress.status == Status::Completed { 100.0 } else { self.percent };
        self.jobs.set_stage(&self.job.id, self.stage.id(), progress);
    }

    /// Returns the progress of the stage, in percent.
    pub fn percent(&self) -> f64 {
        self.percent
    }

    /// Returns the overall progress of the job, in percent.
    pub fn overall_percent(&self) -> f64 {
        let percent = self.stage.weight_before() + self.stage.weight() * self.percent / 100.0;
        (percent * 10.0).round() / 10.0
    }
}
