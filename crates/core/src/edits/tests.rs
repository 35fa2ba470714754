use serde_json::json;

use super::*;
use crate::{
    Code, Error,
    library::Authority,
    protocol::{
        Body, Event,
        snapshot::{Snapshot, read_job},
    },
};

fn now() -> Now {
    at(0)
}

fn at(seconds: u64) -> Now {
    let wall: Timestamp = "2026-01-01T12:00:00Z".parse().expect("a time");
    Now { wall: wall + Duration::from_secs(seconds), monotonic: Duration::from_secs(seconds), draw: 1.0 }
}

fn seven() -> JobId {
    JobId::new("7")
}

fn text(words: &str) -> Content {
    Content::Text(words.to_owned())
}

fn changes<const N: usize>(fields: [(Field, &str); N]) -> BTreeMap<Field, Content> {
    fields.into_iter().map(|(field, words)| (field, text(words))).collect()
}

fn snapshot(title: &str, seconds: u64) -> Snapshot {
    let job = json!({ "id": 7, "video_id": 3, "status": "COMPLETED", "updated_at": at(seconds).wall.to_string(),
        "video_metadata": { "title": title } });
    read_job(&job).expect("a job")
}

fn library() -> Library {
    let mut library = Library::default();
    library.merge(snapshot("theirs", 0), now().wall, Authority::Ordered);
    library
}

fn open() -> Edits {
    let mut edits = Edits::default();
    edits.on(Input::Opened, &library(), now());
    edits
}

fn reason() -> Reason {
    Error::new(Code::ServerError, "no").into()
}

fn sent(effects: &[Effect]) -> Vec<&Edit> {
    effects.iter().filter_map(|effect| if let Effect::Send(edit) = effect { Some(edit) } else { None }).collect()
}

fn published(effects: &[Effect]) -> Vec<(Field, EditOutcome)> {
    let published =
        effects.iter().filter_map(|effect| if let Effect::Publish(result) = effect { Some(result) } else { None });
    published.map(|result| (result.field, result.outcome)).collect()
}

fn lost(arrival: DeliveryCertainty) -> Unanswered {
    Unanswered { error: Error::new(Code::Unreachable, "away"), retry_after: None, arrival }
}

#[test]
fn edit_is_stored_as_sent_before_it_is_sent() {
    let effects = open().on(Input::Edit(seven(), changes([(Field::Title, "mine")])), &library(), now());
    let kept =
        effects.iter().rposition(|effect| matches!(effect, Effect::PersistEdit(edit) if edit.state == EditState::Sent));
    let sent = effects.iter().position(|effect| matches!(effect, Effect::Send(_)));
    assert!(kept.expect("kept") < sent.expect("sent"));
    assert_eq!(published(&effects), [(Field::Title, EditOutcome::Queued)]);
}

#[test]
fn edits_are_sequential_per_job_and_parallel_across_jobs() {
    let mut edits = open();
    let first = edits.on(Input::Edit(seven(), changes([(Field::Title, "A")])), &library(), now());
    let second = edits.on(Input::Edit(seven(), changes([(Field::Title, "B")])), &library(), now());
    assert_eq!((sent(&first).len(), sent(&second).len()), (1, 0));
    assert_eq!(edits.pending(&seven())[&Field::Title], &text("B"), "the newest is shown");
    let other = edits.on(Input::Edit(JobId::new("8"), changes([(Field::Title, "C")])), &library(), now());
    assert!(other.contains(&Effect::Check(OpId(3), JobId::new("8"))), "the video is unknown");
    let saved = edits.on(Input::Answered(OpId(1), Answer::Saved(None)), &library(), now());
    assert_eq!(sent(&saved)[0].changes[&Field::Title], text("B"));
}

#[test]
fn edits_wait_for_sign_in_and_are_then_sent_in_order() {
    let mut edits = Edits::default();
    let library = library();
    for words in ["A", "B"] {
        assert!(sent(&edits.on(Input::Edit(seven(), changes([(Field::Title, words)])), &library, now())).is_empty());
    }
    let opened = edits.on(Input::Opened, &library, now());
    assert_eq!(sent(&opened)[0].changes[&Field::Title], text("A"));
}

#[test]
fn possibly_delivered_edit_is_checked_before_it_is_sent_again() {
    let library = library();
    for (arrival, asks) in [(DeliveryCertainty::NotDelivered, false), (DeliveryCertainty::Unknown, true)] {
        let mut edits = open();
        edits.on(Input::Edit(seven(), changes([(Field::Title, "mine")])), &library, now());
        let waiting = edits.on(Input::Answered(OpId(1), Answer::Unanswered(lost(arrival))), &library, now());
        assert_eq!(published(&waiting), [(Field::Title, EditOutcome::Queued)], "with the reason");
        assert_eq!(edits.deadline(), Some(Duration::from_secs(1)));
        let again = edits.on(Input::Tick, &library, at(1));
        assert_eq!(again.contains(&Effect::Check(OpId(1), seven())), asks, "{arrival:?}");
        assert_eq!(sent(&again).len(), usize::from(!asks));
        if asks {
            let mut twin = Edits::restore([first(&edits)], []);
            twin.on(Input::Opened, &library, now());
            let held = twin.on(Input::Checked(OpId(1), Ok(Box::new(snapshot("mine", 1)))), &library, at(1));
            assert_eq!((published(&held), sent(&held).len()), (vec![(Field::Title, EditOutcome::Saved)], 0));
            let missing = edits.on(Input::Checked(OpId(1), Ok(Box::new(snapshot("theirs", 1)))), &library, at(1));
            assert_eq!(sent(&missing).len(), 1);
        }
    }
}

fn first(edits: &Edits) -> Edit {
    edits.queues[&seven()].edits[0].clone()
}

#[test]
fn conflict_keeps_both_texts_and_later_edits() {
    let (mut edits, mut library) = (open(), library());
    edits.on(Input::Edit(seven(), changes([(Field::Title, "A"), (Field::Description, "D")])), &library, now());
    edits.on(Input::Edit(seven(), changes([(Field::Title, "B"), (Field::Tags, "t")])), &library, now());
    let other = Box::new(snapshot("another", 1));
    let effects = edits.on(Input::Answered(OpId(1), Answer::Conflict(Some(other.clone()), reason())), &library, now());
    let outcomes = [(Field::Title, EditOutcome::Conflict), (Field::Description, EditOutcome::Conflict)];
    assert_eq!(published(&effects), outcomes);
    let drafts: Vec<_> = edits.drafts(&seven()).map(|draft| (draft.field, &draft.content, &draft.base)).collect();
    let (b, d, theirs) = (text("B"), text("D"), Some(text("another")));
    assert_eq!(drafts, [(Field::Title, &b, &theirs), (Field::Description, &d, &None)]);
    assert!(effects.contains(&Effect::Merge(other)));
    assert_eq!(sent(&effects)[0].changes.keys().collect::<Vec<_>>(), [&Field::Tags], "other fields are sent");
    library.merge(snapshot("another", 1), now().wall, Authority::Ordered);
    let mine = edits.on(Input::Edit(seven(), changes([(Field::Title, "B")])), &library, now());
    assert!(mine.contains(&Effect::DeleteDraft(seven(), Field::Title)), "keep mine");
}

#[test]
fn refused_field_becomes_a_draft_and_the_rest_is_sent() {
    let (mut edits, library) = (open(), library());
    edits.on(Input::Edit(seven(), changes([(Field::Title, ""), (Field::Description, "D")])), &library, now());
    let named = vec![(Field::Title, "too short".to_owned()), (Field::Chapters, "not in it".to_owned())];
    let effects = edits.on(Input::Answered(OpId(1), Answer::Refused(named, reason())), &library, now());
    assert_eq!(published(&effects), [(Field::Title, EditOutcome::Refused)]);
    assert_eq!(sent(&effects)[0].changes, changes([(Field::Description, "D")]));
    let draft = edits.drafts(&seven()).next().expect("a draft");
    assert!(matches!(&draft.cause, DraftStatus::Refused(why) if why.message == "too short"));
    assert!(!effects.contains(&Effect::DeleteEdit(OpId(1))), "the rest keeps the id");
}

#[test]
fn refused_edit_does_not_overwrite_a_later_draft() {
    let (mut edits, library) = (open(), library());
    edits.on(Input::Edit(seven(), changes([(Field::Title, "A")])), &library, now());
    let typed =
        Draft { job_id: seven(), field: Field::Title, content: text("AB"), base: None, cause: DraftStatus::Typed };
    edits.on(Input::Type(typed), &library, now());
    edits.on(Input::Answered(OpId(1), Answer::Refused(Vec::new(), reason())), &library, now());
    let draft = edits.drafts(&seven()).next().expect("a draft");
    assert_eq!((&draft.content, &draft.cause), (&text("AB"), &DraftStatus::Refused(reason())));
}

#[test]
fn refused_token_is_refreshed_once() {
    let (mut edits, library) = (open(), library());
    edits.on(Input::Edit(seven(), changes([(Field::Title, "A")])), &library, now());
    let effects = edits.on(Input::Answered(OpId(1), Answer::Unauthorized), &library, now());
    assert!(effects.contains(&Effect::RefreshToken) && sent(&effects).is_empty());
    assert_eq!(sent(&edits.on(Input::TokenRefreshed, &library, now())).len(), 1);
    let effects = edits.on(Input::Answered(OpId(1), Answer::Unauthorized), &library, now());
    assert!(!effects.contains(&Effect::RefreshToken));
    assert_eq!(published(&effects), [(Field::Title, EditOutcome::Refused)]);
}

#[test]
fn edits_and_drafts_round_trip_through_json() {
    let chapters = Content::Chapters(Vec::new());
    let edit = Edit {
        op_id: OpId(4),
        job_id: seven(),
        changes: [(Field::Chapters, chapters), (Field::Thumbnail, text("t1"))].into(),
        state: EditState::Sent,
    };
    let read: Edit = serde_json::from_str(&serde_json::to_string(&edit).expect("text")).expect("an edit");
    assert_eq!((&read, read.body()), (&edit, json!({ "chapters": [], "thumbnail_id": "t1" })));
    let (field, content) = (Field::Tags, Content::Tags(Vec::new()));
    let draft = Draft { job_id: seven(), field, content, base: None, cause: DraftStatus::Conflict(reason()) };
    let read: Draft = serde_json::from_str(&serde_json::to_string(&draft).expect("text")).expect("a draft");
    assert_eq!(read, draft);
}

#[test]
fn response_wins_over_held_value_and_later_message_wins_over_response() {
    let edit = |library: &mut Library, answer: Snapshot, meanwhile: Option<(&str, u64)>| {
        let mut edits = open();
        edits.on(Input::Edit(seven(), changes([(Field::Title, "mine")])), library, now());
        if let Some((words, seconds)) = meanwhile {
            let body = Body::Metadata(Field::Title, text(words));
            library.apply(Event { job_id: seven(), at: Some(at(seconds).wall), body, lost: 0 }, at(seconds));
        }
        let answer = Answer::Saved(Some(Box::new(answer)));
        for effect in edits.on(Input::Answered(OpId(1), answer), library, now()) {
            if let Effect::Confirm(confirmed) = effect {
                library.confirm(confirmed, at(2).wall);
            }
        }
        library.job(&seven()).and_then(|job| job.content(Field::Title))
    };
    assert_eq!(edit(&mut library(), snapshot("mine", 5), None), Some(text("mine")));
    assert_eq!(edit(&mut library(), snapshot("Mine", 5), None), Some(text("Mine")), "as the backend stored it");
    let mut newer = library();
    newer.merge(snapshot("theirs", 9), at(9).wall, Authority::Ordered);
    assert_eq!(edit(&mut newer, snapshot("mine", 5), None), Some(text("mine")), "its timestamps do not change");
    assert_eq!(edit(&mut library(), snapshot("mine", 5), Some(("echo", 4))), Some(text("mine")));
    assert_eq!(edit(&mut library(), snapshot("mine", 5), Some(("later", 6))), Some(text("later")));
}

#[test]
fn edit_without_video_id_is_checked_once_and_refused() {
    let (mut edits, unknown) = (open(), JobId::new("8"));
    edits.on(Input::Edit(unknown.clone(), changes([(Field::Title, "A")])), &library(), now());
    let untitled = read_job(&json!({ "id": 8, "status": "COMPLETED" })).expect("a job");
    let effects = edits.on(Input::Checked(OpId(1), Ok(Box::new(untitled))), &library(), now());
    assert_eq!(published(&effects), [(Field::Title, EditOutcome::Refused)]);
    assert!(
        edits.drafts(&unknown).next().is_some() && !effects.iter().any(|effect| matches!(effect, Effect::Check(..)))
    );
    edits.on(Input::Edit(unknown, changes([(Field::Title, "A")])), &library(), now());
    let named = read_job(&json!({ "id": 8, "video_id": 9, "status": "COMPLETED" })).expect("a job");
    let effects = edits.on(Input::Checked(OpId(2), Ok(Box::new(named))), &library(), now());
    assert_eq!(sent(&effects).len(), 1, "without a second check");
}

#[test]
fn retry_after_is_respected_even_if_the_backend_is_reachable() {
    let (mut edits, library) = (open(), library());
    edits.on(Input::Edit(seven(), changes([(Field::Title, "A")])), &library, now());
    let busy = Unanswered { retry_after: Some(Duration::from_secs(20)), ..lost(DeliveryCertainty::NotDelivered) };
    edits.on(Input::Answered(OpId(1), Answer::Unanswered(busy)), &library, now());
    assert!(sent(&edits.on(Input::Reachable, &library, at(10))).is_empty());
    assert_eq!(sent(&edits.on(Input::Reachable, &library, at(20))).len(), 1);
}

mod properties;
