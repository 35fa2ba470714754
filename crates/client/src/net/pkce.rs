//! PKCE (RFC 7636) with S256: proves that the program which exchanges a code is the one that requested it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// The secret of one browser sign-in, and its public challenge.
#[derive(Debug)]
pub struct Pkce {
    /// The secret that is sent with the code: 43 characters.
    pub verifier: SecretString,
    /// The verifier's digest, which is part of the sign-in page's URL.
    pub challenge: String,
}

impl Pkce {
    /// Creates a random verifier and its challenge.
    pub fn new() -> Self {
        Self::of(random_text())
    }

    fn of(verifier: SecretString) -> Self {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose_secret()));
        Self { verifier, challenge }
    }
}

/// Returns 256 random bits as text.
pub fn random_text() -> SecretString {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_matches_the_example_of_the_rfc() {
        // RFC 7636, appendix B.
        let pkce = Pkce::of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into());
        assert_eq!(pkce.challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert_eq!(pkce.verifier.expose_secret().len(), 43);
        assert_ne!(Pkce::new().challenge, Pkce::new().challenge);
    }
}
