//! The speed of models on this computer: each is measured once, on ten seconds of audio.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use hound::{SampleFormat, WavSpec, WavWriter};

use super::Recogniser;
use crate::clock::Stopwatch;

/// The file with the measured times, in the models folder.
const FILE: &str = "speeds.json";
/// The duration of the test audio, in seconds.
const LENGTH: u32 = 10;
/// The sample rate, in samples a second.
const RATE: u32 = 16_000;

/// The measured times by model path: seconds for ten seconds of audio.
pub type Speeds = BTreeMap<PathBuf, f64>;

/// Reads the measured times.
pub fn read(folder: &Path) -> Speeds {
    fs::read_to_string(folder.join(FILE)).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Writes the measured times. If that fails, they are measured again after the next start.
pub fn write(folder: &Path, speeds: &Speeds) {
    let text = serde_json::to_string(speeds).unwrap_or_default();
    if let Err(error) = fs::create_dir_all(folder).and_then(|()| fs::write(folder.join(FILE), text)) {
        tracing::warn!(%error, "could not store the measured speed of a speech model");
    }
}

/// Returns how many seconds the recognition of ten seconds of audio takes.
///
/// # Errors
/// The details of the failure.
pub async fn measure(recogniser: &dyn Recogniser) -> Result<f64, String> {
    let folder = std::env::temp_dir().join(format!("tallylight-speed-{}", uuid::Uuid::new_v4()));
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let audio = folder.join("sound.wav");
    let written = write_test_audio(&audio).map_err(|error| error.to_string());
    let stopwatch = Stopwatch::start();
    let result = match written {
        Ok(()) => recogniser.recognise(&audio, f64::from(LENGTH), &mut |_| {}).await,
        Err(error) => Err(error),
    };
    let seconds = stopwatch.elapsed().as_secs_f64();
    let _ = fs::remove_dir_all(&folder);
    result.map(|_| seconds)
}

/// Writes audio similar to a voice: a tone with overtones, four syllables a second.
fn write_test_audio(file: &Path) -> Result<(), hound::Error> {
    let spec = WavSpec { channels: 1, sample_rate: RATE, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut writer = WavWriter::create(file, spec)?;
    for sample in 0..LENGTH * RATE {
        let time = f64::from(sample) / f64::from(RATE);
        let tone = |overtone: f64| (std::f64::consts::TAU * 140.0 * overtone * time).sin() / overtone;
        let syllable = (std::f64::consts::TAU * 4.0 * time).sin().max(0.0);
        let value = (tone(1.0) + tone(3.0) + tone(7.0)) * syllable * 6_000.0;
        #[expect(clippy::cast_possible_truncation, reason = "at most 9,000")]
        writer.write_sample(value as i16)?;
    }
    writer.finalize()
}
