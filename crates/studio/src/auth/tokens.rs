//! Access tokens: HS256 JWTs, signed with a secret of this installation.

use std::time::Duration;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use serde::{Deserialize, Serialize};

use crate::{auth::accounts::Session, clock};

/// The claims of an access token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    /// The id of the account.
    pub sub: String,
    /// The email of the account.
    pub email: String,
    /// The id of the session.
    pub session_id: String,
    /// Supabase's audience for signed-in users.
    pub aud: String,
    /// The same value, for Supabase's row-level security.
    pub role: String,
    /// The time of signing, in Unix seconds.
    pub iat: i64,
    /// The time of expiry, in Unix seconds.
    pub exp: i64,
}

/// Why a token is not accepted, in the words of Supabase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It expired so many seconds ago.
    #[error("Token has expired {0} seconds ago")]
    Expired(i64),
    /// It is no token.
    #[error("The token provided is not a valid JWT")]
    Malformed,
    /// It was signed with another secret.
    #[error("Failed to validate JWT signature")]
    Signature,
}

const AUDIENCE: &str = "authenticated";

/// Signs and verifies access tokens.
#[derive(Clone)]
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    ttl: Duration,
}

impl Tokens {
    /// Returns a signer with a secret; its tokens are valid for `ttl`.
    pub fn new(secret: &[u8], ttl: Duration) -> Self {
        Self { encoding: EncodingKey::from_secret(secret), decoding: DecodingKey::from_secret(secret), ttl }
    }

    /// Returns an access token of a session and its expiry in Unix seconds.
    pub fn sign(&self, session: &Session, now: Timestamp) -> Result<(String, i64), jsonwebtoken::errors::Error> {
        let iat = now.as_second();
        let exp = iat + i64::try_from(self.ttl.as_secs()).unwrap_or(i64::MAX / 2);
        let claims = Claims {
            sub: session.account.id.clone(),
            email: session.account.email.clone(),
            session_id: session.id.clone(),
            aud: AUDIENCE.to_owned(),
            role: AUDIENCE.to_owned(),
            iat,
            exp,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding).map(|token| (token, exp))
    }

    /// Returns the lifetime of a token, in seconds.
    pub fn ttl_seconds(&self) -> u64 {
        self.ttl.as_secs()
    }

    /// Returns the claims of a token if its signature is valid and it has not expired.
    pub fn verify(&self, token: &str) -> Option<Claims> {
        self.claims(token).ok()
    }

    /// Returns the claims of a token.
    ///
    /// # Errors
    /// The token is no token of this studio, or has expired.
    pub fn claims(&self, token: &str) -> Result<Claims, TokenError> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[AUDIENCE]);
        validation.validate_exp = false;
        let decoded = jsonwebtoken::decode::<Claims>(token, &self.decoding, &validation);
        let claims = decoded.map(|data| data.claims).map_err(|error| {
            let is_signature = matches!(error.kind(), ErrorKind::InvalidSignature);
            if is_signature { TokenError::Signature } else { TokenError::Malformed }
        })?;
        let late = clock::now().as_second() - claims.exp;
        if late >= 0 { Err(TokenError::Expired(late)) } else { Ok(claims) }
    }
}
