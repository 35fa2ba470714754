use serde_json::json;
use tallylight_core::{edits::Edits, forecast::Forecast, library::Library, protocol::RejectedKind};
use tallylight_view::{UploadState, UploadView};

use super::*;
use crate::{
    account::{
        message::Message,
        test_context::{TestContext, job_id, library},
    },
    shell::FRAME,
};

/// What the publisher reads in a test.
#[derive(Default)]
struct Read {
    library: Library,
    edits: Edits,
    forecast: Forecast,
    connection: Connection,
    session: Session,
}

impl Read {
    fn sources(&self) -> Sources<'_> {
        let Self { library, edits, forecast, connection, session } = self;
        let jobs = KnownJobs { library, edits, forecast, is_synced: true };
        Sources { jobs, connection, session, paused_until: None }
    }
}

fn upload(sent_bytes: u64) -> Event {
    Event::Upload(UploadView {
        upload_id: 1,
        position: 0,
        filename: "a.mp4".to_owned(),
        sent_bytes,
        total_bytes: 1000,
        bytes_per_second: None,
        state: UploadState::Sending,
        is_resumable: false,
        job_id: None,
        error: None,
    })
}

fn event(event: Event) -> PublisherInput {
    PublisherInput::Event(Box::new(event))
}

/// Lets the publisher do what is due after so much time.
fn tick_after(time: Duration, publisher: &mut Publisher, read: &Read, test: &mut TestContext) {
    test.clock.advance(time);
    let now = test.context.monotonic();
    publisher.tick(now, &read.sources(), &mut test.context);
}

#[test]
fn events_are_sent_at_once_while_the_shell_keeps_up() {
    let mut test = TestContext::signed_in();
    let (mut publisher, read) = (Publisher::new(FRAME), Read::default());
    publisher.handle(event(upload(1)), &read.sources(), &mut test.context);
    assert_eq!(test.shell.events(), [upload(1)]);
}

#[test]
fn last_event_of_each_kind_is_held_for_a_shell_that_does_not_keep_up() {
    let mut test = TestContext::signed_in();
    let (mut publisher, read) = (Publisher::new(FRAME), Read::default());
    test.shell.stall();
    for sent_bytes in [1, 2] {
        publisher.handle(event(upload(sent_bytes)), &read.sources(), &mut test.context);
    }
    tick_after(RETRY_INTERVAL, &mut publisher, &read, &mut test);
    assert!(test.shell.events().is_empty() && publisher.deadline().is_some());
    test.shell.resume();
    tick_after(RETRY_INTERVAL, &mut publisher, &read, &mut test);
    assert_eq!(test.shell.events(), [upload(2)]);
}

#[test]
fn held_events_about_files_are_dropped_when_they_are_forgotten() {
    let mut test = TestContext::signed_in();
    let (mut publisher, read) = (Publisher::new(FRAME), Read::default());
    test.shell.stall();
    publisher.handle(event(upload(1)), &read.sources(), &mut test.context);
    publisher.handle(PublisherInput::ForgetMessages, &read.sources(), &mut test.context);
    test.shell.resume();
    tick_after(RETRY_INTERVAL, &mut publisher, &read, &mut test);
    assert!(test.shell.events().is_empty());
}

#[test]
fn changed_jobs_are_sent_in_one_batch_each_once() {
    let mut test = TestContext::signed_in();
    let (mut publisher, mut read) = (Publisher::new(FRAME), Read::default());
    read.library = library(&[json!({ "id": "7", "status": "PROCESSING" })], &test.context);
    let now = test.context.monotonic();
    for scope in [Scope::Increment, Scope::Major] {
        let changed = PublisherInput::Changed(vec![(job_id("7"), scope)], now);
        publisher.handle(changed, &read.sources(), &mut test.context);
    }
    publisher.handle(PublisherInput::Removed(vec![job_id("8")], now), &read.sources(), &mut test.context);
    publisher.handle(PublisherInput::Flush, &read.sources(), &mut test.context);
    let events = test.shell.events();
    let [Event::Jobs { changed, removed }] = &events[..] else { panic!("one batch: {events:?}") };
    assert_eq!((changed.len(), changed[0].scope, &removed[..]), (1, Scope::Major, &[job_id("8")][..]));
    assert!(matches!(&test.sent()[..], [Message::Publisher(PublisherInput::TraySoon)]));
}

#[test]
fn changed_jobs_wait_for_a_shell_that_does_not_keep_up() {
    let mut test = TestContext::signed_in();
    let (mut publisher, mut read) = (Publisher::new(FRAME), Read::default());
    read.library = library(&[json!({ "id": "7", "status": "PROCESSING" })], &test.context);
    let now = test.context.monotonic();
    test.shell.stall();
    let changed = PublisherInput::Changed(vec![(job_id("7"), Scope::Major)], now);
    publisher.handle(changed, &read.sources(), &mut test.context);
    publisher.handle(PublisherInput::Flush, &read.sources(), &mut test.context);
    assert!(test.shell.events().is_empty());
    test.shell.resume();
    tick_after(RETRY_INTERVAL, &mut publisher, &read, &mut test);
    assert!(matches!(&test.shell.events()[..], [Event::Jobs { .. }]));
}

#[test]
fn tray_is_shown_again_only_if_it_changed() {
    let mut test = TestContext::signed_in();
    let (mut publisher, mut read) = (Publisher::new(FRAME), Read::default());
    for _ in 0..2 {
        publisher.handle(PublisherInput::Tray, &read.sources(), &mut test.context);
    }
    assert_eq!(test.shell.trays().len(), 1);
    read.library = library(&[json!({ "id": "7", "status": "PROCESSING" })], &test.context);
    publisher.handle(PublisherInput::Tray, &read.sources(), &mut test.context);
    let trays = test.shell.trays();
    assert_eq!((trays.len(), trays[0].counts.processing, trays[0].can_upload), (1, 1, true));
}

#[test]
fn unreadable_messages_are_counted_and_sent() {
    let mut test = TestContext::signed_in();
    let (mut publisher, read) = (Publisher::new(FRAME), Read::default());
    let rejected = Rejected {
        kind: RejectedKind::Unreadable,
        reason: "no status".to_owned(),
        sample: "{}".to_owned(),
        job_id: None,
    };
    publisher.handle(PublisherInput::Rejected(rejected), &read.sources(), &mut test.context);
    assert!(
        matches!(&test.shell.events()[..], [Event::Rejected(RejectedView { reason, .. })] if reason == "no status")
    );
}
