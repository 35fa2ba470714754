//! The proxy setting.

use serde::{Deserialize, Serialize};
use url::Url;

/// The proxy between this computer and a studio; serialized as `system`, `none`, or a URL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(type = "string"))]
pub enum Proxy {
    /// The proxy of the system.
    #[default]
    System,
    /// No proxy.
    None,
    /// The proxy at this URL.
    At(Url),
}

impl TryFrom<String> for Proxy {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let url = match text.trim() {
            "" | "system" => return Ok(Self::System),
            "none" => return Ok(Self::None),
            text => Url::parse(text).ok(),
        };
        let is_proxy = |url: &Url| matches!(url.scheme(), "http" | "socks5" | "socks5h") && url.has_host();
        let wrong = || format!("{text:?} isn't a valid proxy. Use system, none, or a URL such as http://proxy:3128.");
        url.filter(is_proxy).map(Self::At).ok_or_else(wrong)
    }
}

impl From<Proxy> for String {
    fn from(proxy: Proxy) -> Self {
        match proxy {
            Proxy::System => "system".to_owned(),
            Proxy::None => "none".to_owned(),
            Proxy::At(url) => url.as_str().trim_end_matches('/').to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxy_is_system_none_or_a_url() {
        let read = |text: &str| Proxy::try_from(text.to_owned());
        assert_eq!((read("system"), read(""), read("none")), (Ok(Proxy::System), Ok(Proxy::System), Ok(Proxy::None)));
        for address in ["http://proxy:3128", "socks5://me:pw@10.0.0.1:1080"] {
            assert_eq!(read(address).map(String::from).as_deref(), Ok(address));
        }
        for wrong in ["proxy", "ftp://proxy", "http://", "https://proxy:1"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
