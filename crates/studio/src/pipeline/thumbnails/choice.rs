//! Choice among candidate frames by sharpness, exposure and contrast, none similar to another.

use std::path::PathBuf;

use image::{DynamicImage, GrayImage, imageops::FilterType};
use image_hasher::{HashAlg, HasherConfig, ImageHash};
use uuid::Uuid;

/// The width of a frame for rating, in pixels.
const RATED_WIDTH: u32 = 320;
/// The largest number of differing bits, of 256, between the hashes of two frames that look the same to the user.
/// Another facial expression of a speaker is a different frame.
const SAME_LOOK: u32 = 2;
/// The smallest deviation of brightness, of 255, of a frame that is not blank.
const BLANK: f32 = 6.0;
/// The deviation of brightness above which more contrast is no better.
const FULL_CONTRAST: f32 = 60.0;
/// The brightness of a well-exposed frame, of 255.
const MIDDLE: f32 = 118.0;

/// A candidate frame with its rating.
#[derive(Debug)]
pub struct Picture {
    /// Its id.
    pub id: Uuid,
    /// Its JPEG file.
    pub file: PathBuf,
    /// Its time in the video, in seconds.
    pub time: f64,
    /// Its width and height in pixels.
    pub size: (u32, u32),
    look: ImageHash,
    quality: f32,
    is_blank: bool,
}

impl Picture {
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
        Self { id, file, time, size, look: hasher.hash_image(image), quality, is_blank: contrast < BLANK }
    }

    fn looks_like(&self, other: &Self) -> bool {
        self.look.dist(&other.look) <= SAME_LOOK
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
pub struct Chosen {
    /// The thumbnails.
    pub kept: Vec<Picture>,
    /// The rejected frames.
    pub left_out: Vec<Picture>,
}

/// Chooses at most `wanted` dissimilar frames: first the best of the `per_part` candidates of each part of the video,
/// then the best of the rest. A blank frame is chosen only if there is no other, and then only one.
pub fn choose(pictures: Vec<Picture>, wanted: usize, per_part: usize) -> Chosen {
    let mut chosen = Chosen::default();
    let (mut rest, mut parts) = (Vec::new(), Vec::new());
    let mut pictures = pictures.into_iter().peekable();
    while pictures.peek().is_some() {
        let mut part: Vec<Picture> = pictures.by_ref().take(per_part.max(1)).collect();
        part.sort_by(better_first);
        let mut part = part.into_iter();
        parts.extend(part.next());
        rest.extend(part);
    }
    rest.sort_by(better_first);
    for picture in parts.into_iter().chain(rest) {
        let is_new = !chosen.kept.iter().any(|kept| kept.looks_like(&picture));
        if is_new && !picture.is_blank && chosen.kept.len() < wanted {
            chosen.kept.push(picture);
        } else {
            chosen.left_out.push(picture);
        }
    }
    if chosen.kept.is_empty() && !chosen.left_out.is_empty() {
        chosen.left_out.sort_by(better_first);
        chosen.kept.push(chosen.left_out.remove(0));
    }
    chosen.kept.sort_by(|a, b| a.time.total_cmp(&b.time));
    let best = (0..chosen.kept.len()).max_by(|a, b| chosen.kept[*a].quality.total_cmp(&chosen.kept[*b].quality));
    if let Some(best) = best {
        let cover = chosen.kept.remove(best);
        chosen.kept.insert(0, cover);
    }
    chosen
}

fn better_first(a: &Picture, b: &Picture) -> std::cmp::Ordering {
    (a.is_blank, b.quality).partial_cmp(&(b.is_blank, a.quality)).unwrap_or(std::cmp::Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    fn picture(time: f64, pixel: impl Fn(u32, u32) -> u8) -> Picture {
        let image = RgbImage::from_fn(320, 180, |x, y| Rgb([pixel(x, y); 3]));
        Picture::rate(&image.into(), PathBuf::new(), Uuid::new_v4(), time)
    }

    fn times(chosen: &[Picture]) -> Vec<f64> {
        chosen.iter().map(|picture| picture.time).collect()
    }

    #[test]
    fn cover_is_the_best_frame_and_blank_or_similar_ones_are_rejected() {
        let checks = |x: u32, y: u32| if (x / 20 + y / 20).is_multiple_of(2) { 20 } else { 230 };
        let soft = |x: u32, _: u32| 90 + u8::try_from(x / 8).unwrap_or(0);
        let pictures = vec![
            picture(0.0, |_, _| 0),
            picture(1.0, soft),
            picture(2.0, checks),
            picture(3.0, checks),
            picture(4.0, |_, _| 255),
        ];
        let chosen = choose(pictures, 5, 1);
        assert_eq!((times(&chosen.kept), chosen.left_out.len()), (vec![2.0, 1.0], 3));
    }

    #[test]
    fn black_video_has_one_black_thumbnail() {
        let chosen = choose((0..4).map(|time| picture(f64::from(time), |_, _| 0)).collect(), 4, 1);
        assert_eq!(chosen.kept.len(), 1);
        assert_eq!(choose(Vec::new(), 4, 2).kept.len(), 0);
    }
}
