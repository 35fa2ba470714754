use serde_json::{Value, json};
use tallylight_core::{
    Code, JobId,
    locale::Locale,
    notifications::NotificationKind,
    settings::{Automation, Language},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::{Semaphore, mpsc},
};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    account::automations::WebhookSecrets,
    net::connector::{self, NetworkConnector},
    platform::{
        clock::Clock,
        keychain::{Keychain, TokenStore},
    },
};

/// A service on this computer that answers each call with the next of some answers, and passes on what it received.
struct Service {
    url: String,
    calls: mpsc::Receiver<String>,
}

impl Service {
    async fn start(answers: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (sender, calls) = mpsc::channel(10);
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.expect("a call");
                let (mut call, mut part) = (String::new(), vec![0; 65536]);
                while !is_complete(&call) {
                    let read = stream.read(&mut part).await.expect("a call");
                    call.push_str(&String::from_utf8_lossy(&part[..read]));
                }
                stream.write_all(answer.as_bytes()).await.expect("an answer");
                sender.send(call).await.expect("a reader");
            }
        });
        Self { url, calls }
    }

    /// Returns the first line and the body of the next call.
    async fn call(&mut self) -> (String, Value) {
        let call = self.calls.recv().await.expect("a call");
        let (head, body) = call.split_once("\r\n\r\n").expect("a body");
        assert!(head.contains("content-type: application/json"), "{head}");
        (head.lines().next().expect("a line").to_owned(), serde_json::from_str(body).expect("JSON"))
    }
}

fn is_complete(call: &str) -> bool {
    let length = call.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse::<usize>().ok());
    let body = call.split_once("\r\n\r\n").map_or(0, |(_, body)| body.len());
    length.is_some_and(|length| body >= length)
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
const GONE: &str = "HTTP/1.1 404 x\r\ncontent-length: 10\r\nconnection: close\r\n\r\nno_service";
const BUSY: &str = "HTTP/1.1 429 x\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

fn context() -> TaskContext {
    connector::choose_cryptography();
    let store = || TokenStore::new(Keychain::Memory);
    TaskContext {
        secrets: WebhookSecrets { signing: store(), pushover: store() },
        locale: Locale::new(Language::De, ""),
        connector: NetworkConnector::default(),
        clock: Clock::system(),
        shutdown: CancellationToken::new(),
        permits: std::sync::Arc::new(Semaphore::new(1)),
    }
}

fn delivery() -> Delivery {
    let automation = Automation {
        enabled: true,
        when: vec![Outcome::Failed],
        run: None,
        webhook: None,
        format: WebhookFormat::Slack,
    };
    let task = AutomationTask::new(jiff::Timestamp::UNIX_EPOCH, JobId::new("7"), Outcome::Failed, automation);
    let message = WebhookMessage {
        kind: NotificationKind::Failed,
        title: "<!channel> @everyone *Öl* failed".to_owned(),
        body: "The disk is full.".to_owned(),
    };
    Delivery::of(&task, "{}".to_owned(), message)
}

async fn sent(format: WebhookFormat, path: &str) -> (String, Value) {
    let context = context();
    let keys = r#"{"token":"app","user":"me"}"#;
    context.secrets.pushover.write(keys.into(), Unlock::Never).await.expect("stored");
    let mut service = Service::start(&[OK]).await;
    let url = format!("{}{path}", service.url).parse().expect("a URL");
    let outcome = call(&url, format, delivery(), &context).await;
    assert!(matches!(outcome, TaskOutcome::Done(_)), "{outcome:?}");
    service.call().await
}

#[tokio::test]
async fn each_service_receives_the_message_in_its_format() {
    let (line, body) = sent(WebhookFormat::Slack, "/services/T/B/X").await;
    assert_eq!(line, "POST /services/T/B/X HTTP/1.1");
    let text = "&lt;!channel&gt; @everyone *Öl* failed\nThe disk is full.";
    assert_eq!(body, json!({ "text": text, "mrkdwn": false, "unfurl_links": false, "unfurl_media": false }));

    let (line, body) = sent(WebhookFormat::Discord, "/api/webhooks/1/X?thread_id=2").await;
    assert_eq!(line, "POST /api/webhooks/1/X?thread_id=2 HTTP/1.1");
    let content = "\\<!channel\\> \\@everyone \\*Öl\\* failed\nThe disk is full\\.";
    assert_eq!(body, json!({ "content": content, "allowed_mentions": { "parse": [] }, "flags": 4 }));

    let title = "<!channel> @everyone *Öl* failed";
    let (line, body) = sent(WebhookFormat::Ntfy, "/videos").await;
    assert_eq!(line, "POST / HTTP/1.1");
    let message = "The disk is full.";
    let expected = json!({ "topic": "videos", "title": title, "message": message, "priority": 4, "tags": ["x"] });
    assert_eq!(body, expected);

    let (line, body) = sent(WebhookFormat::Pushover, "/1/messages.json").await;
    assert_eq!(line, "POST /1/messages.json HTTP/1.1");
    assert_eq!(body, json!({ "token": "app", "user": "me", "title": title, "message": message }));
}

#[tokio::test]
async fn service_that_is_busy_is_called_again_and_one_that_refuses_is_not() {
    let mut service = Service::start(&[BUSY, GONE]).await;
    let url = format!("{}/s3cret", service.url).parse().expect("a URL");
    let outcome = call(&url, WebhookFormat::Slack, delivery(), &context()).await;
    let TaskOutcome::Failed(words) = outcome else { panic!("{outcome:?}") };
    assert_eq!(words, "127.0.0.1 returned status 404 (no_service)");
    assert_eq!(service.call().await, service.call().await);
}

#[tokio::test]
async fn missing_keys_fail_at_once() {
    let url = "https://127.0.0.1:1/s3cret".parse().expect("a URL");
    let outcome = call(&url, WebhookFormat::Pushover, delivery(), &context()).await;
    assert!(matches!(&outcome, TaskOutcome::Failed(words) if words.contains("no Pushover keys")), "{outcome:?}");
}

#[tokio::test]
async fn test_sends_a_message_and_fails_in_the_words_of_the_service() {
    let mut service = Service::start(&[OK, GONE]).await;
    let url = format!("{}/s3cret", service.url).parse().expect("a URL");
    test(&url, WebhookFormat::Slack, &context()).await.expect("it works");
    let (_, body) = service.call().await;
    assert!(body["text"].as_str().is_some_and(|text| text.contains("Das ist ein Test")), "{body}");
    let error = test(&url, WebhookFormat::Slack, &context()).await.expect_err("refused");
    assert_eq!((error.code, error.message.as_str()), (Code::ServerError, "127.0.0.1 returned status 404 (no_service)"));
}

#[tokio::test]
async fn test_without_secrets_says_what_is_missing_and_no_error_names_the_url() {
    let url = "http://127.0.0.1:1/s3cret".parse().expect("a URL");
    for (format, code) in [
        (WebhookFormat::Tallylight, Code::InvalidContent),
        (WebhookFormat::Pushover, Code::InvalidContent),
        (WebhookFormat::Discord, Code::Unreachable),
        (WebhookFormat::Ntfy, Code::Unreachable),
    ] {
        let error = test(&url, format, &context()).await.expect_err("it cannot work");
        assert_eq!(error.code, code, "{format:?}");
        assert!(!error.with_causes().contains("s3cret"), "{error}");
    }
}
