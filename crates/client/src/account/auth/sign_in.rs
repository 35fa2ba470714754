//! Sign-in: with a password, or on a provider's page in the browser.

use std::time::Duration;

use reqwest::Client;
use secrecy::SecretString;
use tallylight_core::{
    Code, Error, auth,
    auth::{Grant, Ticket},
    discovery::Server,
};
use tokio_util::task::AbortOnDropHandle;

use super::Auth;
use crate::{
    account::{context::Context, message::AuthInput},
    command::Reply,
    net::{
        auth_api::{self, Denial},
        pkce::Pkce,
        sign_in_callback::CallbackServer,
    },
    platform::browser::Browser,
};

/// How long a sign-in page in the browser may take. Supabase forgets the request not much later.
const PAGE_TIMEOUT: Duration = Duration::from_mins(5);

/// A sign-in that a command waits for.
pub(super) struct SigningIn {
    reply: Reply<()>,
    /// Waits for the browser; dropping it stops that.
    page: Option<AbortOnDropHandle<()>>,
}

impl Auth {
    pub(super) fn sign_in(&mut self, input: auth::Input, reply: Reply<()>, context: &mut Context) {
        let refusal = match (context.server(), &input) {
            (None, _) => Some(Error::new(Code::SignedOut, "No studio selected. Connect to one first.")),
            (Some(server), auth::Input::SignInWith(provider)) if !server.auth_providers.contains(provider) => {
                Some(Error::new(
                    Code::NotOffered,
                    format!("Sign-in with {provider:?} isn't available in this studio. Use another method."),
                ))
            }
            _ => None,
        };
        if let Some(error) = refusal {
            return drop(reply.send(Err(error)));
        }
        if let Some(before) = self.signing_in.take() {
            let _ =
                before.reply.send(Err(Error::new(Code::Requested, "Sign-in cancelled: another sign-in was started.")));
        }
        // The previous session ends before `signing_in` is set; otherwise its sign-out would fail this sign-in.
        if self.session.is_signed_in() || self.session.is_storing() {
            self.machine_input(auth::Input::SignOut(None), context);
        }
        self.signing_in = Some(SigningIn { reply, page: None });
        self.machine_input(input, context);
    }

    pub(super) fn sign_in_done(&mut self, outcome: Result<(), Error>, context: &mut Context) {
        if let Some(signing_in) = self.signing_in.take() {
            context.reply(signing_in.reply, outcome);
        }
    }

    /// Opens a provider's page, and waits for its answer.
    pub(super) fn request_by_page(&mut self, ticket: Ticket, provider: String, context: &Context) {
        let Some(endpoint) = context.endpoint.clone() else { return };
        let (messages, browser) = (context.tasks.messages.clone(), self.browser.clone());
        let page = tokio::spawn(async move {
            let answer = by_page(&endpoint.clients.auth, &endpoint.server, &provider, &browser).await;
            let _ = messages.send(AuthInput::Granted(ticket, answer, Box::new(endpoint), None).into()).await;
        });
        if let Some(signing_in) = &mut self.signing_in {
            signing_in.page = Some(AbortOnDropHandle::new(page));
        }
    }
}

pub(super) fn request_by_password(ticket: Ticket, email: String, password: SecretString, context: &Context) {
    let Some(endpoint) = context.endpoint.clone() else { return };
    let messages = context.tasks.messages.clone();
    tokio::spawn(async move {
        let answer = auth_api::by_password(&endpoint.clients.auth, &endpoint.server, &email, &password).await;
        let _ = messages.send(AuthInput::Granted(ticket, answer, Box::new(endpoint), None).into()).await;
    });
}

async fn by_page(http: &Client, server: &Server, provider: &str, browser: &Browser) -> Result<Grant, Denial> {
    let mut callback = CallbackServer::listen().await.map_err(Denial::Refused)?;
    let pkce = Pkce::new();
    let page = auth_api::authorize_url(server, provider, callback.address(), &pkce).map_err(Denial::Refused)?;
    let answer = tokio::select! {
        // Some browser commands end only when the browser is closed: the command is not awaited.
        Err(error) = browser.open(&page) => return Err(Denial::Refused(error)),
        answer = tokio::time::timeout(PAGE_TIMEOUT, callback.answer()) => answer,
    };
    let answer = answer.map_err(|_| {
        let message = "Sign-in timed out. Try again.";
        Denial::Refused(Error::new(Code::SignInTimeout, message))
    })?;
    let answer = answer.map_err(Denial::Refused)?;
    let granted = match &answer.code {
        Ok(code) => auth_api::by_code(http, server, code, &pkce.verifier).await,
        Err(denied) => Err(Denial::Refused(denied.clone())),
    };
    answer.show(match &granted {
        Ok(_) => Ok(()),
        Err(Denial::Refused(error) | Denial::Delayed(error, _)) => Err(error),
    });
    granted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::http;
    use tallylight_core::discovery::{Description, Identity, Source, parse_address};

    #[tokio::test(start_paused = true)]
    async fn a_page_that_nobody_answers_is_given_up() {
        let address = parse_address("localhost:9").expect("an address");
        let text = |text: &str| Some(text.to_owned());
        let description = Description { auth_url: text("localhost:9"), auth_key: text("k"), ..Description::default() };
        let server = description.complete(&address, Identity::Address, Source::Person).expect("a server");
        let client = http::unredirected_client(&server.auth_url, &crate::net::connector::NetworkConnector::default())
            .expect("a client");
        let (browser, mut pages) = Browser::channel();
        let answer = by_page(&client, &server, "google", &browser).await;
        assert!(matches!(answer, Err(Denial::Refused(error)) if error.code == Code::SignInTimeout));
        let page = pages.recv().await.expect("it was opened");
        let redirect = page.query_pairs().find(|(name, _)| name == "redirect_to").expect("where to").1.into_owned();
        while reqwest::get(&redirect).await.is_ok() {}
    }
}
