//! Which backend it is: asking an address who it is, and leaving one for another.

use tallylight_core::{
    Error,
    discovery::{Identity, Server},
    link, session,
    view::ServerView,
};
use url::Url;

use super::{Actor, Clients, Report};
use crate::{handle::Reply, http, rest, shell::Shell};

impl<S: Shell> Actor<S> {
    pub(super) fn connect(&mut self, address: Url, identity: Identity, reply: Reply<ServerView>) {
        let client = match http::client(&address) {
            Ok(client) => client,
            Err(error) => return drop(reply.send(Err(error))),
        };
        let reports = self.reports.clone();
        tokio::spawn(async move {
            let found = rest::discover(&client, &address, identity).await;
            reports.send(Report::Discovered(Box::new(found), reply)).await
        });
    }

    pub(super) fn discovered(&mut self, found: Result<Server, Error>, reply: Reply<ServerView>) {
        let chosen = found.and_then(|server| {
            // Another backend shows nothing of the one before.
            if self.server.as_ref().is_some_and(|before| before.key() != server.key()) {
                self.session_input(session::Input::SignOut(None));
                self.forget_jobs();
            }
            self.store.set("server", &server);
            let view = ServerView::from(&server);
            self.choose(server).map(|()| view)
        });
        if std::mem::take(&mut self.awaits_computer) {
            self.load_session();
        }
        let _ = reply.send(chosen);
    }

    pub(super) fn choose(&mut self, server: Server) -> Result<(), Error> {
        self.clients =
            Some(Clients { rest: http::client(&server.address)?, auth: http::auth_client(&server.auth_url)? });
        // A studio of this computer that has another port now leaves the old address behind.
        let moved = self.server.as_ref().is_some_and(|before| before.ws_url != server.ws_url);
        self.server = Some(server);
        if moved {
            self.link_input(link::Input::Reconnect);
        }
        Ok(())
    }
}
