//! Thumbnails: aspect ratio and colours as in a player, at least one for each video, the best as the cover.

#[cfg(unix)]
use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;
#[cfg(unix)]
use tallylight_studio::HardwareDecoding;
#[cfg(unix)]
use tallylight_tests::StudioHarness;

use super::{H264, Media, codes, thumbnails};

fn sizes(job: &Value) -> Vec<(u64, u64)> {
    let side = |thumbnail: &Value, name: &str| thumbnail[name].as_u64().unwrap_or(0);
    thumbnails(job).iter().map(|thumbnail| (side(thumbnail, "width"), side(thumbnail, "height"))).collect()
}

/// Stores the cover of a job as `cover.jpg` and returns its brightness and saturation, of 255 each.
async fn cover(media: &Media, job: &Value) -> (f64, f64) {
    let url = job["video_metadata"]["thumbnail_file_url"].as_str().expect("a cover");
    let bytes = media.api.http.get(url).send().await.expect("an answer").bytes().await.expect("a picture");
    media.write("cover.jpg", &bytes);
    statistics(media, "cover.jpg")
}

/// Returns the brightness and saturation of an image, of 255 each, measured by ffmpeg.
fn statistics(media: &Media, name: &str) -> (f64, f64) {
    let output = std::process::Command::new("ffprobe")
        .current_dir(media.harness.videos())
        .args(["-v", "error", "-f", "lavfi", "-i", &format!("movie={name},signalstats"), "-show_entries"])
        .args(["frame_tags=lavfi.signalstats.YAVG,lavfi.signalstats.SATAVG", "-of", "csv=p=0"])
        .output()
        .expect("ffprobe");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut values = text.trim().split(',').map(|value| value.parse().unwrap_or(-1.0));
    (values.next().unwrap_or(-1.0), values.next().unwrap_or(-1.0))
}

/// Turns a video by 90° as phones do: in the matrix of its track. The options of ffmpeg for this differ by version.
fn turned(mut video: Vec<u8>) -> Vec<u8> {
    let header = video.windows(4).position(|bytes| bytes == b"tkhd").expect("a track");
    // After the kind of the box: 40 bytes, then nine numbers with 16 binary digits after the point, the last with 30.
    let matrix = [0, 1 << 16, 0, -(1 << 16), 0, 0, 360 << 16, 0, 1_i32 << 30];
    let bytes: Vec<u8> = matrix.iter().flat_map(|number| number.to_be_bytes()).collect();
    video[header + 44..header + 80].copy_from_slice(&bytes);
    video
}

#[tokio::test]
async fn thumbnails_have_square_pixels_and_follow_rotation() {
    let media = Media::set().await;
    let made = |args: &str| media.make(&format!("-f lavfi -i {args}"));
    let plain = std::fs::read(made(&format!("testsrc2=d=3:s=640x360:r=25 {H264} plain.mp4"))).expect("a video");
    let rotated = media.write("upright.mp4", turned(plain));
    for (file, size) in [
        (made(&format!("testsrc2=d=3:s=1440x1080:r=25 -vf setsar=4/3 {H264} hdv.mp4")), (1280, 720)),
        (made(&format!("testsrc2=d=3:s=720x576:r=25 -vf setsar=64/45 {H264} dvd.mp4")), (1024, 576)),
        (rotated, (360, 640)),
    ] {
        let sizes = sizes(&media.processed(&file).await);
        assert!(!sizes.is_empty() && sizes.iter().all(|found| *found == size), "{}: {sizes:?}", file.display());
    }
}

#[tokio::test]
async fn cover_is_not_a_black_frame() {
    let media = Media::set().await;
    let inputs = "-f lavfi -i color=black:s=640x360:d=4:r=30 -f lavfi -i testsrc2=d=4:s=640x360:r=30";
    let job = media.processed(&media.make(&format!("{inputs} -filter_complex [0][1]concat {H264} black.mp4"))).await;
    assert!(cover(&media, &job).await.0 > 40.0);
    let times: Vec<f64> =
        thumbnails(&job).iter().filter_map(|thumbnail| thumbnail["timestamp_seconds"].as_f64()).collect();
    assert!(!times.is_empty() && times.iter().all(|time| *time >= 4.0), "{times:?}");
    let black = media.make(&format!("-f lavfi -i color=black:s=640x360:d=4 {H264} all_black.mp4"));
    assert_eq!(thumbnails(&media.processed(&black).await).len(), 1, "one black thumbnail if there is no other frame");
}

#[tokio::test]
async fn hdr_thumbnails_keep_their_colours() {
    let media = Media::set().await;
    let sdr = "format=yuv420p,setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709,zscale=t=linear:npl=203,format=gbrpf32le";
    let pq = "zscale=p=bt2020:t=smpte2084:m=bt2020nc:r=tv,format=yuv420p10le";
    let coded =
        "-c:v libx265 -x265-params log-level=none -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc";
    let hdr = media.make(&format!("-f lavfi -i testsrc2=d=3:s=640x360 -vf {sdr},{pq} {coded} pq.mp4"));
    let (_, mapped) = cover(&media, &media.processed(&hdr).await).await;
    media.make("-ss 1 -i pq.mp4 -frames:v 1 -pix_fmt yuvj420p bare.jpg");
    let (_, bare) = statistics(&media, "bare.jpg");
    assert!(mapped > 1.3 * bare && bare > 0.0, "saturation {mapped}, and {bare} without tone mapping");
}

#[tokio::test]
async fn interlaced_frames_are_deinterlaced() {
    let media = Media::set().await;
    let inputs = "-f lavfi -i color=gray:s=720x576:r=50:d=4 -f lavfi -i color=white:s=60x300:r=50:d=4";
    let graph = "-filter_complex [0][1]overlay=x=mod(t*600\\,660):y=130,interlace=scan=tff:lowpass=0,setsar=1";
    let file = media.make(&format!("{inputs} {graph} -c:v mpeg2video -flags +ildct+ilme -b:v 8M interlaced.mpg"));
    let job = media.processed(&file).await;
    assert_eq!(codes(&job).len(), 0);
    cover(&media, &job).await;
    // Combs are lines that differ from both neighbours; scaling to half the height and back removes them.
    let combs = |picture: &PathBuf| {
        let filter = "[0]split[a][b];[b]scale=iw:ih/2:flags=neighbor,scale=iw:2*ih:flags=neighbor[c];[a][c]blend=all_mode=difference,signalstats,metadata=print:file=-";
        let output = std::process::Command::new("ffmpeg")
            .args(["-v", "error", "-i"])
            .arg(picture)
            .args(["-filter_complex", filter, "-f", "null", "-"])
            .output()
            .expect("ffmpeg");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().find_map(|line| line.strip_prefix("lavfi.signalstats.YAVG=")?.parse::<f64>().ok()).unwrap_or(-1.0)
    };
    let raw = media.make("-ss 1 -i interlaced.mpg -frames:v 1 raw.jpg");
    let (deinterlaced, interlaced) = (combs(&media.path("cover.jpg")), combs(&raw));
    assert!(deinterlaced >= 0.0 && deinterlaced < interlaced / 2.0, "{deinterlaced} of {interlaced}");
}

#[tokio::test]
async fn every_decodable_video_has_a_thumbnail() {
    let media = Media::set().await;
    for args in [
        "-f lavfi -i testsrc2=d=3:s=64x64 -vf scale=641:1 -c:v ffv1 641x1.mkv".to_owned(),
        "-f lavfi -i testsrc2=d=3:s=64x64 -vf scale=1:641 -c:v ffv1 1x641.mkv".to_owned(),
        format!("-f lavfi -i testsrc2=d=0.4:s=320x240 {H264} short.mp4"),
        format!("-f lavfi -i testsrc2=d=0.04:s=320x240 {H264} one_frame.mkv"),
        "-f lavfi -i testsrc2=d=2:s=320x240 -c:v mpeg2video -f mpegts -output_ts_offset 500 late.ts".to_owned(),
        "-f lavfi -i testsrc2=d=2:s=320x240:r=5 moves.gif".to_owned(),
    ] {
        let job = media.processed(&media.make(&args)).await;
        assert_eq!(job["status"], "COMPLETED", "{args}: {job}");
        let found = thumbnails(&job);
        assert!(!found.is_empty(), "{args}: {job}");
        let times: std::collections::BTreeSet<String> =
            found.iter().map(|thumbnail| thumbnail["timestamp_seconds"].to_string()).collect();
        assert_eq!(times.len(), found.len(), "{args}: each thumbnail shows another time");
    }
}

#[tokio::test]
async fn thumbnails_show_the_stream_that_a_player_selects() {
    let media = Media::set().await;
    media.make("-f lavfi -i testsrc2=s=640x640 -frames:v 1 cover.png");
    media.make(&format!("-f lavfi -i testsrc2=d=3:s=320x240 {H264} film.mp4"));
    let covered =
        media.make("-i cover.png -i film.mp4 -map 0 -map 1 -c copy -disposition:v:0 attached_pic covered.mp4");
    let found = sizes(&media.processed(&covered).await);
    assert!(found.iter().all(|size| *size == (320, 240)), "{found:?}");
}

#[tokio::test]
async fn chapters_follow_scenes_if_the_stream_starts_after_zero() {
    let media = Media::set().await;
    let scenes = "[0:v][1:v][2:v]concat=n=3:v=1";
    let encode = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 250 -sc_threshold 0 -output_ts_offset 100";
    let video = media.make(&format!(
        "-f lavfi -i mandelbrot=s=320x240:r=25:start_scale=3 -f lavfi -i testsrc2=s=320x240:r=25:d=13 \
         -f lavfi -i smptebars=s=320x240:r=25:d=12 -filter_complex [0:v]trim=duration=14[m];{} {encode} cut.ts",
        scenes.replace("[0:v]", "[m]")
    ));
    let job = media.processed(&video).await;
    let chapters = job["video_metadata"]["chapters"].as_array().unwrap_or_else(|| panic!("chapters in {job}"));
    let starts: Vec<f64> = chapters.iter().filter_map(|chapter| chapter["start_seconds"].as_f64()).collect();
    assert_eq!(starts.len(), 3, "{starts:?}");
    assert!((starts[1] - 14.0).abs() < 1.0 && (starts[2] - 27.0).abs() < 1.0, "{starts:?}");
}

/// Writes a script that replaces ffmpeg on a computer whose hardware decoding works or fails. It records its arguments,
/// and is slow without hardware decoding.
#[cfg(unix)]
fn with_hardware(folder: &Path, works: bool) -> PathBuf {
    let program = folder.join("ffmpeg");
    let failure = if works { "" } else { "exit 1" };
    let script = format!(
        "#!/bin/sh\necho \"$*\" >> {}/runs\nwith=no\nfor arg; do\n  shift\n  case \"$arg\" in\n    \
         -hwaccel) with=yes; {failure};;\n    auto) ;;\n    *) set -- \"$@\" \"$arg\";;\n  esac\ndone\n\
         case \"$with $*\" in no*-frames:v\\ 60*) sleep 2;; esac\nexec ffmpeg \"$@\"\n",
        folder.display()
    );
    std::fs::write(&program, script).expect("a script");
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("permissions");
    program
}

#[cfg(unix)]
#[tokio::test]
async fn hardware_decoding_is_used_only_if_tested_as_faster() {
    for works in [true, false] {
        let folder = tempfile::tempdir().expect("a folder");
        let program = with_hardware(folder.path(), works);
        let harness = StudioHarness::set_with(|config| {
            config.tools.ffmpeg = program.into();
            config.tools.hardware = HardwareDecoding::Try;
        });
        let media = Media::of(harness.await).await;
        let video = media.make("-f lavfi -i testsrc2=s=320x240:r=10:d=61 -c:v libx264 -preset ultrafast long.mp4");
        let job = media.processed(&video).await;
        assert_eq!((job["status"].as_str(), codes(&job).len()), (Some("COMPLETED"), 0), "{job}");
        let runs = std::fs::read_to_string(folder.path().join("runs")).expect("the recorded arguments");
        let keyframes =
            runs.lines().find(|line| line.contains("nokey") && line.contains("rawvideo")).expect("keyframes");
        assert_eq!(keyframes.contains("-hwaccel auto"), works, "{runs}");
    }
}
