//! Access tokens: HS256 JWTs, signed with a secret of this install.

use std::time::Duration;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::auth::accounts::Session;

/// Is what an access token says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    /// The account.
    pub sub: String,
    /// Its email.
    pub email: String,
    /// The session.
    pub session_id: String,
    /// Supabase's audience of signed-in people.
    pub aud: String,
    /// The same, as Supabase's row-level security reads it.
    pub role: String,
    /// When it was signed, in Unix seconds.
    pub iat: i64,
    /// When it ends, in Unix seconds.
    pub exp: i64,
}

const AUDIENCE: &str = "authenticated";

/// Signs and checks access tokens.
#[derive(Clone)]
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    ttl: Duration,
}

impl Tokens {
    /// Signs with a secret, for a time.
    pub fn new(secret: &[u8], ttl: Duration) -> Self {
        Self { encoding: EncodingKey::from_secret(secret), decoding: DecodingKey::from_secret(secret), ttl }
    }

    /// Returns an access token of a session, and when it ends in Unix seconds.
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

    /// Returns how long a token holds, in seconds.
    pub fn ttl_seconds(&self) -> u64 {
        self.ttl.as_secs()
    }

    /// Returns what a token says, if it is ours and has not ended.
    pub fn check(&self, token: &str) -> Option<Claims> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[AUDIENCE]);
        validation.leeway = 0;
        jsonwebtoken::decode::<Claims>(token, &self.decoding, &validation).ok().map(|data| data.claims)
    }
}
