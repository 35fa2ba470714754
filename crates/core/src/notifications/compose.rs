//! The composition of notification texts.

use std::borrow::Cow;

use super::{Notification, NotificationKind, NotificationSubject};
use crate::{
    library::record::{FaultSummary, Record},
    locale::Locale,
    model::{outcome::Outcome, text},
};

/// The number of names in a summary.
const NAMES: usize = 3;

/// Composes the notification of one outcome.
pub fn notice(outcome: Outcome, job: &Record, locale: Locale) -> Notification {
    let name = name(job, locale);
    let reason = fault(outcome, job).map(|fault| text::isolate(&locale.fault(&fault.code, &fault.message)));
    let (title, body) = match (outcome, reason) {
        (Outcome::Completed, None) => (locale.ready(&name), locale.ready_with(job.thumbnails.len())),
        (Outcome::Completed, Some(warning)) => (locale.ready_but_warned(&name, job.open_warnings().count()), warning),
        (Outcome::Failed, reason) => (locale.failed(&name), reason.unwrap_or_else(|| locale.fault("", ""))),
    };
    let subject = NotificationSubject { name, cover_id: job.cover_id() };
    Notification { kind: kind(outcome, job), job_ids: vec![job.job_id.clone()], title, body, subject: Some(subject) }
}

/// Returns the notification of an outcome that comes back after a snooze.
pub(super) fn reminder(notice: Notification, locale: Locale) -> Notification {
    Notification { title: locale.reminder(&notice.title), ..notice }
}

/// Composes a summary of several outcomes. Failed jobs come first, then those with warnings: they need attention.
pub(super) fn summary(ended: &[(Outcome, Cow<'_, Record>)], locale: Locale) -> Notification {
    let of = |wanted: NotificationKind| {
        let of_kind = ended.iter().filter(move |(outcome, job)| kind(*outcome, job) == wanted);
        of_kind.map(|(_, job)| job.as_ref())
    };
    let failed: Vec<&Record> = of(NotificationKind::Failed).collect();
    let warned: Vec<&Record> = of(NotificationKind::Warning).collect();
    let ready: Vec<&Record> = warned.iter().copied().chain(of(NotificationKind::Completed)).collect();
    let title = locale.summary_title(ready.len(), failed.len(), warned.len());
    let jobs: Vec<&Record> = failed.into_iter().chain(ready).collect();
    let named: Vec<String> = jobs.iter().take(NAMES).map(|job| name(job, locale)).collect();
    Notification {
        kind: NotificationKind::Summary,
        job_ids: jobs.iter().map(|job| job.job_id.clone()).collect(),
        title,
        body: locale.names(&named, jobs.len().saturating_sub(NAMES)),
        subject: None,
    }
}

/// Returns the kind of notification for an outcome. The warnings of a run are told with its end, in one notification.
pub fn kind(outcome: Outcome, job: &Record) -> NotificationKind {
    match outcome {
        Outcome::Completed if job.open_warnings().next().is_some() => NotificationKind::Warning,
        Outcome::Completed => NotificationKind::Completed,
        Outcome::Failed => NotificationKind::Failed,
    }
}

/// Returns the fault behind an outcome, if there is one.
pub fn fault(outcome: Outcome, job: &Record) -> Option<FaultSummary> {
    match outcome {
        Outcome::Completed => job.open_warnings().next_back().map(FaultSummary::from),
        Outcome::Failed => job.failure(),
    }
}

/// Returns the title of a job, or its substitute, on one line.
pub fn name(job: &Record, locale: Locale) -> String {
    text::one_line(&job.name().map_or_else(|| locale.untitled(job.job_id.as_str()), str::to_owned))
}
