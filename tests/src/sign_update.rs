//! Signs standard input as an update with a new key, for tests of the updater.

#![expect(clippy::expect_used, reason = "a test program")]

use std::io::{Read, Write, stdin, stdout};

use base64::{Engine, engine::general_purpose::STANDARD};
use minisign::KeyPair;

fn main() {
    let mut bytes = Vec::new();
    stdin().read_to_end(&mut bytes).expect("an update");
    let KeyPair { pk, sk } = KeyPair::generate_unencrypted_keypair().expect("keys");
    let signature = minisign::sign(Some(&pk), &sk, bytes.as_slice(), None, None).expect("a signature");
    let key = pk.to_box().expect("a key").to_string();
    let signed = serde_json::json!({
        "key": STANDARD.encode(key),
        "signature": STANDARD.encode(signature.to_string()),
    });
    writeln!(stdout(), "{signed}").expect("a reader");
}
