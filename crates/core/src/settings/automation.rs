//! The actions that run when a job ends.

use serde::{Deserialize, Serialize};
use url::Url;

use super::WebhookFormat;
use crate::model::outcome::Outcome;

/// An action that runs when a job ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "AutomationText")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Automation {
    /// Whether the action is enabled.
    pub enabled: bool,
    /// The outcomes after which the action runs.
    pub when: Vec<Outcome>,
    /// A command and its arguments, which are passed unchanged, without a shell.
    pub run: Option<Vec<String>>,
    /// A webhook URL to which the outcome is posted.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub webhook: Option<Url>,
    /// The format of the request to the webhook. The default is not written, as before there were others.
    #[serde(skip_serializing_if = "WebhookFormat::is_tallylight")]
    #[cfg_attr(feature = "bindings", ts(as = "Option<WebhookFormat>", optional))]
    pub format: WebhookFormat,
}

/// The serialized form of an automation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AutomationText {
    #[serde(default = "yes")]
    enabled: bool,
    when: Vec<Outcome>,
    run: Option<Vec<String>>,
    webhook: Option<String>,
    #[serde(default)]
    format: WebhookFormat,
}

fn yes() -> bool {
    true
}

impl TryFrom<AutomationText> for Automation {
    type Error = String;

    fn try_from(text: AutomationText) -> Result<Self, String> {
        let AutomationText { enabled, when, run, webhook, format } = text;
        if when.is_empty() {
            return Err("Set `when` of an automation to [\"completed\"], [\"failed\"] or both.".to_owned());
        }
        match (&run, &webhook) {
            (Some(argv), None) if argv.first().is_some_and(|program| !program.trim().is_empty()) => {}
            (Some(_), None) => return Err("Start `run` with a program, such as [\"/usr/bin/say\", \"ready\"].".into()),
            (None, Some(_)) => {}
            _ => return Err("Set either `run` or `webhook` for an automation.".to_owned()),
        }
        if run.is_some() && !format.is_tallylight() {
            return Err("Set `format` only for an automation with a `webhook`.".to_owned());
        }
        let webhook = webhook.map(|text| format.parse_url(&text)).transpose()?;
        Ok(Self { enabled, when, run, webhook, format })
    }
}

impl Automation {
    /// Returns whether the action runs after an outcome.
    pub fn is_due(&self, outcome: Outcome) -> bool {
        self.enabled && self.when.contains(&outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn automation(json: &str) -> Result<Automation, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn automation_requires_outcomes_and_either_command_or_webhook() {
        let run = automation(r#"{"when":["failed"],"run":["say","no"]}"#).expect("a command");
        assert!(run.is_due(Outcome::Failed) && !run.is_due(Outcome::Completed));
        let off = automation(r#"{"enabled":false,"when":["failed"],"run":["say"]}"#).expect("a command");
        assert!(!off.is_due(Outcome::Failed));
        assert!(automation(r#"{"when":["completed"],"webhook":"https://acme.tv/hook"}"#).is_ok());
        for (wrong, why) in [
            (r#"{"when":[],"run":["say"]}"#, "`when`"),
            (r#"{"when":["warned"],"run":["say"]}"#, "`completed`"),
            (r#"{"when":["failed"]}"#, "either"),
            (r#"{"when":["failed"],"run":[]}"#, "program"),
            (r#"{"when":["failed"],"run":["a"],"webhook":"https://a.tv"}"#, "either"),
            (r#"{"when":["failed"],"webhook":"http://acme.tv"}"#, "HTTPS"),
            (r#"{"when":["failed"],"runs":["a"]}"#, "runs"),
            (r#"{"when":["failed"],"run":["a"],"format":"slack"}"#, "`format`"),
            (r#"{"when":["failed"],"webhook":"https://a.tv","format":"fax"}"#, "`slack`"),
        ] {
            let error = automation(wrong).expect_err(wrong);
            assert!(error.contains(why), "{wrong}: {error}");
        }
    }

    #[test]
    fn format_of_a_webhook_is_written_unless_it_is_the_default() {
        let written = |json: &str| automation(json).map(|read| serde_json::to_string(&read).expect("JSON"));
        let plain = r#"{"enabled":true,"when":["failed"],"run":null,"webhook":"https://acme.tv/hook"}"#;
        assert_eq!(written(plain).as_deref(), Ok(plain));
        let slack = plain.replace('}', r#","format":"slack"}"#);
        assert_eq!(written(&slack), Ok(slack));
    }
}
