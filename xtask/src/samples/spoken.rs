//! A spoken sample: espeak-ng speaks a text about three topics, and a subtitle file beside the video has its times. It
//! shows the processing of a video without metadata: tags, a transcript with times, and named chapters.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

/// The sentences, by topic.
const TOPICS: [&[&str]; 3] = [
    &[
        "Welcome to the kitchen. Today we make coffee at home.",
        "We begin with the espresso machine.",
        "The boiler heats the water, and the pump builds the pressure.",
        "A clean espresso machine makes better coffee, so rinse it every day.",
    ],
    &[
        "Now to the coffee grinder.",
        "Burr grinders crush the beans evenly; blades only chop them.",
        "Adjust the grinder until the grind size is as fine as sugar.",
        "The grinder wants a brush every week, because old grounds taste bitter.",
    ],
    &[
        "Finally, milk foam for latte art.",
        "Steam the cold milk until it is silky and the jug is warm.",
        "Pour the milk foam slowly, and draw a rosetta.",
        "Latte art takes practice. Thank you for watching.",
    ],
];
/// The sample rate of espeak-ng, which writes samples of two bytes.
const RATE: usize = 22_050;
/// The silence after a sentence, and additionally after a topic, in samples.
const PAUSES: (usize, usize) = (RATE * 7 / 10, RATE * 2);
/// The length of the header in espeak-ng's WAV files, in bytes.
const WAV_HEADER: usize = 44;

/// Makes the video and its subtitles.
pub fn make(shell: &Shell, folder: &Path, video: &Path) -> Result<()> {
    let (mut sound, mut captions) = (Vec::<u8>::new(), String::new());
    #[expect(clippy::cast_precision_loss, reason = "a minute of sound")]
    let seconds = |bytes: usize| bytes as f64 / (2 * RATE) as f64;
    let wav = folder.join("sentence.wav");
    for topic in TOPICS {
        for sentence in topic {
            cmd!(shell, "espeak-ng -v en-us -s 145 -w {wav} {sentence}")
                .quiet()
                .run()
                .context("is espeak-ng installed?")?;
            let samples = fs::read(&wav)?;
            let start = seconds(sound.len());
            sound.extend(samples.get(WAV_HEADER..).unwrap_or_default());
            writeln!(captions, "{} --> {}\n{sentence}\n", clock(start), clock(seconds(sound.len())))?;
            sound.resize(sound.len() + 2 * PAUSES.0, 0);
        }
        sound.resize(sound.len() + 2 * PAUSES.1, 0);
    }
    let (raw, length) = (folder.join("speech.raw"), seconds(sound.len()).to_string());
    fs::write(&raw, &sound)?;
    fs::write(video.with_extension("srt"), captions)?;
    let picture =
        format!("gradients=s=1280x720:r=24:d={length}:n=3:speed=0.01:seed=4:c0=0x3b2418:c1=0xb07d4f:c2=0xf3e3cf");
    let quiet = ["-nostdin", "-y", "-v", "error"];
    let speech = ["-f", "s16le", "-ar", "22050", "-ac", "1", "-i"];
    let encode = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest"];
    cmd!(shell, "ffmpeg {quiet...} -f lavfi -i {picture} {speech...} {raw} {encode...} {video}").run()?;
    fs::remove_file(raw)?;
    fs::remove_file(wav)?;
    Ok(())
}

/// Formats a time as SubRip does.
fn clock(seconds: f64) -> String {
    let time = std::time::Duration::from_secs_f64(seconds);
    let (whole, millis) = (time.as_secs(), time.subsec_millis());
    format!("{:02}:{:02}:{:02},{millis:03}", whole / 3600, whole / 60 % 60, whole % 60)
}
