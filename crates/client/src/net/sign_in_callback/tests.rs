use reqwest::{Client, redirect::Policy};

use super::*;

fn browser() -> Client {
    Client::builder().redirect(Policy::none()).build().expect("a client")
}

fn with(redirect: &CallbackServer, more: &str) -> String {
    format!("{}&{more}", redirect.address())
}

#[tokio::test]
async fn the_first_callback_counts_and_the_browser_shows_the_outcome() {
    let mut redirect = CallbackServer::listen().await.expect("a port");
    let (first, again) = (with(&redirect, "code=c1"), with(&redirect, "code=c2"));
    let shown = tokio::spawn(async move { browser().get(first).send().await.expect("an answer").text().await });
    let answer = redirect.answer().await.expect("an answer");
    assert_eq!(answer.code.as_ref().expect("a code").expose_secret(), "c1");
    let duplicate = browser().get(again).send().await.expect("an answer");
    assert_eq!(duplicate.status(), StatusCode::GONE);
    answer.show(Ok(()));
    drop(redirect);
    let page = shown.await.expect("no panic").expect("a page");
    assert!(page.contains("You're signed in") && page.contains("close this tab"), "{page}");
}

#[tokio::test]
async fn forged_callbacks_are_refused_and_do_not_end_the_wait() {
    let mut redirect = CallbackServer::listen().await.expect("a port");
    let bare = redirect.address().as_str().split('?').next().expect("an address").to_owned();
    let wrong = |query: &str| browser().get(format!("{bare}?{query}")).send();
    for query in ["code=stolen", "code=stolen&state=", "code=stolen&state=guess", "error=access_denied", ""] {
        assert_eq!(wrong(query).await.expect("an answer").status(), StatusCode::FORBIDDEN, "{query}");
    }
    let empty = browser().get(redirect.address().clone()).send().await.expect("an answer");
    assert_eq!(empty.status(), StatusCode::BAD_REQUEST);
    let rebound = browser().get(with(&redirect, "code=c1")).header("host", "evil.example").send().await;
    assert_eq!(rebound.expect("an answer").status(), StatusCode::MISDIRECTED_REQUEST);
    let posted = browser().post(with(&redirect, "code=c1")).send().await.expect("an answer");
    assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED);
    let right = with(&redirect, "code=c1");
    let right = tokio::spawn(async move { browser().get(right).send().await });
    redirect
        .answer()
        .await
        .expect("the right one")
        .show(Err(&Error::new(Code::ServerError, "a <b>server</b> in trouble")));
    let page = right.await.expect("no panic").expect("an answer").text().await.expect("a page");
    assert!(page.contains("A &lt;b&gt;server&lt;/b&gt; in trouble. You can"), "{page}");
}

#[tokio::test]
async fn a_late_callback_is_refused() {
    let redirect = CallbackServer::listen().await.expect("a port");
    let late = with(&redirect, "code=c1");
    drop(redirect);
    while let Ok(response) = browser().get(&late).send().await {
        assert_eq!(response.status(), StatusCode::GONE, "until the server is gone");
    }
}

#[test]
fn the_query_of_a_callback_is_read() {
    let outcome = |query| CallbackQuery::read(query).outcome();
    assert!(outcome("state=s&code=c").expect("an answer").is_ok());
    assert!(outcome("state=s?code=c").expect("a sloppy answer").is_ok());
    let denied = outcome("error=access_denied&error_description=x").expect("an answer").expect_err("denied");
    assert_eq!(denied.code, Code::SignInDenied);
    let failed = outcome("error=server_error&error_description=Unable+to+exchange").expect("an answer");
    assert!(failed.expect_err("failed").message.ends_with("Unable to exchange"));
    assert!(outcome("state=s").is_none());
}
