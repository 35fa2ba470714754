//! Scheduling of notifications: the outcome of each observed run is notified once, and many at a time as one summary.
//! During quiet hours notifications are held and delivered as one summary afterwards.

use std::{borrow::Cow, collections::BTreeSet, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    JobId,
    library::{Library, Observation, RunOutcome, record::Record},
    locale::Locale,
    model::outcome::Outcome,
    settings::Notifications,
};

mod compose;
mod history;
mod notification;

pub use compose::{fault, kind, name, notice};
pub use history::HistoryEntry;
pub use notification::{Notification, NotificationKind, NotificationSubject};

/// The time for which an outcome waits for others to be grouped with: too short to notice, long enough for a catch-up.
const GROUP_WINDOW: Duration = Duration::from_millis(500);
/// The grouping time after a summary, so that a mass failure does not cause a series of notifications.
const GROUP_WINDOW_AFTER_MANY: Duration = Duration::from_secs(10);
/// The maximum number of outcomes that are notified individually.
const INDIVIDUAL_LIMIT: usize = 2;

/// The key of an outcome, by which it is notified at most once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OutcomeKey {
    /// The id of the job.
    pub job_id: JobId,
    /// The number of the run.
    pub run: u32,
    /// The kind of outcome.
    pub outcome: Outcome,
}

impl From<&RunOutcome> for OutcomeKey {
    fn from(ending: &RunOutcome) -> Self {
        Self { job_id: ending.job_id.clone(), run: ending.run, outcome: ending.outcome }
    }
}

/// The notifications that are due now. Their keys must be stored on disk before they are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DueNotifications {
    /// The outcomes that are settled by them.
    pub delivered: Vec<OutcomeKey>,
    /// The notifications to show.
    pub notices: Vec<Notification>,
}

/// The scheduler of notifications: it stores the keys of delivered outcomes, so that none is notified twice, and groups
/// those that are due.
#[derive(Debug, Default)]
pub struct NotificationScheduler {
    delivered: BTreeSet<OutcomeKey>,
    waiting: BTreeSet<OutcomeKey>,
    due: Option<Duration>,
    /// The end of the longer grouping time after a summary.
    grouping_until: Duration,
    /// Whether the waiting outcomes were held because of quiet hours.
    held: HoldState,
    /// The waiting outcomes that come back after a snooze.
    reminders: BTreeSet<OutcomeKey>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum HoldState {
    #[default]
    No,
    Yes,
}

/// The user's preferences for notifications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NotificationPreferences {
    /// The enabled kinds and quiet hours.
    pub wanted: Notifications,
    /// The language of the texts.
    pub locale: Locale,
}

impl NotificationScheduler {
    /// Restores the delivered keys stored on disk.
    pub fn restore(delivered: impl IntoIterator<Item = OutcomeKey>) -> Self {
        Self { delivered: delivered.into_iter().collect(), ..Self::default() }
    }

    /// Adds the outcome of a run. Returns its key if it is settled without a notification and must be stored.
    ///
    /// A job that had already ended when it was first seen is not notified.
    pub fn ended(&mut self, ending: &RunOutcome, now: Duration) -> Option<OutcomeKey> {
        let key = OutcomeKey::from(ending);
        if self.waiting.contains(&key) {
            // The outcome may be waiting for its job to be loaded again.
            self.due.get_or_insert((now + GROUP_WINDOW).max(self.grouping_until));
            return None;
        }
        if self.delivered.contains(&key) {
            return None;
        }
        if ending.observation == Observation::InitialList {
            self.mark_delivered(key.clone());
            return Some(key);
        }
        // Of several runs only the latest is notified.
        self.waiting.retain(|notified| notified.job_id != key.job_id || notified.run > key.run);
        self.waiting.insert(key);
        self.due.get_or_insert((now + GROUP_WINDOW).max(self.grouping_until));
        None
    }

    /// Adds the outcomes that were not notified before the application last quit.
    pub fn catch_up(&mut self, library: &Library, now: Duration) {
        for ending in library.jobs().filter_map(|job| RunOutcome::of(&job)) {
            let _ = self.ended(&ending, now);
        }
    }

    /// Adds an outcome that needs review again after a snooze. It is no longer delivered.
    pub fn remind(&mut self, ending: &RunOutcome, now: Duration) {
        let key = OutcomeKey::from(ending);
        self.delivered.remove(&key);
        self.reminders.insert(key);
        let _ = self.ended(ending, now);
    }

    /// Postpones all notifications, because none can be shown now.
    pub fn postpone(&mut self, until: Duration) {
        self.due = self.due.map(|_| until);
    }

    /// Postpones all notifications until the end of quiet hours and groups them into one.
    pub fn hold(&mut self, until: Duration) {
        self.postpone(until);
        self.held = HoldState::Yes;
    }

    /// Reschedules waiting notifications to now.
    pub fn reschedule_now(&mut self, now: Duration) {
        self.postpone(now);
    }

    /// Removes a job that no longer exists.
    pub fn forget(&mut self, job_id: &JobId) {
        self.delivered.retain(|notified| notified.job_id != *job_id);
        self.waiting.retain(|notified| notified.job_id != *job_id);
        self.reminders.retain(|notified| notified.job_id != *job_id);
    }

    /// Marks an outcome as delivered. Keys of earlier runs are removed, because they cannot occur again.
    fn mark_delivered(&mut self, notified: OutcomeKey) {
        let first = OutcomeKey { run: 0, outcome: Outcome::Completed, ..notified.clone() };
        let this = OutcomeKey { outcome: Outcome::Completed, ..notified.clone() };
        let earlier: Vec<OutcomeKey> = self.delivered.range(first..this).cloned().collect();
        for gone in earlier {
            self.delivered.remove(&gone);
        }
        self.delivered.insert(notified);
    }

    /// Returns when [`NotificationScheduler::take_due`] is due, on the monotonic clock.
    pub fn deadline(&self) -> Option<Duration> {
        self.due
    }

    /// Removes and returns the notifications that are due.
    pub fn take_due(
        &mut self,
        library: &Library,
        notification_preferences: NotificationPreferences,
        now: Duration,
    ) -> DueNotifications {
        if self.due.is_none_or(|due| now < due) {
            return DueNotifications::default();
        }
        self.due = None;
        // Outcomes of jobs that were cleared for a reload wait until their jobs are loaded again.
        let known = |notified: &OutcomeKey| library.summary(&notified.job_id).is_some();
        let delivered: Vec<OutcomeKey> = self.waiting.extract_if(.., known).collect();
        delivered.iter().cloned().for_each(|notified| self.mark_delivered(notified));
        let few = if std::mem::take(&mut self.held) == HoldState::Yes { 1 } else { INDIVIDUAL_LIMIT };
        let NotificationPreferences { wanted, locale } = notification_preferences;
        let (mut known, mut reminders) = (Vec::<(Outcome, Cow<'_, Record>)>::new(), BTreeSet::new());
        for notified in &delivered {
            let Some(job) = library.job(&notified.job_id) else { continue };
            let is_shown = if self.reminders.remove(notified) {
                reminders.insert(&notified.job_id);
                // The user asked for it, whatever the preferences say, and may have dismissed it meanwhile.
                job.has_open_review()
            } else {
                kind(notified.outcome, &job).is_wanted(&wanted) && !job.is_cancelled()
            };
            if is_shown {
                known.push((notified.outcome, job));
            }
        }
        let notice = |(outcome, job): &(Outcome, Cow<'_, Record>)| {
            let notice = compose::notice(*outcome, job, locale);
            if reminders.contains(&job.job_id) { compose::reminder(notice, locale) } else { notice }
        };
        let notices = if known.len() <= few {
            known.iter().map(notice).collect()
        } else {
            self.grouping_until = now.saturating_add(GROUP_WINDOW_AFTER_MANY);
            vec![compose::summary(&known, locale)]
        };
        DueNotifications { delivered, notices }
    }

    /// Removes everything, as required on sign-out.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::job::{Fault, Status},
        protocol::Progress,
    };

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

    fn notified(notices: &mut NotificationScheduler, now: Duration) -> Vec<String> {
        notices
            .take_due(&library(), NotificationPreferences::default(), now)
            .notices
            .into_iter()
            .map(|notice| notice.title)
            .collect()
    }

    #[test]
    fn outcome_is_notified_once_per_run_even_after_a_restart() {
        let mut notices = NotificationScheduler::default();
        assert_eq!(notices.ended(&ending(8, Observation::Live, 0), START), None);
        assert_eq!(notices.ended(&ending(8, Observation::Live, 0), START), None);
        assert_eq!(
            notices.take_due(&library(), NotificationPreferences::default(), START),
            DueNotifications::default(),
            "grouped first"
        );
        let due = notices.take_due(&library(), NotificationPreferences::default(), GROUP_WINDOW);
        assert_eq!((due.notices[0].title.as_str(), due.notices.len()), ("8.mp4 is ready", 1));
        notices.ended(&ending(8, Observation::Live, 0), GROUP_WINDOW);
        assert_eq!(notices.deadline(), None, "not twice");
        notices.ended(&ending(8, Observation::Live, 1), GROUP_WINDOW);
        assert!(notices.deadline().is_some(), "a new run may notify again");

        let mut restarted = NotificationScheduler::restore(due.delivered);
        restarted.ended(&ending(8, Observation::Live, 0), START);
        assert_eq!(restarted.deadline(), None);
    }

    #[test]
    fn repeated_runs_keep_one_delivered_key() {
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
    fn waiting_outcomes_can_be_taken_on_shutdown() {
        let mut notices = NotificationScheduler::default();
        (0..5).for_each(|job_id| drop(notices.ended(&ending(job_id, Observation::Live, 0), START)));
        assert_eq!(notified(&mut notices, Duration::MAX).len(), 1);
    }

    #[test]
    fn reminder_is_shown_once_whatever_the_preferences_say() {
        let library = warned(Status::Completed);
        let outcome = ending(8, Observation::Live, 0);
        let mut notices = NotificationScheduler::restore([OutcomeKey::from(&outcome)]);
        notices.remind(&outcome, START);
        let wanted = Notifications { completed: false, warning: false, ..Notifications::default() };
        let preferences = NotificationPreferences { wanted, ..NotificationPreferences::default() };
        let due = notices.take_due(&library, preferences, GROUP_WINDOW);
        let titles: Vec<&str> = due.notices.iter().map(|notice| notice.title.as_str()).collect();
        assert_eq!(titles, ["Reminder: 8.mp4 is ready with a warning"]);
        notices.ended(&outcome, GROUP_WINDOW);
        assert_eq!(notices.deadline(), None, "it is delivered again");
    }

    #[test]
    fn reminder_of_what_was_dismissed_meanwhile_is_not_shown() {
        let mut library = warned(Status::Completed);
        let mut notices = NotificationScheduler::default();
        notices.remind(&ending(8, Observation::Live, 0), START);
        library.set_dismissed(&JobId::new("8"), crate::library::DismissAction::Dismiss);
        assert_eq!(notices.take_due(&library, NotificationPreferences::default(), GROUP_WINDOW).notices, []);
    }

    #[test]
    fn outcome_in_the_initial_list_is_never_notified() {
        let mut notices = NotificationScheduler::default();
        assert!(notices.ended(&ending(8, Observation::InitialList, 0), START).is_some(), "settled");
        assert_eq!(notices.ended(&ending(8, Observation::Live, 0), START), None);
        assert_eq!(notices.deadline(), None);
    }

    #[test]
    fn two_outcomes_are_notified_individually_and_more_as_a_summary() {
        let mut notices = NotificationScheduler::default();
        for job_id in [1, 2] {
            notices.ended(&ending(job_id, Observation::Live, 0), START);
        }
        assert_eq!(notified(&mut notices, GROUP_WINDOW), ["1.mp4 failed", "2.mp4 is ready"]);
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
    fn grouping_time_is_longer_after_a_summary() {
        let mut notices = NotificationScheduler::default();
        (0..5).for_each(|job_id| drop(notices.ended(&ending(job_id, Observation::Live, 0), START)));
        assert_eq!(notified(&mut notices, GROUP_WINDOW).len(), 1);
        (5..10).for_each(|job_id| drop(notices.ended(&ending(job_id, Observation::Live, 0), GROUP_WINDOW)));
        assert!(notified(&mut notices, GROUP_WINDOW * 3).is_empty());
        assert_eq!(notified(&mut notices, GROUP_WINDOW + GROUP_WINDOW_AFTER_MANY).len(), 1);
    }

    /// Returns a library with one job that has a warning and a note.
    fn warned(status: Status) -> Library {
        let progress = Progress { status, progress_percent: None, error_message: None };
        let mut job = Record::new(JobId::new("8"));
        job.filename = Some("8.mp4".to_owned());
        job.apply_overall(jiff::Timestamp::UNIX_EPOCH, &progress);
        for (code, message) in [("odd", "look at it"), ("no_audio", "no sound")] {
            job.add_fault(Fault {
                at: jiff::Timestamp::UNIX_EPOCH.into(),
                code: code.to_owned(),
                message: message.to_owned(),
                recoverable: true,
                stage_id: None,
            });
        }
        Library::restore([job])
    }

    #[test]
    fn held_outcomes_are_summarized_after_quiet_hours() {
        let mut notices = NotificationScheduler::default();
        (1..3).for_each(|job_id| drop(notices.ended(&ending(job_id, Observation::Live, 0), START)));
        let morning = Duration::from_hours(8);
        notices.hold(morning);
        assert!(notified(&mut notices, GROUP_WINDOW).is_empty());
        assert_eq!(notified(&mut notices, morning), ["1 video failed, 1 is ready"]);
        (3..5).for_each(|job_id| drop(notices.ended(&ending(job_id, Observation::Live, 0), morning)));
        assert_eq!(notified(&mut notices, morning * 2).len(), 2, "later ones individually");
    }

    #[test]
    fn warning_is_told_with_the_end_of_its_run_in_one_notification() {
        let mut notices = NotificationScheduler::default();
        notices.catch_up(&warned(Status::Processing), START);
        assert_eq!(notices.deadline(), None, "the job has not ended");
        let library = warned(Status::Completed);
        notices.catch_up(&library, START);
        let due = notices.take_due(&library, NotificationPreferences::default(), GROUP_WINDOW);
        let [notice] = &due.notices[..] else { panic!("one notification: {due:?}") };
        assert_eq!((notice.kind, notice.body.as_str()), (NotificationKind::Warning, "look at it"));
        assert_eq!(notice.title, "8.mp4 is ready with a warning", "a note is not counted");
        notices.catch_up(&library, GROUP_WINDOW);
        assert_eq!(notices.deadline(), None, "once");
    }

    #[test]
    fn video_that_is_ready_with_a_warning_is_notified_unless_neither_is_wanted() {
        let library = warned(Status::Completed);
        let number = |completed: bool, warning: bool| {
            let mut notices = NotificationScheduler::default();
            notices.catch_up(&library, START);
            let wanted = Notifications { completed, warning, ..Notifications::default() };
            let preferences = NotificationPreferences { wanted, ..NotificationPreferences::default() };
            notices.take_due(&library, preferences, GROUP_WINDOW).notices.len()
        };
        assert_eq!([number(true, false), number(false, true), number(false, false)], [1, 1, 0]);
    }

    #[test]
    fn only_the_later_of_two_runs_is_notified() {
        let mut notices = NotificationScheduler::default();
        let failed = RunOutcome { outcome: Outcome::Failed, ..ending(8, Observation::Live, 0) };
        notices.ended(&failed, START);
        notices.ended(&ending(8, Observation::Live, 1), START);
        assert_eq!(notified(&mut notices, GROUP_WINDOW), ["8.mp4 is ready"]);
    }

    #[test]
    fn outcome_waits_until_its_job_is_loaded_again() {
        let mut notices = NotificationScheduler::default();
        notices.ended(&ending(8, Observation::Live, 0), START);
        assert_eq!(
            notices.take_due(&Library::default(), NotificationPreferences::default(), GROUP_WINDOW),
            DueNotifications::default()
        );
        assert_eq!(notices.deadline(), None, "nothing to do until then");
        notices.ended(&ending(8, Observation::InitialList, 0), GROUP_WINDOW);
        assert_eq!(notified(&mut notices, GROUP_WINDOW * 2), ["8.mp4 is ready"]);
    }

    #[test]
    fn disabled_kind_is_delivered_without_a_notification() {
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
