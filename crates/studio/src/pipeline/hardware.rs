//! Hardware decoding, where ffmpeg supports it and it is faster. Each kind of video is tested once in a run of the
//! studio.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{input, media_info::MediaInfo};
use crate::{
    clock::Stopwatch,
    config::{HardwareDecoding, Tools},
    tool::{self, Limits},
};

/// How many frames are decoded for the comparison.
const FRAMES: &str = "60";
/// ffmpeg's options for hardware decoding: any available method, software where none works.
const AUTO: [&str; 2] = ["-hwaccel", "auto"];
/// Hardware counts as faster below this share of the time of software decoding, because opening a device costs memory.
const FASTER: f64 = 0.8;
/// The shortest video, in seconds, for which hardware is tested; decoding a shorter one takes too little time.
const MIN_DURATION: f64 = 60.0;

/// A codec, and the width and height of its frames.
type Kind = (String, (u64, u64));

/// The test results of hardware decoding, by kind of video.
#[derive(Clone, Debug, Default)]
pub struct Hardware(Arc<Mutex<BTreeMap<Kind, bool>>>);

impl Hardware {
    /// Returns ffmpeg's options that decode a video fastest.
    pub async fn options(&self, tools: &Tools, source: &Path, media: &MediaInfo) -> &'static [&'static str] {
        if !is_candidate(tools.hardware, media) {
            return &[];
        }
        let Some(kind) = media.video.as_ref().and_then(|video| Some((video.codec.clone()?, video.size))) else {
            return &[];
        };
        let is_faster = if let Some(known) = self.tried().get(&kind).copied() {
            known
        } else {
            let is_faster = is_faster(tools, source, media).await;
            tracing::info!(codec = kind.0, size = ?kind.1, is_faster, "hardware decoding was tested");
            self.tried().insert(kind, is_faster);
            is_faster
        };
        if is_faster { &AUTO } else { &[] }
    }

    fn tried(&self) -> MutexGuard<'_, BTreeMap<Kind, bool>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_candidate(policy: HardwareDecoding, media: &MediaInfo) -> bool {
    let is_allowed = match policy {
        HardwareDecoding::Off => false,
        HardwareDecoding::WithDevice => has_device(),
        HardwareDecoding::Try => true,
    };
    is_allowed && media.duration >= MIN_DURATION
}

/// Returns whether the computer has a decoding device. On macOS and Windows ffmpeg finds out.
fn has_device() -> bool {
    !cfg!(target_os = "linux")
        || ["/dev/dri/renderD128", "/dev/nvidia0"].iter().any(|device| Path::new(device).exists())
}

async fn is_faster(tools: &Tools, source: &Path, media: &MediaInfo) -> bool {
    let Some(hardware) = time(tools, source, media, &AUTO).await else { return false };
    let Some(software) = time(tools, source, media, &[]).await else { return false };
    hardware.as_secs_f64() < FASTER * software.as_secs_f64()
}

/// Returns the time that decoding a few frames takes; `None` if they cannot be decoded with these options.
async fn time(tools: &Tools, source: &Path, media: &MediaInfo, options: &[&str]) -> Option<Duration> {
    let map = media.map_video();
    let args = input::ffmpeg(options, source, ["-map", &map, "-frames:v", FRAMES, "-f", "null", "-"]);
    let stopwatch = Stopwatch::start();
    let run = tool::run(&tools.ffmpeg, args, Limits::video(media.duration), |_| {}).await;
    run.ok().map(|_| stopwatch.elapsed())
}
