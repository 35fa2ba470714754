//! Which changes deserve a notification: the end of a watched run, once.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    JobId,
    cache::{Ending, Outcome, Witnessed},
    job::{Content, Field},
    record::Record,
    view::{self, NoticeKind, NoticeView},
};

/// Names an outcome that a person was told of, or need not be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Delivered {
    /// Which job.
    pub job_id: JobId,
    /// Which of its runs.
    pub run: u32,
    /// How it ended.
    pub outcome: Outcome,
}

/// Remembers what was delivered, so that no outcome is told twice.
#[derive(Debug, Default)]
pub struct Notices {
    delivered: BTreeSet<Delivered>,
}

impl Notices {
    /// Takes up what the disk remembers.
    pub fn restore(delivered: impl IntoIterator<Item = Delivered>) -> Self {
        Self { delivered: delivered.into_iter().collect() }
    }

    /// Decides on the end of a run: what is now settled and must be remembered, and what the person is told.
    ///
    /// A job that had already ended when it was first seen is settled in silence.
    pub fn decide(&mut self, ending: &Ending, job: &Record) -> Option<(Delivered, Option<NoticeView>)> {
        let key = Delivered { job_id: ending.job_id.clone(), run: ending.run, outcome: ending.outcome };
        if !self.delivered.insert(key.clone()) {
            return None;
        }
        let notice = (ending.witnessed == Witnessed::Yes).then(|| notice(ending.outcome, job));
        Some((key, notice))
    }

    /// Forgets everything, as a sign-out must.
    pub fn clear(&mut self) {
        self.delivered.clear();
    }
}

fn notice(outcome: Outcome, job: &Record) -> NoticeView {
    let name = name(job);
    let (kind, title, body) = match outcome {
        Outcome::Completed => (NoticeKind::Completed, format!("{name} is ready"), completed_body(job)),
        Outcome::Failed => {
            let reason =
                view::error(job).map_or_else(|| "the studio did not say why".to_owned(), |error| error.message);
            (NoticeKind::Failed, format!("{name} failed"), reason)
        }
    };
    NoticeView { kind, job_ids: vec![job.job_id.clone()], title, body }
}

fn name(job: &Record) -> String {
    match job.metadata.get(&Field::Title).map(|title| &title.value) {
        Some(Content::Text(title)) if !title.trim().is_empty() => title.clone(),
        _ => job.filename.clone().unwrap_or_else(|| format!("Video {}", job.job_id)),
    }
}

fn completed_body(job: &Record) -> String {
    let warnings = job.faults.iter().filter(|fault| fault.recoverable).count();
    match (warnings, job.thumbnails.len()) {
        (0, 0) => "Everything is done".to_owned(),
        (0, 1) => "Everything is done, with 1 thumbnail to look at".to_owned(),
        (0, thumbnails) => format!("Everything is done, with {thumbnails} thumbnails to choose from"),
        (1, _) => "Done, with 1 warning".to_owned(),
        (warnings, _) => format!("Done, with {warnings} warnings"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ending(witnessed: Witnessed, run: u32) -> Ending {
        Ending { job_id: JobId::new("7"), run, outcome: Outcome::Completed, witnessed }
    }

    fn job() -> Record {
        Record { filename: Some("holiday.mp4".to_owned()), ..Record::new(JobId::new("7")) }
    }

    #[test]
    fn an_outcome_is_told_once_a_run() {
        let mut notices = Notices::default();
        let (key, told) = notices.decide(&ending(Witnessed::Yes, 0), &job()).expect("new");
        assert_eq!(told.expect("told").title, "holiday.mp4 is ready");
        assert_eq!(notices.decide(&ending(Witnessed::Yes, 0), &job()), None);
        assert!(notices.decide(&ending(Witnessed::Yes, 1), &job()).is_some(), "a new run may tell again");

        let mut restarted = Notices::restore([key]);
        assert_eq!(restarted.decide(&ending(Witnessed::Yes, 0), &job()), None);
    }

    #[test]
    fn the_first_look_is_silent_and_stays_so() {
        let mut notices = Notices::default();
        let (_, told) = notices.decide(&ending(Witnessed::FirstLook, 0), &job()).expect("settled");
        assert_eq!(told, None);
        assert_eq!(notices.decide(&ending(Witnessed::Yes, 0), &job()), None);
    }
}
