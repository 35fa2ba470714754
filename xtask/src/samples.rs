//! Four sample videos: one complete, one spoken, one without sound, one truncated.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::run::step;

mod spoken;

const METADATA: &str = ";FFMETADATA1
title=A walk by the sea
description=From the beach over the cliffs to the harbour, in one long afternoon.
keywords=sea, walk, coast, slow travel
[CHAPTER]
TIMEBASE=1/1
START=0
END=12
title=The beach
[CHAPTER]
TIMEBASE=1/1
START=12
END=24
title=Over the cliffs
[CHAPTER]
TIMEBASE=1/1
START=24
END=36
title=The harbour
";

const SUBTITLES: &str = "1
00:00:00,500 --> 00:00:05,000
We start where the road ends, down at the beach.

2
00:00:12,500 --> 00:00:18,000
The path climbs. <i>Listen to that wind.</i>

3
00:00:24,500 --> 00:00:30,000
And there it is: the harbour, just in time for the boats.
";

/// The filter that joins three scenes.
const JOINED: &str = "[0:v][1:v][2:v]concat=n=3:v=1[v]";
const QUIET: [&str; 4] = ["-nostdin", "-y", "-v", "error"];
const ENCODE: [&str; 6] = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];

/// The paths of the samples.
pub struct Samples {
    /// With subtitles, chapters, tags and sound.
    pub complete: PathBuf,
    /// With speech and a subtitle file beside it; its container has no metadata.
    pub spoken: PathBuf,
    /// With three scenes and without sound.
    pub silent: PathBuf,
    /// The first half of the complete one.
    pub truncated: PathBuf,
}

impl Samples {
    /// Returns their paths in a folder.
    pub fn at(folder: &Path) -> Self {
        Self {
            complete: folder.join("a-walk-by-the-sea.mp4"),
            spoken: folder.join("coffee_at_home.mp4"),
            silent: folder.join("city_at_night.mp4"),
            truncated: folder.join("cut-off.mp4"),
        }
    }

    /// Returns all of them, the complete one first.
    pub fn all(&self) -> Vec<PathBuf> {
        vec![self.complete.clone(), self.spoken.clone(), self.silent.clone(), self.truncated.clone()]
    }

    /// Returns the environment variables by which the end-to-end tests find them.
    pub fn environment(&self) -> [(&'static str, String); 3] {
        let samples = [
            ("TALLYLIGHT_COMPLETE", &self.complete),
            ("TALLYLIGHT_SILENT", &self.silent),
            ("TALLYLIGHT_TRUNCATED", &self.truncated),
        ];
        samples.map(|(name, path)| (name, path.to_string_lossy().into_owned()))
    }
}

/// Makes the samples in a folder, unless they exist.
pub fn make(shell: &Shell, folder: &Path) -> Result<Samples> {
    fs::create_dir_all(folder)?;
    let samples = Samples::at(folder);
    if samples.all().iter().all(|sample| sample.exists()) {
        return Ok(samples);
    }
    step("making four sample videos with ffmpeg and espeak-ng");
    make_complete(shell, folder, &samples.complete)?;
    make_silent(shell, &samples.silent)?;
    spoken::make(shell, folder, &samples.spoken)?;
    let complete = fs::read(&samples.complete)?;
    fs::write(&samples.truncated, &complete[..complete.len() / 2])?;
    Ok(samples)
}

fn make_complete(shell: &Shell, folder: &Path, video: &Path) -> Result<()> {
    let (metadata, subtitles) = (folder.join("metadata.txt"), folder.join("captions.srt"));
    fs::write(&metadata, METADATA)?;
    fs::write(&subtitles, SUBTITLES)?;
    let [a, b, c] = &[
        scene(["0x0b486b", "0x3b8686", "0xf0d9a0"], 7),
        scene(["0x1d4d2b", "0x8fb339", "0x9fd3f0"], 11),
        scene(["0x2c3e66", "0xe26d5c", "0xffe1a8"], 3),
    ];
    let sound = "sine=frequency=220:duration=36";
    let scenes = ["-f", "lavfi", "-i", a, "-f", "lavfi", "-i", b, "-f", "lavfi", "-i", c, "-f", "lavfi", "-i", sound];
    let maps = ["-map", "[v]", "-map", "3:a", "-map", "4:s", "-map_metadata", "5", "-map_chapters", "5"];
    let text = ["-c:a", "aac", "-c:s", "mov_text", "-movflags", "use_metadata_tags"];
    cmd!(shell, "ffmpeg {QUIET...} {scenes...} -i {subtitles} -i {metadata} -filter_complex {JOINED} {maps...}")
        .args(ENCODE)
        .args(text)
        .arg(video)
        .run()?;
    fs::remove_file(metadata)?;
    fs::remove_file(subtitles)?;
    Ok(())
}

fn make_silent(shell: &Shell, video: &Path) -> Result<()> {
    let [a, b, c] = &[
        scene(["0x0b0b2b", "0x5b1a8b", "0xff6ec7"], 5),
        scene(["0xff8a00", "0x1a1a2e", "0xe94560"], 9),
        scene(["0x00c2a8", "0x06141f", "0xf9f871"], 2),
    ];
    let scenes = ["-f", "lavfi", "-i", a, "-f", "lavfi", "-i", b, "-f", "lavfi", "-i", c];
    cmd!(shell, "ffmpeg {QUIET...} {scenes...} -filter_complex {JOINED} -map [v] {ENCODE...} {video}").run()?;
    Ok(())
}

/// Returns the source of a scene in three colours.
fn scene(colours: [&str; 3], seed: u32) -> String {
    let [a, b, c] = colours;
    format!("gradients=s=1280x720:r=24:d=12:n=3:speed=0.015:seed={seed}:c0={a}:c1={b}:c2={c}")
}
