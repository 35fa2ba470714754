//! Invariants for every text that a server may send: the fuzz targets check them, and the tests replay their corpus.

use std::{borrow::Cow, time::Duration};

use jiff::Timestamp;

use crate::{
    Now,
    discovery::{self, Identity},
    library::{
        Authority, Change, JobSummary, Library,
        record::{ProgressState, Record},
    },
    model::trusted_url::is_trustworthy,
    protocol::{
        Event, Frame, decode, json,
        snapshot::{Snapshot, read_job, read_page},
    },
};

/// The maximum size of the kept part of a skipped message: 2 KiB, with some room for removed tokens.
const SAMPLE_MAX: usize = 4 << 10;

/// Decodes a text as a frame of the socket and checks the invariants.
///
/// # Panics
/// Panics if an invariant is violated: too much of a skipped message is kept, applying a message twice changes
/// something, a percentage is not in 0–100, an untrusted URL reaches a window, or a record does not survive
/// serialization.
pub fn frame(text: &str) {
    match decode(text) {
        Ok(Frame::Event(event)) => apply(&event),
        Ok(Frame::Heartbeat(_) | Frame::Accepted | Frame::Changed(_)) => {}
        Err(rejected) => {
            assert!(
                rejected.sample.len() <= SAMPLE_MAX && rejected.reason.len() <= SAMPLE_MAX,
                "the sample is too long"
            );
        }
    }
}

/// Decodes a text as every kind of REST response and checks the invariants.
///
/// # Panics
/// As [`frame`].
pub fn rest(text: &str) {
    if let Ok(parsed) = json::parse(text) {
        let _ = read_job(&parsed.value).map(|snapshot| merge(vec![snapshot]));
    }
    if let Ok(address) = "https://studio.example".parse() {
        if let Ok(page) = read_page(text, Some(&address)) {
            merge(page.jobs);
        }
        let _ = discovery::read(&address, Identity::Address, text);
    }
}

fn apply(event: &Event) {
    let mut library = Library::default();
    library.apply(event.clone(), now());
    let before: Vec<_> = library.jobs().map(Cow::into_owned).collect();
    let changes = library.apply(event.clone(), now());
    assert!(
        changes.iter().all(|change| matches!(change, Change::NeedsRefetch(_) | Change::MayBeStale(_))),
        "applying twice differs: {changes:?}"
    );
    assert_eq!(before, library.jobs().map(Cow::into_owned).collect::<Vec<_>>());
    check(&library);
}

fn merge(snapshots: Vec<Snapshot>) {
    let mut library = Library::default();
    library.merge_all(snapshots.clone(), now().wall);
    for snapshot in snapshots {
        library.merge(snapshot, now().wall, Authority::Authoritative);
    }
    check(&library);
}

fn check(library: &Library) {
    assert!(
        library.summaries().map(|(_, summary)| *summary).eq(library.jobs().map(|job| JobSummary::of(&job))),
        "a summary differs from its job"
    );
    for job in library.jobs() {
        let text = serde_json::to_string(&*job).unwrap_or_default();
        assert!(serde_json::from_str(&text).is_ok_and(|kept: Record| kept == *job), "{text}");
        let states = job.stages.values().chain([&job.overall]);
        for percent in states.filter_map(ProgressState::known_percent) {
            assert!((0.0..=100.0).contains(&percent), "{percent} %");
        }
        for thumbnail in job.thumbnails_in_order() {
            let url = &thumbnail.thumbnail_url;
            assert!(url::Url::parse(url).is_ok_and(|url| is_trustworthy(&url)), "{url}");
        }
    }
}

fn now() -> Now {
    Now { monotonic: Duration::ZERO, wall: Timestamp::UNIX_EPOCH, draw: 0.5 }
}

#[cfg(test)]
mod tests;
