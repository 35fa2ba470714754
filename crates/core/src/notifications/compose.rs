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
pub(super) fn notice(outcome: Outcome, job: &Record, locale: Locale) -> Notification {
    let name = name(job, locale);
    let why = || match fault(outcome, job) {
        Some(fault) => text::isolate(&locale.fault(&fault.code, &fault.message)),
        None => locale.fault("", ""),
    };
    let (title, body) = match outcome {
        Outcome::Completed => (locale.ready(&name), locale.ready_with(job.warnings().count(), job.thumbnails.len())),
        Outcome::Failed => (locale.failed(&name), why()),
        Outcome::Warned => (locale.warned(&name), why()),
    };
    let subject = NotificationSubject { name, cover_id: job.cover_id() };
    Notification { kind: kind(outcome), job_ids: vec![job.job_id.clone()], title, body, subject: Some(subject) }
}

/// Composes a summary of several outcomes. Failed jobs come first, because they need attention.
pub(super) fn summary(ended: &[(Outcome, Cow<'_, Record>)], locale: Locale) -> Notification {
    let of = |wanted: Outcome| ended.iter().filter(move |(outcome, _)| *outcome == wanted).map(|(_, job)| job.as_ref());
    let (ready, failed) = (of(Outcome::Completed).count(), of(Outcome::Failed).count());
    let title = locale.summary_title(ready, failed, of(Outcome::Warned).count());
    let jobs: Vec<&Record> = of(Outcome::Failed).chain(of(Outcome::Warned)).chain(of(Outcome::Completed)).collect();
    let named: Vec<String> = jobs.iter().take(NAMES).map(|job| name(job, locale)).collect();
    Notification {
        kind: NotificationKind::Summary,
        job_ids: jobs.iter().map(|job| job.job_id.clone()).collect(),
        title,
        body: locale.names(&named, jobs.len().saturating_sub(NAMES)),
        subject: None,
    }
}

/// Returns the kind of notification for an outcome.
pub fn kind(outcome: Outcome) -> NotificationKind {
    match outcome {
        Outcome::Completed => NotificationKind::Completed,
        Outcome::Failed => NotificationKind::Failed,
        Outcome::Warned => NotificationKind::Warning,
    }
}

/// Returns the fault behind an outcome, if there is one.
pub fn fault(outcome: Outcome, job: &Record) -> Option<FaultSummary> {
    match outcome {
        Outcome::Completed => None,
        Outcome::Failed => job.failure(),
        Outcome::Warned => job.warnings().next_back().map(FaultSummary::from),
    }
}

/// Returns the title of a job, or its substitute, on one line.
pub fn name(job: &Record, locale: Locale) -> String {
    text::one_line(&job.name().map_or_else(|| locale.untitled(job.job_id.as_str()), str::to_owned))
}
