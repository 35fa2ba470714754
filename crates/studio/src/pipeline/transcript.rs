//! TRANSCRIPTION: what is said, from subtitles in or beside the file, or by speech recognition where it is set up.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use serde_json::json;

use super::{
    failure::Failure,
    probe::Sound,
    tool::{self, Line},
    work::Work,
};
use crate::config::Whisper;

pub async fn run(work: &mut Work) -> Result<(), Failure> {
    let subtitles = work.folder.join("transcript.srt");
    let (source, tools) = (work.job.source.clone(), work.tools.clone());
    if let Some(stream) = work.probe.text_subtitles {
        to_srt(work, &source, &format!("0:s:{stream}"), &subtitles).await?;
    } else if let Some(beside) = work.job.subtitles.clone() {
        to_srt(work, &beside, "0:s:0", &subtitles).await.map_err(|failure| {
            let message = "The subtitle file beside the video could not be read, so there is no transcript.";
            Failure::recoverable("subtitles_unreadable", message, failure.details)
        })?;
    } else if work.probe.sound == Sound::Silent {
        let message = "This video has no sound and no subtitles, so there is no transcript.";
        return Err(Failure::recoverable("no_audio", message, ""));
    } else if let Some(whisper) = &tools.whisper {
        recognise(work, whisper, &subtitles).await?;
    } else {
        let message = "There is no transcript: the video has no subtitles, and no speech recognition is set up on this computer. Put an .srt or .vtt file beside the video, or set TALLYLIGHT_WHISPER_MODEL.";
        return Err(Failure::recoverable("no_transcription", message, ""));
    }
    let text = tokio::fs::read(&subtitles).await.map(|bytes| plain_text(&String::from_utf8_lossy(&bytes)));
    let text =
        text.map_err(|error| Failure::recoverable("no_transcription", "The transcript was lost.", error.to_string()))?;
    work.jobs.set_metadata(&work.job.id, "TRANSCRIPT", &json!(text), |metadata| {
        metadata.transcript_text = Some(text.clone());
    });
    Ok(())
}

async fn to_srt(work: &Work, from: &Path, stream: &str, to: &Path) -> Result<(), Failure> {
    let args: [&OsStr; 9] = [
        "-nostdin".as_ref(),
        "-y".as_ref(),
        "-v".as_ref(),
        "error".as_ref(),
        "-i".as_ref(),
        from.as_os_str(),
        "-map".as_ref(),
        stream.as_ref(),
        to.as_os_str(),
    ];
    tool::run(&work.tools.ffmpeg, args, |_| {}).await.map(drop)
}

async fn recognise(work: &mut Work, whisper: &Whisper, to: &Path) -> Result<(), Failure> {
    let audio = work.audio.clone();
    // whisper.cpp adds the extension itself.
    let stem: PathBuf = to.with_extension("");
    let args: [&OsStr; 9] = [
        "-m".as_ref(),
        whisper.model.as_os_str(),
        "-f".as_ref(),
        audio.as_os_str(),
        "-osrt".as_ref(),
        "-of".as_ref(),
        stem.as_os_str(),
        "-pp".as_ref(),
        "-np".as_ref(),
    ];
    let heard = tool::run(&whisper.program, args, |line| {
        if let Line::Err(line) = line
            && let Some(percent) = whisper_percent(line)
        {
            work.progress(percent);
        }
    });
    let message = "Speech recognition failed, so there is no transcript. The details say what it reported.";
    heard.await.map(drop).map_err(|failure| Failure::recoverable("no_transcription", message, failure.details))
}

/// Reads `whisper_print_progress_callback: progress =  42%`.
fn whisper_percent(line: &str) -> Option<f64> {
    line.split_once("progress =")?.1.trim().trim_end_matches('%').parse().ok()
}

/// Returns the words of an SRT file, a line for every caption.
fn plain_text(srt: &str) -> String {
    let captions = srt.replace("\r\n", "\n");
    let words = captions.split("\n\n").filter_map(|caption| {
        let text: Vec<&str> = caption.lines().skip_while(|line| !line.contains("-->")).skip(1).collect();
        let text = without_markup(&text.join(" "));
        (!text.is_empty()).then_some(text)
    });
    words.collect::<Vec<_>>().join("\n")
}

/// Strips `<i>` and `{\an8}`, which style a caption and are not said.
fn without_markup(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut closing = None;
    for letter in text.chars() {
        match (closing, letter) {
            (None, '<') => closing = Some('>'),
            (None, '{') => closing = Some('}'),
            (None, letter) => plain.push(letter),
            (Some(end), letter) if letter == end => closing = None,
            (Some(_), _) => {}
        }
    }
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_become_lines() {
        let srt = "1\n00:00:00,000 --> 00:00:02,000\n<i>Hello</i>\nthere\n\n2\r\n00:00:02,000 --> 00:00:04,000\r\n{\\an8}World\r\n\n\n";
        assert_eq!(plain_text(srt), "Hello there\nWorld");
        assert_eq!(plain_text(""), "");
    }

    #[test]
    fn whispers_progress_is_read() {
        assert_eq!(whisper_percent("whisper_print_progress_callback: progress =  42%"), Some(42.0));
        assert_eq!(whisper_percent("system_info: n_threads = 4"), None);
    }
}
