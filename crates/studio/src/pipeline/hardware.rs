//! Decoding by hardware, where ffmpeg offers it and it is faster: each kind of video is tried once in a run of the studio.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{
    input,
    tool::{self, Limits},
    work::Work,
};
use crate::config::HardwareDecoding;

/// How many pictures are decoded to compare.
const PICTURES: &str = "60";
/// What ffmpeg is told: any of its ways, and itself where none works.
const AUTO: [&str; 2] = ["-hwaccel", "auto"];
/// Below this share of the time of ffmpeg's own decoder it is faster: the start of a device costs memory, too.
const FASTER: f64 = 0.8;
/// Of shorter videos, in seconds, there is too little to decode.
const SHORTEST: f64 = 60.0;

/// A codec, and the width and height of its pictures.
type Kind = (String, (u64, u64));

/// What was found out about hardware.
#[derive(Clone, Debug, Default)]
pub struct Hardware(Arc<Mutex<BTreeMap<Kind, bool>>>);

impl Hardware {
    /// Returns the options that decode a video fastest.
    pub async fn options(&self, work: &Work) -> &'static [&'static str] {
        if !is_worth_a_try(work) {
            return &[];
        }
        let Some(kind) = work.probe.video.as_ref().and_then(|video| Some((video.codec.clone()?, video.size))) else {
            return &[];
        };
        let is_faster = if let Some(known) = self.tried().get(&kind).copied() {
            known
        } else {
            let is_faster = is_faster(work).await;
            tracing::info!(codec = kind.0, size = ?kind.1, is_faster, "decoding by hardware was tried");
            self.tried().insert(kind, is_faster);
            is_faster
        };
        if is_faster { &AUTO } else { &[] }
    }

    fn tried(&self) -> MutexGuard<'_, BTreeMap<Kind, bool>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_worth_a_try(work: &Work) -> bool {
    let may = match work.tools.hardware {
        HardwareDecoding::Off => false,
        HardwareDecoding::WithDevice => has_device(),
        HardwareDecoding::Try => true,
    };
    may && work.probe.duration >= SHORTEST
}

/// Tells whether the computer has something that may decode: on macOS and Windows the system knows.
fn has_device() -> bool {
    !cfg!(target_os = "linux")
        || ["/dev/dri/renderD128", "/dev/nvidia0"].iter().any(|device| Path::new(device).exists())
}

async fn is_faster(work: &Work) -> bool {
    let Some(hardware) = time(work, &AUTO).await else { return false };
    let Some(software) = time(work, &[]).await else { return false };
    hardware.as_secs_f64() < FASTER * software.as_secs_f64()
}

/// Returns how long a few pictures take; none where they cannot be decoded this way.
#[expect(clippy::disallowed_methods, reason = "a measurement")]
async fn time(work: &Work, options: &[&str]) -> Option<Duration> {
    let map = work.probe.map_video();
    let args = input::ffmpeg(options, &work.job.source, ["-map", &map, "-frames:v", PICTURES, "-f", "null", "-"]);
    let begin = Instant::now();
    let run = tool::run(&work.tools.ffmpeg, args, Limits::video(work.probe.duration), |_| {}).await;
    run.ok().map(|_| begin.elapsed())
}
