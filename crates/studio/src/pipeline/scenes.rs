//! Scene detection. Keyframes are compared first, because decoding only them takes a twentieth of the time. Between two
//! keyframes that differ, the time of the change is that of a packet far larger than the others, or else it is searched
//! by decoding the frames between them.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use super::{context::Context, failure::Failure, input};
use crate::tool::{self, Limits};

mod frame;
mod packets;

use frame::{FRAME_BYTES, Frame, SIDE};

/// How different two successive frames of a new scene are, 0–1, by ffmpeg's measure. Its documentation suggests 0.3 to
/// 0.5.
const THRESHOLD: f64 = 0.35;
/// How different two keyframes must be for a search between them, 0–1.
const CANDIDATE: f64 = 0.25;
/// How many times the usual difference two keyframes must have: in a video with much movement all keyframes differ.
const UNUSUAL: f64 = 2.5;
/// The difference from which two keyframes certainly show different scenes, even with a fade between them.
const CERTAIN: f64 = 0.7;
/// How much of the video may be decoded to search for certain changes, as a share of its duration.
const BUDGET: f64 = 0.12;
/// How much of the video may be decoded to search for uncertain changes, as a share of its duration.
const UNCERTAIN_BUDGET: f64 = 0.05;
/// How much may be decoded in any case, in seconds, for short videos.
const LEAST_BUDGET: f64 = 30.0;
/// The precision of a scene's start, in seconds.
const PRECISION: f64 = 1.0;
/// The longest average time between two keyframes, in seconds. A video with fewer keyframes is decoded completely.
const LONGEST_INTERVAL: f64 = 15.0;
/// The largest number of changes.
const MAX_CHANGES: usize = 40;
/// The smallest distance of two changes, in seconds: no chapter is shorter.
const MIN_DISTANCE: f64 = 10.0;
/// Scales frames down, which is faster and shows a change as well. A frame has at least two pixels on each side.
const SMALL: &str = "scale=w=160:h='max(2,2*trunc(80*ih/iw/sar))'";
/// Fast decoding of frames that are not shown to the user, without the deblocking filter.
const FAST_DECODING: [&str; 2] = ["-skip_loop_filter", "all"];
/// The same, without bidirectional frames, which no other frame refers to.
const SKIP_BIDIRECTIONAL: [&str; 4] = ["-skip_loop_filter", "all", "-skip_frame", "bidir"];
/// The same, keyframes only.
const KEYFRAMES_ALONE: [&str; 4] = ["-skip_loop_filter", "all", "-skip_frame", "nokey"];
/// Prints the times of frames at once, and no metadata of the file.
const PRINT: &str = "metadata=mode=print:key=lavfi.scene_score:direct=1:file=-";
/// The shortest time between two compared frames, in seconds.
const SHORTEST_INTERVAL: f64 = 0.5;
/// The largest number of compared keyframes; they take 30 MB.
const MAX_FRAMES: f64 = 10_000.0;
/// The largest number of compared frames between two keyframes.
const MAX_FRAMES_BETWEEN: f64 = 2_000.0;
/// How far after the largest packet frames are decoded, in seconds.
const AFTER_PEAK: f64 = 0.3;
/// The file of the small frames, as raw pixels.
const FRAMES_FILE: &str = "keyframes.raw";

/// Returns the times of scene changes, in seconds.
///
/// # Errors
/// The failure of ffmpeg if the video cannot be decoded or a limit was reached.
pub async fn changes(context: &mut Context) -> Result<Vec<f64>, Failure> {
    let keyframes = keyframes(context).await?;
    let duration = context.media.duration;
    #[expect(clippy::cast_precision_loss, reason = "a number of frames")]
    let interval = duration / keyframes.len().max(1) as f64;
    if interval > LONGEST_INTERVAL {
        return in_whole_video(context).await;
    }
    between_keyframes(context, &keyframes).await
}

/// Returns the changes between keyframes that differ more than is usual in this video, searching the most different
/// first.
async fn between_keyframes(context: &Context, keyframes: &[(f64, Frame)]) -> Result<Vec<f64>, Failure> {
    let longest = keyframes.windows(2).map(|pair| pair[1].0 - pair[0].0).fold(0.0, f64::max);
    let budget = |share: f64| (context.media.duration * share).max(LEAST_BUDGET);
    let mut decoded = 0.0;
    let mut changes: Vec<f64> = Vec::new();
    // Encoders insert a keyframe at a scene change, sooner than the regular interval.
    let is_exact = |Candidate { from, to, difference, .. }: &Candidate| {
        let interval = to - from;
        interval <= PRECISION || interval < 0.9 * longest && *difference >= CERTAIN
    };
    let (exact, others): (Vec<_>, Vec<_>) = candidates(keyframes).into_iter().partition(is_exact);
    changes.extend(exact.iter().map(|candidate| candidate.to));
    let intervals: Vec<_> = others.iter().map(|candidate| (candidate.from, candidate.to)).collect();
    let packets = packets::read(context, &intervals).await;
    for candidate in others {
        let Candidate { from, to, difference, .. } = candidate;
        let interval = to - from;
        if let Some(peak) = packets::peak(&packets, from, to) {
            changes.push(peak);
        } else if decoded + interval <= budget(if difference >= CERTAIN { BUDGET } else { UNCERTAIN_BUDGET }) {
            decoded += interval;
            // The change is most likely not after the largest packet, so the first search ends there.
            let early = packets::largest(&packets, from, to)
                .map(|time| time + AFTER_PEAK)
                .filter(|early| *early < to - AFTER_PEAK);
            let after = &keyframes[candidate.after].1;
            for until in early.into_iter().chain([to]) {
                if let Some(found) = search_interval(context, &candidate, until, after).await? {
                    changes.push(found);
                    break;
                }
            }
        } else if difference >= CERTAIN {
            changes.push(to);
        }
    }
    changes.sort_by(f64::total_cmp);
    Ok(changes)
}

/// Two successive keyframes that may show different scenes.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Candidate {
    from: f64,
    to: f64,
    difference: f64,
    /// The index of the later keyframe.
    after: usize,
}

/// Returns the pairs of keyframes that differ more than usual, the most different first, each far enough from the
/// others to begin a chapter.
fn candidates(keyframes: &[(f64, Frame)]) -> Vec<Candidate> {
    let pair = |(index, pair): (usize, &[(f64, Frame)])| Candidate {
        from: pair[0].0,
        to: pair[1].0,
        difference: pair[0].1.difference(&pair[1].1),
        after: index + 1,
    };
    let mut all: Vec<Candidate> = keyframes.windows(2).enumerate().map(pair).collect();
    all.sort_by(|a, b| b.difference.total_cmp(&a.difference).then(a.to.total_cmp(&b.to)));
    // In a short video every second pair may show a change, in others far fewer.
    let usual = all.get(all.len() * 3 / 4).map_or(0.0, |quartile| quartile.difference);
    let least = (UNUSUAL * usual).clamp(CANDIDATE, CERTAIN);
    let mut chosen: Vec<Candidate> = Vec::new();
    for candidate in all.into_iter().filter(|candidate| candidate.difference >= least && candidate.to >= MIN_DISTANCE) {
        // Each change is somewhere between its two keyframes.
        let may_be_apart =
            |other: &Candidate| (other.to - candidate.from).max(candidate.to - other.from) >= MIN_DISTANCE;
        let is_apart = chosen.iter().all(may_be_apart);
        if is_apart && chosen.len() < MAX_CHANGES {
            chosen.push(candidate);
        }
    }
    chosen
}

/// Decodes only the keyframes and returns them with their times, in seconds.
async fn keyframes(context: &mut Context) -> Result<Vec<(f64, Frame)>, Failure> {
    // Some decoders return every frame, and some videos consist of keyframes only, so the number is limited.
    let apart = (context.media.duration / MAX_FRAMES).max(SHORTEST_INTERVAL);
    let options = context.decoding_options().await;
    let before: Vec<&str> = options.iter().copied().chain(KEYFRAMES_ALONE).collect();
    let (args, file) = small_frames(context, &before, "area", apart);
    let mut times = Vec::new();
    let read = context
        .run_ffmpeg(args, Limits::video(context.media.duration), |line| times.extend(tool::frame_time(line)))
        .await;
    let frames = read_frames(&file).await;
    read.map(|()| times.into_iter().zip(frames).collect())
}

/// Returns the time of a scene change between two keyframes, in seconds: from it on, frames are more similar to `after`
/// than to the first one. `None` if there is no change up to `until`, or if the frames change gradually.
async fn search_interval(
    context: &Context,
    candidate: &Candidate,
    until: f64,
    after: &Frame,
) -> Result<Option<f64>, Failure> {
    let from = candidate.from;
    // The change may be at the keyframe itself.
    let (start, length) = (format!("{from:.3}"), format!("{:.3}", until - from + 0.2));
    let options = context.decoding_options().await;
    let seek = ["-ss", &start, "-t", &length];
    let before: Vec<&str> = options.iter().copied().chain(SKIP_BIDIRECTIONAL).chain(seek).collect();
    let (args, file) = small_frames(context, &before, "fast_bilinear", (until - from) / MAX_FRAMES_BETWEEN);
    let mut times = Vec::new();
    let run = tool::run(&context.tools.ffmpeg, args, Limits::video(context.media.duration), |line| {
        times.extend(tool::frame_time(line).map(|time| from + time));
    });
    let read = run.await;
    let frames = read_frames(&file).await;
    read?;
    Ok(change(&times, &frames, after, candidate.difference))
}

fn change(times: &[f64], frames: &[Frame], after: &Frame, difference: f64) -> Option<f64> {
    let first = frames.first()?;
    let jump = frames.windows(2).map(|pair| pair[0].difference(&pair[1])).fold(0.0, f64::max);
    let is_change = difference >= CERTAIN || jump >= difference / 2.0;
    let place = frames.iter().position(|frame| frame.difference(after) < frame.difference(first));
    place.filter(|_| is_change).and_then(|place| times.get(place)).copied()
}

/// Returns the arguments that write small frames to a file and print their times, and the file. `algorithm` is ffmpeg's
/// scaling algorithm, `apart` the shortest time between two frames, in seconds.
fn small_frames(context: &Context, before: &[&str], algorithm: &str, apart: f64) -> (Vec<OsString>, PathBuf) {
    let file = context.folder.join(FRAMES_FILE);
    // Frames get new, evenly spaced times, because ffmpeg would fill the gaps between keyframes with copies.
    let evenly = "setpts=N/(25*TB)";
    let select = format!("select='gte(scene,0)*(isnan(prev_selected_t)+gte(t-prev_selected_t,{apart:.3}))'");
    let filter = format!("scale={SIDE}:{SIDE}:flags={algorithm},format=rgb24,{select},{PRINT},{evenly}");
    let map = context.media.map_video();
    let after = ["-map", &map, "-vf", &filter, "-r", "25", "-f", "rawvideo"];
    let after = after.iter().map(AsRef::as_ref).chain([file.as_os_str()]);
    (input::ffmpeg(before, &context.job.source, after), file)
}

/// Reads the small frames of a file and removes it.
async fn read_frames(file: &Path) -> Vec<Frame> {
    let pixels = tokio::fs::read(file).await.unwrap_or_default();
    let _ = tokio::fs::remove_file(file).await;
    // On a blocking thread, because thousands of frames take a moment.
    let frames = tokio::task::spawn_blocking(move || pixels.chunks_exact(FRAME_BYTES).map(Frame::of).collect());
    frames.await.unwrap_or_default()
}

/// Searches the whole video, without its keyframes, and returns the times of scene changes in seconds.
async fn in_whole_video(context: &Context) -> Result<Vec<f64>, Failure> {
    let filter = format!("{SMALL},select='gt(scene,{THRESHOLD})',{PRINT}");
    let map = context.media.map_video();
    let before: Vec<&str> = context.decoding_options().await.iter().copied().chain(FAST_DECODING).collect();
    let args = input::ffmpeg(&before, &context.job.source, ["-map", &map, "-vf", &filter, "-f", "null", "-"]);
    let mut times = Vec::new();
    // ffmpeg reports nothing while no scene changes.
    tool::run(&context.tools.ffmpeg, args, Limits::video(context.media.duration).without_stall_limit(), |line| {
        times.extend(tool::frame_time(line));
    })
    .await?;
    Ok(times)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a frame of one colour; a larger share is brighter.
    fn frame(share: f64) -> Frame {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0–255")]
        let level = (share * 255.0) as u8;
        Frame::of(&[level, 40, 255 - level].repeat(SIDE * SIDE))
    }

    #[test]
    fn cut_and_fade_are_located_and_slow_movement_is_no_change() {
        let times: Vec<f64> = (0..100u32).map(|index| f64::from(index) / 10.0).collect();
        let of = |share: &dyn Fn(f64) -> f64| times.iter().map(|time| frame(share(*time))).collect::<Vec<_>>();
        let cut = of(&|time| if time < 6.3 { 0.1 } else { 0.9 });
        assert_eq!(change(&times, &cut, &cut[99], 0.9), Some(6.3));
        assert_eq!(change(&times[..60], &cut[..60], &cut[99], 0.9), None, "the change is after the decoded part");
        let fade = of(&|time| (0.1 + 0.8 * (time - 4.0) / 2.0).clamp(0.1, 0.9));
        let middle = change(&times, &fade, &fade[99], 0.9).expect("a change");
        assert!((4.5..5.6).contains(&middle), "{middle}");
        let drift = of(&|time| 0.1 + time / 30.0);
        assert_eq!(change(&times, &drift, &drift[99], 0.5), None);
        assert_eq!(change(&[], &[], &cut[99], 0.9), None);
    }
}
