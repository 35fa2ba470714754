//! Four sample videos: one complete, one spoken, one without sound, one cut off.

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

/// The samples of a folder.
pub struct Samples {
    /// Subtitles, chapters, tags and sound.
    pub complete: PathBuf,
    /// Speech, with subtitles beside it, and a container that says nothing.
    pub spoken: PathBuf,
    /// Three scenes without sound.
    pub silent: PathBuf,
    /// The first half of the complete one.
    pub truncated: PathBuf,
}

impl Samples {
    /// Returns them, complete first.
    pub fn all(&self) -> Vec<PathBuf> {
        vec![self.complete.clone(), self.spoken.clone(), self.silent.clone(), self.truncated.clone()]
    }
}

/// Makes the samples in a folder, where they are not there yet.
pub fn make(shell: &Shell, folder: &Path) -> Result<Samples> {
    fs::create_dir_all(folder)?;
    let samples = Samples {
        complete: folder.join("a-walk-by-the-sea.mp4"),
        spoken: folder.join("coffee_at_home.mp4"),
        silent: folder.join("city_at_night.mp4"),
        truncated: folder.join("cut-off.mp4"),
    };
    if samples.all().iter().all(|sample| sample.exists()) {
        return Ok(samples);
    }
    step("making four sample videos with ffmpeg and espeak-ng");
    let scene = |colours: [&str; 3], seed: u32| {
        let [a, b, c] = colours;
        format!("gradients=s=1280x720:r=24:d=12:n=3:speed=0.015:seed={seed}:c0={a}:c1={b}:c2={c}")
    };
    let day = [
        scene(["0x0b486b", "0x3b8686", "0xf0d9a0"], 7),
        scene(["0x1d4d2b", "0x8fb339", "0x9fd3f0"], 11),
        scene(["0x2c3e66", "0xe26d5c", "0xffe1a8"], 3),
    ];
    let night = [
        scene(["0x0b0b2b", "0x5b1a8b", "0xff6ec7"], 5),
        scene(["0xff8a00", "0x1a1a2e", "0xe94560"], 9),
        scene(["0x00c2a8", "0x06141f", "0xf9f871"], 2),
    ];
    let (metadata, subtitles) = (folder.join("metadata.txt"), folder.join("captions.srt"));
    fs::write(&metadata, METADATA)?;
    fs::write(&subtitles, SUBTITLES)?;
    let joined = "[0:v][1:v][2:v]concat=n=3:v=1[v]";
    let quiet = ["-nostdin", "-y", "-v", "error"];
    let encode = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];

    let ([a, b, c], complete) = (&day, &samples.complete);
    let sound = "sine=frequency=220:duration=36";
    let inputs = ["-f", "lavfi", "-i", a, "-f", "lavfi", "-i", b, "-f", "lavfi", "-i", c, "-f", "lavfi", "-i", sound];
    let maps = ["-map", "[v]", "-map", "3:a", "-map", "4:s", "-map_metadata", "5", "-map_chapters", "5"];
    let text = ["-c:a", "aac", "-c:s", "mov_text", "-movflags", "use_metadata_tags"];
    cmd!(shell, "ffmpeg {quiet...} {inputs...} -i {subtitles} -i {metadata} -filter_complex {joined} {maps...} {encode...} {text...} {complete}").run()?;

    let ([a, b, c], silent) = (&night, &samples.silent);
    let inputs = ["-f", "lavfi", "-i", a, "-f", "lavfi", "-i", b, "-f", "lavfi", "-i", c];
    cmd!(shell, "ffmpeg {quiet...} {inputs...} -filter_complex {joined} -map [v] {encode...} {silent}").run()?;

    spoken::make(shell, folder, &samples.spoken)?;
    let whole = fs::read(complete)?;
    fs::write(&samples.truncated, &whole[..whole.len() / 2])?;
    fs::remove_file(metadata)?;
    fs::remove_file(subtitles)?;
    Ok(samples)
}
