//! Properties of files: duration, completeness, container metadata and kind.

use std::path::Path;

use serde_json::json;

use super::{H264, Media, codes, duration, thumbnails};

#[tokio::test]
async fn missing_header_duration_is_measured() {
    let media = Media::set().await;
    let picture = "-f lavfi -i testsrc2=d=12:s=320x240:r=15 -f lavfi -i mandelbrot=s=320x240:r=15 -f lavfi -i smptebars=d=12:s=320x240:r=15";
    let graph = "-filter_complex [1]trim=duration=12[m];[0][m][2]concat=n=3 -c:v libvpx -deadline realtime -cpu-used 8";
    let recording = media.make(&format!("{picture} {graph} -f webm -live 1 recorder.webm"));
    let job = media.processed(&recording).await;
    assert!((duration(&job) - 36.0).abs() < 0.5, "{}", duration(&job));
    let starts: Vec<f64> = job["video_metadata"]["chapters"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|chapter| chapter["start_seconds"].as_f64())
        .collect();
    assert!(starts.len() == 3 && (starts[1] - 12.0).abs() < 1.0 && (starts[2] - 24.0).abs() < 1.0, "{starts:?}");
    assert_eq!(thumbnails(&job).len(), 5);
}

#[tokio::test]
async fn header_duration_contradicted_by_packets_is_ignored() {
    let media = Media::set().await;
    let late = media.make(&format!("-f lavfi -i testsrc2=d=20:s=320x240 {H264} -output_ts_offset 3600 start3600.mkv"));
    let job = media.processed(&late).await;
    assert!((duration(&job) - 20.0).abs() < 0.5 && codes(&job).is_empty() && !thumbnails(&job).is_empty(), "{job}");
    let video = media.make(&format!("-f lavfi -i testsrc2=d=12:s=320x240 {H264} b12.mp4"));
    let mut bytes = std::fs::read(video).expect("a file");
    let header = bytes.windows(4).position(|window| window == b"mvhd").expect("a header");
    bytes[header + 16..header + 20].copy_from_slice(&1_u32.to_be_bytes());
    bytes[header + 20..header + 24].copy_from_slice(&0x7fff_ffff_u32.to_be_bytes());
    let job = media.processed(&media.write("mvhd.mp4", bytes)).await;
    assert!((duration(&job) - 12.0).abs() < 0.5 && codes(&job).is_empty() && !thumbnails(&job).is_empty(), "{job}");
}

#[tokio::test]
async fn truncated_files_are_reported_in_every_container() {
    let media = Media::set().await;
    let full = media.make(&format!("-f lavfi -i testsrc2=d=36:s=320x240 {H264} full.mkv"));
    let files = [
        media.half(&full, "half.mkv"),
        media.half(&media.make("-i full.mkv -c copy full.flv"), "half.flv"),
        media.half(&media.make("-i full.mkv -c:v mpeg4 -b:v 2M full.avi"), "half.avi"),
        media.half(&media.make("-i full.mkv -c copy -movflags faststart full.mp4"), "half.mp4"),
        media.half(&media.make("-i full.mkv -c:v libvpx -deadline realtime -cpu-used 8 full.webm"), "half.webm"),
    ];
    for file in files {
        let job = media.processed(&file).await;
        assert_eq!(codes(&job), ["file_incomplete"], "{}", file.display());
    }
    let ts = std::fs::read(media.make("-i full.mkv -c copy full.ts")).expect("a file");
    let job = media.processed(&media.write("half.ts", &ts[..ts.len() / 2 / 188 * 188 + 100])).await;
    assert_eq!((job["status"].as_str(), codes(&job)), (Some("COMPLETED"), vec!["file_incomplete".to_owned()]));
    let job = media.processed(&full).await;
    assert_eq!(codes(&job).len(), 0, "the complete file has no warning");
}

#[tokio::test]
async fn tags_of_every_container_are_read_without_default_texts() {
    let media = Media::set().await;
    media.video();
    let apple = "-metadata com.apple.quicktime.title=Apple -metadata com.apple.quicktime.description=Described -metadata com.apple.quicktime.keywords=apple,tags,Apple";
    let ogg = "-metadata title=Ogg -metadata description=Theora";
    for (args, title, description, tags) in [
        (
            format!("-i b.mp4 -c copy -movflags use_metadata_tags {apple} apple.mov"),
            "Apple",
            json!("Described"),
            json!(["apple", "tags"]),
        ),
        (format!("-i b.mp4 -an -c:v libtheora {ogg} tags.ogv"), "Ogg", json!("Theora"), json!(null)),
        (
            "-i b.mp4 -c copy -metadata comment=vid:v12044gd0000cabcdef tiktok.mp4".to_owned(),
            "Tiktok",
            json!(null),
            json!(null),
        ),
        ("-i b.mp4 -c copy -metadata title=Untitled my_walk.mp4".to_owned(), "My walk", json!(null), json!(null)),
        (
            "-i b.mp4 -c copy -metadata title=In -metadata comment=Said matroska.mkv".to_owned(),
            "In",
            json!("Said"),
            json!(null),
        ),
    ] {
        let job = media.processed(&media.make(&args)).await;
        let metadata = &job["video_metadata"];
        assert_eq!(
            (&metadata["title"], &metadata["description"], &metadata["tags"]),
            (&json!(title), &description, &tags),
            "{args}"
        );
    }
}

#[tokio::test]
async fn phone_video_gets_title_from_day_and_place() {
    let media = Media::set().await;
    media.video();
    let tags = "-metadata creation_time=2024-11-14T10:11:12Z -metadata com.apple.quicktime.location.ISO6709=+64.1466-021.9426+010.0/";
    let phone = media.make(&format!("-i b.mp4 -c copy -movflags use_metadata_tags {tags} IMG_1234.MOV"));
    assert_eq!(media.processed(&phone).await["video_metadata"]["title"], "14 November 2024, Reykjavik");
}

#[tokio::test]
async fn file_of_another_kind_fails_with_its_kind() {
    let media = Media::set().await;
    let picture = media.make("-f lavfi -i testsrc2=s=640x360 -frames:v 1 photo.jpg");
    let bytes = std::fs::read(&picture).expect("a file");
    let files = [
        (picture, "image"),
        (media.write("named.mp4", bytes), "image"),
        (media.make("-f lavfi -i testsrc2=s=64x64 -frames:v 1 photo.webp"), "image"),
        (media.make("-f lavfi -i testsrc2=s=64x64 -frames:v 1 photo.tiff"), "image"),
        (media.make("-f lavfi -i sine=d=2 -c:a aac song.mp4"), "only audio"),
        (media.make("-f lavfi -i sine=d=2 song.mp3"), "only audio"),
        (media.make("-f lavfi -i sine=d=2 song.opus"), "only audio"),
        (media.write("archive.mp4", [b"PK\x03\x04".as_slice(), &[0; 600]].concat()), "archive"),
    ];
    for (file, expected) in files {
        let job = media.processed(&file).await;
        assert_eq!(
            (job["status"].as_str(), codes(&job)),
            (Some("FAILED"), vec!["not_a_video".to_owned()]),
            "{}",
            file.display()
        );
        let message = job["error_message"].as_str().unwrap_or_default();
        assert!(message.contains(expected), "{}: {message}", name(&file));
    }
}

#[tokio::test]
async fn header_without_content_is_not_a_video() {
    let media = Media::set().await;
    media.make(&format!("-f lavfi -i testsrc2=d=2:s=320x240 {H264} -movflags frag_keyframe+empty_moov film.mp4"));
    let bytes = std::fs::read(media.path("film.mp4")).expect("a file");
    let end = bytes.windows(4).position(|window| window == b"moof").expect("a fragment") - 4;
    let job = media.processed(&media.write("init.mp4", &bytes[..end])).await;
    assert_eq!(job["status"], "FAILED", "{job}");
    assert!(codes(&job).contains(&"not_a_video".to_owned()));
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
