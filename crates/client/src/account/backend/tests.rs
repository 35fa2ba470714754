use tokio::sync::oneshot::error::TryRecvError;

use super::*;
use crate::account::{
    message::Message,
    test_context::{TestContext, reply, server, server_at},
};

#[test]
fn answer_to_an_earlier_request_is_dropped_and_its_command_cancelled() {
    let mut test = TestContext::signed_in();
    let mut backend = Backend { requests: 2 };
    let (reply, mut answer) = reply();
    backend.handle(BackendInput::Discovered(1, Box::new(Ok(server_at("localhost:10"))), reply), &mut test.context);
    let answer = answer.try_recv().expect("answered");
    assert_eq!(answer.expect_err("another address was entered").code, Code::Requested);
    assert!(test.sent().is_empty());
}

#[test]
fn session_of_the_backend_before_ends_before_another_one_is_chosen() {
    let mut test = TestContext::signed_in();
    let (reply, _answer) = reply();
    let found = Box::new(Ok(server_at("localhost:10")));
    Backend { requests: 1 }.handle(BackendInput::Discovered(1, found, reply), &mut test.context);
    let sent = test.sent();
    assert!(matches!(&sent[..], [Message::Auth(AuthInput::LeaveFor(..))]));
    assert_eq!(test.context.server(), Some(&server()), "not left yet");
}

#[test]
fn same_backend_found_again_keeps_the_session() {
    let mut test = TestContext::signed_in();
    let (reply, _answer) = reply();
    Backend { requests: 1 }.handle(BackendInput::Discovered(1, Box::new(Ok(server())), reply), &mut test.context);
    let sent = test.sent();
    assert!(matches!(&sent[..], [Message::Backend(BackendInput::Choose(..))]));
}

#[test]
fn chosen_backend_is_stored_and_the_command_answered_after_everything_that_follows() {
    let mut test = TestContext::signed_out();
    let (reply, mut answer) = reply();
    Backend::default().handle(BackendInput::Choose(Box::new(server()), reply), &mut test.context);
    assert_eq!(of_last_run(&test.context), Some(server()));
    assert_eq!(remembered_address(&test.context), Some(discovery::shown(&server().address)));
    let sent = test.sent();
    assert!(matches!(
        &sent[..],
        [Message::Connection(ConnectionInput::SetEndpoint), Message::Auth(AuthInput::EmbeddedStudioReady)]
    ));
    assert!(matches!(answer.try_recv(), Err(TryRecvError::Empty)));
    assert_eq!(test.context.replies.len(), 1);
}

#[test]
fn sign_out_leaves_the_embedded_studio_and_remembers_another_backend() {
    for (identity, is_kept) in [(Identity::ThisComputer, false), (Identity::Address, true)] {
        let mut test = TestContext::signed_out();
        let server = Server { identity, ..server() };
        let (reply, _answer) = reply();
        let mut backend = Backend::default();
        backend.handle(BackendInput::Choose(Box::new(server), reply), &mut test.context);
        backend.handle(BackendInput::Leave, &mut test.context);
        assert_eq!(of_last_run(&test.context).is_some(), is_kept, "{identity:?}");
        assert_eq!(test.context.endpoint.is_some(), is_kept, "{identity:?}");
    }
}

#[test]
fn unusable_certificate_is_reported_and_the_network_used_without_it() {
    let mut test = TestContext::signed_in();
    test.context.settings.network.certificate = Some("/nowhere/ca.pem".into());
    assert_eq!(set_network(&mut test.context).expect_err("no such file").code, Code::File);
    assert!(matches!(
        &test.sent()[..],
        [Message::Connection(ConnectionInput::Machine(connection::Input::EndpointChanged))]
    ));
}
