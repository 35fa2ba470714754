//! From one typed address to everything that is needed to talk to a backend.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::{Code, Error, job::Field};

/// Where the discovery document is, under the server's address.
pub const WELL_KNOWN: &str = "/.well-known/tallylight.json";

/// Is a backend: its addresses and what it offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// The address that the person typed, made whole.
    pub address: Url,
    /// What the backend calls itself.
    pub name: String,
    /// The base of the REST calls.
    pub api_url: Url,
    /// The socket.
    pub ws_url: Url,
    /// The base of the auth calls.
    pub auth_url: Url,
    /// Supabase's public key, sent as `apikey`.
    pub auth_key: String,
    /// Ways to sign in, such as `email` and `google`.
    pub auth_providers: Vec<String>,
    /// How the socket learns the token.
    pub ws_token: WsToken,
    /// Metadata that may be edited.
    pub editable: Vec<Field>,
    /// Further abilities, such as `upload`.
    pub features: Vec<String>,
    /// What makes it the same backend at the next visit.
    pub identity: Identity,
}

/// Tells what makes two visits ones to the same backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Identity {
    /// Its address.
    Address,
    /// It is the studio of this computer, whichever port it has today.
    ThisComputer,
}

/// Tells how the socket learns the access token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WsToken {
    /// In an `Authorization` header.
    #[default]
    Header,
    /// As `?token=`, for backends that were written for browsers.
    Query,
}

impl Server {
    /// Returns the name under which this backend's session is kept; a token is never shown to another.
    pub fn key(&self) -> &str {
        match self.identity {
            Identity::Address => self.address.as_str(),
            Identity::ThisComputer => "this computer",
        }
    }

    /// Tells whether the backend offers a feature.
    pub fn offers(&self, feature: &str) -> bool {
        self.features.iter().any(|offered| offered == feature)
    }
}

#[derive(Deserialize)]
struct Document {
    name: Option<String>,
    api_url: Option<Url>,
    ws_url: Option<Url>,
    auth_url: Url,
    auth_key: String,
    auth_providers: Option<Vec<String>>,
    ws_token: Option<String>,
    editable: Option<Vec<String>>,
    features: Option<Vec<String>>,
}

/// Makes a whole address of what a person types: `acme.tv`, `https://acme.tv/`, `localhost:8000`.
///
/// # Errors
/// [`Code::InvalidAddress`] when it cannot be one, [`Code::InsecureAddress`] when it would send passwords in the
/// clear to another machine.
pub fn parse_address(typed: &str) -> Result<Url, Error> {
    let typed = typed.trim();
    let invalid = || Error::new(Code::InvalidAddress, format!("{typed:?} is no address: type one such as acme.tv"));
    if typed.is_empty() || typed.contains(char::is_whitespace) {
        return Err(invalid());
    }
    let mut address = if typed.contains("://") {
        Url::parse(typed).map_err(|_| invalid())?
    } else {
        let bare = Url::parse(&format!("https://{typed}")).map_err(|_| invalid())?;
        if is_loopback(&bare) { Url::parse(&format!("http://{typed}")).map_err(|_| invalid())? } else { bare }
    };
    if !matches!(address.scheme(), "http" | "https") || address.host().is_none() {
        return Err(invalid());
    }
    address.set_query(None);
    address.set_fragment(None);
    let _ = address.set_username("");
    let _ = address.set_password(None);
    ensure_trustworthy(&address)?;
    Ok(address)
}

/// Reads the discovery document of the server at `address`, standing in for what it leaves out.
///
/// # Errors
/// [`Code::NotAStudio`] when it is no such document, [`Code::InsecureAddress`] when it names a plain address of
/// another machine.
pub fn read(address: &Url, identity: Identity, document: &str) -> Result<Server, Error> {
    let document: Document = serde_json::from_str(document).map_err(|error| {
        Error::new(
            Code::NotAStudio,
            format!("{address} is no studio ({error}): check the address with whoever runs the studio"),
        )
    })?;
    let ws_url = document.ws_url.unwrap_or_else(|| default_socket(address));
    let server = Server {
        name: document.name.unwrap_or_else(|| address.host_str().unwrap_or("studio").to_owned()),
        api_url: document.api_url.unwrap_or_else(|| address.clone()),
        ws_url,
        auth_url: document.auth_url,
        auth_key: document.auth_key,
        auth_providers: document.auth_providers.unwrap_or_else(|| vec!["email".to_owned()]),
        ws_token: match document.ws_token.as_deref() {
            Some("query") => WsToken::Query,
            _ => WsToken::Header,
        },
        editable: document.editable.map_or_else(
            || vec![Field::Title, Field::Description, Field::Tags],
            |fields| fields.iter().filter_map(|field| Field::parse(field)).collect(),
        ),
        features: document.features.unwrap_or_default(),
        address: address.clone(),
        identity,
    };
    for url in [&server.api_url, &server.ws_url, &server.auth_url] {
        ensure_trustworthy(url)?;
    }
    Ok(server)
}

/// Tells whether a URL is encrypted, or stays on this machine.
pub fn is_trustworthy(url: &Url) -> bool {
    match url.scheme() {
        "https" | "wss" => true,
        "http" | "ws" => is_loopback(url),
        _ => false,
    }
}

fn ensure_trustworthy(url: &Url) -> Result<(), Error> {
    if is_trustworthy(url) {
        return Ok(());
    }
    let message = format!("{url} is not encrypted, and only this machine may be reached so: use https");
    Err(Error::new(Code::InsecureAddress, message))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn default_socket(address: &Url) -> Url {
    let mut socket = address.clone();
    let scheme = if address.scheme() == "https" { "wss" } else { "ws" };
    // Both are special schemes, between which the change is always allowed.
    let _ = socket.set_scheme(scheme);
    socket.set_path(&format!("{}/ws", address.path().trim_end_matches('/')));
    socket
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_completed() {
        for (typed, whole) in [
            ("acme.tv", "https://acme.tv/"),
            (" https://acme.tv ", "https://acme.tv/"),
            ("acme.tv:8443/studio", "https://acme.tv:8443/studio"),
            ("localhost:8000", "http://localhost:8000/"),
            ("127.0.0.1:8765", "http://127.0.0.1:8765/"),
            ("[::1]:8765", "http://[::1]:8765/"),
            ("https://localhost", "https://localhost/"),
            ("https://me:secret@acme.tv/?a#b", "https://acme.tv/"),
        ] {
            assert_eq!(parse_address(typed).expect(typed).as_str(), whole);
        }
    }

    #[test]
    fn what_is_no_address_or_not_safe_is_refused() {
        for typed in ["", "  ", "two words", "ftp://acme.tv", "http://", "javascript:alert(1)"] {
            assert_eq!(parse_address(typed).expect_err(typed).code, Code::InvalidAddress, "{typed}");
        }
        for typed in ["http://acme.tv", "http://192.168.1.2:8000", "http://localhost.evil.tv"] {
            assert_eq!(parse_address(typed).expect_err(typed).code, Code::InsecureAddress, "{typed}");
        }
    }

    #[test]
    fn a_short_document_is_completed_and_a_whole_one_is_kept() {
        let address = parse_address("acme.tv").expect("an address");
        let short =
            read(&address, Identity::Address, r#"{"auth_url":"https://x.supabase.co","auth_key":"k"}"#).expect("short");
        assert_eq!(short.ws_url.as_str(), "wss://acme.tv/ws");
        assert_eq!(short.api_url.as_str(), "https://acme.tv/");
        assert_eq!((short.name.as_str(), short.ws_token), ("acme.tv", WsToken::Header));
        assert_eq!(short.editable, [Field::Title, Field::Description, Field::Tags]);
        assert!(!short.offers("upload"));

        let whole = r#"{"name":"Acme","api_url":"https://api.acme.tv","ws_url":"wss://api.acme.tv/ws","auth_url":"https://x.co",
            "auth_key":"k","auth_providers":["google"],"ws_token":"query","editable":["CHAPTERS","NEW"],"features":["upload"]}"#;
        let whole = read(&address, Identity::Address, whole).expect("whole");
        assert_eq!((whole.ws_token, whole.editable.as_slice()), (WsToken::Query, [Field::Chapters].as_slice()));
        assert!(whole.offers("upload"));
    }

    #[test]
    fn a_document_cannot_lead_to_a_plain_address() {
        let address = parse_address("acme.tv").expect("an address");
        let plain = r#"{"auth_url":"http://x.co","auth_key":"k"}"#;
        assert_eq!(read(&address, Identity::Address, plain).expect_err("plain").code, Code::InsecureAddress);
        assert_eq!(read(&address, Identity::Address, "<html>").expect_err("html").code, Code::NotAStudio);
    }
}
