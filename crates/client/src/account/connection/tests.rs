use std::sync::Arc;

use serde_json::json;
use tokio::sync::Semaphore;

use super::*;
use crate::account::{
    message::{AuthInput, Message, RecheckReason},
    test_context::{TestContext, job_id, position, socket_event},
};

/// Returns a connection that is opening its socket.
fn connecting(test: &mut TestContext) -> (Connection, ConnId) {
    let mut connection = Connection::default();
    connection.handle(ConnectionInput::SetEndpoint, &mut test.context);
    connection.handle(ConnectionInput::Machine(connection::Input::SignedIn), &mut test.context);
    let conn = connection.socket.as_ref().expect("a socket").conn;
    (connection, conn)
}

fn received(frames: Vec<Result<Frame, Rejected>>) -> SocketEvent {
    let permit = Arc::new(Semaphore::new(1)).try_acquire_owned().expect("a permit");
    let frames = frames.into_iter().map(|frame| ReceivedFrame { length: 1, id: None, frame }).collect();
    SocketEvent::Received(frames, permit)
}

fn event() -> Frame {
    let data = json!({ "status": "PROCESSING", "progress_percent": 1 });
    Frame::Event(socket_event(&json!({ "type": "JOB_UPDATE", "job_id": "7", "data": data })))
}

#[tokio::test]
async fn events_of_an_earlier_socket_are_dropped() {
    let mut test = TestContext::signed_in();
    let (mut connection, conn) = connecting(&mut test);
    test.sent();
    connection.handle(ConnectionInput::Socket(ConnId(conn.0 + 1), received(vec![Ok(event())])), &mut test.context);
    assert!(test.sent().is_empty());
    connection.handle(ConnectionInput::Socket(conn, received(vec![Ok(event())])), &mut test.context);
    assert!(position(&test.sent(), |message| matches!(message, Message::Jobs(JobsInput::Events(..)))).is_some());
}

#[tokio::test]
async fn frames_that_arrived_together_are_sent_to_the_jobs_together() {
    let mut test = TestContext::signed_in();
    let (mut connection, conn) = connecting(&mut test);
    test.sent();
    connection.handle(ConnectionInput::Socket(conn, received(vec![Ok(event()), Ok(event())])), &mut test.context);
    let sent = test.sent();
    let batches: Vec<usize> = sent
        .iter()
        .filter_map(
            |message| if let Message::Jobs(JobsInput::Events(events, _)) = message { Some(events.len()) } else { None },
        )
        .collect();
    assert_eq!(batches, [2]);
}

#[tokio::test]
async fn job_of_an_unreadable_message_is_refetched() {
    let mut test = TestContext::signed_in();
    let (mut connection, conn) = connecting(&mut test);
    test.sent();
    let rejected = Rejected {
        kind: RejectedKind::Unreadable,
        reason: "no status".to_owned(),
        sample: "{}".to_owned(),
        job_id: Some(job_id("7")),
    };
    connection.handle(ConnectionInput::Socket(conn, received(vec![Err(rejected)])), &mut test.context);
    let sent = test.sent();
    let is_recheck = |message: &Message| matches!(message, Message::Fetcher(FetcherInput::Recheck(id, RecheckReason::Unreadable)) if *id == job_id("7"));
    assert!(position(&sent, is_recheck).is_some());
    assert!(position(&sent, |message| matches!(message, Message::Publisher(PublisherInput::Rejected(_)))).is_some());
}

#[tokio::test]
async fn socket_without_a_token_asks_for_one() {
    let mut test = TestContext::signed_in();
    test.context.access.token = None;
    let mut connection = Connection::default();
    connection.handle(ConnectionInput::Machine(connection::Input::SignedIn), &mut test.context);
    assert!(connection.socket.is_none());
    let mut refused = Vec::new();
    for message in test.sent() {
        if let Message::Connection(ConnectionInput::Machine(input @ connection::Input::Refused(..))) = message {
            refused.push(input);
        }
    }
    let refused = refused.pop().expect("there is no token");
    connection.handle(ConnectionInput::Machine(refused), &mut test.context);
    let is_request =
        |message: &Message| matches!(message, Message::Auth(AuthInput::Machine(auth::Input::AccessRefused)));
    assert!(position(&test.sent(), is_request).is_some());
}

#[tokio::test]
async fn loss_of_the_connection_stores_when_the_last_frame_arrived() {
    let mut test = TestContext::signed_in();
    let (mut connection, conn) = connecting(&mut test);
    connection.handle(ConnectionInput::Socket(conn, SocketEvent::Opened(None)), &mut test.context);
    connection.handle(ConnectionInput::Socket(conn, received(vec![Ok(event())])), &mut test.context);
    let last_frame = connection.last_frame.expect("a frame");
    test.clock.advance(Duration::from_hours(8));
    let lost = Closed::Lost(Error::new(Code::Silent, "silent"));
    connection.handle(ConnectionInput::Socket(conn, SocketEvent::Closed(lost)), &mut test.context);
    assert_eq!(test.context.known_at(), Some(last_frame));
}
