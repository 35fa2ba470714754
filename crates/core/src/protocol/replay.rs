//! What must hold for every text that a server may send: the fuzz targets run it, and the tests replay their corpus.

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

/// The most of a skipped message that is kept: 2 KiB, and a little where a token was struck out.
const KEPT: usize = 4 << 10;

/// Reads a text as a frame of the socket.
///
/// # Panics
/// Where a rule does not hold: a skipped message is kept too long; applying a message twice changes something; a
/// percentage leaves 0–100; an untrusted address reaches a window; a record does not survive the disk.
pub fn frame(text: &str) {
    match decode(text) {
        Ok(Frame::Event(event)) => apply(&event),
        Ok(Frame::Heartbeat(_) | Frame::Accepted) => {}
        Err(rejected) => {
            assert!(rejected.sample.len() <= KEPT && rejected.reason.len() <= KEPT, "too much of it is kept");
        }
    }
}

/// Reads a text as every answer of REST.
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
        "twice is not once: {changes:?}"
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
        library.summaries().map(|(_, brief)| *brief).eq(library.jobs().map(|job| JobSummary::of(&job))),
        "in brief it is another job"
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
