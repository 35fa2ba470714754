//! Taking pictures: from moments all over the video, each a keyframe or the most typical of the few seconds around it.

use std::path::Path;

use futures_util::future::join_all;
use tallylight_media::probe::{Flag, Stream};

use super::{choice::Picture, new_file};
use crate::pipeline::{
    failure::Failure,
    input,
    tool::{self, Limits},
    work::Work,
};

/// From how many pictures the most typical is chosen: about a second, so that none is of the middle of a cut. Of several such
/// moments the best one is kept, so that no fade to black is.
const FRAMES: u32 = 24;
/// How many pictures are taken at the same time.
const AT_ONCE: u32 = 2;
/// How many seconds of the video around a moment are decoded at most.
const AROUND: f64 = 3.0;
/// Moments this far apart, in seconds, need not be exact: the nearest keyframe before each is cheaper, and sharp.
const FAR_APART: f64 = 15.0;
/// In a video this short, in seconds, what cannot be sought is reached by decoding everything before it.
const SHORT: f64 = 20.0;
/// How large a picture is at most: a cover of YouTube.
const MAX_WIDTH: u32 = 1280;
/// How high a picture is at most: that of a phone held upright.
const MAX_HEIGHT: u32 = 2276;
/// Beyond this many pixels a picture takes so much memory that the decoder has one thread, which keeps fewer of them.
const LARGE: u64 = 4096 * 2304;
/// No video is interlaced that has more lines: those of 1080i.
const MOST_INTERLACED_LINES: u64 = 1152;

/// Makes the colours of HDR fit a JPEG; 203 cd/m² is the white of a page (ITU-R BT.2408).
const TONE_MAP: &str =
    "zscale=t=linear:npl=203,format=gbrpf32le,tonemap=hable:desat=0,zscale=p=bt709:t=bt709:m=bt709:r=pc";

/// The pictures of a video, taken one after the other.
pub struct Candidates {
    count: u32,
    next: u32,
    filters: Filters,
    /// Why the last picture that could not be taken was not.
    pub last_failure: Option<Failure>,
}

impl Candidates {
    /// Prepares to take a number of pictures.
    pub fn new(work: &Work, count: u32) -> Self {
        let filters = work.probe.video.as_ref().map(Filters::of).unwrap_or_default();
        Self { count, next: 0, filters, last_failure: None }
    }

    /// Returns how many of the pictures were tried, 0 to 1.
    pub fn share(&self) -> f64 {
        f64::from(self.next) / f64::from(self.count.max(1))
    }

    /// Takes the next pictures, a few at the same time; an error where no other can be taken either.
    pub async fn next(&mut self, work: &Work) -> Option<Result<Vec<Picture>, Failure>> {
        if self.next == self.count {
            return None;
        }
        let end = (self.next + if is_large(work) { 1 } else { AT_ONCE }).min(self.count);
        let taken = join_all((self.next..end).map(|index| self.candidate(work, index))).await;
        self.next = end;
        let mut pictures = Vec::new();
        for (picture, filters) in taken {
            match picture {
                Ok(picture) => pictures.extend(picture),
                Err(failure) if failure.ends_everything() => return Some(Err(failure)),
                Err(failure) => self.last_failure = Some(failure),
            }
            self.filters = filters.unwrap_or_else(|| self.filters.clone());
        }
        Some(Ok(pictures))
    }

    /// Takes a picture: none where its moment has none. Returns other filters, too, where those that are meant do not work.
    async fn candidate(&self, work: &Work, index: u32) -> (Result<Option<Picture>, Failure>, Option<Filters>) {
        let duration = work.probe.duration;
        let spacing = duration / f64::from(self.count);
        let moment = spacing * (f64::from(index) + 0.25);
        let around = if spacing > 0.0 { spacing.clamp(0.2, AROUND) } else { AROUND };
        let way = if spacing < FAR_APART { Way::Seek } else { Way::NearestKeyframe };
        let seek = Seek { moment, around, way };
        let mut taken = take(work, Some(seek), &self.filters).await;
        if matches!(taken, Ok(None)) && way == Way::NearestKeyframe {
            taken = take(work, Some(Seek { way: Way::Seek, ..seek }), &self.filters).await;
        }
        if matches!(taken, Ok(None)) && duration <= SHORT {
            taken = take(work, Some(Seek { way: Way::FromTheStart, ..seek }), &self.filters).await;
        }
        if taken.is_err() && self.filters.is_elaborate() {
            // This ffmpeg may lack a filter; a picture in the wrong colours is better than none.
            taken = take(work, Some(seek), &Filters::default()).await;
            let works = taken.is_ok().then(Filters::default);
            return (taken, works);
        }
        (taken, None)
    }

    /// Takes the first picture that can be decoded: not every video can be sought in.
    pub async fn first_picture(&mut self, work: &Work) -> Result<Option<Picture>, Failure> {
        for filters in [self.filters.clone(), Filters::default()] {
            match take(work, None, &filters).await {
                Ok(Some(picture)) => return Ok(Some(picture)),
                Ok(None) => {}
                Err(failure) if failure.ends_everything() => {
                    return Err(failure);
                }
                Err(failure) => self.last_failure = Some(failure),
            }
        }
        Ok(None)
    }
}

/// A moment of a video.
#[derive(Clone, Copy, Debug)]
struct Seek {
    /// Where to begin, in seconds.
    moment: f64,
    /// How much to decode, in seconds.
    around: f64,
    way: Way,
}

/// How a moment is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// By the container's index, exactly: everything since the keyframe before it is decoded.
    Seek,
    /// By the container's index: the keyframe before it will do.
    NearestKeyframe,
    /// By decoding everything before it.
    FromTheStart,
}

/// What is done to the pictures of a video.
#[derive(Clone, Debug, Default, PartialEq)]
struct Filters {
    deinterlace: Option<Deinterlace>,
    tone_map: Option<&'static str>,
}

/// Which pictures are deinterlaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deinterlace {
    /// All of them.
    All,
    /// Those that say of themselves that they are interlaced.
    Flagged,
}

impl Filters {
    fn of(video: &Stream) -> Self {
        let is_hdr = matches!(video.transfer.as_deref(), Some("smpte2084" | "arib-std-b67"));
        // Some encoders state how brightness is coded, but not the colours: HDR has those of BT.2020.
        let states_primaries = video.primaries.is_some();
        let tone_map = match is_hdr {
            true if states_primaries => Some(""),
            true => Some("setparams=color_primaries=bt2020:colorspace=bt2020nc,"),
            false => None,
        };
        let deinterlace = if video.is(Flag::Interlaced) { Deinterlace::All } else { Deinterlace::Flagged };
        let may_be_interlaced = video.size.1 <= MOST_INTERLACED_LINES && !video.is(Flag::Progressive);
        Self { deinterlace: may_be_interlaced.then_some(deinterlace), tone_map }
    }

    fn is_elaborate(&self) -> bool {
        *self != Self::default()
    }

    /// The chain of filters: pictures are made small before any is kept, with square pixels.
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
        // The filter wants at least two pictures to choose from.
        let choose = if frames > 1 { format!("thumbnail={frames},") } else { String::new() };
        format!("{deinterlace}{scale},{choose}{tone_map}format=yuvj420p,showinfo")
    }
}

/// Tells whether a picture of the video takes so much memory that everything has to be done one after the other.
fn is_large(work: &Work) -> bool {
    work.probe.video.as_ref().is_some_and(|video| video.size.0 * video.size.1 > LARGE)
}

async fn take(work: &Work, seek: Option<Seek>, filters: &Filters) -> Result<Option<Picture>, Failure> {
    let (id, file) = new_file(work);
    let map = work.probe.map_video();
    let (moment, around) = seek.map_or((0.0, AROUND), |seek| (seek.moment, seek.around));
    let (start, length) = (format!("{moment:.3}"), format!("{around:.3}"));
    let threads = if is_large(work) { "1" } else { "2" };
    let way = seek.map(|seek| seek.way);
    let frames = if way == Some(Way::NearestKeyframe) { 1 } else { FRAMES };
    let (mut before, mut chain) = (vec!["-v", "info", "-threads", threads], filters.chain(frames));
    match way {
        Some(Way::Seek) => before.extend(["-ss", &start, "-t", &length]),
        Some(Way::NearestKeyframe) => {
            before.extend(["-skip_frame", "nokey", "-ss", &start, "-noaccurate_seek"]);
        }
        Some(Way::FromTheStart) => {
            chain = format!("trim=start={start}:duration={length},setpts=PTS-{start}/TB,{chain}");
        }
        None => {}
    }
    let after = ["-map", &map, "-vf", &chain, "-frames:v", "1", "-q:v", "3", "-f", "image2", "-update", "1"];
    let after = after.iter().map(AsRef::as_ref).chain([file.as_os_str()]);
    let args = input::ffmpeg(&before, &work.job.source, after);
    let mut offset = None;
    let run = tool::run(&work.tools.ffmpeg, args, Limits::video(work.probe.duration), |line| {
        offset = offset.or_else(|| tool::frame_time(line));
    });
    let outcome = run.await;
    let picture = read(&file, id, moment + offset.unwrap_or(0.0)).await;
    if picture.is_none() {
        let _ = tokio::fs::remove_file(&file).await;
    }
    outcome.map(|_| picture)
}

async fn read(file: &Path, id: uuid::Uuid, time: f64) -> Option<Picture> {
    let file = file.to_path_buf();
    tokio::task::spawn_blocking(move || Picture::read(file, id, time.max(0.0))).await.ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_made_small_before_they_are_kept_and_their_colours_fit_at_the_end() {
        let filters = Filters { deinterlace: Some(Deinterlace::All), tone_map: Some("") };
        let chain = filters.chain(FRAMES);
        let places: Vec<_> =
            ["bwdif", "scale=w", "thumbnail=24", "zscale", "yuvj420p"].map(|name| chain.find(name)).into();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{chain}");
    }
}
