//! From one typed address to everything that is needed to talk to a backend.

use std::{collections::BTreeSet, path::PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::{Host, Url};

use crate::{Code, Error, InputField, model::job::Field, protocol::json};

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
    /// The first message that carries the token, with `{token}` in it, where the backend wants another than ours.
    #[serde(default)]
    pub ws_auth_message: Option<String>,
    /// Metadata that may be edited.
    pub editable: Vec<Field>,
    /// Further abilities, such as `upload`.
    pub features: Vec<String>,
    /// Where a studio on this computer takes files from, so that they need not be sent.
    #[serde(default)]
    pub incoming_folder: Option<PathBuf>,
    /// What makes it the same backend at the next visit.
    pub identity: Identity,
    /// Who described it.
    #[serde(default)]
    pub source: Source,
}

/// Tells who described a backend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Source {
    /// It did so itself.
    #[default]
    Discovery,
    /// A person did, because it does not.
    Person,
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
    /// The backend does not say: the others are tried, one after the other.
    #[default]
    Auto,
    /// In an `Authorization` header.
    Header,
    /// As `?token=`, for backends that were written for browsers.
    Query,
    /// As `Sec-WebSocket-Protocol: bearer, <token>`.
    Subprotocol,
    /// In the first message.
    Message,
}

impl WsToken {
    /// The ways to send a token, in the order in which they are tried.
    pub const WAYS: [Self; 4] = [Self::Header, Self::Query, Self::Subprotocol, Self::Message];
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

/// Is what a backend says of itself, or what a person says in its place. Only where to sign in, and with which key,
/// cannot be guessed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(optional_fields))]
pub struct Description {
    /// What it is called; the name of its host where nothing is said.
    pub name: Option<String>,
    /// The base of the REST calls; the server where nothing is said.
    pub api_url: Option<String>,
    /// The socket; `/ws` on the server where nothing is said.
    pub ws_url: Option<String>,
    /// The base of the auth calls.
    pub auth_url: Option<String>,
    /// Supabase's public key.
    pub auth_key: Option<String>,
    /// Ways to sign in; `email` where nothing is said.
    pub auth_providers: Option<Vec<String>>,
    /// How the socket learns the token: `auto`, `header`, `query`, `subprotocol` or `message`.
    pub ws_token: Option<String>,
    /// The first message for `message`, with `{token}` in it.
    pub ws_auth_message: Option<String>,
    /// How live updates travel: `socket`.
    pub transport: Option<String>,
    /// Metadata that may be edited; title, description and tags where nothing is said.
    pub editable: Option<Vec<String>>,
    /// Further abilities; none where nothing is said.
    pub features: Option<Vec<String>>,
    /// A folder from which a studio on this computer takes files.
    pub incoming_folder: Option<String>,
}

impl Description {
    /// Completes it to a backend, standing in for what it leaves out.
    ///
    /// # Errors
    /// [`Code::InvalidAddress`] or [`Code::InsecureAddress`], naming the field that is missing or wrong.
    pub fn complete(self, address: &Url, identity: Identity, source: Source) -> Result<Server, Error> {
        let given = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let url = |text: Option<String>, field| given(text).map(|text| whole_url(&text, field)).transpose();
        one_of(self.transport, InputField::Transport, &[("socket", ())])?;
        let missing = |field, what: &str| Error::new(Code::InvalidAddress, format!("{what} is required")).at(field);
        Ok(Server {
            name: given(self.name).unwrap_or_else(|| address.host_str().unwrap_or("studio").to_owned()),
            api_url: url(self.api_url, InputField::ApiUrl)?.unwrap_or_else(|| address.clone()),
            ws_url: url(self.ws_url, InputField::WsUrl)?.unwrap_or_else(|| default_socket(address)),
            auth_url: url(self.auth_url, InputField::AuthUrl)?
                .ok_or_else(|| missing(InputField::AuthUrl, "Sign-in server URL"))?,
            auth_key: given(self.auth_key).ok_or_else(|| missing(InputField::AuthKey, "Public key"))?,
            auth_providers: self.auth_providers.unwrap_or_else(|| vec!["email".to_owned()]),
            ws_token: one_of(
                self.ws_token,
                InputField::WsToken,
                &[
                    ("auto", WsToken::Auto),
                    ("header", WsToken::Header),
                    ("query", WsToken::Query),
                    ("subprotocol", WsToken::Subprotocol),
                    ("message", WsToken::Message),
                ],
            )?,
            ws_auth_message: given(self.ws_auth_message),
            editable: self.editable.map_or_else(
                || vec![Field::Title, Field::Description, Field::Tags],
                |fields| fields.iter().filter_map(|field| Field::parse(field)).collect(),
            ),
            features: self.features.unwrap_or_default(),
            // Another computer has other folders.
            incoming_folder: given(self.incoming_folder).map(PathBuf::from).filter(|_| is_loopback(address)),
            address: address.clone(),
            identity,
            source,
        })
    }
}

/// Reads the word of a setting that knows few; one that is not said is the first.
///
/// # Errors
/// [`Code::InvalidAddress`], naming the field and what it may be.
fn one_of<T: Copy>(word: Option<String>, field: InputField, known: &[(&str, T)]) -> Result<T, Error> {
    let word = word.map(|word| word.trim().to_lowercase()).filter(|word| !word.is_empty());
    let Some(word) = word else { return Ok(known[0].1) };
    known.iter().find(|(name, _)| *name == word).map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        let field_name = field.name();
        let message = format!("{field_name} {word:?} isn't supported. Supported values: {}", names.join(", "));
        Error::new(Code::InvalidAddress, message).at(field)
    })
}

/// Makes a whole address of what a person types: `acme.tv`, `https://acme.tv/`, `localhost:8000`.
///
/// # Errors
/// [`Code::InvalidAddress`] when it cannot be one, [`Code::InsecureAddress`] when it would send passwords in the
/// clear to another machine.
pub fn parse_address(typed: &str) -> Result<Url, Error> {
    let mut address = whole_url(typed, InputField::Address)?;
    address.set_query(None);
    Ok(address)
}

/// Reads the discovery document of the server at `address`, standing in for what it leaves out.
///
/// # Errors
/// [`Code::NotAStudio`] when it is no such document, [`Code::InsecureAddress`] when it names a plain address of
/// another machine.
pub fn read(address: &Url, identity: Identity, document: &str) -> Result<Server, Error> {
    let described = describe(document).and_then(|description| {
        match description.complete(address, identity, Source::Discovery) {
            Err(error) if error.code == Code::InvalidAddress => Err(error.message),
            // Whoever typed an address has no such field before them.
            completed => Ok(completed.map_err(|error| Error { field: None, ..error })),
        }
    });
    described.unwrap_or_else(|why| {
        let message = format!(
            "No Tallylight studio at this address ({}: {why}). Check the URL.",
            shown(address)
        );
        Err(Error::new(Code::NotAStudio, message))
    })
}

fn describe(document: &str) -> Result<Description, String> {
    let mut document = json::parse(document).map_err(|error| error.to_string())?.value;
    for name in ["auth_providers", "editable", "features"] {
        // What is no word says nothing, and a word says nothing more the second time.
        if let Some(Value::Array(words)) = document.get_mut(name) {
            let mut seen = BTreeSet::new();
            words.retain(|word| word.as_str().is_some_and(|word| seen.insert(word.to_owned())));
        }
    }
    if let Value::Object(fields) = &mut document {
        for (name, value) in fields.iter_mut().filter(|(_, value)| !value.is_array() && !value.is_null()) {
            // What is no text where one belongs says nothing, but for what must not be guessed.
            if matches!(name.as_str(), "ws_token" | "transport" | "ws_auth_message") && !value.is_string() {
                *value = Value::from(value.to_string());
            } else if !value.is_string() {
                *value = Value::Null;
            }
        }
    }
    Description::deserialize(document).map_err(|error| error.to_string())
}

/// Returns an address as a person would write it.
pub fn shown(address: &Url) -> String {
    let text = address.as_str().trim_end_matches('/');
    text.strip_prefix("https://").unwrap_or(text).to_owned()
}

fn whole_url(typed: &str, field: InputField) -> Result<Url, Error> {
    let (secure, plain, example) = match field {
        InputField::WsUrl => ("wss", "ws", "wss://acme.tv/ws"),
        InputField::Address
        | InputField::AuthUrl
        | InputField::AuthKey
        | InputField::ApiUrl
        | InputField::WsToken
        | InputField::Transport
        | InputField::Email
        | InputField::Password => ("https", "http", "acme.tv"),
    };
    let typed = typed.trim();
    let invalid =
        || Error::new(Code::InvalidAddress, format!("Enter a valid URL, such as {example}")).at(field);
    if typed.is_empty() || typed.contains(char::is_whitespace) {
        return Err(invalid());
    }
    let mut url = if typed.contains("://") {
        Url::parse(typed).map_err(|_| invalid())?
    } else {
        let bare = Url::parse(&format!("{secure}://{typed}")).map_err(|_| invalid())?;
        if is_loopback(&bare) { Url::parse(&format!("{plain}://{typed}")).map_err(|_| invalid())? } else { bare }
    };
    // Whoever says https of a socket means wss.
    let scheme = match (url.scheme(), field) {
        ("https", InputField::WsUrl) => secure,
        ("http", InputField::WsUrl) => plain,
        (scheme, _) => scheme,
    };
    let scheme = scheme.to_owned();
    if ![secure, plain].contains(&scheme.as_str()) || url.host().is_none() || url.set_scheme(&scheme).is_err() {
        return Err(invalid());
    }
    url.set_fragment(None);
    let _ = url.set_username("");
    let _ = url.set_password(None);
    if !is_trustworthy(&url) {
        let scheme = secure.to_uppercase();
        let message = format!("{scheme} is required except on this computer: {url}");
        return Err(Error::new(Code::InsecureAddress, message).at(field));
    }
    Ok(url)
}

/// Tells whether a URL is encrypted, or stays on this machine.
pub fn is_trustworthy(url: &Url) -> bool {
    match url.scheme() {
        "https" | "wss" => true,
        "http" | "ws" => is_loopback(url),
        _ => false,
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        // No other name: what `studio.localhost` leads to is decided by a name server.
        Some(Host::Domain(name)) => name == "localhost",
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
        for typed in [
            "http://acme.tv",
            "http://192.168.1.2:8000",
            "http://localhost.evil.tv",
            "http://studio.localhost",
            "http://[::ffff:8.8.8.8]",
            "http://0.0.0.0:8000",
        ] {
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
        assert_eq!((short.name.as_str(), short.ws_token), ("acme.tv", WsToken::Auto));
        assert_eq!(short.editable, [Field::Title, Field::Description, Field::Tags]);
        assert!(!short.offers("upload"));

        let whole = r#"{"name":"Acme","api_url":"https://api.acme.tv","ws_url":"wss://api.acme.tv/ws","auth_url":"https://x.co",
            "auth_key":"k","auth_providers":["google"],"ws_token":"query","editable":["CHAPTERS","NEW"],"features":["upload"]}"#;
        let whole = read(&address, Identity::Address, whole).expect("whole");
        assert_eq!((whole.ws_token, whole.editable.as_slice()), (WsToken::Query, [Field::Chapters].as_slice()));
        assert!(whole.offers("upload"));
    }

    #[test]
    fn an_unknown_value_is_named_with_what_it_may_be() {
        let address = parse_address("acme.tv").expect("an address");
        for (field, known) in [("ws_token", "header, query, subprotocol, message"), ("transport", "socket")] {
            let document = format!(r#"{{"auth_url":"x.co","auth_key":"k","{field}":"pigeon"}}"#);
            let error = read(&address, Identity::Address, &document).expect_err("unknown");
            assert!(error.message.contains(field) && error.message.contains(known), "{error}");
        }
        let odd = r#"{"auth_url":"x.co","auth_key":"k","name":5,"ws_auth_message":{"auth":"{token}"}}"#;
        let server = read(&address, Identity::Address, odd).expect("the rest of it");
        assert_eq!(
            (server.name.as_str(), server.ws_auth_message.as_deref()),
            ("acme.tv", Some(r#"{"auth":"{token}"}"#))
        );
        let twice = r#"{"auth_url":"x.co","auth_key":"k","auth_providers":["google",null,"google",7],"editable":["TITLE","TITLE"]}"#;
        let server = read(&address, Identity::Address, twice).expect("each once");
        assert_eq!((server.auth_providers, server.editable), (vec!["google".to_owned()], vec![Field::Title]));
    }

    #[test]
    fn a_document_cannot_lead_to_a_plain_address() {
        let address = parse_address("acme.tv").expect("an address");
        let plain = r#"{"auth_url":"http://x.co","auth_key":"k"}"#;
        assert_eq!(read(&address, Identity::Address, plain).expect_err("plain").code, Code::InsecureAddress);
        for no_studio in ["<html>", "{}", "[]", r#"{"auth_url":"two words","auth_key":"k"}"#, r#"{"auth_url":"x.co"}"#]
        {
            let error = read(&address, Identity::Address, no_studio).expect_err(no_studio);
            assert_eq!((error.code, error.field), (Code::NotAStudio, None), "{no_studio}");
        }
    }

    #[test]
    fn a_person_may_describe_what_does_not_describe_itself() {
        let address = parse_address("acme.tv").expect("an address");
        let described = |description: Description| description.complete(&address, Identity::Address, Source::Person);
        let text = |text: &str| Some(text.to_owned());
        let whole = Description {
            auth_url: text(" x.supabase.co "),
            auth_key: text("key"),
            ws_url: text("https://live.acme.tv/socket?v=2"),
            api_url: text(""),
            ..Description::default()
        };
        let server = described(whole.clone()).expect("enough");
        assert_eq!(server.auth_url.as_str(), "https://x.supabase.co/");
        assert_eq!(server.ws_url.as_str(), "wss://live.acme.tv/socket?v=2");
        assert_eq!((server.api_url.as_str(), server.source), ("https://acme.tv/", Source::Person));

        for (wrong, code, field) in [
            (Description { auth_url: None, ..whole.clone() }, Code::InvalidAddress, InputField::AuthUrl),
            (Description { auth_key: text(" "), ..whole.clone() }, Code::InvalidAddress, InputField::AuthKey),
            (
                Description { api_url: text("http://acme.tv"), ..whole.clone() },
                Code::InsecureAddress,
                InputField::ApiUrl,
            ),
            (Description { ws_url: text("ftp://acme.tv"), ..whole }, Code::InvalidAddress, InputField::WsUrl),
        ] {
            let error = described(wrong).expect_err("wrong");
            assert_eq!((error.code, error.field), (code, Some(field)));
        }
    }
}
