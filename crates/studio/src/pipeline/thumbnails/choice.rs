//! Choice among candidate frames by sharpness, exposure and contrast, none similar to another.

use std::path::PathBuf;

use image::{DynamicImage, GrayImage, imageops::FilterType};
use image_hasher::{HashAlg, HasherConfig, ImageHash};
use uuid::Uuid;

/// The width of a frame for rating, in pixels.
const RATED_WIDTH: u32 = 320;
/// The largest number of differing bits, of 256, between the hashes of two frames that look the same to the user.
/// Another facial expression of a speaker is a different frame.
const MAX_SIMILAR_BITS: u32 = 2;
/// The smallest deviation of brightness, of 255, of a frame that is not blank.
const BLANK: f32 = 6.0;
/// The deviation of brightness above which more contrast is no better.
const FULL_CONTRAST: f32 = 60.0;
/// The brightness of a well-exposed frame, of 255.
const MIDDLE: f32 = 118.0;

/// A candidate frame with its rating.
#[derive(Debug)]
pub struct RatedFrame {
    /// Its id.
    pub id: Uuid,
    /// Its JPEG file.
    pub file: PathBuf,
    /// Its time in the video, in seconds.
    pub time: f64,
    /// Its width and height in pixels.
    pub size: (u32, u32),
    hash: ImageHash,
    quality: f32,
    is_blank: bool,
}

impl RatedFrame {
    /// Reads and rates a frame; `None` if it cannot be read.
    pub fn read(file: PathBuf, id: Uuid, time: f64) -> Option<Self> {
        let image = image::open(&file).ok()?;
        Some(Self::rate(&image, file, id, time))
    }

    fn rate(image: &DynamicImage, file: PathBuf, id: Uuid, time: f64) -> Self {
        let hasher = HasherConfig::new().hash_alg(HashAlg::Gradient).hash_size(16, 16).to_hasher();
        let size = (image.width(), image.height());
        let gray = image.resize(RATED_WIDTH, RATED_WIDTH, FilterType::Triangle).to_luma8();
        let (brightness, contrast) = brightness_and_contrast(&gray);
        let exposure = 1.0 - ((brightness - MIDDLE).abs() / 255.0);
        let sharpness = (1.0 + sharpness(&gray)).ln() / 8.0;
        let quality = (contrast / FULL_CONTRAST).min(1.0) + sharpness.min(1.0) + 0.5 * exposure;
        Self { id, file, time, size, hash: hasher.hash_image(image), quality, is_blank: contrast < BLANK }
    }

    fn looks_like(&self, other: &Self) -> bool {
        self.hash.dist(&other.hash) <= MAX_SIMILAR_BITS
    }
}

/// Returns the mean brightness and its standard deviation, of 255 each.
fn brightness_and_contrast(gray: &GrayImage) -> (f32, f32) {
    #[expect(clippy::cast_precision_loss, reason = "at most 320 × 320 pixels")]
    let count = gray.len().max(1) as f32;
    let mean = gray.iter().map(|pixel| f32::from(*pixel)).sum::<f32>() / count;
    let deviation = gray.iter().map(|pixel| (f32::from(*pixel) - mean).powi(2)).sum::<f32>() / count;
    (mean, deviation.sqrt())
}

/// Returns the variance of the Laplacian, which is small if no edge is sharp.
fn sharpness(gray: &GrayImage) -> f32 {
    let (width, height) = gray.dimensions();
    if width < 3 || height < 3 {
        return 0.0;
    }
    let at = |x: u32, y: u32| f32::from(gray.get_pixel(x, y).0[0]);
    let (mut sum, mut squares, mut count) = (0.0, 0.0, 0.0);
    for y in 1..height - 1 {
        for x in 1..width - 1 {
            let value = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4.0 * at(x, y);
            sum += value;
            squares += value * value;
            count += 1.0;
        }
    }
    let mean: f32 = sum / count;
    squares / count - mean * mean
}

/// The chosen frames, the best first and the others by time, and the rejected frames.
#[derive(Debug, Default)]
pub struct Choice {
    /// The thumbnails.
    pub selected: Vec<RatedFrame>,
    /// The rejected frames.
    pub rejected: Vec<RatedFrame>,
}

/// Chooses at most `wanted` dissimilar frames: first the best of the `per_part` candidates of each part of the video,
/// then the best of the rest. A blank frame is chosen only if there is no other, and then only one.
pub fn choose(frames: Vec<RatedFrame>, wanted: usize, per_part: usize) -> Choice {
    let mut choice = Choice::default();
    let (mut rest, mut parts) = (Vec::new(), Vec::new());
    let mut frames = frames.into_iter().peekable();
    while frames.peek().is_some() {
        let mut part: Vec<RatedFrame> = frames.by_ref().take(per_part.max(1)).collect();
        part.sort_by(better_first);
        let mut part = part.into_iter();
        parts.extend(part.next());
        rest.extend(part);
    }
    rest.sort_by(better_first);
    for frame in parts.into_iter().chain(rest) {
        let is_new = !choice.selected.iter().any(|selected| selected.looks_like(&frame));
        if is_new && !frame.is_blank && choice.selected.len() < wanted {
            choice.selected.push(frame);
        } else {
            choice.rejected.push(frame);
        }
    }
    if choice.selected.is_empty() && !choice.rejected.is_empty() {
        choice.rejected.sort_by(better_first);
        choice.selected.push(choice.rejected.remove(0));
    }
    choice.selected.sort_by(|a, b| a.time.total_cmp(&b.time));
    let best =
        (0..choice.selected.len()).max_by(|a, b| choice.selected[*a].quality.total_cmp(&choice.selected[*b].quality));
    if let Some(best) = best {
        let cover = choice.selected.remove(best);
        choice.selected.insert(0, cover);
    }
    choice
}

fn better_first(a: &RatedFrame, b: &RatedFrame) -> std::cmp::Ordering {
    (a.is_blank, b.quality).partial_cmp(&(b.is_blank, a.quality)).unwrap_or(std::cmp::Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    fn frame(time: f64, pixel: impl Fn(u32, u32) -> u8) -> RatedFrame {
        let image = RgbImage::from_fn(320, 180, |x, y| Rgb([pixel(x, y); 3]));
        RatedFrame::rate(&image.into(), PathBuf::new(), Uuid::new_v4(), time)
    }

    fn times(chosen: &[RatedFrame]) -> Vec<f64> {
        chosen.iter().map(|frame| frame.time).collect()
    }

    #[test]
    fn cover_is_the_best_frame_and_blank_or_similar_ones_are_rejected() {
        let checks = |x: u32, y: u32| if (x / 20 + y / 20).is_multiple_of(2) { 20 } else { 230 };
        let soft = |x: u32, _: u32| 90 + u8::try_from(x / 8).unwrap_or(0);
        let frames = vec![
            frame(0.0, |_, _| 0),
            frame(1.0, soft),
            frame(2.0, checks),
            frame(3.0, checks),
            frame(4.0, |_, _| 255),
        ];
        let choice = choose(frames, 5, 1);
        assert_eq!((times(&choice.selected), choice.rejected.len()), (vec![2.0, 1.0], 3));
    }

    #[test]
    fn black_video_has_one_black_thumbnail() {
        let choice = choose((0..4).map(|time| frame(f64::from(time), |_, _| 0)).collect(), 4, 1);
        assert_eq!(choice.selected.len(), 1);
        assert_eq!(choose(Vec::new(), 4, 2).selected.len(), 0);
    }
}
