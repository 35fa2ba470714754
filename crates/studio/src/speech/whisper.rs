//! whisper.cpp, run in this process.

use std::{collections::VecDeque, fs::File, io::BufReader, num::NonZero, path::Path, thread::available_parallelism};

use hound::WavReader;
use tallylight_media::subtitles::Cue;
use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperState};

use super::message::Message;

/// The sample rate that whisper.cpp requires, in samples a second.
const RATE: usize = 16_000;
/// How much audio is recognised at once, in samples: half an hour takes 170 MB.
const PART: usize = 1800 * RATE;
/// The end of a part, in samples, in which the quietest moment is searched to cut there.
const CUT_WITHIN: usize = 5 * RATE;
/// The length of such a moment, in samples.
const MOMENT: usize = RATE / 10;
/// The number of threads above which whisper.cpp is not faster.
const MAX_THREADS: usize = 8;

/// Recognises the speech in a WAV file (16 kHz, mono, 16 bits) and passes each result to `report`.
///
/// # Errors
/// The reason as a sentence.
pub fn recognise(model: &Path, audio: &Path, report: fn(&Message)) -> Result<(), String> {
    whisper_rs::install_logging_hooks();
    let name = model.to_str().ok_or("the model path isn't valid UTF-8")?;
    let context = WhisperContext::new_with_params(name, WhisperContextParameters::default())
        .map_err(|error| format!("couldn't load the model ({error})"))?;
    let mut reader = AudioReader::open(audio).map_err(|error| format!("couldn't read the audio ({error})"))?;
    let mut state = context.create_state().map_err(|error| format!("couldn't start the model ({error})"))?;
    let mut language = None;
    while let Some(AudioPart { start, samples }) = reader.next_part().map_err(|error| error.to_string())? {
        let (part, all) = (samples.len(), reader.length.max(1));
        let progress = move |percent| report(&Message::Progress(share(start, part, all, percent)));
        run(&mut state, &samples, language, progress)?;
        if language.is_none() {
            language = whisper_rs::get_lang_str(state.full_lang_id_from_state());
            if let Some(code) = language {
                report(&Message::Language(code.to_owned()));
            }
        }
        cues(&state, seconds(start)).for_each(|cue| report(&Message::Cue(cue)));
    }
    Ok(())
}

/// Runs the model on a part of the audio. The language is detected if it is not known yet.
fn run(
    state: &mut WhisperState,
    samples: &[f32],
    language: Option<&str>,
    progress: impl Fn(i32) + 'static,
) -> Result<(), String> {
    let threads = available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS);
    let mut params = FullParams::new(SamplingStrategy::BeamSearch { beam_size: 5, patience: -1.0 });
    params.set_n_threads(i32::try_from(threads).unwrap_or(1));
    params.set_language(Some(language.unwrap_or("auto")));
    params.set_suppress_nst(true);
    params.set_print_progress(false);
    params.set_print_realtime(false);
    params.set_print_timestamps(false);
    params.set_progress_callback_safe(progress);
    state.full(params, samples).map_err(|error| format!("recognition failed ({error})"))
}

fn cues(state: &WhisperState, offset: f64) -> impl Iterator<Item = Cue> {
    state.as_iter().filter_map(move |segment| {
        #[expect(clippy::cast_precision_loss, reason = "even days have fewer than 2^52 hundredths of a second")]
        let time = |hundredths: i64| offset + hundredths as f64 / 100.0;
        let (start, end) = (time(segment.start_timestamp()), time(segment.end_timestamp()));
        let text = segment.to_str_lossy().ok()?.trim().to_owned();
        (!text.is_empty()).then_some(Cue { start, end: end.max(start), text })
    })
}

/// Returns the overall progress, in percent, for a progress within one part.
#[expect(clippy::cast_precision_loss, reason = "even days of audio have fewer than 2^52 samples")]
fn share(start: usize, part: usize, all: usize, percent: i32) -> f64 {
    // For audio shorter than half a minute whisper.cpp also counts the silence that it adds.
    let done = f64::from(percent.clamp(0, 100)) / 100.0;
    (start as f64 + part as f64 * done) / all as f64 * 100.0
}

#[expect(clippy::cast_precision_loss, reason = "even days of audio have fewer than 2^52 samples")]
fn seconds(samples: usize) -> f64 {
    samples as f64 / RATE as f64
}

/// A part of the audio.
struct AudioPart {
    /// The number of samples before it.
    start: usize,
    samples: Vec<f32>,
}

/// A WAV file that is read part by part.
struct AudioReader {
    samples: hound::WavIntoSamples<BufReader<File>, i16>,
    /// The number of samples.
    length: usize,
    /// The number of samples that were returned.
    position: usize,
    /// Samples that were read and not returned yet.
    rest: VecDeque<f32>,
}

impl AudioReader {
    fn open(file: &Path) -> Result<Self, hound::Error> {
        let reader = WavReader::open(file)?;
        let length = reader.len() as usize;
        Ok(Self { samples: reader.into_samples(), length, position: 0, rest: VecDeque::new() })
    }

    fn next_part(&mut self) -> Result<Option<AudioPart>, hound::Error> {
        let mut samples: Vec<f32> = self.rest.drain(..).collect();
        for sample in self.samples.by_ref().take(PART - samples.len()) {
            samples.push(f32::from(sample?) / 32_768.0);
        }
        if samples.len() == PART {
            let tail = samples.split_off(quietest(&samples));
            self.rest.extend(tail);
        }
        let part = AudioPart { start: self.position, samples };
        self.position += part.samples.len();
        Ok(Some(part).filter(|part| !part.samples.is_empty()))
    }
}

/// Returns the middle of the quietest moment near the end of a part, as a sample index.
fn quietest(samples: &[f32]) -> usize {
    let from = samples.len().saturating_sub(CUT_WITHIN);
    let loudness = |moment: &&[f32]| moment.iter().map(|sample| sample * sample).sum::<f32>();
    let moments = samples[from..].chunks_exact(MOMENT).enumerate();
    let quietest = moments.min_by(|(_, a), (_, b)| loudness(a).total_cmp(&loudness(b)));
    from + quietest.map_or(0, |(index, _)| index * MOMENT + MOMENT / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn part_ends_in_a_pause_and_progress_covers_all_parts() {
        let mut samples = vec![0.5; 20 * RATE];
        let pause = samples.len() - 2 * RATE;
        samples[pause..pause + 2 * MOMENT].fill(0.0);
        let cut = quietest(&samples);
        assert!((pause..pause + 2 * MOMENT).contains(&cut), "{cut}");
        assert!((share(100, 100, 400, 50) - 37.5).abs() < 1e-9);
    }
}
