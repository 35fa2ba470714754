//! Which backend it is: asking an address who it is, and leaving one for another.

use tallylight_core::{
    Code, Error, auth, connection,
    discovery::{self, Description, Identity, Server, Source},
    view::{RememberedView, ServerView},
};
use url::Url;

use super::runtime::{Actor, Clients, TaskEvent};
use crate::{
    handle::Reply,
    net::{auth_api, connector::NetworkConnector, http, rest},
    platform::keychain::Unlock,
};

/// Names the setting that holds the address of the backend that was used last, other than that of this computer.
const ADDRESS: &str = "address";

impl Actor {
    /// Asks an address who it is.
    pub(super) fn connect(&mut self, address: Url, identity: Identity, reply: Reply<ServerView>) {
        let (task_events, number) = (self.task_events.clone(), self.next_choice());
        let (before, connector) = (self.server.clone(), self.connector.clone());
        tokio::spawn(async move {
            let found = match http::client(&address, &connector) {
                Ok(client) => rest::discover(&client, &address, identity).await,
                Err(error) => Err(error),
            };
            let found = match (found, before) {
                // It does not describe itself, and need not: a person did.
                (Err(error), Some(before))
                    if error.code == Code::NotAStudio
                        && before.address == address
                        && before.source == Source::Person =>
                {
                    Ok(before)
                }
                (found, _) => found,
            };
            task_events.send(TaskEvent::Discovered(number, Box::new(found), reply)).await
        });
    }

    fn next_choice(&mut self) -> u64 {
        self.choices += 1;
        self.choices
    }

    /// Takes a person's word for who an address is, once its sign-in server has answered to it.
    pub(super) fn connect_as(&mut self, address: Url, description: Description, reply: Reply<ServerView>) {
        let (task_events, number) = (self.task_events.clone(), self.next_choice());
        let connector = self.connector.clone();
        tokio::spawn(async move {
            let found = described(&address, description, &connector).await;
            task_events.send(TaskEvent::Discovered(number, Box::new(found), reply)).await
        });
    }

    pub(super) fn discovered(&mut self, number: u64, found: Result<Server, Error>, reply: Reply<ServerView>) {
        if number != self.choices {
            return drop(reply.send(Err(Error::new(Code::Requested, "Cancelled: a different studio was selected."))));
        }
        let chosen = found.and_then(|server| {
            // Another backend shows nothing of the one before.
            if self.server.as_ref().is_some_and(|before| before.key() != server.key()) {
                self.auth_input(auth::Input::SignOut(None));
                self.unload_edits();
                self.forget_jobs();
            }
            self.store.set("server", &server);
            if server.identity == Identity::Address {
                self.store.set(ADDRESS, &server.address);
            }
            let view = ServerView::from(&server);
            self.choose(server).map(|()| view)
        });
        if std::mem::take(&mut self.awaits_embedded_studio) {
            self.load_session(Unlock::Never);
        }
        let _ = reply.send(chosen);
    }

    /// Returns what a person typed before.
    pub(super) fn remembered(&self) -> RememberedView {
        let address = self.store.setting::<Url>(ADDRESS);
        RememberedView { address: address.as_ref().map(discovery::shown), email: self.remembered_email() }
    }

    pub(super) fn choose(&mut self, server: Server) -> Result<(), Error> {
        self.clients = Some(self.clients_of(&server)?);
        // A studio of this computer that has another port now leaves the old address behind.
        let moved = self.server.as_ref().is_some_and(|before| before.ws_url != server.ws_url);
        self.set_endpoint(&server);
        self.server = Some(server);
        if moved {
            self.connection_input(connection::Input::EndpointChanged);
        }
        Ok(())
    }

    /// Makes the clients of a backend, along the way that the person chose.
    pub(super) fn clients_of(&self, server: &Server) -> Result<Clients, Error> {
        let rest = http::client(&server.api_url, &self.connector)?;
        Ok(Clients { rest, auth: http::unredirected_client(&server.auth_url, &self.connector)? })
    }
}

async fn described(address: &Url, description: Description, connector: &NetworkConnector) -> Result<Server, Error> {
    let server = description.complete(address, Identity::Address, Source::Person)?;
    auth_api::check(&http::unredirected_client(&server.auth_url, connector)?, &server).await?;
    Ok(server)
}
