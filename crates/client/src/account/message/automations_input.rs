//! The messages of the automations.

use tallylight_core::{JobId, settings::Automation};

use crate::{
    command::{Reply, WebhookSecret},
    storage::AutomationTask,
};

/// What the automations handle.
pub(in crate::account) enum AutomationsInput {
    /// Runs ended: these are to be run once their jobs were fetched.
    Queue(Vec<AutomationTask>),
    /// All that is known of this job was fetched: its automations need not wait any longer.
    RunFor(JobId),
    /// The automation with this id ended.
    Done(String, TaskOutcome),
    SetWebhookSecret(WebhookSecret, Reply<()>),
    /// The webhook of this automation is to be called once, about no job.
    TestWebhook(Automation, Reply<()>),
}

/// The outcome of a task, with a text for the diagnostics.
#[derive(Debug)]
pub(in crate::account) enum TaskOutcome {
    /// It succeeded.
    Done(String),
    /// It failed, and a retry would not help.
    Failed(String),
    /// It could not run now, and is tried again later.
    Later(String),
}
