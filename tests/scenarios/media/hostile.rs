//! Malicious files: they cannot read other files, exhaust the computer, or block other uploads.

#[cfg(target_os = "linux")]
use std::{path::Path, time::Duration};

#[cfg(target_os = "linux")]
use tallylight_tests::StudioHarness;

use super::{H264, Media, codes, thumbnails};

#[tokio::test]
async fn playlist_is_rejected_and_reads_no_other_file() {
    let media = Media::set().await;
    let other = media.make("-f lavfi -i testsrc2=d=3:s=320x240 -c:v mpeg2video -f mpegts other.ts");
    let other = other.display();
    let lists = [
        (
            "latin1.mp4",
            format!("#EXTM3U\n# caf\u{e9}\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://{other}\n#EXT-X-ENDLIST\n"),
        ),
        ("itself.mp4", "#EXTM3U\n# caf\u{e9}\n#EXT-X-STREAM-INF:BANDWIDTH=1\nsource.mp4\n".to_owned()),
        ("concat.mkv", format!("ffconcat version 1.0\n# caf\u{e9}\nfile '{other}'\n")),
        (
            "dash.mp4",
            format!(
                "<?xml version=\"1.0\" encoding=\"latin1\"?>\n<!-- caf\u{e9} --><MPD><BaseURL>{other}</BaseURL></MPD>\n"
            ),
        ),
        ("session.ts", "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=caf\u{e9}\r\nm=video 5004 RTP/AVP 96\r\n".to_owned()),
    ];
    for (name, text) in lists {
        // One byte is not UTF-8, so that the file does not count as text.
        let bytes: Vec<u8> = text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect();
        let job = media.processed(&media.write(name, bytes)).await;
        assert_eq!((job["status"].as_str(), codes(&job)), (Some("FAILED"), vec!["not_a_video".to_owned()]), "{name}");
        assert!(
            thumbnails(&job).is_empty()
                && job["error_message"].as_str().is_some_and(|message| message.contains("playlist")),
            "{job}"
        );
    }
}

#[tokio::test]
async fn ffmpeg_rejects_lists_of_other_files() {
    // A list that passes the check of the first bytes, so that ffmpeg's own probing detects it.
    let media = Media::set().await;
    let other = media.make("-f lavfi -i testsrc2=d=3:s=320x240 -c:v mpeg2video -f mpegts other.ts");
    let text = [b"\xffjunk\n#EXTM3U\n".as_slice(), other.display().to_string().as_bytes()].concat();
    let job = media.processed(&media.write("hidden.m3u8", text)).await;
    assert_eq!(codes(&job), ["not_a_video"]);
}

/// Writes a script that replaces ffprobe or ffmpeg.
#[cfg(target_os = "linux")]
fn tool(folder: &Path, name: &str, script: &str) -> std::ffi::OsString {
    let path = folder.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a script");
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("permissions");
    path.into()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn tool_above_memory_limit_fails_with_user_message() {
    let folder = tempfile::tempdir().expect("a folder");
    // dd allocates its block at once.
    let greedy = tool(folder.path(), "ffprobe", "exec dd if=/dev/zero of=/dev/null bs=20G count=1");
    let media = Media::of(StudioHarness::set_with(|config| config.tools.ffprobe = greedy).await).await;
    let job = media.processed(&media.video()).await;
    assert_eq!(codes(&job), ["too_large_to_process"], "{job}");
    assert!(job["error_message"].as_str().is_some_and(|message| message.contains("memory")));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn tools_end_with_their_studio() {
    let folder = tempfile::tempdir().expect("a folder");
    let pid_file = folder.path().join("pid");
    let endless = tool(folder.path(), "ffprobe", &format!("echo $$ > {}; exec sleep 600", pid_file.display()));
    let mut media = Media::of(StudioHarness::set_with(|config| config.tools.ffprobe = endless).await).await;
    media.api.upload(&media.video(), None).await;
    let pid = loop {
        match std::fs::read_to_string(&pid_file).ok().filter(|pid| pid.ends_with('\n')) {
            Some(pid) => break pid.trim().to_owned(),
            None => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    };
    media.harness.stop_studio().await;
    let is_there = || std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "));
    assert!(!is_there(), "the program has ended when the studio has stopped");
}

#[tokio::test]
async fn very_long_texts_are_shortened_with_a_warning() {
    let media = Media::set().await;
    media.make(&format!("-f lavfi -i testsrc2=d=2:s=320x240 {H264} b2.mp4"));
    let tags: Vec<String> = (0..3000).map(|number| format!("tag{number}")).collect();
    let metadata = format!(
        ";FFMETADATA1\ntitle={}\u{202e}\u{7}\nkeywords={}\ndescription={}\n",
        "x".repeat(5000),
        tags.join(","),
        "y".repeat(200_000)
    );
    media.write("metadata.txt", metadata);
    let job = media
        .processed(
            &media.make("-i b2.mp4 -i metadata.txt -map_metadata 1 -c copy -movflags use_metadata_tags long.mp4"),
        )
        .await;
    let texts = &job["video_metadata"];
    assert_eq!(
        (job["status"].as_str(), codes(&job)),
        (Some("COMPLETED"), vec!["metadata_cut".to_owned()]),
        "{}",
        job["error_message"]
    );
    assert_eq!(texts["title"].as_str().map(str::len), Some(1000));
    assert_eq!(texts["tags"].as_array().map(Vec::len), Some(500));
    assert_eq!(texts["description"].as_str().map(str::len), Some(64 << 10));
}
