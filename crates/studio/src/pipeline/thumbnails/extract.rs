//! Extraction of candidate frames from the whole video: each is a keyframe, or the most typical frame of a few seconds.

use std::path::Path;

use futures_util::future::join_all;
use tallylight_media::probe::{Flag, Stream};

use super::{choice::RatedFrame, new_file};
use crate::{
    pipeline::{context::Context, failure::Failure, input},
    tool::{self, Limits},
};

/// From how many frames the most typical is chosen. About a second excludes frames in the middle of a cut; frames of a
/// fade to black are excluded by the choice among candidates.
const FRAMES: u32 = 24;
/// How many frames are extracted concurrently.
const AT_ONCE: u32 = 2;
/// The longest part of the video that is decoded for one candidate, in seconds.
const MAX_DECODED: f64 = 3.0;
/// The distance of candidates, in seconds, from which the previous keyframe is used: that is cheaper, and its frame is
/// sharp.
const KEYFRAME_SPACING: f64 = 15.0;
/// The longest video, in seconds, in which a position that cannot be sought is reached by decoding from the start.
const SHORT_VIDEO: f64 = 20.0;
/// The largest width of a thumbnail, as recommended by YouTube.
const MAX_WIDTH: u32 = 1280;
/// The largest height of a thumbnail, that of a phone held upright.
const MAX_HEIGHT: u32 = 2276;
/// How many seconds before a position its frame is searched, and how: there may be no frame at the position itself.
const LATEST_FRAMES: [(f64, SeekMode); 4] =
    [(0.0, SeekMode::Exact), (0.1, SeekMode::Exact), (1.0, SeekMode::Exact), (0.0, SeekMode::NearestKeyframe)];
/// The number of pixels above which frames take so much memory that the decoder gets only one thread.
const LARGE: u64 = 4096 * 2304;
/// The largest height of interlaced video: the coded lines of 1080i.
const MAX_INTERLACED_LINES: u64 = 1152;

/// Maps HDR colours to those of a JPEG; 203 cd/m² is the reference white (ITU-R BT.2408).
const TONE_MAP: &str =
    "zscale=t=linear:npl=203,format=gbrpf32le,tonemap=hable:desat=0,zscale=p=bt709:t=bt709:m=bt709:r=pc";

/// An extractor of candidate frames, one after the other.
pub struct FrameExtractor {
    count: u32,
    next: u32,
    filters: Filters,
    /// The failure of the last candidate that could not be extracted.
    pub last_failure: Option<Failure>,
}

impl FrameExtractor {
    /// Returns an extractor of `count` candidates.
    pub fn new(context: &Context, count: u32) -> Self {
        let filters = context.media.video.as_ref().map(Filters::of).unwrap_or_default();
        Self { count, next: 0, filters, last_failure: None }
    }

    /// Returns the share of candidates that were tried, 0 to 1.
    pub fn share(&self) -> f64 {
        f64::from(self.next) / f64::from(self.count.max(1))
    }

    /// Extracts the next candidates, a few concurrently. `None` after the last one; an error if no further one can
    /// succeed.
    pub async fn next(&mut self, context: &Context) -> Option<Result<Vec<RatedFrame>, Failure>> {
        if self.next == self.count {
            return None;
        }
        let end = (self.next + if is_large(context) { 1 } else { AT_ONCE }).min(self.count);
        let extracted = join_all((self.next..end).map(|index| self.candidate(context, index))).await;
        self.next = end;
        let mut frames = Vec::new();
        for (frame, filters) in extracted {
            match frame {
                Ok(frame) => frames.extend(frame),
                Err(failure) if failure.affects_all_stages() => return Some(Err(failure)),
                Err(failure) => self.last_failure = Some(failure),
            }
            self.filters = filters.unwrap_or_else(|| self.filters.clone());
        }
        Some(Ok(frames))
    }

    /// Extracts a candidate; `Ok(None)` if there is no frame at its position. Also returns simpler filters if the
    /// regular ones do not work.
    async fn candidate(&self, context: &Context, index: u32) -> (Result<Option<RatedFrame>, Failure>, Option<Filters>) {
        let duration = context.media.duration;
        let spacing = duration / f64::from(self.count);
        let moment = spacing * (f64::from(index) + 0.25);
        let around = if spacing > 0.0 { spacing.clamp(0.2, MAX_DECODED) } else { MAX_DECODED };
        let mode = if spacing < KEYFRAME_SPACING { SeekMode::Seek } else { SeekMode::NearestKeyframe };
        let seek = Seek { moment, around, mode };
        let mut extracted = extract(context, Some(seek), &self.filters).await;
        if matches!(extracted, Ok(None)) && mode == SeekMode::NearestKeyframe {
            extracted = extract(context, Some(Seek { mode: SeekMode::Seek, ..seek }), &self.filters).await;
        }
        if matches!(extracted, Ok(None)) && duration <= SHORT_VIDEO {
            extracted = extract(context, Some(Seek { mode: SeekMode::FromTheStart, ..seek }), &self.filters).await;
        }
        if extracted.is_err() && self.filters.is_elaborate() {
            // This ffmpeg may lack a filter; a frame with wrong colours is better than none.
            extracted = extract(context, Some(seek), &Filters::default()).await;
            let working_filters = extracted.is_ok().then(Filters::default);
            return (extracted, working_filters);
        }
        (extracted, None)
    }

    /// Extracts the first frame that can be decoded, for videos that cannot be sought.
    pub async fn first_frame(&mut self, context: &Context) -> Result<Option<RatedFrame>, Failure> {
        for filters in [self.filters.clone(), Filters::default()] {
            match extract(context, None, &filters).await {
                Ok(Some(frame)) => return Ok(Some(frame)),
                Ok(None) => {}
                Err(failure) if failure.affects_all_stages() => {
                    return Err(failure);
                }
                Err(failure) => self.last_failure = Some(failure),
            }
        }
        Ok(None)
    }
}

/// Extracts the frame at a position that the user chose, in seconds, or the nearest earlier one. `Ok(None)` if there is
/// none that can be decoded.
///
/// # Errors
/// The failure of ffmpeg.
pub async fn frame_at(context: &Context, moment: f64) -> Result<Option<RatedFrame>, Failure> {
    let filters = context.media.video.as_ref().map(Filters::of).unwrap_or_default();
    let mut extracted = Ok(None);
    // The last frame begins before the end of the video.
    for (earlier, mode) in LATEST_FRAMES {
        let seek = Seek { moment: (moment - earlier).max(0.0), around: MAX_DECODED, mode };
        extracted = extract(context, Some(seek), &filters).await;
        if extracted.is_err() && filters.is_elaborate() {
            // This ffmpeg may lack a filter.
            extracted = extract(context, Some(seek), &Filters::default()).await;
        }
        if !matches!(extracted, Ok(None)) {
            break;
        }
    }
    extracted
}

/// A position in a video.
#[derive(Clone, Copy, Debug)]
struct Seek {
    /// The position, in seconds.
    moment: f64,
    /// How much to decode from there, in seconds.
    around: f64,
    mode: SeekMode,
}

/// The way in which a position is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SeekMode {
    /// With the container's index, exactly: everything since the previous keyframe is decoded.
    Seek,
    /// As `Seek`, and the very first frame is taken.
    Exact,
    /// With the container's index, at the previous keyframe.
    NearestKeyframe,
    /// By decoding from the start.
    FromTheStart,
}

/// The filters for the frames of a video.
#[derive(Clone, Debug, Default, PartialEq)]
struct Filters {
    deinterlace: Option<Deinterlace>,
    tone_map: Option<&'static str>,
}

/// The frames that are deinterlaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deinterlace {
    /// All frames.
    All,
    /// The frames that are flagged as interlaced.
    Flagged,
}

impl Filters {
    fn of(video: &Stream) -> Self {
        let is_hdr = matches!(video.transfer.as_deref(), Some("smpte2084" | "arib-std-b67"));
        // Some encoders state the transfer function but not the primaries: those of HDR are BT.2020.
        let states_primaries = video.primaries.is_some();
        let tone_map = match is_hdr {
            true if states_primaries => Some(""),
            true => Some("setparams=color_primaries=bt2020:colorspace=bt2020nc,"),
            false => None,
        };
        let deinterlace = if video.is(Flag::Interlaced) { Deinterlace::All } else { Deinterlace::Flagged };
        let may_be_interlaced = video.size.1 <= MAX_INTERLACED_LINES && !video.is(Flag::Progressive);
        Self { deinterlace: may_be_interlaced.then_some(deinterlace), tone_map }
    }

    fn is_elaborate(&self) -> bool {
        *self != Self::default()
    }

    /// Returns ffmpeg's filter chain. It scales frames down first, with square pixels, so that less memory is needed.
    fn chain(&self, frames: u32) -> String {
        let shrink = format!("min(1,min({MAX_WIDTH}/(iw*sar),{MAX_HEIGHT}/ih))");
        let scale =
            format!("scale=w='max(2,2*trunc(iw*sar*{shrink}/2+0.5))':h='max(2,2*trunc(ih*{shrink}/2+0.5))',setsar=1");
        let deinterlace = match self.deinterlace {
            Some(Deinterlace::All) => "bwdif=mode=send_frame,",
            Some(Deinterlace::Flagged) => "bwdif=mode=send_frame:deint=interlaced,",
            None => "",
        };
        let tone_map = self.tone_map.map(|prepare| format!("{prepare}{TONE_MAP},")).unwrap_or_default();
        // The filter `thumbnail` requires at least two frames.
        let choose = if frames > 1 { format!("thumbnail={frames},") } else { String::new() };
        format!("{deinterlace}{scale},{choose}{tone_map}format=yuvj420p,showinfo")
    }
}

/// Returns whether a frame takes so much memory that candidates must be extracted one after the other.
fn is_large(context: &Context) -> bool {
    context.media.video.as_ref().is_some_and(|video| video.size.0 * video.size.1 > LARGE)
}

async fn extract(context: &Context, seek: Option<Seek>, filters: &Filters) -> Result<Option<RatedFrame>, Failure> {
    let (id, file) = new_file(context);
    let map = context.media.map_video();
    let (moment, around) = seek.map_or((0.0, MAX_DECODED), |seek| (seek.moment, seek.around));
    let (start, length) = (format!("{moment:.3}"), format!("{around:.3}"));
    let threads = if is_large(context) { "1" } else { "2" };
    let mode = seek.map(|seek| seek.mode);
    let frames = if matches!(mode, Some(SeekMode::NearestKeyframe | SeekMode::Exact)) { 1 } else { FRAMES };
    let (mut before, mut chain) = (vec!["-v", "info", "-threads", threads], filters.chain(frames));
    match mode {
        Some(SeekMode::Seek | SeekMode::Exact) => before.extend(["-ss", &start, "-t", &length]),
        Some(SeekMode::NearestKeyframe) => {
            before.extend(["-skip_frame", "nokey", "-ss", &start, "-noaccurate_seek"]);
        }
        Some(SeekMode::FromTheStart) => {
            chain = format!("trim=start={start}:duration={length},setpts=PTS-{start}/TB,{chain}");
        }
        None => {}
    }
    let after = ["-map", &map, "-vf", &chain, "-frames:v", "1", "-q:v", "3", "-f", "image2", "-update", "1"];
    let after = after.iter().map(AsRef::as_ref).chain([file.as_os_str()]);
    let args = input::ffmpeg(&before, &context.job.source, after);
    let mut offset = None;
    let run = tool::run(&context.tools.ffmpeg, args, Limits::video(context.media.duration), |line| {
        offset = offset.or_else(|| tool::frame_time(line));
    });
    let outcome = run.await;
    let frame = read(&file, id, moment + offset.unwrap_or(0.0)).await;
    if frame.is_none() {
        let _ = tokio::fs::remove_file(&file).await;
    }
    outcome?;
    Ok(frame)
}

async fn read(file: &Path, id: uuid::Uuid, time: f64) -> Option<RatedFrame> {
    let file = file.to_path_buf();
    tokio::task::spawn_blocking(move || RatedFrame::read(file, id, time.max(0.0))).await.ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_scale_before_choosing_and_map_colours_last() {
        let filters = Filters { deinterlace: Some(Deinterlace::All), tone_map: Some("") };
        let chain = filters.chain(FRAMES);
        let places: Vec<_> =
            ["bwdif", "scale=w", "thumbnail=24", "zscale", "yuvj420p"].map(|name| chain.find(name)).into();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{chain}");
    }
}
