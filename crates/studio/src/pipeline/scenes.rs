//! Changes of scene, looked for among the pictures that are whole in themselves (keyframes): decoding those alone takes a
//! twentieth of the time. Where two of them differ, one packet that is far larger than the others tells the moment, or else the
//! pictures between them do.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use super::{
    failure::Failure,
    input,
    tool::{self, Limits},
    work::Work,
};

mod difference;
mod packets;

use difference::{PICTURE_BYTES, Picture, SIDE};

/// How different two pictures in a row must be for a new scene, 0–1, by ffmpeg's measure; its documentation suggests 0.3
/// to 0.5.
const THRESHOLD: f64 = 0.35;
/// How different two keyframes must be for a look at what is between them, 0–1.
const CANDIDATE: f64 = 0.25;
/// How many times more than usual two keyframes must differ: where everything moves, all of them do.
const UNUSUAL: f64 = 2.5;
/// How different two keyframes are that surely show different scenes, even if one fades into the other.
const CERTAIN: f64 = 0.7;
/// How much of the video may be decoded to find the moments of new scenes, as a share of its duration.
const BUDGET: f64 = 0.12;
/// How much of it may be, where it is not certain that there is one.
const UNCERTAIN_BUDGET: f64 = 0.05;
/// How much may be decoded of a short video, in seconds.
const LEAST_BUDGET: f64 = 30.0;
/// How exact the beginning of a scene is, in seconds.
const EXACT: f64 = 1.0;
/// The longest time between two keyframes, in seconds, on average; of a video with fewer everything is decoded.
const LONGEST_INTERVAL: f64 = 15.0;
/// The most changes that are looked for.
const MOST: usize = 40;
/// How far apart changes have to be for each to matter, in seconds: no chapter is shorter.
const APART: f64 = 10.0;
/// A small picture shows a change as well as a large one, faster. One pixel is the least that a picture can be.
const SMALL: &str = "scale=w=160:h='max(2,2*trunc(80*ih/iw/sar))'";
/// How pictures are decoded that nobody sees: blocks may show.
const QUICK: [&str; 2] = ["-skip_loop_filter", "all"];
/// The same, without those that no other picture needs.
const FEWER: [&str; 4] = ["-skip_loop_filter", "all", "-skip_frame", "bidir"];
/// The same, keyframes alone.
const KEYFRAMES_ALONE: [&str; 4] = ["-skip_loop_filter", "all", "-skip_frame", "nokey"];
/// How the times of pictures are written: at once, and nothing that a file brings along.
const PRINT: &str = "metadata=mode=print:key=lavfi.scene_score:direct=1:file=-";
/// The least time between two pictures that are compared, in seconds.
const SHORTEST_INTERVAL: f64 = 0.5;
/// The most pictures that are compared: 30 MB of them.
const MOST_PICTURES: f64 = 10_000.0;
/// How many pictures between two keyframes are compared at most.
const MOST_WITHIN: f64 = 2_000.0;
/// How far behind the largest packet pictures are decoded, in seconds.
const BEHIND: f64 = 0.3;
/// The file that small pictures are written to, as bare pixels.
const PICTURES: &str = "keyframes.raw";

/// Returns the times of changes, in seconds.
///
/// # Errors
/// Where the video cannot be decoded, or a tool reached one of its limits.
pub async fn changes(work: &mut Work) -> Result<Vec<f64>, Failure> {
    let keyframes = keyframes(work).await?;
    let duration = work.probe.duration;
    #[expect(clippy::cast_precision_loss, reason = "a number of pictures")]
    let interval = duration / keyframes.len().max(1) as f64;
    if interval > LONGEST_INTERVAL {
        return in_all(work).await;
    }
    among(work, &keyframes).await
}

/// Returns the changes between keyframes that differ more than is usual in this video, the greatest first considered.
async fn among(work: &Work, keyframes: &[(f64, Picture)]) -> Result<Vec<f64>, Failure> {
    let longest = keyframes.windows(2).map(|pair| pair[1].0 - pair[0].0).fold(0.0, f64::max);
    let budget = |share: f64| (work.probe.duration * share).max(LEAST_BUDGET);
    let mut decoded = 0.0;
    let mut changes: Vec<f64> = Vec::new();
    // Encoders begin anew where a scene does, sooner than they had to.
    let is_exact = |Candidate { from, to, difference, .. }: &Candidate| {
        let interval = to - from;
        interval <= EXACT || interval < 0.9 * longest && *difference >= CERTAIN
    };
    let (exact, others): (Vec<_>, Vec<_>) = candidates(keyframes).into_iter().partition(is_exact);
    changes.extend(exact.iter().map(|candidate| candidate.to));
    let intervals: Vec<_> = others.iter().map(|candidate| (candidate.from, candidate.to)).collect();
    let packets = packets::read(work, &intervals).await;
    for candidate in others {
        let Candidate { from, to, difference, .. } = candidate;
        let interval = to - from;
        if let Some(peak) = packets::peak(&packets, from, to) {
            changes.push(peak);
        } else if decoded + interval <= budget(if difference >= CERTAIN { BUDGET } else { UNCERTAIN_BUDGET }) {
            decoded += interval;
            // Most likely it is not behind the largest packet.
            let early =
                packets::largest(&packets, from, to).map(|time| time + BEHIND).filter(|early| *early < to - BEHIND);
            let after = &keyframes[candidate.after].1;
            for until in early.into_iter().chain([to]) {
                if let Some(found) = within(work, &candidate, until, after).await? {
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

/// Two keyframes in a row that may show different scenes.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Candidate {
    from: f64,
    to: f64,
    difference: f64,
    /// Which keyframe is the later one.
    after: usize,
}

/// Returns the pairs of keyframes that differ more than is usual, the most different first, each far enough from the others
/// to begin a chapter.
fn candidates(keyframes: &[(f64, Picture)]) -> Vec<Candidate> {
    let pair = |(index, pair): (usize, &[(f64, Picture)])| Candidate {
        from: pair[0].0,
        to: pair[1].0,
        difference: pair[0].1.difference(&pair[1].1),
        after: index + 1,
    };
    let mut all: Vec<Candidate> = keyframes.windows(2).enumerate().map(pair).collect();
    all.sort_by(|a, b| b.difference.total_cmp(&a.difference).then(a.to.total_cmp(&b.to)));
    // Of a short video every second pair may show a change, of a usual one far fewer.
    let usual = all.get(all.len() * 3 / 4).map_or(0.0, |quartile| quartile.difference);
    let least = (UNUSUAL * usual).clamp(CANDIDATE, CERTAIN);
    let mut chosen: Vec<Candidate> = Vec::new();
    for candidate in all.into_iter().filter(|candidate| candidate.difference >= least && candidate.to >= APART) {
        // Each change is somewhere between its two keyframes.
        let may_be_apart = |other: &Candidate| (other.to - candidate.from).max(candidate.to - other.from) >= APART;
        let is_apart = chosen.iter().all(may_be_apart);
        if is_apart && chosen.len() < MOST {
            chosen.push(candidate);
        }
    }
    chosen
}

/// Decodes the keyframes alone, and returns them with their times.
async fn keyframes(work: &mut Work) -> Result<Vec<(f64, Picture)>, Failure> {
    // Some decoders give every picture, and some videos have nothing but keyframes: as many as a file may hold are enough.
    let apart = (work.probe.duration / MOST_PICTURES).max(SHORTEST_INTERVAL);
    let options = work.hardware.options(work).await;
    let before: Vec<&str> = options.iter().copied().chain(KEYFRAMES_ALONE).collect();
    let (args, file) = small_pictures(work, &before, "area", apart);
    let mut times = Vec::new();
    let read =
        work.read_through(args, Limits::video(work.probe.duration), |line| times.extend(tool::frame_time(line))).await;
    let pictures = take(&file).await;
    read.map(|()| times.into_iter().zip(pictures).collect())
}

/// Returns when a scene changes between two keyframes, in seconds, as far as it is decoded: from then on pictures are more like
/// the one after than the one before. None where it does not, or pictures that differ little become others little by little.
async fn within(work: &Work, candidate: &Candidate, until: f64, after: &Picture) -> Result<Option<f64>, Failure> {
    let from = candidate.from;
    // The change may be at the keyframe itself.
    let (start, length) = (format!("{from:.3}"), format!("{:.3}", until - from + 0.2));
    let options = work.hardware.options(work).await;
    let seek = ["-ss", &start, "-t", &length];
    let before: Vec<&str> = options.iter().copied().chain(FEWER).chain(seek).collect();
    let (args, file) = small_pictures(work, &before, "fast_bilinear", (until - from) / MOST_WITHIN);
    let mut times = Vec::new();
    let run = tool::run(&work.tools.ffmpeg, args, Limits::video(work.probe.duration), |line| {
        times.extend(tool::frame_time(line).map(|time| from + time));
    });
    let read = run.await;
    let pictures = take(&file).await;
    read?;
    Ok(change(&times, &pictures, after, candidate.difference))
}

fn change(times: &[f64], pictures: &[Picture], after: &Picture, difference: f64) -> Option<f64> {
    let first = pictures.first()?;
    let jump = pictures.windows(2).map(|pair| pair[0].difference(&pair[1])).fold(0.0, f64::max);
    let is_change = difference >= CERTAIN || jump >= difference / 2.0;
    let place = pictures.iter().position(|picture| picture.difference(after) < picture.difference(first));
    place.filter(|_| is_change).and_then(|place| times.get(place)).copied()
}

/// Returns the arguments that write small pictures into a file, made small in a way of ffmpeg's, at least so many seconds
/// apart, and print their times.
fn small_pictures(work: &Work, before: &[&str], way: &str, apart: f64) -> (Vec<OsString>, PathBuf) {
    let file = work.folder.join(PICTURES);
    // New times, evenly spaced: ffmpeg would fill the gaps between keyframes with copies.
    let evenly = "setpts=N/(25*TB)";
    let select = format!("select='gte(scene,0)*(isnan(prev_selected_t)+gte(t-prev_selected_t,{apart:.3}))'");
    let filter = format!("scale={SIDE}:{SIDE}:flags={way},format=rgb24,{select},{PRINT},{evenly}");
    let map = work.probe.map_video();
    let after = ["-map", &map, "-vf", &filter, "-r", "25", "-f", "rawvideo"];
    let after = after.iter().map(AsRef::as_ref).chain([file.as_os_str()]);
    (input::ffmpeg(before, &work.job.source, after), file)
}

/// Reads the pictures of a file, and removes it.
async fn take(file: &Path) -> Vec<Picture> {
    let pixels = tokio::fs::read(file).await.unwrap_or_default();
    let _ = tokio::fs::remove_file(file).await;
    // Thousands of them take a moment.
    let pictures = tokio::task::spawn_blocking(move || pixels.chunks_exact(PICTURE_BYTES).map(Picture::of).collect());
    pictures.await.unwrap_or_default()
}

/// Looks for changes in the whole video, without its keyframes, and returns their times in seconds.
async fn in_all(work: &Work) -> Result<Vec<f64>, Failure> {
    let filter = format!("{SMALL},select='gt(scene,{THRESHOLD})',{PRINT}");
    let map = work.probe.map_video();
    let before: Vec<&str> = work.hardware.options(work).await.iter().copied().chain(QUICK).collect();
    let args = input::ffmpeg(&before, &work.job.source, ["-map", &map, "-vf", &filter, "-f", "null", "-"]);
    let mut times = Vec::new();
    // Nothing is reported as long as nothing changes.
    tool::run(&work.tools.ffmpeg, args, Limits::video(work.probe.duration).without_standstill(), |line| {
        times.extend(tool::frame_time(line));
    })
    .await?;
    Ok(times)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of one colour on another, the brighter the later.
    fn picture(share: f64) -> Picture {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0–255")]
        let level = (share * 255.0) as u8;
        Picture::of(&[level, 40, 255 - level].repeat(SIDE * SIDE))
    }

    #[test]
    fn a_cut_is_found_to_the_picture_a_fade_in_its_middle_and_slow_movement_is_none() {
        let times: Vec<f64> = (0..100u32).map(|index| f64::from(index) / 10.0).collect();
        let of = |share: &dyn Fn(f64) -> f64| times.iter().map(|time| picture(share(*time))).collect::<Vec<_>>();
        let cut = of(&|time| if time < 6.3 { 0.1 } else { 0.9 });
        assert_eq!(change(&times, &cut, &cut[99], 0.9), Some(6.3));
        assert_eq!(change(&times[..60], &cut[..60], &cut[99], 0.9), None, "not as far as it is decoded");
        let fade = of(&|time| (0.1 + 0.8 * (time - 4.0) / 2.0).clamp(0.1, 0.9));
        let middle = change(&times, &fade, &fade[99], 0.9).expect("a change");
        assert!((4.5..5.6).contains(&middle), "{middle}");
        let drift = of(&|time| 0.1 + time / 30.0);
        assert_eq!(change(&times, &drift, &drift[99], 0.5), None);
        assert_eq!(change(&[], &[], &cut[99], 0.9), None);
    }
}
