//! Suggestions from a language model: the request contains only what the user confirmed, and every response results in
//! suggestions or in a clear error.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, Response, StatusCode},
    routing::post,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use tallylight_client::ask_language_model;
use tallylight_core::{
    Code, Error,
    model::job::Chapter,
    settings::Network,
    text_suggestions::{SuggestionInput, read, request},
};
use tokio::net::TcpListener;
use url::Url;

/// The body and the `Authorization` header of a request.
type ReceivedRequest = (String, Option<String>);

/// A server with the interface of a language model and a scripted response.
#[derive(Clone)]
struct Server {
    url: Url,
    status: StatusCode,
    answer: String,
    asked: Arc<Mutex<Vec<ReceivedRequest>>>,
}

impl Server {
    async fn answering(status: StatusCode, answer: impl Into<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/v1/chat/completions", listener.local_addr().expect("an address"));
        let url = url.parse().expect("an address");
        let server = Self { url, status, answer: answer.into(), asked: Arc::default() };
        let router = Router::new().route("/v1/chat/completions", post(respond)).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    async fn ask(&self, key: Option<&str>, body: &str) -> Result<String, Error> {
        let key = key.map(|key| SecretString::from(key.to_owned()));
        ask_language_model(&Network::default(), &self.url, key.as_ref(), body.to_owned()).await
    }

    fn asked(&self) -> Vec<ReceivedRequest> {
        self.asked.lock().expect("a list").clone()
    }
}

async fn respond(State(server): State<Server>, headers: HeaderMap, body: String) -> Response<Body> {
    let key = headers.get("authorization").map(|key| key.to_str().expect("a text").to_owned());
    server.asked.lock().expect("a list").push((body, key));
    let answer = Response::builder().status(server.status).header("location", server.url.as_str());
    answer.body(server.answer.into()).expect("an answer")
}

fn completion(content: &Value) -> String {
    json!({ "choices": [{ "message": { "content": content.to_string() }, "finish_reason": "stop" }] }).to_string()
}

#[tokio::test]
async fn shown_request_is_sent_exactly_and_answer_is_suggested() {
    let chapters = vec![Chapter { start_seconds: 0.0, title: "Part 1".to_owned() }];
    let material =
        SuggestionInput { transcript: "Hello\n\"world\" ü".to_owned(), chapters, ..SuggestionInput::default() };
    let body = request("llama3", &material).expect("a request");
    let texts = json!({ "titles": ["A", "B", "C"], "description": "D.", "tags": ["t"], "chapters": ["Hello"] });
    let server = Server::answering(StatusCode::OK, completion(&texts)).await;
    let answer = server.ask(Some("sk-1"), &body).await.expect("an answer");
    let suggestions = read(&answer, &material.chapters).expect("suggestions");
    assert_eq!((suggestions.titles.len(), suggestions.chapters[0].title.as_str()), (3, "Hello"));
    assert_eq!(server.asked(), [(body.clone(), Some("Bearer sk-1".to_owned()))]);
    // Servers on this computer require no key.
    server.ask(None, &body).await.expect("an answer");
    assert_eq!(server.asked()[1].1, None);
}

#[tokio::test]
async fn error_contains_advice_and_the_servers_message() {
    let openai = json!({ "error": { "message": "Incorrect API key\u{7} provided" } }).to_string();
    let ollama = json!({ "error": "model 'llama9' not found" }).to_string();
    for (status, answer, message) in [
        (StatusCode::UNAUTHORIZED, openai, "Enter it again (Incorrect API key provided)."),
        (StatusCode::NOT_FOUND, ollama, "Check the model name and the URL (model 'llama9' not found)."),
        (StatusCode::TOO_MANY_REQUESTS, String::new(), "Try again later."),
        (StatusCode::INTERNAL_SERVER_ERROR, "<html>".to_owned(), "returned an error. Try again."),
        // A redirect could lead to another server, which must not receive the transcript.
        (StatusCode::TEMPORARY_REDIRECT, String::new(), "returned an error. Try again."),
    ] {
        let server = Server::answering(status, answer).await;
        let error = server.ask(Some("sk-1"), "{}").await.expect_err("an error");
        assert_eq!(error.code, Code::LanguageModel, "{status}");
        assert!(error.message.ends_with(message), "{status}: {}", error.message);
        assert_eq!(server.asked().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn endless_answer_is_limited_and_unreachable_server_is_named() {
    let server = Server::answering(StatusCode::OK, "x".repeat(2 << 20)).await;
    assert_eq!(server.ask(None, "{}").await.expect_err("an answer above the limit").code, Code::LanguageModel);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let url = format!("http://{address}/v1/chat/completions").parse().expect("an address");
    let error = ask_language_model(&Network::default(), &url, None, String::new()).await.expect_err("no server there");
    assert_eq!(
        error.message,
        "Couldn't connect to a language model at 127.0.0.1. Check the URL and that the server is running."
    );
}
