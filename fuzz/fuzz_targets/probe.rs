//! Whatever ffprobe reports, and whatever a file begins with.

#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use tallylight_media::{kind::FileKind, metadata::{ContainerMetadata, MAX_TAGS, MAX_TITLE}, probe::Report, recording, structure::completeness, title};

fuzz_target!(|bytes: &[u8]| {
    let _ = FileKind::of(bytes);
    let _ = completeness(&mut Cursor::new(bytes));
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = title::title_of(text, &recording::Recording::default());
    let Some(report) = Report::read(text) else { return };
    let _ = (report.video(), report.audio_streams(), report.subtitles(), report.is_image());
    let metadata = ContainerMetadata::of(&report);
    assert!(metadata.title.is_none_or(|title| title.chars().count() <= MAX_TITLE));
    assert!(metadata.tags.len() <= MAX_TAGS);
});
