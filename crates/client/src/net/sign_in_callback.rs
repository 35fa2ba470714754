//! The redirect target of a browser sign-in: a server on this computer for one callback (RFC 8252,
//! docs/adr/0017-browser-sign-in.md).
//!
//! The URL has a random port and a random state. Only a request with that state is accepted, only the first one counts,
//! and the server ends as soon as nothing waits for it.

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use secrecy::{ExposeSecret, SecretString};
use tallylight_core::{Code, Error};
use tokio::{net::TcpListener, sync::oneshot};
use tokio_util::sync::{CancellationToken, DropGuard};
use url::{Url, form_urlencoded};

use crate::net::pkce::random_text;

const PAGE: &str = include_str!("redirect/page.html");
/// The colours of the lamp on the page.
const GOOD: &str = "#2fbf71";
const BAD: &str = "#e5484d";

/// The server that waits for the callback.
pub struct CallbackServer {
    address: Url,
    answer: oneshot::Receiver<Answer>,
    /// Stops the server when it is dropped, after the current response.
    _server: DropGuard,
}

/// The callback that the browser sent.
pub struct Answer {
    /// The code, or the reason why there is none.
    pub code: Result<SecretString, Error>,
    page: oneshot::Sender<ClosingPage>,
}

/// The outcome of the sign-in for the page that the browser shows.
struct ClosingPage {
    title: &'static str,
    text: String,
    lamp: &'static str,
}

#[derive(Clone)]
struct CallbackState {
    host: String,
    state: Arc<SecretString>,
    waiting: Arc<Mutex<Option<oneshot::Sender<Answer>>>>,
}

impl CallbackServer {
    /// Starts the server on the loopback address, on any free port.
    ///
    /// # Errors
    /// [`Code::NotOffered`] if no port can be opened.
    pub async fn listen() -> Result<Self, Error> {
        let unable = |error: &dyn std::fmt::Display| {
            let message =
                format!("Browser sign-in isn't available on this computer ({error}). Sign in with a password.");
            Error::new(Code::NotOffered, message)
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(|error| unable(&error))?;
        let host = listener.local_addr().map_err(|error| unable(&error))?.to_string();
        let state = random_text();
        let address = format!("http://{host}/callback?state={}", state.expose_secret());
        let address = Url::parse(&address).map_err(|error| unable(&error))?;
        let (sender, answer) = oneshot::channel();
        let state = CallbackState { host, state: Arc::new(state), waiting: Arc::new(Mutex::new(Some(sender))) };
        let router = Router::new().route("/callback", get(callback)).with_state(state);
        let stop = CancellationToken::new();
        let serve = axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
        tokio::spawn(async move { drop(serve.await) });
        Ok(Self { address, answer, _server: stop.drop_guard() })
    }

    /// Returns the URL to which the sign-in page redirects.
    pub fn address(&self) -> &Url {
        &self.address
    }

    /// Waits for the callback.
    ///
    /// # Errors
    /// [`Code::SignInDenied`] if the server has ended.
    pub async fn answer(&mut self) -> Result<Answer, Error> {
        (&mut self.answer)
            .await
            .map_err(|_| Error::new(Code::SignInDenied, "Couldn't complete the browser sign-in. Try again."))
    }
}

impl Answer {
    /// Shows the outcome in the browser.
    pub fn show(self, outcome: Result<(), &Error>) {
        let ending = match outcome {
            Ok(()) => ClosingPage {
                title: "You're signed in",
                text: "You can close this tab and return to Tallylight.".to_owned(),
                lamp: GOOD,
            },
            Err(error) => not_signed_in(&error.message),
        };
        let _ = self.page.send(ending);
    }
}

fn not_signed_in(why: &str) -> ClosingPage {
    let mut text = why.trim_end_matches('.').to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    ClosingPage { title: "Sign-in failed", text: format!("{text}. You can close this tab."), lamp: BAD }
}

async fn callback(State(state): State<CallbackState>, headers: HeaderMap, uri: Uri) -> Response {
    if headers.get(header::HOST).is_none_or(|host| host.as_bytes() != state.host.as_bytes()) {
        return page(StatusCode::MISDIRECTED_REQUEST, &not_signed_in("This page is only available on this computer"));
    }
    let query = CallbackQuery::read(uri.query().unwrap_or_default());
    if query.state.as_deref() != Some(state.state.expose_secret()) {
        return page(
            StatusCode::FORBIDDEN,
            &not_signed_in("This link doesn't match a sign-in request from Tallylight"),
        );
    }
    let Some(code) = query.outcome() else {
        return page(StatusCode::BAD_REQUEST, &not_signed_in("The sign-in response is incomplete"));
    };
    let waiting = state.waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
    let used = || page(StatusCode::GONE, &not_signed_in("This link has already been used"));
    let Some(waiting) = waiting else { return used() };
    let (sender, ending) = oneshot::channel();
    if waiting.send(Answer { code, page: sender }).is_err() {
        return used();
    }
    match ending.await {
        Ok(ending) => page(StatusCode::OK, &ending),
        Err(_) => page(StatusCode::GONE, &not_signed_in("Sign-in cancelled")),
    }
}

fn page(status: StatusCode, ending: &ClosingPage) -> Response {
    let text = ending.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let html = PAGE.replace("{title}", ending.title).replace("{lamp}", ending.lamp).replace("{text}", &text);
    let headers = [
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, Html(html)).into_response()
}

/// The query of a callback.
#[derive(Default)]
struct CallbackQuery {
    state: Option<String>,
    code: Option<SecretString>,
    error: Option<String>,
    description: Option<String>,
}

impl CallbackQuery {
    fn read(text: &str) -> Self {
        let mut query = Self::default();
        // Some servers append their parameters with a second question mark.
        for part in text.split('?') {
            for (name, value) in form_urlencoded::parse(part.as_bytes()) {
                match &*name {
                    "state" => query.state = Some(value.into_owned()),
                    "code" => query.code = Some(value.into_owned().into()),
                    "error" => query.error = Some(value.into_owned()),
                    "error_description" => query.description = Some(value.into_owned()),
                    _ => {}
                }
            }
        }
        query
    }

    fn outcome(self) -> Option<Result<SecretString, Error>> {
        match (self.error, self.code) {
            (Some(error), _) if error == "access_denied" => {
                let message = "Sign-in cancelled in the browser.";
                Some(Err(Error::new(Code::SignInDenied, message)))
            }
            (Some(error), _) => {
                let why = self.description.unwrap_or(error);
                Some(Err(Error::new(Code::SignInDenied, format!("Sign-in failed: {}", shortened(&why)))))
            }
            (None, Some(code)) => Some(Ok(code)),
            (None, None) => None,
        }
    }
}

/// Returns a text from a server without control characters, at most 200 characters long.
fn shortened(words: &str) -> String {
    words.chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests;
