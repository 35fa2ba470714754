//! The task that works on the keychain: it performs one request after the other, and repeats those that fail.

use std::time::Duration;

use tallylight_core::{Error, auth::Ticket};
use tokio::sync::{mpsc, watch};

use crate::{
    account::message::{AuthInput, KeychainResult, Message},
    platform::keychain::{StoredSession, TokenStore, Unlock},
};

/// The delay before the first retry after the keychain failed.
pub(super) const FIRST_RETRY: Duration = Duration::from_secs(1);
/// The longest delay between two retries.
pub(super) const LONGEST_RETRY: Duration = Duration::from_secs(30);

/// What the keychain should hold. Only the newest request counts.
#[derive(Clone, Debug, Default)]
pub(in crate::account) enum KeychainRequest {
    /// No change.
    #[default]
    Nothing,
    Store(Ticket, StoredSession, Unlock),
    Delete,
}

/// Performs the newest request, and retries quietly while it fails.
pub(in crate::account) async fn keychain_worker(
    tokens: TokenStore,
    mut requests: watch::Receiver<KeychainRequest>,
    messages: mpsc::Sender<Message>,
) {
    while requests.changed().await.is_ok() {
        let mut wait = FIRST_RETRY;
        let mut is_first = true;
        loop {
            let (mut request, is_new) = {
                let newest = requests.borrow_and_update();
                (newest.clone(), newest.has_changed())
            };
            if is_new {
                (is_first, wait) = (true, FIRST_RETRY);
            }
            if let (KeychainRequest::Store(_, _, unlock), false) = (&mut request, is_first) {
                *unlock = Unlock::Never;
            }
            let outcome = attempt(&tokens, &request).await;
            let problem = outcome.as_ref().err().cloned();
            if let Some(result) = result_of(request, outcome, is_first) {
                let _ = messages.send(AuthInput::Keychain(result).into()).await;
            }
            let Some(problem) = problem else { break };
            tracing::info!(code = ?problem.code, "the keychain is tried again later");
            is_first = false;
            tokio::select! {
                () = tokio::time::sleep(wait) => wait = (2 * wait).min(LONGEST_RETRY),
                // Another request, or the end of the program, which does not wait for a keychain that cannot be used.
                changed = requests.changed() => match changed {
                    Ok(()) => (is_first, wait) = (true, FIRST_RETRY),
                    Err(_) => return,
                },
            }
        }
    }
}

async fn attempt(tokens: &TokenStore, request: &KeychainRequest) -> Result<(), Error> {
    match request {
        KeychainRequest::Nothing => Ok(()),
        KeychainRequest::Store(_, session, unlock) => tokens.keep(session, *unlock).await,
        KeychainRequest::Delete => tokens.forget(Unlock::Never).await,
    }
}

fn result_of(request: KeychainRequest, outcome: Result<(), Error>, is_first: bool) -> Option<KeychainResult> {
    match (request, outcome, is_first) {
        (KeychainRequest::Store(ticket, ..), outcome, true) => Some(KeychainResult::Stored(ticket, outcome)),
        (KeychainRequest::Store(ticket, ..), Ok(()), false) => Some(KeychainResult::StoredLate(ticket)),
        (KeychainRequest::Delete, Ok(()), _) => Some(KeychainResult::Deleted),
        (KeychainRequest::Store(..) | KeychainRequest::Delete, Err(_), _) | (KeychainRequest::Nothing, ..) => None,
    }
}
