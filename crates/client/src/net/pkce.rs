//! Proof that whoever exchanges a code is whoever asked for it: PKCE, RFC 7636, with S256.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// Is the secret of one browser sign-in, and what may be seen of it.
#[derive(Debug)]
pub struct Pkce {
    /// Is brought along with the code: 43 characters.
    pub verifier: SecretString,
    /// Its digest, which the page's address carries.
    pub challenge: String,
}

impl Pkce {
    /// Makes a new one.
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
    fn the_challenge_is_that_of_the_rfc() {
        // RFC 7636, appendix B.
        let pkce = Pkce::of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into());
        assert_eq!(pkce.challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert_eq!(pkce.verifier.expose_secret().len(), 43);
        assert_ne!(Pkce::new().challenge, Pkce::new().challenge);
    }
}
