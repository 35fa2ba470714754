//! AUDIO_EXTRACTION: 16 kHz mono audio for speech recognition, and its silent intervals.

use super::{
    failure::Failure,
    input,
    tool::{self, Limits},
    work::{Outcome, Work},
};

/// How many audio streams are tried.
const TRIES: usize = 4;
/// The definition of silence: below -35 dB for more than 0.6 s, which is a pause between two sentences.
const SILENCE: &str = "silencedetect=noise=-35dB:d=0.6,ametadata=mode=print:direct=1:file=-";
/// The size of a WAV file without samples, in bytes, including ffmpeg's metadata.
const EMPTY_WAV: u64 = 128;

/// Extracts the audio and its silent intervals, from the first stream that can be decoded.
///
/// # Errors
/// `sound_unreadable` if no stream can be decoded, or a failure that affects all stages.
pub async fn run(work: &mut Work) -> Result<Outcome, Failure> {
    if work.probe.sounds.is_empty() {
        return Ok(Outcome::Skipped);
    }
    let mut last_failure = None;
    let sounds: Vec<u64> = work.probe.sounds.iter().take(TRIES).map(|sound| sound.index).collect();
    for sound in sounds {
        match extract(work, sound).await {
            Ok(()) => return Ok(Outcome::Done),
            Err(failure) => last_failure = Some(failure),
        }
    }
    work.probe.sounds.clear();
    let failure = last_failure.unwrap_or_else(|| Failure::recoverable("sound_unreadable", "", ""));
    let message = "No transcript: the audio couldn't be read. The rest of the video was processed.";
    Err(failure.survived("sound_unreadable", message))
}

async fn extract(work: &mut Work, sound: u64) -> Result<(), Failure> {
    let (map, target) = (format!("0:{sound}"), work.audio.clone());
    let options = ["-map", map.as_str(), "-af", SILENCE, "-ac", "1", "-ar", "16000"];
    let after = options.iter().map(AsRef::as_ref).chain([target.as_os_str()]);
    let args = input::ffmpeg(&[], &work.job.source, after);
    let mut silences = Vec::new();
    let mut silent_since = None;
    work.read_through(args, Limits::sound(work.probe.duration), |line| {
        silent_since = tool::metadata(line, "lavfi.silence_start").or(silent_since);
        if let Some(end) = tool::metadata(line, "lavfi.silence_end")
            && let Some(start) = silent_since.take()
        {
            silences.push((start, end));
        }
    })
    .await?;
    let size = tokio::fs::metadata(&work.audio).await.map_or(0, |file| file.len());
    if size <= EMPTY_WAV {
        return Err(Failure::recoverable("sound_unreadable", "", "ffmpeg: no audio samples decoded"));
    }
    work.silences = silences;
    Ok(())
}
