//! What the webhooks of messaging services are sent: the text of a notification, so escaped that a title can neither
//! mention anybody nor format anything (docs/adr/0059-webhook-presets.md).

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::{
    locale::Locale,
    model::text,
    notifications::{Notification, NotificationKind},
    settings::ntfy_topic,
};

/// The most characters of a title that ntfy and Pushover are sent: the limit of Pushover.
const TITLE_LIMIT: usize = 250;
/// The most characters of a message. Pushover takes 1024; ntfy takes 4096 bytes, and makes a file of a longer one.
const MESSAGE_LIMIT: usize = 1000;
/// The most UTF-16 units of a message to Discord, which rejects a longer one.
const DISCORD_LIMIT: usize = 2000;
/// The most characters of a message to Slack, before they are escaped: Slack recommends 4000.
const SLACK_LIMIT: usize = 3000;
/// The flag of Discord that shows no previews of links.
const SUPPRESS_EMBEDS: u32 = 1 << 2;
/// The priority of a failure in ntfy, of 1 to 5.
const NTFY_HIGH: u8 = 4;
/// The priority of all else in ntfy.
const NTFY_DEFAULT: u8 = 3;
/// The most characters of a service's own error that are shown.
const ERROR_LIMIT: usize = 200;

/// A message to a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookMessage {
    /// The kind of outcome.
    pub kind: NotificationKind,
    /// The first line.
    pub title: String,
    /// What follows it.
    pub body: String,
}

impl From<Notification> for WebhookMessage {
    fn from(notification: Notification) -> Self {
        let Notification { kind, title, body, job_ids: _, subject: _ } = notification;
        Self { kind, title, body }
    }
}

/// The keys of Pushover, as the keychain holds them.
#[derive(Clone, Debug, Deserialize)]
pub struct PushoverKeys {
    /// The API token of the user's application.
    pub token: SecretString,
    /// The key of the user, or of a group.
    pub user: SecretString,
}

impl PushoverKeys {
    /// Returns the text for the keychain.
    pub fn to_secret(&self) -> SecretString {
        json!({ "token": self.token.expose_secret(), "user": self.user.expose_secret() }).to_string().into()
    }

    /// Reads the text of the keychain.
    pub fn from_secret(secret: &SecretString) -> Option<Self> {
        serde_json::from_str(secret.expose_secret()).ok()
    }
}

impl WebhookMessage {
    /// Returns the message of a test.
    pub fn test(locale: Locale) -> Self {
        let body = locale.one_of(
            "This is a test. Messages about your videos will look like this.",
            "Das ist ein Test. So sehen die Nachrichten über deine Videos aus.",
            "Esto es una prueba. Así serán los mensajes sobre tus vídeos.",
        );
        Self { kind: NotificationKind::Completed, title: "Tallylight".to_owned(), body: body.to_owned() }
    }

    /// Returns the URL and the body of a request that publishes to an ntfy topic: in JSON, because headers cannot hold
    /// every character. None if the URL names no topic.
    pub fn for_ntfy(&self, topic_url: &Url) -> Option<(Url, Value)> {
        let topic = ntfy_topic(topic_url)?.to_owned();
        let mut server = topic_url.clone();
        server.path_segments_mut().ok()?.pop().push("");
        let (priority, tag) = match self.kind {
            NotificationKind::Failed => (NTFY_HIGH, "x"),
            NotificationKind::Warning => (NTFY_DEFAULT, "warning"),
            NotificationKind::Completed | NotificationKind::Summary => (NTFY_DEFAULT, "white_check_mark"),
        };
        let (title, message) = self.limited();
        let body = json!({ "topic": topic, "title": title, "message": message, "priority": priority, "tags": [tag] });
        Some((server, body))
    }

    /// Returns the body of a request to Pushover's API.
    pub fn for_pushover(&self, keys: &PushoverKeys) -> Value {
        let (title, message) = self.limited();
        let (token, user) = (keys.token.expose_secret(), keys.user.expose_secret());
        json!({ "token": token, "user": user, "title": title, "message": message })
    }

    /// Returns the body of a request to an incoming webhook of Slack.
    pub fn for_slack(&self) -> Value {
        let text = limited(&self.lines(), SLACK_LIMIT);
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        json!({ "text": text, "mrkdwn": false, "unfurl_links": false, "unfurl_media": false })
    }

    /// Returns the body of a request to a webhook of Discord.
    pub fn for_discord(&self) -> Value {
        let content = escaped_for_discord(&self.lines());
        json!({ "content": content, "allowed_mentions": { "parse": [] }, "flags": SUPPRESS_EMBEDS })
    }

    fn lines(&self) -> String {
        format!("{}\n{}", text::one_line(&self.title), self.body)
    }

    fn limited(&self) -> (String, String) {
        (limited(&text::one_line(&self.title), TITLE_LIMIT), limited(&self.body, MESSAGE_LIMIT))
    }
}

fn limited(text: &str, limit: usize) -> String {
    if text.chars().nth(limit).is_none() {
        return text.to_owned();
    }
    text.chars().take(limit - 1).chain(['…']).collect()
}

/// Escapes everything that Discord could take for formatting, a link or a mention, and limits the result.
fn escaped_for_discord(text: &str) -> String {
    let mut content = String::new();
    let mut units = 0;
    for character in text.chars() {
        let is_special = character.is_ascii_punctuation() && !matches!(character, ',' | ';' | '!' | '?' | '\'' | '"');
        units += character.len_utf16() + usize::from(is_special);
        // One unit is left for the ellipsis.
        if units >= DISCORD_LIMIT {
            content.push('…');
            break;
        }
        if is_special {
            content.push('\\');
        }
        content.push(character);
    }
    content
}

/// Returns what a service says is wrong, from the body of its answer: on one line, without markup; none if it is a page.
pub fn service_error(body: &str) -> Option<String> {
    let said = match serde_json::from_str::<Value>(body) {
        Ok(body) => {
            let candidates = [&body["errors"][0], &body["error"]["message"], &body["error"], &body["message"]];
            candidates.into_iter().find_map(Value::as_str)?.to_owned()
        }
        Err(_) if body.trim_start().starts_with('<') => return None,
        Err(_) => body.to_owned(),
    };
    text::visible(&said).map(|said| limited(text::one_line(said).trim(), ERROR_LIMIT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Language;

    fn message(title: &str, body: &str) -> WebhookMessage {
        WebhookMessage { kind: NotificationKind::Failed, title: title.to_owned(), body: body.to_owned() }
    }

    #[test]
    fn ntfy_publishes_json_to_the_root_of_its_server() {
        let url = |url: &str| Url::parse(url).expect("a URL");
        let (server, body) =
            message("„Ü“ failed", "The disk is full.").for_ntfy(&url("https://ntfy.sh/t1")).expect("it");
        assert_eq!(server.as_str(), "https://ntfy.sh/");
        let expected = json!({ "topic": "t1", "title": "„Ü“ failed", "message": "The disk is full.", "priority": 4,
            "tags": ["x"] });
        assert_eq!(body, expected);
        let nested = message("a", "b").for_ntfy(&url("https://me:pw@acme.tv/ntfy/t1?auth=x"));
        assert_eq!(nested.expect("it").0.as_str(), "https://me:pw@acme.tv/ntfy/?auth=x");
        assert_eq!(message("a", "b").for_ntfy(&url("https://ntfy.sh/")), None);
    }

    #[test]
    fn pushover_is_sent_the_keys_and_no_more_than_it_takes() {
        let keys = PushoverKeys { token: "app".into(), user: "me".into() };
        let body = message("a", "b").for_pushover(&keys);
        assert_eq!(body, json!({ "token": "app", "user": "me", "title": "a", "message": "b" }));
        let long = message(&"ä".repeat(300), &"😀".repeat(2000)).for_pushover(&keys);
        let length = |key: &str| long[key].as_str().expect("a text").chars().count();
        assert_eq!((length("title"), length("message")), (250, 1000));
        assert!(long["title"].as_str().is_some_and(|title| title.ends_with('…')));
        let read = PushoverKeys::from_secret(&keys.to_secret()).expect("the keys");
        assert_eq!((read.token.expose_secret(), read.user.expose_secret()), ("app", "me"));
        assert!(PushoverKeys::from_secret(&"no JSON".into()).is_none());
    }

    #[test]
    fn slack_neither_mentions_nor_formats_what_a_title_holds() {
        let body = message("<!channel> & <https://x.tv|*y*> failed", "a > b").for_slack();
        let text = "&lt;!channel&gt; &amp; &lt;https://x.tv|*y*&gt; failed\na &gt; b";
        assert_eq!(body, json!({ "text": text, "mrkdwn": false, "unfurl_links": false, "unfurl_media": false }));
    }

    #[test]
    fn discord_neither_mentions_nor_formats_what_a_title_holds() {
        let body = message("@everyone **a** [b](https://x.tv) <@1> # failed", "1. `c`\n> d").for_discord();
        let content =
            r"\@everyone \*\*a\*\* \[b\]\(https\:\/\/x\.tv\) \<\@1\> \# failed".to_owned() + "\n1\\. \\`c\\`\n\\> d";
        assert_eq!(body, json!({ "content": content, "allowed_mentions": { "parse": [] }, "flags": 4 }));
    }

    #[test]
    fn discord_is_sent_no_more_than_it_takes_and_no_half_escape() {
        for title in ["*".repeat(5000), "😀".repeat(5000), format!("a{}", "*".repeat(5000))] {
            let body = message(&title, "b").for_discord();
            let content = body["content"].as_str().expect("a text");
            let units = content.encode_utf16().count();
            assert!((1990..=2000).contains(&units), "{units}");
            let text = content.strip_suffix('…').expect("an ellipsis");
            assert!(text.len() % 2 == usize::from(title.starts_with('a')) && !text.ends_with("\\\\"));
        }
    }

    #[test]
    fn title_stays_on_the_first_line() {
        assert_eq!(message("a\nb", "c").lines(), "a b\nc");
    }

    #[test]
    fn error_of_a_service_is_read_from_its_answer() {
        let said = |body: &str| service_error(body);
        assert_eq!(said("no_service\n").as_deref(), Some("no_service"));
        assert_eq!(said(r#"{"message":"Unknown Webhook","code":10015}"#).as_deref(), Some("Unknown Webhook"));
        assert_eq!(said(r#"{"code":40301,"http":403,"error":"forbidden"}"#).as_deref(), Some("forbidden"));
        let pushover = r#"{"token":"invalid","errors":["application token is invalid"],"status":0}"#;
        assert_eq!(said(pushover).as_deref(), Some("application token is invalid"));
        for nothing in ["", "  ", "<html>busy</html>", "{}", "[1]"] {
            assert_eq!(said(nothing), None, "{nothing}");
        }
        assert_eq!(said(&"a".repeat(1000)).expect("it").chars().count(), 200);
    }

    #[test]
    fn test_message_is_in_the_language_of_the_user() {
        assert!(WebhookMessage::test(Locale::new(Language::De, "")).body.contains("Das ist ein Test"));
    }
}
