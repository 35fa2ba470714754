//! Whatever a file beside a video holds: read as subtitles, in any encoding.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tallylight_media::subtitles;

fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = subtitles::read(bytes) else { return };
    assert!(!read.cues.is_empty() && read.cues.is_sorted_by(|a, b| a.start <= b.start));
    for cue in &read.cues {
        assert!(cue.start.is_finite() && cue.end >= cue.start && !cue.text.trim().is_empty() && !cue.text.contains('\n'));
    }
});
