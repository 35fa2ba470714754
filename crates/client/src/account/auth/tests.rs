use tokio::sync::oneshot::error::TryRecvError;

use super::*;
use crate::{
    account::{
        message::{AccountOwner, KeychainResult},
        test_context::{TestContext, position, published, reply, server, server_at},
    },
    platform::keychain::{Keychain, SessionLookup},
};

/// The setting that holds the owner of the jobs on disk.
const OWNER: &str = "account";

fn auth() -> Auth {
    let (keychain, _) = watch::channel(KeychainRequest::default());
    Auth::new(TokenStore::new(Keychain::Memory), Browser::system(), PathBuf::new(), keychain)
}

fn owner(email: &str) -> AccountOwner {
    AccountOwner { server: server().key().to_owned(), email: email.to_owned() }
}

fn restore(email: &str) -> AuthInput {
    AuthInput::Machine(auth::Input::Restore { refresh_token: "refresh".into(), email: email.to_owned() })
}

/// Begins to sign in, and returns the ticket of the request.
async fn sign_in(auth: &mut Auth, test: &mut TestContext) -> Ticket {
    let (reply, _) = reply();
    let input = auth::Input::SignIn { email: "me@acme.tv".to_owned(), password: "secret".into() };
    auth.handle(AuthInput::SignIn(input, reply), &mut test.context);
    let Message::Auth(AuthInput::Granted(ticket, ..)) = test.next_from_task().await else {
        panic!("the request is answered first")
    };
    ticket
}

fn grant() -> auth::Grant {
    auth::Grant {
        access_token: "access".into(),
        refresh_token: "refresh".into(),
        expires_in: std::time::Duration::from_hours(1),
        email: "me@acme.tv".to_owned(),
        user_id: "u1".to_owned(),
    }
}

#[tokio::test]
async fn new_owner_is_stored_only_after_the_jobs_of_the_previous_one_were_deleted() {
    let mut test = TestContext::signed_in();
    test.context.store.set_value(OWNER, &owner("previous@acme.tv"));
    let mut auth = auth();
    auth.handle(restore("me@acme.tv"), &mut test.context);
    assert_eq!(test.context.store.value(OWNER), Some(owner("previous@acme.tv")), "their jobs are still on disk");
    let sent = test.sent();
    let deleted = position(&sent, |message| matches!(message, Message::ForgetJobs)).expect("jobs are deleted");
    let is_store = |message: &Message| matches!(message, Message::Auth(AuthInput::StoreOwner(_)));
    assert!(deleted < position(&sent, is_store).expect("the owner is stored"));

    auth.handle(AuthInput::StoreOwner(owner("me@acme.tv")), &mut test.context);
    assert_eq!(test.context.store.value(OWNER), Some(owner("me@acme.tv")));
}

#[tokio::test]
async fn jobs_of_the_same_owner_are_kept() {
    let mut test = TestContext::signed_in();
    test.context.store.set_value(OWNER, &owner("Me@Acme.tv"));
    auth().handle(restore("me@acme.tv"), &mut test.context);
    assert!(position(&test.sent(), |message| matches!(message, Message::ForgetJobs)).is_none());
}

#[tokio::test]
async fn token_is_published_to_every_component_that_waits_for_it() {
    let mut test = TestContext::signed_in();
    test.context.access = crate::account::context::Access::default();
    let mut auth = auth();
    let ticket = sign_in(&mut auth, &mut test).await;
    let endpoint = Box::new(test.context.endpoint.clone().expect("a backend"));
    auth.handle(AuthInput::Granted(ticket, Ok(grant()), endpoint, None), &mut test.context);
    assert!(test.context.access.token.is_none(), "not before the refresh token is stored");
    test.sent();

    auth.handle(AuthInput::Keychain(KeychainResult::Stored(ticket, Ok(()))), &mut test.context);
    assert!(test.context.access.token.is_some() && test.context.access.generation == 1);
    let sent = test.sent();
    for is_wanted in [
        (|message: &Message| matches!(message, Message::Fetcher(FetcherInput::TokenReady))) as fn(&Message) -> bool,
        |message| matches!(message, Message::Uploads(UploadsInput::TokenReady)),
        |message| matches!(message, Message::Connection(_)),
        |message| matches!(message, Message::Outbox(OutboxInput::Machine(edits::Input::TokenRefreshed))),
        |message| matches!(message, Message::Outbox(OutboxInput::Load(_))),
    ] {
        assert!(position(&sent, is_wanted).is_some());
    }
}

#[tokio::test]
async fn session_granted_by_a_backend_that_was_left_is_not_used() {
    let mut test = TestContext::signed_in();
    let mut auth = auth();
    let ticket = sign_in(&mut auth, &mut test).await;
    test.sent();
    let left = Box::new(Endpoint::new(server_at("localhost:10"), &test.context.connector).expect("clients"));
    auth.handle(AuthInput::Granted(ticket, Ok(grant()), left, None), &mut test.context);
    assert!(!auth.session().is_storing() && test.sent().is_empty());
}

#[tokio::test]
async fn sign_out_ends_the_epoch_and_deletes_edits_jobs_and_backend_in_this_order() {
    let mut test = TestContext::signed_in();
    let mut auth = auth();
    auth.handle(restore("me@acme.tv"), &mut test.context);
    let epoch = test.context.access.epoch;
    test.sent();
    auth.handle(AuthInput::SignOut, &mut test.context);
    assert_eq!(test.context.access.epoch, epoch + 1);
    assert!(!test.context.access.is_signed_in);
    let sent = test.sent();
    assert!(matches!(
        published(&sent)[..],
        [Event::Session(tallylight_view::SessionView { state: SessionState::SignedOut, .. })]
    ));
    let order = [
        position(&sent, |message| matches!(message, Message::Uploads(UploadsInput::SignedOut))),
        position(&sent, |message| matches!(message, Message::Outbox(OutboxInput::Delete))),
        position(&sent, |message| matches!(message, Message::ForgetJobs)),
        position(&sent, |message| matches!(message, Message::Backend(BackendInput::Leave))),
    ];
    assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{order:?}");
}

#[tokio::test]
async fn whoever_waits_for_the_restore_is_answered_once_the_keychain_has_answered() {
    let mut test = TestContext::signed_in();
    let mut auth = auth();
    auth.begin_restoring(&mut test.context);
    let (reply, mut answer) = reply();
    auth.handle(AuthInput::WhenRestored(reply), &mut test.context);
    auth.load_session(Unlock::Never, &mut test.context);
    assert!(matches!(answer.try_recv(), Err(TryRecvError::Empty)));
    let Message::Auth(loaded @ AuthInput::Loaded(Ok(SessionLookup::Nothing))) = test.next_from_task().await else {
        panic!("the keychain is empty")
    };
    auth.handle(loaded, &mut test.context);
    assert!(matches!(answer.try_recv(), Ok(Ok(false))));
}
