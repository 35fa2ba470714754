//! Choosing among pictures: what is sharp, well lit and rich in contrast, each of another look.

use std::path::PathBuf;

use image::{DynamicImage, GrayImage, imageops::FilterType};
use image_hasher::{HashAlg, HasherConfig, ImageHash};
use uuid::Uuid;

/// How wide a picture is when it is judged, in pixels.
const JUDGED_WIDTH: u32 = 320;
/// How many of the 256 bits of two hashes differ at most where a person sees the same picture. Another face of somebody who
/// speaks is another picture.
const SAME_LOOK: u32 = 2;
/// The least deviation of brightness, of 255, of a picture that shows something.
const BLANK: f32 = 6.0;
/// The deviation of brightness beyond which more contrast is no better.
const FULL_CONTRAST: f32 = 60.0;
/// The brightness of a well-lit picture, of 255.
const MIDDLE: f32 = 118.0;

/// A picture, and what was found out about it.
#[derive(Debug)]
pub struct Picture {
    /// Its id.
    pub id: Uuid,
    /// Its file.
    pub file: PathBuf,
    /// Its moment in the video, in seconds.
    pub time: f64,
    /// Width and height in pixels.
    pub size: (u32, u32),
    look: ImageHash,
    quality: f32,
    is_blank: bool,
}

impl Picture {
    /// Reads and judges a picture; none where it cannot be read.
    pub fn read(file: PathBuf, id: Uuid, time: f64) -> Option<Self> {
        let image = image::open(&file).ok()?;
        Some(Self::judge(&image, file, id, time))
    }

    fn judge(image: &DynamicImage, file: PathBuf, id: Uuid, time: f64) -> Self {
        let hasher = HasherConfig::new().hash_alg(HashAlg::Gradient).hash_size(16, 16).to_hasher();
        let size = (image.width(), image.height());
        let gray = image.resize(JUDGED_WIDTH, JUDGED_WIDTH, FilterType::Triangle).to_luma8();
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

/// Returns the mean brightness, and how far it deviates, of 255 each.
fn brightness_and_contrast(gray: &GrayImage) -> (f32, f32) {
    #[expect(clippy::cast_precision_loss, reason = "at most 320 × 320 pixels")]
    let count = gray.len().max(1) as f32;
    let mean = gray.iter().map(|pixel| f32::from(*pixel)).sum::<f32>() / count;
    let deviation = gray.iter().map(|pixel| (f32::from(*pixel) - mean).powi(2)).sum::<f32>() / count;
    (mean, deviation.sqrt())
}

/// Returns the variance of the Laplacian: small where no edge is sharp.
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

/// The pictures that are kept, the best first and then in the order of their moments, and those that are not.
#[derive(Debug, Default)]
pub struct Chosen {
    /// The thumbnails.
    pub kept: Vec<Picture>,
    /// The rest.
    pub left_out: Vec<Picture>,
}

/// Chooses at most `wanted` pictures of as many looks: from each part of the video the best of its `per_part` candidates,
/// then the best of the rest. Blank ones are kept only where there is no other, and then one.
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
        Picture::judge(&image.into(), PathBuf::new(), Uuid::new_v4(), time)
    }

    fn times(chosen: &[Picture]) -> Vec<f64> {
        chosen.iter().map(|picture| picture.time).collect()
    }

    #[test]
    fn the_cover_is_the_best_and_blank_pictures_and_repetitions_are_left_out() {
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
    fn a_video_that_is_black_has_one_black_thumbnail() {
        let chosen = choose((0..4).map(|time| picture(f64::from(time), |_, _| 0)).collect(), 4, 1);
        assert_eq!(chosen.kept.len(), 1);
        assert_eq!(choose(Vec::new(), 4, 2).kept.len(), 0);
    }
}
