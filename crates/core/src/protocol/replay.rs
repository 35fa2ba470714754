//! Invariants for every text that a server may send: the fuzz targets check them, and the tests replay their corpus.

use std::{borrow::Cow, time::Duration};

use jiff::Timestamp;

use crate::{
    Now,
    discovery::{self, Identity},
    edits::Edits,
    forecast::Forecast,
    library::{Authority, Change, JobSummary, Library},
    protocol::{
        Event, Frame, decode, json,
        snapshot::{Snapshot, read_job, read_page},
    },
    view::{self, JobView},
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
        Ok(Frame::Heartbeat(_) | Frame::Accepted) => {}
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
        assert!(serde_json::from_str(&text).is_ok_and(|kept: crate::library::record::Record| kept == *job), "{text}");
        let JobView { row, thumbnails, stages, .. } = view::job(&job, &Edits::default(), &Forecast::default());
        let percents = stages.iter().filter_map(|stage| stage.progress_percent).chain(row.progress_percent);
        percents.for_each(|percent| assert!((0.0..=100.0).contains(&percent), "{percent} %"));
        for thumbnail in thumbnails {
            let url = &thumbnail.thumbnail_url;
            assert!(url::Url::parse(url).is_ok_and(|url| discovery::is_trustworthy(&url)), "{url}");
        }
    }
}

fn now() -> Now {
    Now { monotonic: Duration::ZERO, wall: Timestamp::UNIX_EPOCH, draw: 0.5 }
}

#[cfg(test)]
mod tests;
