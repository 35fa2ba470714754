//! The chosen backend: discovery of an address, and the change from one backend to another.

use tallylight_core::{
    Code, Error, connection,
    discovery::{self, Description, Identity, Server, Source},
};
use tallylight_view::ServerView;
use url::Url;

use super::{
    context::Context,
    endpoint::Endpoint,
    message::{AuthInput, BackendInput, ConnectionInput},
};
use crate::{
    command::Reply,
    net::{auth_api, connector::NetworkConnector, http, rest},
};

/// The setting that holds the address of the last backend other than the embedded studio.
const ADDRESS: &str = "address";
/// The setting that holds the backend of the last run.
const SERVER: &str = "server";

/// The choice of a backend.
#[derive(Debug, Default)]
pub(super) struct Backend {
    /// Counts the requests, to drop the answer to an earlier one.
    requests: u64,
}

impl Backend {
    pub(super) fn handle(&mut self, input: BackendInput, context: &mut Context) {
        match input {
            BackendInput::Connect(address, identity, reply) => self.connect(address, identity, reply, context),
            BackendInput::ConnectAs(address, description, reply) => {
                self.connect_as(address, *description, reply, context);
            }
            BackendInput::Discovered(number, found, reply) => self.discovered(number, *found, reply, context),
            BackendInput::Choose(server, reply) => {
                context.store.set_value(SERVER, &server);
                if server.identity == Identity::Address {
                    context.store.set_value(ADDRESS, &server.address);
                }
                let view = ServerView::from(&*server);
                let chosen = choose(*server, context).map(|()| view);
                context.send(AuthInput::EmbeddedStudioReady);
                context.reply(reply, chosen);
            }
            BackendInput::Leave => {
                if context.endpoint.take_if(|endpoint| endpoint.server.identity == Identity::ThisComputer).is_some() {
                    context.store.remove_value(SERVER);
                }
            }
        }
    }

    fn connect(&mut self, address: Url, identity: Identity, reply: Reply<ServerView>, context: &Context) {
        let (messages, number) = (context.tasks.messages.clone(), self.next_request());
        let (before, connector) = (context.server().cloned(), context.connector.clone());
        tokio::spawn(async move {
            let found = match http::client(&address, &connector) {
                Ok(client) => rest::discover(&client, &address, identity).await,
                Err(error) => Err(error),
            };
            let found = match (found, before) {
                // It does not describe itself, and need not: the user did.
                (Err(error), Some(before))
                    if error.code == Code::NotAStudio
                        && before.address == address
                        && before.source == Source::Person =>
                {
                    Ok(before)
                }
                (found, _) => found,
            };
            messages.send(BackendInput::Discovered(number, Box::new(found), reply).into()).await
        });
    }

    fn connect_as(&mut self, address: Url, description: Description, reply: Reply<ServerView>, context: &Context) {
        let (messages, number) = (context.tasks.messages.clone(), self.next_request());
        let connector = context.connector.clone();
        tokio::spawn(async move {
            let found = described(&address, description, &connector).await;
            messages.send(BackendInput::Discovered(number, Box::new(found), reply).into()).await
        });
    }

    fn next_request(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }

    fn discovered(
        &mut self,
        number: u64,
        found: Result<Server, Error>,
        reply: Reply<ServerView>,
        context: &mut Context,
    ) {
        if number != self.requests {
            return drop(reply.send(Err(Error::new(Code::Requested, "Cancelled: a different studio was selected."))));
        }
        match found {
            Ok(server) => {
                // Nothing of one backend is shown under another.
                let is_other = context.server().is_some_and(|before| before.key() != server.key());
                let server = Box::new(server);
                if is_other {
                    context.send(AuthInput::LeaveFor(server, reply));
                } else {
                    context.send(BackendInput::Choose(server, reply));
                }
            }
            Err(error) => {
                context.send(AuthInput::EmbeddedStudioReady);
                let _ = reply.send(Err(error));
            }
        }
    }
}

/// Returns the backend of the last run.
pub(super) fn of_last_run(context: &Context) -> Option<Server> {
    context.store.value(SERVER)
}

/// Returns the address that the user typed last, as it is shown.
pub(super) fn remembered_address(context: &Context) -> Option<String> {
    context.store.value::<Url>(ADDRESS).as_ref().map(discovery::shown)
}

/// Uses a backend from now on.
///
/// # Errors
/// `Code::Internal` where TLS cannot be set up.
pub(super) fn choose(server: Server, context: &mut Context) -> Result<(), Error> {
    // The embedded studio has another port at each start.
    let moved = context.server().is_some_and(|before| before.ws_url != server.ws_url);
    context.endpoint = Some(Endpoint::new(server, &context.connector)?);
    context.send(ConnectionInput::SetEndpoint);
    if moved {
        context.send(connection::Input::EndpointChanged);
    }
    Ok(())
}

/// Uses the network settings from now on.
///
/// # Errors
/// `Code::File` where the certificate file cannot be used: then without it. `Code::Internal` where TLS cannot be set up.
pub(super) fn set_network(context: &mut Context) -> Result<(), Error> {
    let (connector, usable) = NetworkConnector::or_without_certificates(&context.settings.network);
    context.connector = connector;
    if let Some(server) = context.server().cloned() {
        context.endpoint = Some(Endpoint::new(server, &context.connector)?);
    }
    context.send(connection::Input::EndpointChanged);
    usable
}

async fn described(address: &Url, description: Description, connector: &NetworkConnector) -> Result<Server, Error> {
    let server = description.complete(address, Identity::Address, Source::Person)?;
    auth_api::check(&http::unredirected_client(&server.auth_url, connector)?, &server).await?;
    Ok(server)
}

#[cfg(test)]
mod tests;
