//! Snoozed reviews: when each ends.

use jiff::Timestamp;

use super::{Change, Library, RunOutcome, Scope, record::RecordSnooze};
use crate::JobId;

impl Library {
    /// Snoozes the review of a job until a time by the clock of this computer, or ends its snooze. A job that needs no
    /// review cannot be snoozed.
    pub fn set_snoozed(&mut self, job_id: &JobId, until: Option<Timestamp>) -> Option<Change> {
        let (before, after) = self.jobs.change(job_id, |job| {
            let before = job.snoozed.take();
            if let Some(until) = until.filter(|_| job.has_open_review()) {
                job.snooze(until);
            }
            (before, job.snoozed)
        })?;
        self.forget_snooze(job_id, before);
        self.snoozed.extend(after.map(|snooze| (snooze.until(), job_id.clone())));
        (before != after).then(|| Change::Job(job_id.clone(), Scope::Increment))
    }

    /// Returns when the next snooze ends, by the clock of this computer.
    pub fn next_snooze_end(&self) -> Option<Timestamp> {
        self.snoozed.first().map(|(until, _)| (*until).into())
    }

    /// Forgets when the former snooze of a job ends.
    pub(super) fn forget_snooze(&mut self, job_id: &JobId, snooze: Option<RecordSnooze>) {
        if let Some(snooze) = snooze {
            self.snoozed.remove(&(snooze.until(), job_id.clone()));
        }
    }

    /// Ends the snoozes that are over. Returns the changes, and the outcomes that need review again. What had ended early
    /// is none of them.
    pub fn end_snoozes(&mut self, now: Timestamp) -> (Vec<Change>, Vec<RunOutcome>) {
        let (mut changes, mut outcomes) = (Vec::new(), Vec::new());
        while let Some((until, job_id)) = self.snoozed.pop_first() {
            if until > now.into() {
                self.snoozed.insert((until, job_id));
                break;
            }
            let outcome = self.jobs.change(&job_id, |job| {
                let was_in_effect = job.snoozed_until().is_some();
                job.snoozed = None;
                RunOutcome::of(job).filter(|_| was_in_effect && job.has_open_review())
            });
            if let Some(outcome) = outcome {
                outcomes.extend(outcome);
                changes.push(Change::Job(job_id, Scope::Increment));
            }
        }
        (changes, outcomes)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        Now,
        attention::{Attention, attention},
        edits::Edits,
        library::{Authority, DismissAction},
        protocol::{self, Frame, snapshot::read_job},
    };

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn job_id() -> JobId {
        JobId::new("7")
    }

    fn now() -> Now {
        Now { wall: at("2026-01-01T13:00:00Z"), monotonic: std::time::Duration::ZERO, draw: 0.0 }
    }

    fn apply(library: &mut Library, kind: &str, time: &str, data: &serde_json::Value) {
        let message = json!({ "type": kind, "job_id": "7", "timestamp": time, "data": data });
        let Ok(Frame::Event(event)) = protocol::decode(&message.to_string()) else { panic!("no event: {message}") };
        library.apply(event, now());
    }

    fn attention_of(library: &Library) -> Option<Attention> {
        attention(&library.job(&job_id()).expect("the job"), &Edits::default())
    }

    fn until(library: &Library) -> Option<Timestamp> {
        library.job(&job_id()).expect("the job").snoozed_until()
    }

    const EVENING: &str = "2026-01-01T18:00:00Z";

    /// Returns a library with a failed job that is snoozed until the evening.
    fn snoozed() -> Library {
        let mut library = Library::default();
        let job = json!({ "id": 7, "status": "FAILED", "updated_at": "2026-01-01T12:00:00Z" });
        library.merge(read_job(&job).expect("a job"), now().wall, Authority::Ordered);
        assert_eq!(attention_of(&library), Some(Attention::Failed));
        assert!(library.set_snoozed(&job_id(), Some(at(EVENING))).is_some());
        assert_eq!((attention_of(&library), until(&library)), (None, Some(at(EVENING))));
        library
    }

    #[test]
    fn snoozed_failure_needs_nobody_until_its_end_and_then_once() {
        let mut library = snoozed();
        assert_eq!(library.next_snooze_end(), Some(at(EVENING)));
        assert_eq!(library.end_snoozes(at("2026-01-01T17:59:59Z")), (Vec::new(), Vec::new()));
        let (changes, outcomes) = library.end_snoozes(at(EVENING));
        assert_eq!((changes.len(), outcomes.len()), (1, 1));
        assert_eq!((attention_of(&library), until(&library)), (Some(Attention::Failed), None));
        assert_eq!((library.next_snooze_end(), library.end_snoozes(at(EVENING))), (None, (Vec::new(), Vec::new())));
    }

    #[test]
    fn snooze_survives_a_restart_and_a_reload_of_the_list() {
        let library = snoozed();
        let stored = serde_json::to_string(&*library.job(&job_id()).expect("the job")).expect("JSON");
        let mut restored = Library::restore([serde_json::from_str(&stored).expect("a record")]);
        assert_eq!((restored.next_snooze_end(), until(&restored)), (Some(at(EVENING)), Some(at(EVENING))));
        let job = json!({ "id": 7, "status": "FAILED", "updated_at": "2026-01-01T12:00:00Z" });
        restored.renew(vec![read_job(&job).expect("a job")], now().wall, |_| false);
        assert_eq!(until(&restored), Some(at(EVENING)));
    }

    #[test]
    fn another_run_ends_the_snooze_without_a_reminder() {
        let mut library = snoozed();
        apply(&mut library, "JOB_UPDATE", "2026-01-01T12:10:00Z", &json!({ "status": "PROCESSING" }));
        assert_eq!(until(&library), None);
        apply(&mut library, "JOB_UPDATE", "2026-01-01T12:20:00Z", &json!({ "status": "FAILED" }));
        assert_eq!(attention_of(&library), Some(Attention::Failed));
        assert!(library.end_snoozes(at(EVENING)).1.is_empty());
    }

    #[test]
    fn later_fault_ends_the_snooze_and_a_note_does_not() {
        let mut library = snoozed();
        let fault = |code: &str| json!({ "error_code": code, "message": "m", "recoverable": true });
        apply(&mut library, "ERROR", "2026-01-01T12:10:00Z", &fault("no_audio"));
        assert!(until(&library).is_some(), "a note");
        apply(&mut library, "ERROR", "2026-01-01T12:11:00Z", &fault("odd"));
        assert_eq!((until(&library), attention_of(&library)), (None, Some(Attention::Failed)));
    }

    #[test]
    fn warning_snoozed_during_processing_comes_back_with_the_outcome() {
        let mut library = Library::default();
        apply(&mut library, "JOB_UPDATE", "2026-01-01T12:00:00Z", &json!({ "status": "PROCESSING" }));
        let fault = json!({ "error_code": "odd", "message": "m", "recoverable": true });
        apply(&mut library, "ERROR", "2026-01-01T12:01:00Z", &fault);
        assert!(library.set_snoozed(&job_id(), Some(at(EVENING))).is_some());
        apply(&mut library, "JOB_UPDATE", "2026-01-01T12:02:00Z", &json!({ "status": "PROCESSING" }));
        assert_eq!(attention_of(&library), None);
        apply(&mut library, "JOB_UPDATE", "2026-01-01T12:03:00Z", &json!({ "status": "COMPLETED" }));
        assert_eq!(attention_of(&library), Some(Attention::Warning));
    }

    #[test]
    fn only_what_needs_review_is_snoozed_and_a_dismissal_ends_it() {
        let mut library = snoozed();
        library.set_dismissed(&job_id(), DismissAction::Dismiss);
        assert_eq!((until(&library), library.next_snooze_end()), (None, None));
        assert_eq!(library.set_snoozed(&job_id(), Some(at(EVENING))), None);
        assert_eq!(library.set_snoozed(&JobId::new("8"), Some(at(EVENING))), None);
        library.set_dismissed(&job_id(), DismissAction::Restore);
        assert!(library.set_snoozed(&job_id(), Some(at(EVENING))).is_some());
        assert!(library.set_snoozed(&job_id(), None).is_some());
        assert_eq!((attention_of(&library), library.next_snooze_end()), (Some(Attention::Failed), None));
    }

    #[test]
    fn removed_job_reminds_of_nothing() {
        let mut library = snoozed();
        library.remove(&job_id());
        assert_eq!(library.end_snoozes(at(EVENING)), (Vec::new(), Vec::new()));
    }
}
