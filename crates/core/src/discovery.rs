//! Discovery: from the URL that the user enters to a complete description of a backend.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::{
    Code, Error, InputField,
    model::{
        job::Field,
        trusted_url::{is_loopback, is_trustworthy},
    },
    protocol::json,
};

mod endpoints;

pub use endpoints::{ApiEndpoint, Endpoints};

/// The topic of the channel of Supabase Realtime, if the backend names none.
const DEFAULT_TOPIC: &str = "jobs:{user_id}";
/// The tables of Supabase whose changes are reported, if the backend names none.
const DEFAULT_TABLES: [&str; 2] = ["video_jobs", "video_metadata"];
/// The path of the discovery document, relative to the server's URL.
pub const WELL_KNOWN: &str = "/.well-known/tallylight.json";

/// A backend: its URLs and features.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// The URL that the user entered, completed.
    pub address: Url,
    /// The name of the backend.
    pub name: String,
    /// The base URL of REST requests.
    pub api_url: Url,
    /// The URL of the socket, or of Supabase Realtime.
    pub ws_url: Url,
    /// The transport of live updates.
    #[serde(default)]
    pub transport: Transport,
    /// The paths of REST requests that differ from the usual ones.
    #[serde(default)]
    pub endpoints: Endpoints,
    /// The base URL of auth requests.
    pub auth_url: Url,
    /// The public key of Supabase, sent as `apikey`.
    pub auth_key: String,
    /// The sign-in methods, such as `email` and `google`.
    pub auth_providers: Vec<String>,
    /// The method of sending the token to the socket.
    pub ws_token: WsToken,
    /// The first message with the token, containing `{token}`, if the backend needs another than the default.
    #[serde(default)]
    pub ws_auth_message: Option<String>,
    /// The metadata fields that can be edited.
    pub editable: Vec<Field>,
    /// The optional features, such as `upload`.
    pub features: Vec<String>,
    /// The folder from which a studio on this computer takes files, so that they need not be uploaded.
    #[serde(default)]
    pub incoming_folder: Option<PathBuf>,
    /// The identity by which the backend is recognised later.
    pub identity: Identity,
    /// The source of the description.
    #[serde(default)]
    pub source: Source,
}

/// The source of a backend's description.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Source {
    /// The backend's discovery document.
    #[default]
    Discovery,
    /// The user's entries, because the backend has no discovery document.
    Person,
}

/// The identity by which a backend is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Identity {
    /// The URL of the backend.
    Address,
    /// The studio embedded in this application, whose port may change.
    ThisComputer,
}

/// The method of sending the access token to the socket. Source: docs/protocol.md#sending-the-token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WsToken {
    /// Not specified: all other methods are tried, one after another.
    #[default]
    Auto,
    /// In an `Authorization` header.
    Header,
    /// As `?token=`, for backends made for browsers.
    Query,
    /// As `Sec-WebSocket-Protocol: bearer, <token>`.
    Subprotocol,
    /// In the first message.
    Message,
}

/// The transport of live updates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// The backend's own socket.
    #[default]
    Socket,
    /// A channel of Supabase Realtime.
    Realtime(Realtime),
}

/// A channel of Supabase Realtime. Source: docs/protocol.md#realtime.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Realtime {
    /// The topic, which may contain `{user_id}`.
    pub topic: String,
    /// The tables whose changed rows have to be fetched.
    pub tables: Vec<String>,
}

impl WsToken {
    /// The methods of sending a token, in the order in which they are tried.
    pub const METHODS: [Self; 4] = [Self::Header, Self::Query, Self::Subprotocol, Self::Message];
}

impl Server {
    /// Returns the key under which the session of this backend is stored. A token is never sent to another backend.
    pub fn key(&self) -> &str {
        match self.identity {
            Identity::Address => self.address.as_str(),
            Identity::ThisComputer => "this computer",
        }
    }

    /// Returns whether the backend offers a feature.
    pub fn offers(&self, feature: &str) -> bool {
        self.features.iter().any(|offered| offered == feature)
    }

    /// Returns whether the backend takes videos, in any way.
    pub fn takes_uploads(&self) -> bool {
        ["upload", "upload_resumable", "upload_signed"].iter().any(|feature| self.offers(feature))
    }
}

/// The description of a backend, from its discovery document or entered by the user. Only `auth_url` and `auth_key` are
/// required. Source: docs/protocol.md#discovery.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(optional_fields))]
pub struct Description {
    /// The name; defaults to the host name.
    pub name: Option<String>,
    /// The base URL of REST requests; defaults to the server's URL.
    pub api_url: Option<String>,
    /// The URL of the socket; defaults to `/ws` on the server.
    pub ws_url: Option<String>,
    /// The base URL of auth requests.
    pub auth_url: Option<String>,
    /// The public key of Supabase.
    pub auth_key: Option<String>,
    /// The sign-in methods; defaults to `email`.
    pub auth_providers: Option<Vec<String>>,
    /// The method of sending the token to the socket: `auto`, `header`, `query`, `subprotocol` or `message`.
    pub ws_token: Option<String>,
    /// The first message for the method `message`, containing `{token}`.
    pub ws_auth_message: Option<String>,
    /// The transport of live updates: `socket` or `realtime`.
    pub transport: Option<String>,
    /// The topic of the channel for the transport `realtime`; defaults to `jobs:{user_id}`.
    pub realtime_topic: Option<String>,
    /// The tables whose changes are reported by the transport `realtime`.
    pub realtime_tables: Option<Vec<String>>,
    /// The paths of REST requests that differ from the usual ones, by name.
    pub endpoints: Option<BTreeMap<String, String>>,
    /// The metadata fields that can be edited; defaults to title, description and tags.
    pub editable: Option<Vec<String>>,
    /// The optional features; defaults to none.
    pub features: Option<Vec<String>>,
    /// The folder from which a studio on this computer takes files.
    pub incoming_folder: Option<String>,
}

impl Description {
    /// Completes the description with default values.
    ///
    /// # Errors
    /// [`Code::InvalidAddress`] or [`Code::InsecureAddress`], with the field that is missing or wrong.
    pub fn complete(self, address: &Url, identity: Identity, source: Source) -> Result<Server, Error> {
        let given = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let url = |text: Option<String>, field| given(text).map(|text| whole_url(&text, field)).transpose();
        let is_realtime = one_of(self.transport, InputField::Transport, &[("socket", false), ("realtime", true)])?;
        let missing = |field, what: &str| Error::new(Code::InvalidAddress, format!("{what} is required")).at(field);
        let auth_url = url(self.auth_url, InputField::AuthUrl)?
            .ok_or_else(|| missing(InputField::AuthUrl, "Sign-in server URL"))?;
        let default_ws_url = || if is_realtime { realtime_socket(&auth_url) } else { default_socket(address) };
        let realtime = || Realtime {
            topic: given(self.realtime_topic).unwrap_or_else(|| DEFAULT_TOPIC.to_owned()),
            tables: self.realtime_tables.unwrap_or_else(|| DEFAULT_TABLES.map(str::to_owned).to_vec()),
        };
        Ok(Server {
            name: given(self.name).unwrap_or_else(|| address.host_str().unwrap_or("studio").to_owned()),
            api_url: url(self.api_url, InputField::ApiUrl)?.unwrap_or_else(|| address.clone()),
            ws_url: url(self.ws_url, InputField::WsUrl)?.unwrap_or_else(default_ws_url),
            transport: if is_realtime { Transport::Realtime(realtime()) } else { Transport::Socket },
            endpoints: Endpoints::new(&self.endpoints.unwrap_or_default())?,
            auth_url,
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
            // A remote studio cannot read folders of this computer.
            incoming_folder: given(self.incoming_folder).map(PathBuf::from).filter(|_| is_loopback(address)),
            address: address.clone(),
            identity,
            source,
        })
    }
}

/// Parses a setting with a fixed set of values; the first one is the default.
///
/// # Errors
/// [`Code::InvalidAddress`], with the field and its valid values.
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

/// Completes the URL that a user enters: `acme.tv`, `https://acme.tv/`, `localhost:8000`.
///
/// # Errors
/// [`Code::InvalidAddress`] if the text is not a valid URL, [`Code::InsecureAddress`] if passwords would be sent
/// unencrypted to another computer.
pub fn parse_address(typed: &str) -> Result<Url, Error> {
    let mut address = whole_url(typed, InputField::Address)?;
    address.set_query(None);
    Ok(address)
}

/// Reads the discovery document of the server at `address` and completes it with default values.
///
/// # Errors
/// [`Code::NotAStudio`] if the document is not valid, [`Code::InsecureAddress`] if it contains an unencrypted URL of
/// another computer.
pub fn read(address: &Url, identity: Identity, document: &str) -> Result<Server, Error> {
    let described = describe(document).and_then(|description| {
        match description.complete(address, identity, Source::Discovery) {
            Err(error) if error.code == Code::InvalidAddress => Err(error.message),
            // The form for entering a URL has no such field.
            completed => Ok(completed.map_err(Error::without_field)),
        }
    });
    described.unwrap_or_else(|why| {
        let message = format!("No Tallylight studio at this address ({}: {why}). Check the URL.", shown(address));
        Err(Error::new(Code::NotAStudio, message))
    })
}

fn describe(document: &str) -> Result<Description, String> {
    let mut document = json::parse(document).map_err(|error| error.to_string())?.value;
    for name in ["auth_providers", "editable", "features", "realtime_tables"] {
        // Elements that are not strings and repeated elements are ignored.
        if let Some(Value::Array(words)) = document.get_mut(name) {
            let mut seen = BTreeSet::new();
            words.retain(|word| word.as_str().is_some_and(|word| seen.insert(word.to_owned())));
        }
    }
    if let Value::Object(fields) = &mut document {
        for (name, value) in fields.iter_mut().filter(|(_, value)| !value.is_array() && !value.is_null()) {
            if name == "endpoints" && value.is_object() {
                // A path that is no string is an error, because no default may be assumed for it.
                for path in value.as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
                    *path = Value::from(path.as_str().map_or_else(|| path.to_string(), str::to_owned));
                }
                continue;
            }
            // Other types than strings are ignored, except in fields for which no default may be assumed: these must
            // cause an error.
            if matches!(name.as_str(), "ws_token" | "transport" | "ws_auth_message") && !value.is_string() {
                *value = Value::from(value.to_string());
            } else if !value.is_string() {
                *value = Value::Null;
            }
        }
    }
    Description::deserialize(document).map_err(|error| error.to_string())
}

/// Returns a URL in the short form in which it is displayed.
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
    let invalid = || Error::new(Code::InvalidAddress, format!("Enter a valid URL, such as {example}")).at(field);
    if typed.is_empty() || typed.contains(char::is_whitespace) {
        return Err(invalid());
    }
    let mut url = if typed.contains("://") {
        Url::parse(typed).map_err(|_| invalid())?
    } else {
        let bare = Url::parse(&format!("{secure}://{typed}")).map_err(|_| invalid())?;
        if is_loopback(&bare) { Url::parse(&format!("{plain}://{typed}")).map_err(|_| invalid())? } else { bare }
    };
    // An https URL of a socket is converted to wss.
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

fn default_socket(address: &Url) -> Url {
    socket_at(address, "ws")
}

/// Returns the URL of Supabase Realtime beside the auth server.
fn realtime_socket(auth_url: &Url) -> Url {
    socket_at(auth_url, "realtime/v1/websocket")
}

fn socket_at(base: &Url, path: &str) -> Url {
    let mut socket = base.clone();
    let scheme = if base.scheme() == "https" { "wss" } else { "ws" };
    // Both are special schemes, between which a change is always allowed.
    let _ = socket.set_scheme(scheme);
    socket.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    socket
}

#[cfg(test)]
mod tests;
