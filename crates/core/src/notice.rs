//! Which changes deserve a notification: the end of a watched run, once, and many at a time as one summary.

use std::{collections::BTreeSet, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    JobId,
    cache::{Cache, Ending, Outcome, Witnessed},
    job::{Content, Field},
    record::Record,
    view::{self, NoticeKind, NoticeView},
};

/// How long an outcome waits for others to be told with it: too short to notice, long enough for a catch-up.
const GATHER: Duration = Duration::from_millis(500);
/// How long outcomes are gathered after many were told: a mass failure must not become a drumbeat.
const GATHER_AFTER_MANY: Duration = Duration::from_secs(10);
/// The most outcomes that are told one by one.
const FEW: usize = 2;
/// How many names a summary gives.
const NAMES: usize = 3;

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

impl From<&Ending> for Delivered {
    fn from(ending: &Ending) -> Self {
        Self { job_id: ending.job_id.clone(), run: ending.run, outcome: ending.outcome }
    }
}

/// Is what is to be told now, after the outcomes in it were remembered on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Telling {
    /// What is settled by it.
    pub delivered: Vec<Delivered>,
    /// What the person is told.
    pub notices: Vec<NoticeView>,
}

/// Remembers what was delivered, so that no outcome is told twice, and gathers what is to be told.
#[derive(Debug, Default)]
pub struct Notices {
    delivered: BTreeSet<Delivered>,
    waiting: BTreeSet<Delivered>,
    due: Option<Duration>,
    /// Until when outcomes are gathered because many were just told.
    calm_at: Duration,
}

impl Notices {
    /// Takes up what the disk remembers.
    pub fn restore(delivered: impl IntoIterator<Item = Delivered>) -> Self {
        Self { delivered: delivered.into_iter().collect(), ..Self::default() }
    }

    /// Takes in the end of a run, and returns it where it is settled in silence and must be remembered.
    ///
    /// A job that had already ended when it was first seen notifies nobody.
    pub fn ended(&mut self, ending: &Ending, now: Duration) -> Option<Delivered> {
        let key = Delivered::from(ending);
        if self.delivered.contains(&key) || self.waiting.contains(&key) {
            return None;
        }
        if ending.witnessed == Witnessed::FirstLook {
            self.settle(key.clone());
            return Some(key);
        }
        self.waiting.insert(key);
        self.due.get_or_insert((now + GATHER).max(self.calm_at));
        None
    }

    /// Takes in what had ended before the last run of the program could tell it.
    pub fn catch_up(&mut self, cache: &Cache, now: Duration) {
        for ending in cache.jobs().filter_map(Ending::of) {
            let _ = self.ended(&ending, now);
        }
    }

    /// Looks again later: nobody can be told now.
    pub fn postpone(&mut self, until: Duration) {
        self.due = self.due.map(|_| until);
    }

    /// Forgets a job that is gone.
    pub fn forget(&mut self, job_id: &JobId) {
        self.delivered.retain(|told| told.job_id != *job_id);
        self.waiting.retain(|told| told.job_id != *job_id);
    }

    /// Remembers an outcome; those of earlier runs can come no more.
    fn settle(&mut self, told: Delivered) {
        let first = Delivered { run: 0, outcome: Outcome::Completed, ..told.clone() };
        let this = Delivered { outcome: Outcome::Completed, ..told.clone() };
        let earlier: Vec<Delivered> = self.delivered.range(first..this).cloned().collect();
        for gone in earlier {
            self.delivered.remove(&gone);
        }
        self.delivered.insert(told);
    }

    /// Returns when [`Notices::tell`] is due, on the monotonic clock.
    pub fn deadline(&self) -> Option<Duration> {
        self.due
    }

    /// Returns what is to be told by now.
    pub fn tell(&mut self, cache: &Cache, now: Duration) -> Telling {
        if self.due.is_none_or(|due| now < due) {
            return Telling::default();
        }
        self.due = None;
        let delivered: Vec<Delivered> = std::mem::take(&mut self.waiting).into_iter().collect();
        delivered.iter().cloned().for_each(|told| self.settle(told));
        let known: Vec<(Outcome, &Record)> =
            delivered.iter().filter_map(|told| Some((told.outcome, cache.job(&told.job_id)?))).collect();
        let notices = if known.len() <= FEW {
            known.into_iter().map(|(outcome, job)| notice(outcome, job)).collect()
        } else {
            self.calm_at = now.saturating_add(GATHER_AFTER_MANY);
            vec![summary(&known)]
        };
        Telling { delivered, notices }
    }

    /// Forgets everything, as a sign-out must.
    pub fn clear(&mut self) {
        *self = Self::default();
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

/// Tells of many at once; what failed comes first, because it is what somebody must look at.
fn summary(ended: &[(Outcome, &Record)]) -> NoticeView {
    let of = |wanted: Outcome| ended.iter().filter(move |(outcome, _)| *outcome == wanted).map(|(_, job)| *job);
    let (ready, failed) = (of(Outcome::Completed).count(), of(Outcome::Failed).count());
    let videos = |count: usize| if count == 1 { "1 video".to_owned() } else { format!("{count} videos") };
    let are = if ready == 1 { "is" } else { "are" };
    let title = match (ready, failed) {
        (ready, 0) => format!("{} {are} ready", videos(ready)),
        (0, failed) => format!("{} failed", videos(failed)),
        (ready, failed) => format!("{} failed, {ready} {are} ready", videos(failed)),
    };
    let jobs: Vec<&Record> = of(Outcome::Failed).chain(of(Outcome::Completed)).collect();
    let named: Vec<String> = jobs.iter().take(NAMES).map(|job| name(job)).collect();
    let more = if jobs.len() > NAMES { format!(" and {} more", jobs.len() - NAMES) } else { String::new() };
    NoticeView {
        kind: NoticeKind::Summary,
        job_ids: jobs.iter().map(|job| job.job_id.clone()).collect(),
        title,
        body: named.join(", ") + &more,
    }
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

    const START: Duration = Duration::ZERO;

    fn ending(job_id: usize, witnessed: Witnessed, run: u32) -> Ending {
        let outcome = if job_id.is_multiple_of(2) { Outcome::Completed } else { Outcome::Failed };
        Ending { job_id: JobId::new(job_id.to_string()), run, outcome, witnessed }
    }

    fn cache() -> Cache {
        Cache::restore(
            (0..10).map(|n| Record { filename: Some(format!("{n}.mp4")), ..Record::new(JobId::new(n.to_string())) }),
        )
    }

    fn told(notices: &mut Notices, now: Duration) -> Vec<String> {
        notices.tell(&cache(), now).notices.into_iter().map(|notice| notice.title).collect()
    }

    #[test]
    fn an_outcome_is_told_once_a_run_and_once_after_a_restart() {
        let mut notices = Notices::default();
        assert_eq!(notices.ended(&ending(8, Witnessed::Yes, 0), START), None);
        assert_eq!(notices.ended(&ending(8, Witnessed::Yes, 0), START), None);
        assert_eq!(notices.tell(&cache(), START), Telling::default(), "gathered first");
        let telling = notices.tell(&cache(), GATHER);
        assert_eq!((telling.notices[0].title.as_str(), telling.notices.len()), ("8.mp4 is ready", 1));
        notices.ended(&ending(8, Witnessed::Yes, 0), GATHER);
        assert_eq!(notices.deadline(), None, "not twice");
        notices.ended(&ending(8, Witnessed::Yes, 1), GATHER);
        assert!(notices.deadline().is_some(), "a new run may tell again");

        let mut restarted = Notices::restore(telling.delivered);
        restarted.ended(&ending(8, Witnessed::Yes, 0), START);
        assert_eq!(restarted.deadline(), None);
    }

    #[test]
    fn a_job_that_is_run_again_and_again_fills_no_memory() {
        let mut notices = Notices::default();
        for run in 0..100 {
            notices.ended(&ending(8, Witnessed::Yes, run), START);
            notices.tell(&cache(), Duration::MAX);
        }
        assert_eq!(notices.delivered.len(), 1);
        notices.forget(&JobId::new("8"));
        assert!(notices.delivered.is_empty());
    }

    #[test]
    fn whatever_waits_can_be_told_at_the_end_of_the_program() {
        let mut notices = Notices::default();
        (0..5).for_each(|job_id| drop(notices.ended(&ending(job_id, Witnessed::Yes, 0), START)));
        assert_eq!(told(&mut notices, Duration::MAX).len(), 1);
    }

    #[test]
    fn the_first_look_is_silent_and_stays_so() {
        let mut notices = Notices::default();
        assert!(notices.ended(&ending(8, Witnessed::FirstLook, 0), START).is_some(), "settled");
        assert_eq!(notices.ended(&ending(8, Witnessed::Yes, 0), START), None);
        assert_eq!(notices.deadline(), None);
    }

    #[test]
    fn two_are_told_one_by_one_and_more_as_one_summary() {
        let mut notices = Notices::default();
        for job_id in [1, 2] {
            notices.ended(&ending(job_id, Witnessed::Yes, 0), START);
        }
        assert_eq!(told(&mut notices, GATHER), ["1.mp4 failed", "2.mp4 is ready"]);
        for job_id in 3..8 {
            notices.ended(&ending(job_id, Witnessed::Yes, 0), START);
        }
        let telling = notices.tell(&cache(), GATHER);
        let summary = &telling.notices[0];
        assert_eq!((telling.notices.len(), summary.kind), (1, NoticeKind::Summary));
        assert_eq!(summary.title, "3 videos failed, 2 are ready");
        assert_eq!(summary.body, "3.mp4, 5.mp4, 7.mp4 and 2 more");
        assert_eq!((summary.job_ids.len(), telling.delivered.len()), (5, 5));
    }

    #[test]
    fn after_many_the_next_are_gathered_for_longer() {
        let mut notices = Notices::default();
        (0..5).for_each(|job_id| drop(notices.ended(&ending(job_id, Witnessed::Yes, 0), START)));
        assert_eq!(told(&mut notices, GATHER).len(), 1);
        (5..10).for_each(|job_id| drop(notices.ended(&ending(job_id, Witnessed::Yes, 0), GATHER)));
        assert!(told(&mut notices, GATHER * 3).is_empty());
        assert_eq!(told(&mut notices, GATHER + GATHER_AFTER_MANY).len(), 1);
    }
}
