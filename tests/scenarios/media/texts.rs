//! Subtitles and speech: the transcript contains every readable word with its time, and unreadable parts are reported.

#[cfg(unix)]
use std::sync::Arc;

use serde_json::{Value, json};
#[cfg(unix)]
use tallylight_studio::speech::{Program, Recogniser};
#[cfg(unix)]
use tallylight_tests::StudioHarness;

use super::{Media, codes};

const TIMES: &str = "1\n00:00:00,500 --> 00:00:02,000\n";

#[tokio::test]
async fn damaged_embedded_subtitles_warn_and_separate_file_is_read() {
    let media = Media::set().await;
    media.video();
    media.write("s.srt", format!("{TIMES}First words\n\n"));
    let good = media.make("-i b.mp4 -i s.srt -map 0 -map 1 -c:v copy -c:a copy -c:s mov_text good.mp4");
    let job = media.processed(&good).await;
    assert_eq!(job["video_metadata"]["transcript_text"], "First words");
    assert_eq!(job["video_metadata"]["transcript"], json!([{ "start": 0.5, "end": 2.0, "text": "First words" }]));

    let bytes = std::fs::read(&good).expect("a file");
    let at = bytes.windows(11).position(|window| window == b"First words").expect("the words");
    let mut damaged = bytes.clone();
    damaged[at + 3] = 0xe9;
    let bad = media.write("bad.mp4", &damaged);
    let job = media.processed(&bad).await;
    assert_eq!((job["status"].as_str(), codes(&job)), (Some("COMPLETED"), vec!["subtitles_unreadable".to_owned()]));
    assert_eq!(job["errors"][0]["affected_stage"], "TRANSCRIPTION");
    let (text, codes) = media.transcript(&bad, "beside.srt", format!("{TIMES}Words beside\n")).await;
    assert_eq!(
        (text.as_deref(), codes.len()),
        (Some("Words beside"), 1),
        "a warning, and the transcript of the second source"
    );
}

#[tokio::test]
async fn unreadable_audio_is_a_warning_after_trying_all_streams() {
    let media = Media::set().await;
    let ts = media.make("-f lavfi -i testsrc2=d=6:s=320x240 -f lavfi -i sine=d=6 -map 0 -map 1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -f mpegts av.ts");
    let packets = std::fs::read(ts).expect("a file");
    let pid = |packet: &[u8]| u16::from(packet[1] & 31) << 8 | u16::from(packet[2]);
    let without_sound: Vec<u8> = packets.chunks(188).filter(|packet| pid(packet) != 0x101).flatten().copied().collect();
    let job = media.processed(&media.write("no_packets.ts", without_sound)).await;
    assert_eq!((job["status"].as_str(), codes(&job)), (Some("COMPLETED"), vec!["sound_unreadable".to_owned()]));
    assert!(!super::thumbnails(&job).is_empty());
}

#[tokio::test]
async fn subtitles_in_legacy_encodings_are_read() {
    let media = Media::set().await;
    let video = media.video();
    let with = |words: &[u8]| [TIMES.as_bytes(), words, b"\n\n"].concat();
    let utf_16: Vec<u8> = format!("{TIMES}Grüße\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, bytes, expected) in [
        ("one_byte.srt", with(b"caf\xe9 time"), "café time"),
        ("cp1251.srt", with(b"\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0?"), "Привет, как дела?"),
        ("shiftjis.srt", with(b"\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd\x81A\x90\xa2\x8aE"), "こんにちは、世界"),
        ("utf16le.srt", utf_16, "Grüße"),
    ] {
        let (text, codes) = media.transcript(&video, name, bytes).await;
        assert_eq!((text.as_deref(), codes.len()), (Some(expected), 0), "{name}");
    }
}

#[tokio::test]
async fn unreadable_captions_are_reported() {
    let media = Media::set().await;
    let video = media.video();
    let (text, codes) = media.transcript(&video, "list.srt", "#EXTM3U\n#EXTINF:10,\n/etc/hostname\n").await;
    assert_eq!((text, codes), (None, vec!["subtitles_unreadable".to_owned()]));
    let damaged = format!("{TIMES}Здравствуйте, как ваши дела?\n\n--> 00:00:03,000\nLost\n");
    let (text, codes) = media.transcript(&video, "damaged.srt", damaged).await;
    assert_eq!((text.as_deref(), codes), (Some("Здравствуйте, как ваши дела?"), vec!["subtitles_damaged".to_owned()]));
    let (text, codes) = media.transcript(&video, "empty.vtt", "WEBVTT\n\n").await;
    assert_eq!((text, codes), (None, Vec::new()), "an empty file is no warning");
}

#[tokio::test]
async fn default_track_in_the_audio_language_is_the_transcript() {
    let media = Media::set().await;
    media.video();
    for (name, words) in [("fr.srt", "Bonjour"), ("en.srt", "Hello"), ("forced.srt", "Sign")] {
        media.write(name, format!("{TIMES}{words}\n"));
    }
    let tracks = media.make(
        "-i b.mp4 -i forced.srt -i fr.srt -i en.srt -map 0 -map 1 -map 2 -map 3 -c copy -c:s srt -metadata:s:a:0 language=eng \
         -metadata:s:s:0 language=eng -disposition:s:0 default+forced -metadata:s:s:1 language=fre -metadata:s:s:2 language=eng tracks.mkv",
    );
    assert_eq!(media.processed(&tracks).await["video_metadata"]["transcript_text"], "Hello");
    let foreign = media.make("-i tracks.mkv -map 0:v -map 0:a -map 0:s:0 -map 0:s:1 -c copy foreign.mkv");
    let (text, _) = media.transcript(&foreign, "beside.srt", format!("{TIMES}Beside\n")).await;
    assert_eq!(text.as_deref(), Some("Beside"), "a separate file is preferred to a translation");
    assert_eq!(media.processed(&foreign).await["video_metadata"]["transcript_text"], "Bonjour");
}

#[tokio::test]
async fn video_without_speech_has_no_transcript_and_no_warning() {
    let media = Media::set().await;
    let job = media.processed(&media.video()).await;
    assert_eq!((job["status"].as_str(), codes(&job).len()), (Some("COMPLETED"), 0));
    let stage = &job["processing_stages"]["TRANSCRIPTION"];
    assert_eq!((stage["status"].as_str(), &stage["skipped"]), (Some("COMPLETED"), &json!(true)));
    assert_eq!(job["video_metadata"]["transcript_text"], Value::Null);
}

/// Writes a script that replaces whisper-cli and writes the given captions in whisper.cpp's format.
#[cfg(unix)]
fn whisper_cli(folder: &std::path::Path, captions: &str) -> Arc<dyn Recogniser> {
    let program = folder.join("whisper-cli");
    let script = format!(
        "#!/bin/sh\nwhile [ $# -gt 1 ]; do [ \"$1\" = -of ] && out=$2; shift; done\n\
         echo 'whisper_print_progress_callback: progress =  50%' >&2\n\
         echo 'whisper_full_with_state: auto-detected language: en (p = 0.98)' >&2\nprintf '{captions}' > \"$out.srt\"\n"
    );
    std::fs::write(&program, script).expect("a script");
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("permissions");
    let model = folder.join("model.bin");
    std::fs::write(&model, b"none").expect("a file");
    Arc::new(Program { program: program.into(), model })
}

#[cfg(unix)]
#[tokio::test]
async fn recognised_speech_keeps_text_and_times_without_sounds() {
    let folder = tempfile::tempdir().expect("a folder");
    let captions =
        r"1\n00:00:00,500 --> 00:00:02,000\n[MUSIC]\n\n2\n00:00:02,000 --> 00:00:04,000\nI <3 C++ and a < b\n\n";
    let program = whisper_cli(folder.path(), captions);
    let media = Media::of(StudioHarness::set_with(|config| config.speech.use_recogniser(program)).await).await;
    let job = media.processed(&media.video()).await;
    assert_eq!(job["video_metadata"]["transcript_text"], "I <3 C++ and a < b", "{job}");
    assert_eq!(job["video_metadata"]["transcript"][0]["start"], 2.0);
    assert_eq!(job["video_metadata"]["transcript_language"], "en");
    assert_eq!(codes(&job).len(), 0);
}

#[tokio::test]
async fn transcript_suggests_tags_chapters_and_description_until_edited() {
    let media = Media::set().await;
    let video = media.make("-f lavfi -i color=gray:s=320x240:d=90:r=5 -c:v libx264 -preset ultrafast talk.mp4");
    let parts = [
        "We begin with the espresso machine.|The boiler heats the water.|The pump builds pressure.|A clean espresso machine makes better coffee.",
        "Now the coffee grinder.|Burr grinders crush the beans evenly.|Adjust the grinder until the grind size is fine.|The grinder needs brushing every week.",
        "Finally milk foam for latte art.|Steam the milk until it is silky.|Pour the foam slowly and draw a rosetta.|Practise latte art with cold milk.",
    ];
    let clock = |seconds: usize| format!("00:{:02}:{:02},000", seconds / 60, seconds % 60);
    let sentences = parts.iter().enumerate().flat_map(|(part, text)| {
        text.split('|').enumerate().map(move |(index, sentence)| (part * 30 + index * 7, sentence))
    });
    let captions = sentences.map(|(start, words)| format!("{} --> {}\n{words}\n\n", clock(start), clock(start + 6)));
    let srt: String = captions.collect();
    let subtitles = media.write("talk.srt", srt);
    let job = media.api.processed(&video, Some(&subtitles)).await;
    let metadata = &job["video_metadata"];
    let starts: Vec<f64> = metadata["chapters"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|chapter| chapter["start_seconds"].as_f64())
        .collect();
    assert_eq!(starts, [0.0, 30.0, 60.0], "{metadata}");
    assert!(metadata["tags"].as_array().is_some_and(|tags| tags.iter().any(|tag| tag == "latte art")), "{metadata}");
    assert!(
        metadata["description"].as_str().is_some_and(|text| text.starts_with("0:00 ") && text.lines().count() == 3)
    );
    assert_eq!(metadata["suggested"], json!(["CHAPTERS", "DESCRIPTION", "TAGS"]));
    let video_id = job["video_id"].as_str().expect("an id");
    let edited: Value = media.api.edit(video_id, json!({ "tags": ["mine"] })).await.json().await.expect("JSON");
    assert_eq!(edited["video_metadata"]["suggested"], json!(["CHAPTERS", "DESCRIPTION"]));
}
