//! The difference of two small frames: by their colours, which stay when objects move, and by their pixels.

/// The width and height of a small frame, in pixels.
pub const SIDE: usize = 32;
/// The size of a small frame in bytes: red, green and blue of each pixel.
pub const FRAME_BYTES: usize = SIDE * SIDE * 3;

/// How many levels of each of the three colours are distinguished.
const LEVELS: usize = 6;
/// The average difference of pixels, 0–1, from which a frame counts as completely different.
const ALL_DIFFERENT: f64 = 0.25;

/// A small frame with its colour histogram.
#[derive(Clone, Debug)]
pub struct Frame {
    pixels: Vec<u8>,
    colours: Vec<f64>,
}

impl Frame {
    /// Returns a small frame with these pixels.
    pub fn of(pixels: &[u8]) -> Self {
        let mut colours = vec![0.0; LEVELS * LEVELS * LEVELS];
        let step = |value: u8| usize::from(value) * LEVELS / 256;
        for pixel in pixels.chunks_exact(3) {
            colours[(step(pixel[0]) * LEVELS + step(pixel[1])) * LEVELS + step(pixel[2])] += 1.0;
        }
        let count: f64 = colours.iter().sum::<f64>().max(1.0);
        for share in &mut colours {
            *share /= count;
        }
        Self { pixels: pixels.to_vec(), colours }
    }

    /// Returns the difference to another frame, from 0 (equal) to 1.
    pub fn difference(&self, other: &Self) -> f64 {
        let colours: f64 = self.colours.iter().zip(&other.colours).map(|(a, b)| (a - b).abs()).sum::<f64>() / 2.0;
        let pixels: u64 = self.pixels.iter().zip(&other.pixels).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        #[expect(clippy::cast_precision_loss, reason = "at most 3072 × 255")]
        let moved = pixels as f64 / (255 * FRAME_BYTES) as f64 / ALL_DIFFERENT;
        // Movement changes pixels and fading light changes colours, but a new scene changes both.
        (colours * moved.min(1.0)).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(pixel: impl Fn(usize, usize) -> [u8; 3]) -> Frame {
        let pixels: Vec<u8> = (0..SIDE * SIDE).flat_map(|at| pixel(at % SIDE, at / SIDE)).collect();
        Frame::of(&pixels)
    }

    #[test]
    fn new_scene_differs_and_movement_hardly_does() {
        let ball =
            |left: usize| frame(move |x, _| if (left..left + 6).contains(&x) { [250, 250, 250] } else { [40, 90, 40] });
        let night = frame(|x, _| if x < 16 { [10, 10, 40] } else { [90, 20, 60] });
        assert!(ball(2).difference(&ball(2)) < 1e-9);
        assert!(ball(2).difference(&ball(20)) < 0.1, "{}", ball(2).difference(&ball(20)));
        assert!(ball(2).difference(&night) > 0.5, "{}", ball(2).difference(&night));
    }
}
