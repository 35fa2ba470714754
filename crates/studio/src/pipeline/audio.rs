//! AUDIO_EXTRACTION: the sound as speech recognisers want it, 16 kHz mono.

use super::{failure::Failure, probe::Sound, work::Work};

pub async fn run(work: &mut Work) -> Result<(), Failure> {
    if work.probe.sound == Sound::Silent {
        return Ok(());
    }
    let (source, target) = (work.job.source.clone(), work.audio.clone());
    let args = [
        "-nostdin".as_ref(),
        "-y".as_ref(),
        "-v".as_ref(),
        "error".as_ref(),
        "-nostats".as_ref(),
        "-progress".as_ref(),
        "pipe:1".as_ref(),
        "-i".as_ref(),
        source.as_os_str(),
        "-map".as_ref(),
        "0:a:0".as_ref(),
        "-ac".as_ref(),
        "1".as_ref(),
        "-ar".as_ref(),
        "16000".as_ref(),
        target.as_os_str(),
    ];
    work.read_through(args, |_| {}).await
}
