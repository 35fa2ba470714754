//! Changes of scene, looked for among the pictures that are whole in themselves (keyframes): decoding those alone takes a
//! twentieth of the time. Where two of them differ, the pictures between them tell the moment.

use super::{
    failure::Failure,
    input,
    tool::{self, Limits},
    work::Work,
};

mod difference;

use difference::{PICTURE_BYTES, Picture, SIDE};

/// How different two pictures in a row must be for a new scene, 0–1, by ffmpeg's measure; its documentation suggests 0.3
/// to 0.5.
const THRESHOLD: f64 = 0.35;
/// How different two keyframes must be for a look at what is between them, 0–1.
const CANDIDATE: f64 = 0.25;
/// How different two keyframes are that surely show different scenes, even if one fades into the other.
const CERTAIN: f64 = 0.7;
/// How exact the beginning of a scene is, in seconds.
const EXACT: f64 = 1.0;
/// The longest time between two keyframes, in seconds, on average; of a video with fewer everything is decoded.
const LONGEST_INTERVAL: f64 = 15.0;
/// The most intervals that are looked at closely.
const MOST: usize = 40;
/// How far apart changes have to be for each to matter, in seconds: no chapter is shorter.
const APART: f64 = 10.0;
/// A small picture shows a change as well as a large one, faster. One pixel is the least that a picture can be.
const SMALL: &str = "scale=w=160:h='max(2,2*trunc(80*ih/iw/sar))'";
/// The file that keyframes are written to, as bare pixels.
const KEYFRAMES: &str = "keyframes.raw";

/// Returns the times of changes, in seconds.
///
/// # Errors
/// Where the video cannot be decoded, or a tool reached one of its limits.
pub async fn changes(work: &mut Work) -> Result<Vec<f64>, Failure> {
    let file = work.folder.join(KEYFRAMES);
    let read = keyframes(work, &file).await;
    let pixels = tokio::fs::read(&file).await.unwrap_or_default();
    let _ = tokio::fs::remove_file(&file).await;
    let pictures: Vec<Picture> = pixels.chunks_exact(PICTURE_BYTES).map(Picture::of).collect();
    let keyframes: Vec<(f64, Picture)> = read?.into_iter().zip(pictures).collect();
    let duration = work.probe.duration;
    #[expect(clippy::cast_precision_loss, reason = "a number of pictures")]
    let interval = duration / keyframes.len().max(1) as f64;
    if interval > LONGEST_INTERVAL {
        let found = within(work, 0.0, duration + 1.0, &[]).await?;
        return Ok(found.into_iter().map(|change| change.0).collect());
    }
    among(work, &keyframes).await
}

/// Returns the changes between keyframes that differ.
async fn among(work: &Work, keyframes: &[(f64, Picture)]) -> Result<Vec<f64>, Failure> {
    let longest = keyframes.windows(2).map(|pair| pair[1].0 - pair[0].0).fold(0.0, f64::max);
    let (mut changes, mut looks): (Vec<f64>, usize) = (Vec::new(), 0);
    for pair in keyframes.windows(2) {
        let ((from, before), (to, after)) = (&pair[0], &pair[1]);
        let difference = before.difference(after);
        let is_near = changes.last().is_some_and(|last| to - last < APART);
        if difference < CANDIDATE || *to < APART || is_near {
            continue;
        }
        let interval = to - from;
        // Encoders begin anew where a scene does, sooner than they had to.
        if interval <= EXACT || interval < 0.9 * longest {
            changes.push(*to);
        } else if looks < MOST {
            looks += 1;
            // The change may be at the keyframe itself.
            let found = within(work, *from, interval + 0.5, &["-skip_frame", "bidir"]).await?;
            let greatest = found.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).map(|change| change.0);
            changes.extend(greatest.or((difference >= CERTAIN).then_some(*to)));
        }
    }
    Ok(changes)
}

/// Decodes the keyframes alone into a file, and returns their times.
async fn keyframes(work: &mut Work, file: &std::path::Path) -> Result<Vec<f64>, Failure> {
    let filter = format!("scale={SIDE}:{SIDE},format=rgb24,select='gte(scene,0)',metadata=mode=print:file=-");
    let map = work.probe.map_video();
    let after = ["-map", &map, "-vf", &filter, "-fps_mode", "passthrough", "-f", "rawvideo"];
    let after = after.iter().map(AsRef::as_ref).chain([file.as_os_str()]);
    let args = input::ffmpeg(&["-skip_frame", "nokey"], &work.job.source, after);
    let mut times = Vec::new();
    work.read_through(args, Limits::video(work.probe.duration), |line| times.extend(tool::frame_time(line))).await?;
    Ok(times)
}

/// Looks for changes in a part of the video, among all of its pictures or fewer. Returns their times in seconds, and how
/// great each is.
async fn within(work: &Work, start: f64, length: f64, decode: &[&str]) -> Result<Vec<(f64, f64)>, Failure> {
    let filter = format!("{SMALL},select='gt(scene,{THRESHOLD})',metadata=mode=print:file=-");
    let (map, start_text, length) = (work.probe.map_video(), format!("{start:.3}"), format!("{length:.3}"));
    let before: Vec<&str> = decode.iter().copied().chain(["-ss", &start_text, "-t", &length]).collect();
    let after = ["-map", &map, "-vf", &filter, "-fps_mode", "passthrough", "-f", "null", "-"];
    let args = input::ffmpeg(&before, &work.job.source, after);
    let mut found: Vec<(f64, f64)> = Vec::new();
    tool::run(&work.tools.ffmpeg, args, Limits::video(work.probe.duration), |line| {
        if let Some(time) = tool::frame_time(line) {
            found.push((start + time, 0.0));
        } else if let (Some(score), Some(last)) = (tool::metadata(line, "lavfi.scene_score"), found.last_mut()) {
            last.1 = score;
        }
    })
    .await?;
    Ok(found)
}
