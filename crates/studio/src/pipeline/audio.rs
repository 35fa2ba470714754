//! AUDIO_EXTRACTION: 16 kHz mono audio for speech recognition, and its silent intervals.

use super::{
    context::{Context, Outcome},
    failure::Failure,
    input,
};
use crate::{
    jobs::ErrorCode,
    tool::{self, Limits},
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
pub async fn run(context: &mut Context) -> Result<Outcome, Failure> {
    if context.media.audio_streams.is_empty() {
        return Ok(Outcome::Skipped);
    }
    let mut last_failure = None;
    let streams: Vec<u64> = context.media.audio_streams.iter().take(TRIES).map(|stream| stream.index).collect();
    for stream in streams {
        match extract(context, stream).await {
            Ok(()) => return Ok(Outcome::Done),
            Err(failure) => last_failure = Some(failure),
        }
    }
    context.media.audio_streams.clear();
    let failure = last_failure.unwrap_or_else(|| Failure::recoverable(ErrorCode::SoundUnreadable, "", ""));
    let message = "No transcript: the audio couldn't be read. The rest of the video was processed.";
    Err(failure.into_recoverable(ErrorCode::SoundUnreadable, message))
}

async fn extract(context: &mut Context, stream: u64) -> Result<(), Failure> {
    let (map, target) = (format!("0:{stream}"), context.audio.clone());
    let options = ["-map", map.as_str(), "-af", SILENCE, "-ac", "1", "-ar", "16000"];
    let after = options.iter().map(AsRef::as_ref).chain([target.as_os_str()]);
    let args = input::ffmpeg(&[], &context.job.source, after);
    let mut silences = Vec::new();
    let mut silent_since = None;
    context
        .run_ffmpeg(args, Limits::audio(context.media.duration), |line| {
            silent_since = tool::metadata_value(line, "lavfi.silence_start").or(silent_since);
            if let Some(end) = tool::metadata_value(line, "lavfi.silence_end")
                && let Some(start) = silent_since.take()
            {
                silences.push((start, end));
            }
        })
        .await?;
    let size = tokio::fs::metadata(&context.audio).await.map_or(0, |file| file.len());
    if size <= EMPTY_WAV {
        return Err(Failure::recoverable(ErrorCode::SoundUnreadable, "", "ffmpeg: no audio samples decoded"));
    }
    context.silences = silences;
    Ok(())
}
