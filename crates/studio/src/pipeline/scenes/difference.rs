//! How different two small pictures are, seconds apart: by their colours, which stay when things move, and by their pixels.

/// Width and height of a picture, in pixels.
pub const SIDE: usize = 32;
/// How many bytes a picture has: red, green and blue of each pixel.
pub const PICTURE_BYTES: usize = SIDE * SIDE * 3;

/// How many steps of each of the three colours are told apart.
const STEPS: usize = 6;
/// How much pixels differ on average, 0–1, where nothing is where it was.
const ALL_ELSEWHERE: f64 = 0.25;

/// A small picture.
#[derive(Clone, Debug)]
pub struct Picture {
    pixels: Vec<u8>,
    colours: Vec<f64>,
}

impl Picture {
    /// Makes a picture of its bytes.
    pub fn of(pixels: &[u8]) -> Self {
        let mut colours = vec![0.0; STEPS * STEPS * STEPS];
        let step = |value: u8| usize::from(value) * STEPS / 256;
        for pixel in pixels.chunks_exact(3) {
            colours[(step(pixel[0]) * STEPS + step(pixel[1])) * STEPS + step(pixel[2])] += 1.0;
        }
        let count: f64 = colours.iter().sum::<f64>().max(1.0);
        for share in &mut colours {
            *share /= count;
        }
        Self { pixels: pixels.to_vec(), colours }
    }

    /// Returns how different another picture is, from 0, the same, to 1.
    pub fn difference(&self, other: &Self) -> f64 {
        let colours: f64 = self.colours.iter().zip(&other.colours).map(|(a, b)| (a - b).abs()).sum::<f64>() / 2.0;
        let pixels: u64 = self.pixels.iter().zip(&other.pixels).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        #[expect(clippy::cast_precision_loss, reason = "at most 3072 × 255")]
        let moved = pixels as f64 / (255 * PICTURE_BYTES) as f64 / ALL_ELSEWHERE;
        // Things that move change pixels, light that fades changes colours: a new scene changes both.
        (colours * moved.min(1.0)).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(pixel: impl Fn(usize, usize) -> [u8; 3]) -> Picture {
        let pixels: Vec<u8> = (0..SIDE * SIDE).flat_map(|at| pixel(at % SIDE, at / SIDE)).collect();
        Picture::of(&pixels)
    }

    #[test]
    fn a_new_scene_differs_and_what_moves_hardly_does() {
        let ball = |left: usize| {
            picture(move |x, _| if (left..left + 6).contains(&x) { [250, 250, 250] } else { [40, 90, 40] })
        };
        let night = picture(|x, _| if x < 16 { [10, 10, 40] } else { [90, 20, 60] });
        assert!(ball(2).difference(&ball(2)) < 1e-9);
        assert!(ball(2).difference(&ball(20)) < 0.1, "{}", ball(2).difference(&ball(20)));
        assert!(ball(2).difference(&night) > 0.5, "{}", ball(2).difference(&night));
    }
}
