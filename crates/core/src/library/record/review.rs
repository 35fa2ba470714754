//! Which faults of a job need a person. Decision: docs/adr/0054-needs-review.md.

use super::{Dismissal, Record};
use crate::model::{
    fault_code::FaultCode,
    job::{Fault, Status},
    unix_nanos::UnixNanos,
};

impl Record {
    /// Returns the warnings of the current run: recoverable faults that need a person.
    pub fn warnings(&self) -> impl DoubleEndedIterator<Item = &Fault> {
        self.recoverable().filter(|fault| self.needs_review(fault))
    }

    /// Returns the notes of the current run: recoverable faults that only inform.
    pub fn notes(&self) -> impl DoubleEndedIterator<Item = &Fault> {
        self.recoverable().filter(|fault| !self.needs_review(fault))
    }

    /// Returns the warnings that are neither dismissed nor snoozed.
    pub fn open_warnings(&self) -> impl DoubleEndedIterator<Item = &Fault> {
        let seen = self.dismissed.and_then(|dismissed| dismissed.at);
        let is_snoozed = self.snoozed_until().is_some();
        self.warnings().filter(move |fault| !is_snoozed && seen.is_none_or(|seen| fault.at > seen))
    }

    /// Returns whether a user cancelled the job. That is an end, but nothing that anyone has to be told of. A snapshot has no
    /// code; its message says it then.
    pub fn is_cancelled(&self) -> bool {
        if self.overall.status() != Status::Failed {
            return false;
        }
        match self.faults.iter().rfind(|fault| !fault.recoverable) {
            Some(fatal) => FaultCode::known(&fatal.code) == Some(FaultCode::Cancelled),
            None => self.overall.error_message().is_some_and(says_cancelled),
        }
    }

    /// Returns whether the job failed, other than by being cancelled, and the failure is neither dismissed nor snoozed.
    pub fn has_open_failure(&self) -> bool {
        let is_later =
            |at: Option<UnixNanos>| self.faults.iter().any(|fault| !fault.recoverable && Some(fault.at) > at);
        let is_new = |dismissed: Dismissal| dismissed.run != self.run || is_later(dismissed.at);
        let is_open = self.overall.status() == Status::Failed && self.dismissed.is_none_or(is_new);
        is_open && self.snoozed_until().is_none() && !self.is_cancelled()
    }

    /// Returns whether the failure or a warning is open.
    pub fn has_open_review(&self) -> bool {
        self.has_open_failure() || self.open_warnings().next().is_some()
    }

    fn recoverable(&self) -> impl DoubleEndedIterator<Item = &Fault> {
        self.faults.iter().filter(|fault| fault.recoverable)
    }

    /// Returns whether a warning needs a person. An unknown one does, unless its backend says that it skipped the stage:
    /// to be asked once too often is better than to miss that a part of the video is missing.
    pub(super) fn needs_review(&self, fault: &Fault) -> bool {
        match FaultCode::known(&fault.code) {
            Some(code) => !is_informative(code),
            None => !self.is_about_skipping(fault),
        }
    }

    fn is_about_skipping(&self, fault: &Fault) -> bool {
        let mut words = fault.code.split(|c: char| !c.is_ascii_alphanumeric());
        let is_skipped = || fault.stage_id.as_ref().is_some_and(|stage_id| self.is_skipped(stage_id));
        words.any(|word| word.eq_ignore_ascii_case("skipped")) || is_skipped()
    }
}

/// Returns whether a message says that somebody cancelled a job, in either spelling, and nothing else: an error may begin
/// with the same word.
fn says_cancelled(message: &str) -> bool {
    let message = message.trim().trim_end_matches(['.', '!']);
    let (word, rest) = message.split_once(' ').unwrap_or((message, ""));
    let is_word = ["cancelled", "canceled"].iter().any(|known| word.eq_ignore_ascii_case(known));
    is_word && (rest.is_empty() || rest.strip_prefix("by ").is_some_and(|who| !who.contains("time")))
}

/// Returns whether a warning says only that there was nothing to do, or that something was left out on purpose: there is
/// nothing to mend.
fn is_informative(code: FaultCode) -> bool {
    match code {
        FaultCode::NoAudio | FaultCode::NoSpeech | FaultCode::TranscriptionSkipped => true,
        FaultCode::Cancelled
        | FaultCode::DiskFull
        | FaultCode::FfmpegMissing
        | FaultCode::FileGone
        | FaultCode::FileIncomplete
        | FaultCode::MetadataCut
        | FaultCode::NoChapters
        | FaultCode::NoThumbnails
        | FaultCode::NoTranscription
        | FaultCode::NotAVideo
        | FaultCode::SoundUnreadable
        | FaultCode::StudioFault
        | FaultCode::SubtitlesDamaged
        | FaultCode::SubtitlesUnreadable
        | FaultCode::TooLargeToProcess
        | FaultCode::ToolFailed
        | FaultCode::ToolStopped => false,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::{JobId, protocol::Progress};

    fn job(code: &str) -> Record {
        let mut job = Record::new(JobId::new("7"));
        let fault =
            json!({ "at": Timestamp::UNIX_EPOCH, "code": code, "message": "m", "recoverable": true, "stage_id": "X" });
        job.add_fault(serde_json::from_value(fault).expect("a fault"));
        job
    }

    #[test]
    fn only_what_was_skipped_or_is_absent_needs_no_person() {
        for code in ["no_audio", "NO_SPEECH", "transcription_skipped", "CHAPTERS_SKIPPED", "stage-skipped"] {
            assert_eq!((job(code).warnings().count(), job(code).notes().count()), (0, 1), "{code}");
        }
        for code in ["file_incomplete", "Subtitles_Damaged", "no_transcription", "metadata_cut", "odd", "", "skippedit"]
        {
            assert_eq!((job(code).warnings().count(), job(code).notes().count()), (1, 0), "{code}");
        }
    }

    #[test]
    fn cancelled_job_needs_no_person() {
        for (code, is_open) in [("cancelled", false), ("CANCELLED", false), ("not_a_video", true), ("", true)] {
            let mut job = Record::new(JobId::new("7"));
            let fault = json!({ "at": Timestamp::UNIX_EPOCH, "code": code, "message": "m", "recoverable": false });
            job.add_fault(serde_json::from_value(fault).expect("a fault"));
            let failed = Progress { status: Status::Failed, progress_percent: None, error_message: None };
            job.apply_overall(Timestamp::UNIX_EPOCH, &failed);
            assert_eq!((job.has_open_failure(), job.is_cancelled()), (is_open, !is_open), "{code}");
        }
        for (message, is_open) in [
            ("Cancelled", false),
            ("canceled by Ann.", false),
            ("cancellation failed", true),
            ("CANCELLED: the worker is out of memory", true),
            ("Cancelled by timeout", true),
        ] {
            let mut job = Record::new(JobId::new("7"));
            let error_message = Some(message.to_owned());
            let failed = Progress { status: Status::Failed, progress_percent: None, error_message };
            job.apply_overall(Timestamp::UNIX_EPOCH, &failed);
            assert_eq!(job.has_open_failure(), is_open, "{message}");
        }
    }

    #[test]
    fn unknown_warning_of_a_skipped_stage_needs_no_person() {
        let skipped = |code: &str| {
            let mut job = job(code);
            job.marks = Some(Box::new(serde_json::from_value(json!({ "skipped": ["X"] })).expect("annotations")));
            job.warnings().count()
        };
        assert_eq!(skipped("odd"), 0);
        assert_eq!(skipped("file_incomplete"), 1, "a known code decides");
    }
}
