//! The network settings: those of the desktop app's settings file, which the environment may override
//! (docs/adr/0025-network-connector.md).

use std::path::Path;

use tallylight_client::{Origin, check_network, desktop_dir, read_settings};
use tallylight_core::settings::{Network, Proxy};

use crate::output;

/// The environment variables that name the proxy of encrypted connections. Others never use a proxy.
const PROXY_VARIABLES: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

/// Reads the network settings of a data folder. Problems are noted on standard error, and are no failure: most
/// connections need none of these settings.
pub fn network_settings(data_dir: &Path) -> Network {
    let current = read_settings(&desktop_dir(data_dir));
    if let Some(trouble) = current.trouble {
        let used = match current.origin {
            Origin::Chosen => "last valid",
            Origin::Unknown => "default",
        };
        output::print_note(&format!("{}. Using the {used} network settings.", trouble.message.trim_end_matches('.')));
    }
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let mut network = current.settings.network;
    if PROXY_VARIABLES.into_iter().any(is_set) {
        // The system's proxy is that of the environment, where there is one.
        network.proxy = Proxy::System;
    }
    if let Err(error) = check_network(&network) {
        output::print_note(&format!("{} Continuing without it.", error.message));
        network.certificate = None;
    }
    network
}
