//! Which changes deserve a notification: the end of a watched run, once, and many at a time as one summary. While
//! nobody wants to be disturbed they are held, and told as one at the end of it.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    JobId,
    library::{Library, Observation, Outcome, RunOutcome, record::Record},
    locale::Locale,
    settings::Notifications,
    view::NotificationView,
};

mod compose;

pub use compose::{fault, kind, name};

/// How long an outcome waits for others to be told with it: too short to notice, long enough for a catch-up.
const GROUP_WINDOW: Duration = Duration::from_millis(500);
/// How long outcomes are gathered after many were told: a mass failure must not become a drumbeat.
const GROUP_WINDOW_AFTER_MANY: Duration = Duration::from_secs(10);
/// How long a warning waits for the end of its job, which would say it, too.
const WARNING_DELAY: Duration = Duration::from_secs(10);
/// The most outcomes that are told one by one.
const INDIVIDUAL_LIMIT: usize = 2;

/// Names an outcome that a person was told of, or need not be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OutcomeKey {
    /// Which job.
    pub job_id: JobId,
    /// Which of its runs.
    pub run: u32,
    /// How it ended.
    pub outcome: Outcome,
}

impl From<&RunOutcome> for OutcomeKey {
    fn from(ending: &RunOutcome) -> Self {
        Self { job_id: ending.job_id.clone(), run: ending.run, outcome: ending.outcome }
    }
}

/// Is what is to be told now, after the outcomes in it were remembered on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DueNotifications {
    /// What is settled by it.
    pub delivered: Vec<OutcomeKey>,
    /// What the person is told.
    pub notices: Vec<NotificationView>,
}

/// Remembers what was delivered, so that no outcome is told twice, and gathers what is to be told.
#[derive(Debug, Default)]
pub struct NotificationScheduler {
    delivered: BTreeSet<OutcomeKey>,
    waiting: BTreeSet<OutcomeKey>,
    /// Warnings, with when they wait no longer for the end of their job.
    warnings: BTreeMap<OutcomeKey, Duration>,
    due: Option<Duration>,
    /// Until when outcomes are gathered because many were just told.
    grouping_until: Duration,
    /// Whether what waits was held because nobody wanted to be disturbed.
    held: HoldState,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum HoldState {
    #[default]
    No,
    Yes,
}

/// Is what a person wants to be told, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NotificationPreferences {
    /// What.
    pub wanted: Notifications,
    /// In which words.
    pub locale: Locale,
}

impl NotificationScheduler {
    /// Takes up what the disk remembers.
    pub fn restore(delivered: impl IntoIterator<Item = OutcomeKey>) -> Self {
        Self { delivered: delivered.into_iter().collect(), ..Self::default() }
    }

    /// Takes in the end of a run, and returns it where it is settled in silence and must be remembered.
    ///
    /// A job that had already ended when it was first seen notifies nobody.
    pub fn ended(&mut self, ending: &RunOutcome, now: Duration) -> Option<OutcomeKey> {
        let key = OutcomeKey::from(ending);
        if self.waiting.contains(&key) {
            // It may wait for its job to be known again.
            self.due.get_or_insert((now + GROUP_WINDOW).max(self.grouping_until));
            return None;
        }
        if self.delivered.contains(&key) || self.warnings.contains_key(&key) {
            return None;
        }
        if ending.observation == Observation::InitialList {
            self.mark_delivered(key.clone());
            return Some(key);
        }
        if ending.outcome == Outcome::Warned {
            self.warnings.insert(key, now.saturating_add(WARNING_DELAY));
            return None;
        }
        // The end says what went wrong on the way, and of two runs only the later one counts.
        let is_later = |told: &OutcomeKey| told.job_id != key.job_id || told.run > key.run;
        self.waiting.retain(is_later);
        self.warnings.retain(|told, _| is_later(told));
        self.waiting.insert(key);
        self.due.get_or_insert((now + GROUP_WINDOW).max(self.grouping_until));
        None
    }

    /// Takes in what had happened before the last run of the program could tell it.
    pub fn catch_up(&mut self, library: &Library, now: Duration) {
        for ending in library.jobs().filter_map(|job| RunOutcome::of(&job)) {
            let _ = self.ended(&ending, now);
        }
    }

    /// Looks again later: nobody can be told now.
    pub fn postpone(&mut self, now: Duration, until: Duration) {
        self.promote_due(now);
        self.due = self.due.map(|_| until);
    }

    /// Looks again later, and tells then as one what has gathered: nobody wants to be disturbed now.
    pub fn hold(&mut self, now: Duration, until: Duration) {
        self.postpone(now, until);
        self.held = HoldState::Yes;
    }

    /// Looks again at once whether anybody can be told.
    pub fn reschedule_now(&mut self, now: Duration) {
        self.postpone(now, now);
    }

    /// Lets warnings wait with the others whose jobs did not end in time.
    fn promote_due(&mut self, now: Duration) {
        let later = |due: &Duration| now < *due;
        let ripe: Vec<OutcomeKey> =
            self.warnings.iter().filter(|(_, due)| !later(due)).map(|(warning, _)| warning.clone()).collect();
        for warning in ripe {
            self.warnings.remove(&warning);
            self.waiting.insert(warning);
            self.due.get_or_insert(now.max(self.grouping_until));
        }
    }

    /// Forgets a job that is gone.
    pub fn forget(&mut self, job_id: &JobId) {
        self.delivered.retain(|told| told.job_id != *job_id);
        self.waiting.retain(|told| told.job_id != *job_id);
        self.warnings.retain(|told, _| told.job_id != *job_id);
    }

    /// Remembers an outcome; those of earlier runs can come no more.
    fn mark_delivered(&mut self, told: OutcomeKey) {
        let first = OutcomeKey { run: 0, outcome: Outcome::Completed, ..told.clone() };
        let this = OutcomeKey { outcome: Outcome::Completed, ..told.clone() };
        let earlier: Vec<OutcomeKey> = self.delivered.range(first..this).cloned().collect();
        for gone in earlier {
            self.delivered.remove(&gone);
        }
        self.delivered.insert(told);
    }

    /// Returns when [`NotificationScheduler::take_due`] is due, on the monotonic clock.
    pub fn deadline(&self) -> Option<Duration> {
        self.due.into_iter().chain(self.warnings.values().copied()).min()
    }

    /// Returns what is to be told by now.
    pub fn take_due(
        &mut self,
        library: &Library,
        notification_preferences: NotificationPreferences,
        now: Duration,
    ) -> DueNotifications {
        self.promote_due(now);
        if self.due.is_none_or(|due| now < due) {
            return DueNotifications::default();
        }
        self.due = None;
        // What was cleared away and is fetched anew is told when it is there.
        let known = |told: &OutcomeKey| library.summary(&told.job_id).is_some();
        let delivered: Vec<OutcomeKey> = self.waiting.extract_if(.., known).collect();
        delivered.iter().cloned().for_each(|told| self.mark_delivered(told));
        let few = if std::mem::take(&mut self.held) == HoldState::Yes { 1 } else { INDIVIDUAL_LIMIT };
        let wanted = delivered.iter().filter(|told| notification_preferences.wanted.wants(told.outcome));
        let known: Vec<(Outcome, Cow<'_, Record>)> =
            wanted.filter_map(|told| Some((told.outcome, library.job(&told.job_id)?))).collect();
        let notices = if known.len() <= few {
            known.iter().map(|(outcome, job)| compose::notice(*outcome, job, notification_preferences.locale)).collect()
        } else {
            self.grouping_until = now.saturating_add(GROUP_WINDOW_AFTER_MANY);
            vec![compose::summary(&known, notification_preferences.locale)]
        };
        DueNotifications { delivered, notices }
    }

    /// Forgets everything, as a sign-out must.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::job::Fault, view::NotificationKind};

    const START: Duration = Duration::ZERO;

    fn ending(job_id: usize, observation: Observation, run: u32) -> RunOutcome {
        let outcome = if job_id.is_multiple_of(2) { Outcome::Completed } else { Outcome::Failed };
        RunOutcome { job_id: JobId::new(job_id.to_string()), run, outcome, observation }
    }

    fn library() -> Library {
        Library::restore(
            (0..10).map(|n| Record { filename: Some(format!("{n}.mp4")), ..Record::new(JobId::new(n.to_string())) }),
        )
    }

    fn told(notices: &mut NotificationScheduler, now: Duration) -> Vec<String> {
        notices
            .take_due(&library(), NotificationPreferences::default(), now)
            .notices
            .into_iter()
            .map(|notice| notice.title)
            .collect()
    }

    #[test]
    fn an_outcome_is_told_once_a_run_and_once_after_a_restart() {
        let mut notices = NotificationScheduler::default();
        assert_eq!(notices.ended(&ending(8, Observation::Live, 0), START), None);
        assert_eq!(notices.ended(&ending(8, Observation::Live, 0), START), None);
        assert_eq!(
            notices.take_due(&library(), NotificationPreferences::default(), START),
            DueNotifications::default(),
            "gathered first"
        );
        let due = notices.take_due(&library(), NotificationPreferences::default(), GROUP_WINDOW);
        assert_eq!((due.notices[0].title.as_str(), due.notices.len()), ("8.mp4 is ready", 1));
        notices.ended(&ending(8, Observation::Live, 0), GROUP_WINDOW);
        assert_eq!(notices.deadline(), None, "not twice");
        notices.ended(&ending(8, Observation::Live, 1), GROUP_WINDOW);
        assert!(notices.deadline().is_some(), "a new run may tell again");

        let mut restarted = NotificationScheduler::restore(due.delivered);
        restarted.ended(&ending(8, Observation::Live, 0), START);
        assert_eq!(restarted.deadline(), None);
    }

    #[test]
    fn a_job_that_is_run_again_and_again_fills_no_memory() {
        let mut notices = NotificationScheduler::default();
        for run in 0..100 {
            notices.ended(&ending(8, Observation::Live, run), START);
            notices.take_due(&library(), NotificationPreferences::default(), Duration::MAX);
        }
        assert_eq!(notices.delivered.len(), 1);
        notices.forget(&JobId::new("8"));
        assert!(notices.delivered.is_empty());
    }

    #[test]
    fn whatever_waits_can_be_told_at_the_end_of_the_program() {
        let mut notices = NotificationScheduler::default();
        (0..5).for_each(|job_id| drop(notices.ended(&ending(job_id, Observation::Live, 0), START)));
        assert_eq!(told(&mut notices, Duration::MAX).len(), 1);
    }

    #[test]
    fn the_first_look_is_silent_and_stays_so() {
        let mut notices = NotificationScheduler::default();
        assert!(notices.ended(&ending(8, Observation::InitialList, 0), START).is_some(), "settled");
        assert_eq!(notices.ended(&ending(8, Observation::Live, 0), START), None);
        assert_eq!(notices.deadline(), None);
    }

    #[test]
    fn two_are_told_one_by_one_and_more_as_one_summary() {
        let mut notices = NotificationScheduler::default();
        for job_id in [1, 2] {
            notices.ended(&ending(job_id, Observation::Live, 0), START);
        }
        assert_eq!(told(&mut notices, GROUP_WINDOW), ["1.mp4 failed", "2.mp4 is ready"]);
        for job_id in 3..8 {
            notices.ended(&ending(job_id, Observation::Live, 0), START);
        }
        let due = notices.take_due(&library(), NotificationPreferences::default(), GROUP_WINDOW);
        let summary = &due.notices[0];
        assert_eq!((due.notices.len(), summary.kind), (1, NotificationKind::Summary));
        assert_eq!(summary.title, "3 videos failed, 2 are ready");
        assert_eq!(summary.body, "3.mp4, 5.mp4, 7.mp4 and 2 more");
        assert_eq!((summary.job_ids.len(), due.delivered.len()), (5, 5));
    }

    #[test]
    fn after_many_the_next_are_gathered_for_longer() {
        let mut notices = NotificationScheduler::default();
        (0..5).for_each(|job_id| drop(notices.ended(&ending(job_id, Observation::Live, 0), START)));
        assert_eq!(told(&mut notices, GROUP_WINDOW).len(), 1);
        (5..10).for_each(|job_id| drop(notices.ended(&ending(job_id, Observation::Live, 0), GROUP_WINDOW)));
        assert!(told(&mut notices, GROUP_WINDOW * 3).is_empty());
        assert_eq!(told(&mut notices, GROUP_WINDOW + GROUP_WINDOW_AFTER_MANY).len(), 1);
    }

    fn warned(job_id: usize) -> RunOutcome {
        RunOutcome { outcome: Outcome::Warned, ..ending(job_id, Observation::Live, 0) }
    }

    #[test]
    fn what_is_held_is_told_as_one_at_the_end_of_it() {
        let mut notices = NotificationScheduler::default();
        (1..3).for_each(|job_id| drop(notices.ended(&ending(job_id, Observation::Live, 0), START)));
        let morning = Duration::from_hours(8);
        notices.hold(GROUP_WINDOW, morning);
        assert!(told(&mut notices, GROUP_WINDOW).is_empty());
        assert_eq!(told(&mut notices, morning), ["1 video failed, 1 is ready"]);
        (3..5).for_each(|job_id| drop(notices.ended(&ending(job_id, Observation::Live, 0), morning)));
        assert_eq!(told(&mut notices, morning * 2).len(), 2, "and the next ones as always");
    }

    #[test]
    fn a_warning_is_told_once_a_run_unless_the_end_says_it() {
        let mut notices = NotificationScheduler::default();
        notices.ended(&warned(8), START);
        assert!(told(&mut notices, GROUP_WINDOW).is_empty(), "its end may come soon");
        assert_eq!(notices.deadline(), Some(WARNING_DELAY));
        assert_eq!(told(&mut notices, WARNING_DELAY), ["8.mp4 has a warning"]);
        notices.ended(&warned(8), WARNING_DELAY);
        assert_eq!(notices.deadline(), None);
        notices.ended(&warned(6), WARNING_DELAY);
        notices.ended(&ending(6, Observation::Live, 0), WARNING_DELAY * 3 / 2);
        assert_eq!(told(&mut notices, WARNING_DELAY * 2), ["6.mp4 is ready"]);
    }

    #[test]
    fn of_two_runs_of_a_job_only_the_later_one_is_told() {
        let mut notices = NotificationScheduler::default();
        let failed = RunOutcome { outcome: Outcome::Failed, ..ending(8, Observation::Live, 0) };
        notices.ended(&failed, START);
        notices.ended(&ending(8, Observation::Live, 1), START);
        assert_eq!(told(&mut notices, GROUP_WINDOW), ["8.mp4 is ready"]);
    }

    #[test]
    fn what_waits_for_its_job_to_be_fetched_anew_is_told_when_it_is_there() {
        let mut notices = NotificationScheduler::default();
        notices.ended(&ending(8, Observation::Live, 0), START);
        assert_eq!(
            notices.take_due(&Library::default(), NotificationPreferences::default(), GROUP_WINDOW),
            DueNotifications::default()
        );
        assert_eq!(notices.deadline(), None, "nothing to do until then");
        notices.ended(&ending(8, Observation::InitialList, 0), GROUP_WINDOW);
        assert_eq!(told(&mut notices, GROUP_WINDOW * 2), ["8.mp4 is ready"]);
    }

    #[test]
    fn a_warning_that_was_not_told_before_the_program_ended_is_told_by_the_next() {
        let mut notices = NotificationScheduler::default();
        let mut job = Record::new(JobId::new("8"));
        job.filename = Some("8.mp4".to_owned());
        job.faults.push(Fault {
            at: jiff::Timestamp::UNIX_EPOCH.into(),
            code: "no_audio".to_owned(),
            message: String::new(),
            recoverable: true,
            stage_id: None,
        });
        let library = Library::restore([job]);
        notices.catch_up(&library, START);
        let notice = &notices.take_due(&library, NotificationPreferences::default(), WARNING_DELAY).notices[0];
        assert_eq!(notice.title, "8.mp4 has a warning");
    }

    #[test]
    fn a_warning_that_is_held_is_told_afterwards() {
        let mut notices = NotificationScheduler::default();
        notices.ended(&warned(8), START);
        notices.hold(WARNING_DELAY, WARNING_DELAY * 5);
        assert!(told(&mut notices, WARNING_DELAY * 4).is_empty());
        assert_eq!(told(&mut notices, WARNING_DELAY * 5), ["8.mp4 has a warning"]);
    }

    #[test]
    fn what_nobody_wants_to_hear_of_is_settled_in_silence() {
        let mut notices = NotificationScheduler::default();
        (1..3).for_each(|job_id| drop(notices.ended(&ending(job_id, Observation::Live, 0), START)));
        let wanted = Notifications { completed: false, ..Notifications::default() };
        let due = notices.take_due(
            &library(),
            NotificationPreferences { wanted, ..NotificationPreferences::default() },
            GROUP_WINDOW,
        );
        assert_eq!((due.delivered.len(), due.notices.len()), (2, 1));
        assert_eq!(due.notices[0].title, "1.mp4 failed");
    }
}
