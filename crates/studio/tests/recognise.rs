//! The built-in speech recognition in a separate process, with an empty model that whisper.cpp can load, as in its own
//! tests. A model that recognises words is a download of 77 MB.
#![cfg(feature = "whisper")]
#![expect(clippy::expect_used, reason = "a test")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The header of a model in whisper.cpp's order, with the sizes of `tiny`.
const HEADER: [i32; 11] = [51865, 1500, 384, 6, 4, 448, 384, 6, 4, 80, 1];
/// The filters of a model: 80 bands of 201 frequencies.
const FILTERS: [i32; 2] = [80, 201];

/// Writes a model without weights.
fn empty_model(file: &Path) {
    let mut bytes = b"lmgg".to_vec();
    let mut put = |number: i32| bytes.extend(number.to_le_bytes());
    HEADER.into_iter().chain(FILTERS).for_each(&mut put);
    (0..FILTERS[0] * FILTERS[1]).for_each(|_| put(0));
    // The vocabulary: as many words as the tokenizer of the multilingual models has.
    put(50257);
    for word in 0..50257 {
        // whisper.cpp requires a space among the words.
        let word = if word == 220 { " ".to_owned() } else { format!("w{word}") };
        bytes.extend(u32::try_from(word.len()).expect("a short word").to_le_bytes());
        bytes.extend(word.as_bytes());
    }
    fs::write(file, bytes).expect("a file");
}

/// Writes a tone of one second.
fn sound(file: &Path) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(file, spec).expect("a file");
    for sample in 0..16_000i16 {
        writer.write_sample(sample % 80 * 100).expect("a sample");
    }
    writer.finalize().expect("a file");
}

struct Run {
    _folder: tempfile::TempDir,
    model: PathBuf,
    audio: PathBuf,
}

impl Run {
    fn prepare() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (model, audio) = (folder.path().join("ggml-empty.bin"), folder.path().join("sound.wav"));
        empty_model(&model);
        sound(&audio);
        Self { _folder: folder, model, audio }
    }

    fn recognise(&self) -> Output {
        let mut program = Command::new(env!("CARGO_BIN_EXE_tallylight-studio"));
        program.arg("recognise-speech").arg(&self.model).arg(&self.audio).output().expect("the program")
    }
}

fn lines(output: &Output) -> Vec<String> {
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn model_is_loaded_and_reports_language_and_progress() {
    let run = Run::prepare();
    let output = run.recognise();
    let lines = lines(&output);
    assert!(output.status.success(), "{lines:?} {}", String::from_utf8_lossy(&output.stderr));
    assert!(lines.iter().any(|line| line.starts_with(r#"{"language":"#)), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with(r#"{"progress":"#)), "{lines:?}");
}

#[test]
fn invalid_model_and_invalid_audio_are_reported() {
    let run = Run::prepare();
    fs::write(&run.model, b"no model").expect("a file");
    let output = run.recognise();
    assert!(!output.status.success() && lines(&output)[0].contains("couldn't load the model"), "{output:?}");
    // A model that crashes whisper.cpp ends only this process.
    fs::write(&run.model, b"lmgg and then nothing of the kind").expect("a file");
    assert!(!run.recognise().status.success());
    let run = Run::prepare();
    fs::write(&run.audio, b"no sound").expect("a file");
    let output = run.recognise();
    assert!(!output.status.success() && lines(&output)[0].contains("couldn't read the audio"), "{output:?}");
}
