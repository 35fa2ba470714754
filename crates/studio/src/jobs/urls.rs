//! The URLs of the files that are served without a token, because `<img>` and `<video>` cannot send one.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Makes the URLs of thumbnails and videos, and checks those of videos. Copies share the secret.
#[derive(Clone)]
pub struct FileUrls {
    /// The server's own address, without a trailing slash. Its port may change with each start.
    base: String,
    secret: Arc<[u8]>,
}

impl FileUrls {
    /// Returns the URLs below a server's address, signed with a secret of this installation.
    pub fn new(base: String, secret: &[u8]) -> Self {
        Self { base, secret: secret.into() }
    }

    /// Returns the URL of a thumbnail, whose path contains two random ids.
    pub fn thumbnail(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Returns the URL of a video. It is signed: the id of the video is known to whoever sees one of its thumbnails.
    pub fn video(&self, video_id: &str) -> String {
        let signature = URL_SAFE_NO_PAD.encode(self.mac(video_id).finalize().into_bytes());
        format!("{}/media/{video_id}/{signature}", self.base)
    }

    /// Returns whether a signature is that of a video's URL.
    pub fn is_signature(&self, video_id: &str, signature: &str) -> bool {
        URL_SAFE_NO_PAD.decode(signature).is_ok_and(|signature| self.mac(video_id).verify_slice(&signature).is_ok())
    }

    fn mac(&self, video_id: &str) -> Hmac<Sha256> {
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(&self.secret) else {
            unreachable!("HMAC takes keys of every length")
        };
        mac.chain_update(video_id)
    }
}

impl std::fmt::Debug for FileUrls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileUrls").field("base", &self.base).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signature_opens_one_video_of_one_installation() {
        let urls = FileUrls::new("http://127.0.0.1:8".to_owned(), b"secret");
        let url = urls.video("a");
        let signature = url.strip_prefix("http://127.0.0.1:8/media/a/").expect("a signature");
        assert!(urls.is_signature("a", signature));
        assert!(FileUrls::new("http://127.0.0.1:9".to_owned(), b"secret").is_signature("a", signature));
        assert!(!urls.is_signature("b", signature));
        assert!(!FileUrls::new("http://127.0.0.1:8".to_owned(), b"other").is_signature("a", signature));
        for other in ["", "AAAA", "%", &signature[1..]] {
            assert!(!urls.is_signature("a", other), "{other}");
        }
        assert!(!format!("{urls:?}").contains("secret"));
    }
}
