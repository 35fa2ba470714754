//! Renewal of the session with its refresh token, which several processes may share.

use secrecy::{ExposeSecret, SecretString};
use tallylight_core::{auth::Ticket, discovery::Server};

use super::Auth;
use crate::{
    account::{context::Context, message::AuthInput},
    net::auth_api::{self, Denial},
    platform::{
        keychain::{SessionLookup, TokenStore, Unlock},
        refresh_lock::RefreshLock,
    },
};

impl Auth {
    pub(super) fn refresh(&self, ticket: Ticket, token: SecretString, context: &Context) {
        let Some(endpoint) = context.endpoint.clone() else { return };
        let (messages, tokens, folder) = (context.tasks.messages.clone(), self.tokens.clone(), self.data_dir.clone());
        let email = self.session.status().email.clone().unwrap_or_default();
        // A token that could not be stored is newer than the one in the keychain.
        let is_stored = self.session.status().warning.is_none();
        tokio::spawn(async move {
            let lock = RefreshLock::acquire(&folder).await;
            let (clients, server) = (&endpoint.clients, &endpoint.server);
            let newest = async || if is_stored { newest(&tokens, server, &email).await } else { None };
            let token = newest().await.unwrap_or(token);
            let mut answer = auth_api::by_refresh(&clients.auth, server, &token, &email).await;
            if let Err(Denial::Refused(_)) = answer
                && let Some(newer) = newest().await.filter(|newer| newer.expose_secret() != token.expose_secret())
            {
                answer = auth_api::by_refresh(&clients.auth, server, &newer, &email).await;
            }
            let _ = messages.send(AuthInput::Granted(ticket, answer, Box::new(endpoint), lock).into()).await;
        });
    }
}

/// Returns the refresh token that the keychain holds now. Another process, such as a second `tally`, may have used ours and
/// stored its successor.
async fn newest(tokens: &TokenStore, server: &Server, email: &str) -> Option<SecretString> {
    let SessionLookup::Session(stored) = tokens.load(Unlock::Never).await.ok()? else { return None };
    (stored.server == server.key() && stored.email == email).then_some(stored.refresh_token)
}
