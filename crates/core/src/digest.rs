//! Digests, as they are written down.

use sha2::{Digest, Sha256};

/// Returns the SHA-256 of a text, in 64 hexadecimal digits.
pub fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::with_capacity(64), |digits, byte| digits + &format!("{byte:02x}"))
}
