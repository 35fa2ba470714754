//! Signing in: by password, or with a provider's page in the browser.

use std::time::Duration;

use reqwest::Client;
use secrecy::SecretString;
use tallylight_core::{
    Code, Error,
    auth::{Grant, Input, Ticket},
    discovery::{Identity, Server},
};
use tokio_util::task::AbortOnDropHandle;

use super::runtime::{Actor, TaskEvent};
use crate::{
    handle::Reply,
    net::{
        auth_api::{self, Denial},
        pkce::Pkce,
        redirect::Redirect,
    },
    platform::browser::Browser,
};

/// How long a page in the browser may take; Supabase forgets about it not much later.
const PAGE_LIMIT: Duration = Duration::from_mins(5);

/// Is a sign-in that somebody waits for.
pub(super) struct SigningIn {
    reply: Reply<()>,
    /// Ends the wait for the browser when it is dropped.
    page: Option<AbortOnDropHandle<()>>,
}

impl Actor {
    pub(super) fn sign_in(&mut self, email: String, password: SecretString, reply: Reply<()>) {
        self.begin_sign_in(Input::SignIn { email, password }, reply);
    }

    pub(super) fn sign_in_with(&mut self, provider: String, reply: Reply<()>) {
        let offered = self.server.as_ref().is_none_or(|server| server.auth_providers.contains(&provider));
        if !offered {
            let message = format!("Sign-in with {provider:?} isn't available in this studio. Use another method.");
            return drop(reply.send(Err(Error::new(Code::NotOffered, message))));
        }
        self.begin_sign_in(Input::SignInWith(provider), reply);
    }

    fn begin_sign_in(&mut self, input: Input, reply: Reply<()>) {
        if self.server.is_none() {
            let error = Error::new(Code::SignedOut, "No studio selected. Connect to one first.");
            return drop(reply.send(Err(error)));
        }
        if let Some(before) = self.signing_in.take() {
            let _ = before.reply.send(Err(Error::new(Code::Requested, "Sign-in cancelled: another sign-in was started.")));
        }
        // Whatever was before ends first, while nobody waits who could take its end for this one's.
        if self.session.is_signed_in() || self.session.is_keeping() {
            self.auth_input(Input::SignOut(None));
        }
        self.signing_in = Some(SigningIn { reply, page: None });
        self.auth_input(input);
    }

    pub(super) fn sign_in_done(&mut self, outcome: Result<(), Error>) {
        if let Some(signing_in) = self.signing_in.take() {
            let _ = signing_in.reply.send(outcome);
        }
    }

    /// Opens a provider's page, and waits for its answer.
    pub(super) fn request_by_page(&mut self, ticket: Ticket, provider: String) {
        let (Some(clients), Some(server)) = (self.clients.clone(), self.server.clone()) else { return };
        let (task_events, browser) = (self.task_events.clone(), self.browser.clone());
        let page = tokio::spawn(async move {
            let answer = by_page(&clients.auth, &server, &provider, &browser).await;
            let at = Box::new((clients, server));
            let _ = task_events.send(TaskEvent::Granted(ticket, answer, at, None)).await;
        });
        if let Some(signing_in) = &mut self.signing_in {
            signing_in.page = Some(AbortOnDropHandle::new(page));
        }
    }

    /// Forgets the jobs of another account, before anything of this one is shown.
    pub(super) fn set_account(&mut self, email: &str) {
        // The studio of this computer has but one account, and must not stand in for a remembered one.
        let Some(server) = self.server.as_ref().filter(|server| server.identity == Identity::Address) else { return };
        let account = Account { server: server.key().to_owned(), email: email.to_owned() };
        match self.store.setting::<Account>(ACCOUNT) {
            Some(before) if before.is(&account) => return,
            Some(_) => self.forget_jobs(),
            None => {}
        }
        self.store.set(ACCOUNT, &account);
    }

    /// Returns the email that was used last at this backend.
    pub(super) fn remembered_email(&self) -> Option<String> {
        let account = self.store.setting::<Account>(ACCOUNT)?;
        let is_here = self.server.as_ref().is_some_and(|server| server.key() == account.server);
        Some(account.email).filter(|email| is_here && !email.is_empty())
    }
}

/// Names the setting that holds an [`Account`].
const ACCOUNT: &str = "account";

/// Is whose jobs are on the disk.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Account {
    server: String,
    email: String,
}

impl Account {
    fn is(&self, other: &Self) -> bool {
        self.server == other.server && self.email.eq_ignore_ascii_case(&other.email)
    }
}

async fn by_page(http: &Client, server: &Server, provider: &str, browser: &Browser) -> Result<Grant, Denial> {
    let mut redirect = Redirect::listen().await.map_err(Denial::Refused)?;
    let pkce = Pkce::new();
    let page = auth_api::authorize_url(server, provider, redirect.address(), &pkce).map_err(Denial::Refused)?;
    let answer = tokio::select! {
        // Some browsers stay until they are closed: whoever opens one is not waited for.
        Err(error) = browser.open(&page) => return Err(Denial::Refused(error)),
        answer = tokio::time::timeout(PAGE_LIMIT, redirect.answer()) => answer,
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
    use tallylight_core::discovery::{Description, Source, parse_address};

    #[tokio::test(start_paused = true)]
    async fn a_page_that_nobody_answers_is_given_up() {
        let address = parse_address("localhost:9").expect("an address");
        let text = |text: &str| Some(text.to_owned());
        let description = Description { auth_url: text("localhost:9"), auth_key: text("k"), ..Description::default() };
        let server = description.complete(&address, Identity::Address, Source::Person).expect("a server");
        let client = http::unredirected_client(&server.auth_url, &crate::net::connector::NetworkConnector::default())
            .expect("a client");
        let (browser, mut pages) = Browser::by_hand();
        let answer = by_page(&client, &server, "google", &browser).await;
        assert!(matches!(answer, Err(Denial::Refused(error)) if error.code == Code::SignInTimeout));
        let page = pages.recv().await.expect("it was opened");
        let redirect = page.query_pairs().find(|(name, _)| name == "redirect_to").expect("where to").1.into_owned();
        while reqwest::get(&redirect).await.is_ok() {}
    }
}
