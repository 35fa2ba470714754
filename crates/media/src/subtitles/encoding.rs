//! The encoding of a text file: by its byte order mark, else UTF-16 or UTF-8 if valid, else a guess.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// A decoded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text; characters that could not be decoded are U+FFFD.
    pub text: String,
    /// The name of the encoding in the Encoding Standard.
    pub encoding: &'static str,
    /// The number of characters that could not be decoded.
    pub undecodable: usize,
}

/// Decodes a text file.
pub fn decode(bytes: &[u8]) -> Decoded {
    if let Some(text) = utf_32(bytes) {
        let undecodable = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
        return Decoded { text, encoding: "UTF-32", undecodable };
    }
    let encoding = Encoding::for_bom(bytes).map_or_else(|| guess(bytes), |(encoding, _)| encoding);
    let (text, _, _) = encoding.decode(bytes);
    let undecodable = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    Decoded { text: text.into_owned(), encoding: encoding.name(), undecodable }
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    // ASCII in UTF-16 is also valid UTF-8, with many NULs.
    if let Some(encoding) = utf_16(bytes) {
        return encoding;
    }
    match std::str::from_utf8(bytes) {
        Ok(_) => UTF_8,
        Err(error) if error.error_len().is_none() => UTF_8,
        // A few damaged bytes do not change the encoding of a text that is otherwise UTF-8.
        Err(_) if mostly_utf_8(bytes) => UTF_8,
        Err(_) => {
            let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
            detector.feed(bytes, true);
            detector.guess(None, Utf8Detection::Deny)
        }
    }
}

/// Decodes UTF-32 with a byte order mark. The Encoding Standard does not include it, but Windows editors write it.
fn utf_32(bytes: &[u8]) -> Option<String> {
    let number: fn([u8; 4]) -> u32 = match bytes.get(..4)? {
        [0xff, 0xfe, 0, 0] => u32::from_le_bytes,
        [0, 0, 0xfe, 0xff] => u32::from_be_bytes,
        _ => return None,
    };
    let letters = bytes[4..].chunks(4).map(|chunk| {
        let number = chunk.try_into().ok().map(number);
        number.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
    });
    Some(letters.collect())
}

/// Detects UTF-16 without a byte order mark: every second byte of digits, spaces and line ends is 0.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let zeros = |offset: usize| bytes.chunks_exact(2).filter(|pair| pair[offset] == 0).count();
    let (high_first, low_first, pairs) = (zeros(0), zeros(1), bytes.len() / 2);
    let enough = |count: usize, other: usize| count * 10 > pairs && count > 8 * other;
    if pairs > 0 && enough(low_first, high_first) {
        Some(UTF_16LE)
    } else if pairs > 0 && enough(high_first, low_first) {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Returns whether valid multi-byte sequences outnumber damaged ones by far.
fn mostly_utf_8(bytes: &[u8]) -> bool {
    let (mut valid, mut damaged) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        damaged += usize::from(!chunk.invalid().is_empty());
    }
    valid > 8 * damaged
}
