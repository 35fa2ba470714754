//! Which URLs may be used: encrypted ones, and those of this computer.

use url::{Host, Url};

/// Returns whether a URL is encrypted or leads to this computer.
pub fn is_trustworthy(url: &Url) -> bool {
    match url.scheme() {
        "https" | "wss" => true,
        "http" | "ws" => is_loopback(url),
        _ => false,
    }
}

/// Returns whether a URL leads to this computer.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        // No other names: `studio.localhost`, for example, may be resolved by a name server.
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
