//! The sign-in page that "Sign in with Google" opens in the browser when the studio is local.
//!
//! The flow is the real one (a page in the browser, a redirect to a loopback address, a code that only the holder of
//! the PKCE verifier can exchange); the account is one of this studio.

use axum::{
    Form,
    extract::{Query, State},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use url::{Host, Url};

use super::{AppState, problem};
use crate::auth::accounts::run_blocking;

/// The query of the sign-in page: the redirect URL and the PKCE challenge.
#[derive(Deserialize)]
pub struct AuthorizeQuery {
    redirect_to: String,
    #[serde(default)]
    code_challenge: String,
    #[serde(default)]
    code_challenge_method: String,
}

/// The submitted form.
#[derive(Deserialize)]
pub struct SignInForm {
    email: Option<String>,
    password: Option<String>,
    cancel: Option<String>,
}

/// Returns the sign-in page.
pub async fn page(Query(query): Query<AuthorizeQuery>) -> Response {
    match query.redirect_url() {
        Ok(_) => form(StatusCode::OK, ""),
        Err(detail) => problem(StatusCode::BAD_REQUEST, detail),
    }
}

/// Redirects with a code if the password is correct, or with an error if the user cancelled.
pub async fn submit(
    State(app): State<AppState>,
    Query(query): Query<AuthorizeQuery>,
    Form(submitted): Form<SignInForm>,
) -> Response {
    let mut target = match query.redirect_url() {
        Ok(target) => target,
        Err(detail) => return problem(StatusCode::BAD_REQUEST, detail),
    };
    if submitted.cancel.is_some() {
        let denied = [("error", "access_denied"), ("error_description", "Sign-in cancelled")];
        target.query_pairs_mut().extend_pairs(denied);
        return Redirect::to(target.as_str()).into_response();
    }
    let accounts = app.accounts.clone();
    let code = run_blocking(move || {
        let session =
            accounts.sign_in(&submitted.email.unwrap_or_default(), &submitted.password.unwrap_or_default())?;
        // The page only verifies the password; the session begins when the client exchanges the code.
        accounts.end_session(&session.id)?;
        accounts.issue_code(&session.account.id, &query.code_challenge)
    });
    match code.await {
        Ok(code) => {
            target.query_pairs_mut().append_pair("code", &code);
            Redirect::to(target.as_str()).into_response()
        }
        Err(_) => form(StatusCode::UNAUTHORIZED, "Incorrect email or password."),
    }
}

impl AuthorizeQuery {
    /// Returns the redirect URL. Only loopback addresses are accepted, and only with PKCE.
    fn redirect_url(&self) -> Result<Url, &'static str> {
        let url = Url::parse(&self.redirect_to).map_err(|_| "redirect_to is not a valid URL")?;
        let loopback = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        if url.scheme() != "http" || !loopback {
            return Err("redirect_to must be on this computer");
        }
        if self.code_challenge.is_empty() || !self.code_challenge_method.eq_ignore_ascii_case("s256") {
            return Err("code_challenge with method s256 is required");
        }
        Ok(url)
    }
}

/// Returns the page. Framing is forbidden, to prevent clickjacking.
fn form(status: StatusCode, error: &str) -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    (status, [(header::CONTENT_SECURITY_POLICY, policy)], Html(html(error))).into_response()
}

fn html(error: &str) -> String {
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>Sign in to this studio</title>\
         <style>body{{font:16px system-ui;max-width:20rem;margin:4rem auto}}input,button{{font:inherit;width:100%;\
         padding:.5rem;margin:.25rem 0;box-sizing:border-box}}p{{color:#b00020}}</style>\
         <h1>Sign in to this studio</h1><p role=alert>{error}</p>\
         <form method=post><label>Email <input name=email type=email autocomplete=username autofocus></label>\
         <label>Password <input name=password type=password autocomplete=current-password></label>\
         <button>Sign in</button><button name=cancel value=1>Cancel</button></form></html>"
    )
}
