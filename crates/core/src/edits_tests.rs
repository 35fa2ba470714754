use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    Code, Error,
    cache::Authority,
    protocol::{Body, Event},
    snapshot::{Snapshot, read_job},
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

fn cache() -> Cache {
    let mut cache = Cache::default();
    cache.merge(snapshot("theirs", 0), now().wall, Authority::Ordinary);
    cache
}

fn open() -> Edits {
    let mut edits = Edits::default();
    edits.on(Input::Opened, &cache(), now());
    edits
}

fn reason() -> ReasonView {
    Error::new(Code::ServerError, "no").into()
}

fn sent(effects: &[Effect]) -> Vec<&Edit> {
    effects.iter().filter_map(|effect| if let Effect::Send(edit) = effect { Some(edit) } else { None }).collect()
}

fn told(effects: &[Effect]) -> Vec<(Field, EditOutcome)> {
    let told = effects.iter().filter_map(|effect| if let Effect::Tell(view) = effect { Some(view) } else { None });
    told.map(|view| (view.field, view.outcome)).collect()
}

fn lost(arrival: Arrival) -> Unanswered {
    Unanswered { error: Error::new(Code::Unreachable, "away"), retry_after: None, arrival }
}

#[test]
fn an_edit_is_on_disk_as_sent_before_it_is_sent() {
    let effects = open().on(Input::Edit(seven(), changes([(Field::Title, "mine")])), &cache(), now());
    let kept = effects.iter().rposition(|effect| matches!(effect, Effect::Keep(edit) if edit.state == EditState::Sent));
    let sent = effects.iter().position(|effect| matches!(effect, Effect::Send(_)));
    assert!(kept.expect("kept") < sent.expect("sent"));
    assert_eq!(told(&effects), [(Field::Title, EditOutcome::Queued)]);
}

#[test]
fn edits_of_a_job_go_one_after_the_other_and_those_of_another_at_the_same_time() {
    let mut edits = open();
    let first = edits.on(Input::Edit(seven(), changes([(Field::Title, "A")])), &cache(), now());
    let second = edits.on(Input::Edit(seven(), changes([(Field::Title, "B")])), &cache(), now());
    assert_eq!((sent(&first).len(), sent(&second).len()), (1, 0));
    assert_eq!(edits.pending(&seven())[&Field::Title], &text("B"), "the newest is shown");
    let other = edits.on(Input::Edit(JobId::new("8"), changes([(Field::Title, "C")])), &cache(), now());
    assert!(other.contains(&Effect::Check(OpId(3), JobId::new("8"))), "its video is not known");
    let saved = edits.on(Input::Answered(OpId(1), Answer::Saved(None)), &cache(), now());
    assert_eq!(sent(&saved)[0].changes[&Field::Title], text("B"));
}

#[test]
fn without_anybody_signed_in_edits_wait_and_then_go_in_order() {
    let mut edits = Edits::default();
    let cache = cache();
    for words in ["A", "B"] {
        assert!(sent(&edits.on(Input::Edit(seven(), changes([(Field::Title, words)])), &cache, now())).is_empty());
    }
    let opened = edits.on(Input::Opened, &cache, now());
    assert_eq!(sent(&opened)[0].changes[&Field::Title], text("A"));
}

#[test]
fn what_may_have_arrived_is_asked_for_before_it_is_sent_again() {
    let cache = cache();
    for (arrival, asks) in [(Arrival::Never, false), (Arrival::Unknown, true)] {
        let mut edits = open();
        edits.on(Input::Edit(seven(), changes([(Field::Title, "mine")])), &cache, now());
        let waiting = edits.on(Input::Answered(OpId(1), Answer::Unanswered(lost(arrival))), &cache, now());
        assert_eq!(told(&waiting), [(Field::Title, EditOutcome::Queued)], "with the reason");
        assert_eq!(edits.deadline(), Some(Duration::from_secs(1)));
        let again = edits.on(Input::Tick, &cache, at(1));
        assert_eq!(again.contains(&Effect::Check(OpId(1), seven())), asks, "{arrival:?}");
        assert_eq!(sent(&again).len(), usize::from(!asks));
        if asks {
            let mut twin = Edits::restore([first(&edits)], []);
            twin.on(Input::Opened, &cache, now());
            let held = twin.on(Input::Checked(OpId(1), Ok(Box::new(snapshot("mine", 1)))), &cache, at(1));
            assert_eq!((told(&held), sent(&held).len()), (vec![(Field::Title, EditOutcome::Saved)], 0));
            let missing = edits.on(Input::Checked(OpId(1), Ok(Box::new(snapshot("theirs", 1)))), &cache, at(1));
            assert_eq!(sent(&missing).len(), 1);
        }
    }
}

fn first(edits: &Edits) -> Edit {
    edits.queues[&seven()].edits[0].clone()
}

#[test]
fn a_conflict_keeps_both_texts_and_what_was_written_later() {
    let (mut edits, mut cache) = (open(), cache());
    edits.on(Input::Edit(seven(), changes([(Field::Title, "A"), (Field::Description, "D")])), &cache, now());
    edits.on(Input::Edit(seven(), changes([(Field::Title, "B"), (Field::Tags, "t")])), &cache, now());
    let other = Box::new(snapshot("another", 1));
    let effects = edits.on(Input::Answered(OpId(1), Answer::Conflict(Some(other.clone()), reason())), &cache, now());
    let outcomes = [(Field::Title, EditOutcome::Conflict), (Field::Description, EditOutcome::Conflict)];
    assert_eq!(told(&effects), outcomes);
    let drafts: Vec<_> = edits.drafts(&seven()).map(|draft| (draft.field, &draft.content, &draft.base)).collect();
    let (b, d, theirs) = (text("B"), text("D"), Some(text("another")));
    assert_eq!(drafts, [(Field::Title, &b, &theirs), (Field::Description, &d, &None)]);
    assert!(effects.contains(&Effect::Merge(other)));
    assert_eq!(sent(&effects)[0].changes.keys().collect::<Vec<_>>(), [&Field::Tags], "the rest of the later one goes");
    cache.merge(snapshot("another", 1), now().wall, Authority::Ordinary);
    let mine = edits.on(Input::Edit(seven(), changes([(Field::Title, "B")])), &cache, now());
    assert!(mine.contains(&Effect::ForgetDraft(seven(), Field::Title)), "keep mine");
}

#[test]
fn a_refused_field_becomes_a_draft_and_the_rest_is_sent() {
    let (mut edits, cache) = (open(), cache());
    edits.on(Input::Edit(seven(), changes([(Field::Title, ""), (Field::Description, "D")])), &cache, now());
    let named = vec![(Field::Title, "too short".to_owned()), (Field::Chapters, "not in it".to_owned())];
    let effects = edits.on(Input::Answered(OpId(1), Answer::Refused(named, reason())), &cache, now());
    assert_eq!(told(&effects), [(Field::Title, EditOutcome::Refused)]);
    assert_eq!(sent(&effects)[0].changes, changes([(Field::Description, "D")]));
    let draft = edits.drafts(&seven()).next().expect("a draft");
    assert!(matches!(&draft.cause, Cause::Refused(why) if why.message == "too short"));
    assert!(!effects.contains(&Effect::Forget(OpId(1))), "its rest is still under its id");
}

#[test]
fn words_typed_after_a_save_that_is_refused_are_not_written_over() {
    let (mut edits, cache) = (open(), cache());
    edits.on(Input::Edit(seven(), changes([(Field::Title, "A")])), &cache, now());
    let typed = Draft { job_id: seven(), field: Field::Title, content: text("AB"), base: None, cause: Cause::Typed };
    edits.on(Input::Type(typed), &cache, now());
    edits.on(Input::Answered(OpId(1), Answer::Refused(Vec::new(), reason())), &cache, now());
    let draft = edits.drafts(&seven()).next().expect("a draft");
    assert_eq!((&draft.content, &draft.cause), (&text("AB"), &Cause::Refused(reason())));
}

#[test]
fn a_refused_token_is_renewed_once() {
    let (mut edits, cache) = (open(), cache());
    edits.on(Input::Edit(seven(), changes([(Field::Title, "A")])), &cache, now());
    let effects = edits.on(Input::Answered(OpId(1), Answer::Unauthorized), &cache, now());
    assert!(effects.contains(&Effect::RefreshToken) && sent(&effects).is_empty());
    assert_eq!(sent(&edits.on(Input::TokenRenewed, &cache, now())).len(), 1);
    let effects = edits.on(Input::Answered(OpId(1), Answer::Unauthorized), &cache, now());
    assert!(!effects.contains(&Effect::RefreshToken));
    assert_eq!(told(&effects), [(Field::Title, EditOutcome::Refused)]);
}

#[test]
fn edits_and_drafts_survive_the_disk() {
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
    let draft = Draft { job_id: seven(), field, content, base: None, cause: Cause::Conflict(reason()) };
    let read: Draft = serde_json::from_str(&serde_json::to_string(&draft).expect("text")).expect("a draft");
    assert_eq!(read, draft);
}

#[test]
fn the_answer_outdoes_what_was_held_and_a_later_word_outdoes_the_answer() {
    let edit = |cache: &mut Cache, answer: Snapshot, meanwhile: Option<(&str, u64)>| {
        let mut edits = open();
        edits.on(Input::Edit(seven(), changes([(Field::Title, "mine")])), cache, now());
        if let Some((words, seconds)) = meanwhile {
            let body = Body::Metadata(Field::Title, text(words));
            cache.apply(Event { job_id: seven(), at: Some(at(seconds).wall), body }, at(seconds));
        }
        let answer = Answer::Saved(Some(Box::new(answer)));
        for effect in edits.on(Input::Answered(OpId(1), answer), cache, now()) {
            if let Effect::Confirm(confirmed) = effect {
                cache.confirm(confirmed, at(2).wall);
            }
        }
        cache.job(&seven()).and_then(|job| job.content(Field::Title))
    };
    assert_eq!(edit(&mut cache(), snapshot("mine", 5), None), Some(text("mine")));
    assert_eq!(edit(&mut cache(), snapshot("Mine", 5), None), Some(text("Mine")), "as the backend wrote it");
    let mut newer = cache();
    newer.merge(snapshot("theirs", 9), at(9).wall, Authority::Ordinary);
    assert_eq!(edit(&mut newer, snapshot("mine", 5), None), Some(text("mine")), "its dates stand still");
    assert_eq!(edit(&mut cache(), snapshot("mine", 5), Some(("echo", 4))), Some(text("mine")));
    assert_eq!(edit(&mut cache(), snapshot("mine", 5), Some(("later", 6))), Some(text("later")));
}

#[test]
fn a_job_whose_video_nobody_names_is_asked_for_once_and_refused() {
    let (mut edits, unknown) = (open(), JobId::new("8"));
    edits.on(Input::Edit(unknown.clone(), changes([(Field::Title, "A")])), &cache(), now());
    let nameless = read_job(&json!({ "id": 8, "status": "COMPLETED" })).expect("a job");
    let effects = edits.on(Input::Checked(OpId(1), Ok(Box::new(nameless))), &cache(), now());
    assert_eq!(told(&effects), [(Field::Title, EditOutcome::Refused)]);
    assert!(
        edits.drafts(&unknown).next().is_some() && !effects.iter().any(|effect| matches!(effect, Effect::Check(..)))
    );
    edits.on(Input::Edit(unknown, changes([(Field::Title, "A")])), &cache(), now());
    let named = read_job(&json!({ "id": 8, "video_id": 9, "status": "COMPLETED" })).expect("a job");
    let effects = edits.on(Input::Checked(OpId(2), Ok(Box::new(named))), &cache(), now());
    assert_eq!(sent(&effects).len(), 1, "without being asked for twice");
}

#[test]
fn a_backend_that_wants_to_be_left_alone_is_even_if_it_answers_something_else() {
    let (mut edits, cache) = (open(), cache());
    edits.on(Input::Edit(seven(), changes([(Field::Title, "A")])), &cache, now());
    let busy = Unanswered { retry_after: Some(Duration::from_secs(20)), ..lost(Arrival::Never) };
    edits.on(Input::Answered(OpId(1), Answer::Unanswered(busy)), &cache, now());
    assert!(sent(&edits.on(Input::Reachable, &cache, at(10))).is_empty());
    assert_eq!(sent(&edits.on(Input::Reachable, &cache, at(20))).len(), 1);
}

/// Is a backend, a disk and a network, and everything that was ever said.
struct World {
    edits: Edits,
    cache: Cache,
    disk: Disk,
    clock: u64,
    words: u64,
    /// What the backend holds, and since when.
    holds: BTreeMap<Field, (Content, u64)>,
    said: BTreeMap<Field, Vec<Content>>,
    /// What the backend ever held.
    held: BTreeMap<Field, Vec<Content>>,
    /// The person's newest words, until they are thrown away.
    newest: BTreeMap<Field, Content>,
    requests: Vec<Effect>,
    messages: Vec<(Field, Content, u64)>,
    /// How often each edit was sent, and how often that can be forgiven.
    sends: BTreeMap<OpId, (u32, u32)>,
}

#[derive(Clone, Default)]
struct Disk {
    edits: BTreeMap<OpId, Edit>,
    drafts: BTreeMap<Field, Draft>,
}

#[derive(Clone, Debug)]
enum Step {
    Edit(Vec<Field>),
    Type(Field),
    Discard(Field),
    Machine(Field),
    Hear(usize),
    Answer(usize, Fate),
    Crash(Option<Field>),
    Expire,
    Wait,
    Reachable,
}

#[derive(Clone, Copy, Debug)]
enum Fate {
    Saved,
    SavedAndLost,
    Never,
    Conflict,
    Refused(Field),
    RefusedWhole,
    Unauthorized,
}

const FIELDS: [Field; 2] = [Field::Title, Field::Description];

impl World {
    fn new() -> Self {
        let mut world = Self {
            edits: Edits::default(),
            cache: Cache::default(),
            disk: Disk::default(),
            clock: 1,
            words: 0,
            holds: BTreeMap::new(),
            said: BTreeMap::new(),
            held: BTreeMap::new(),
            newest: BTreeMap::new(),
            requests: Vec::new(),
            messages: Vec::new(),
            sends: BTreeMap::new(),
        };
        for field in FIELDS {
            world.machine(field);
        }
        let snapshot = world.snapshot();
        world.cache.merge(snapshot, at(1).wall, Authority::Ordinary);
        world.put(Input::Opened);
        world
    }

    fn word(&mut self, field: Field, who: &str) -> Content {
        self.words += 1;
        let word = text(&format!("{who} {}", self.words));
        self.said.entry(field).or_default().push(word.clone());
        word
    }

    fn machine(&mut self, field: Field) {
        let word = self.word(field, "machine");
        self.hold(field, word);
    }

    fn hold(&mut self, field: Field, word: Content) {
        self.clock += 1;
        self.held.entry(field).or_default().push(word.clone());
        self.messages.push((field, word.clone(), self.clock));
        self.holds.insert(field, (word, self.clock));
    }

    fn snapshot(&self) -> Snapshot {
        let newest = self.holds.values().map(|(_, at)| *at).max().unwrap_or_default();
        let mut snapshot = snapshot("", newest);
        snapshot.metadata = self.holds.iter().map(|(field, (word, _))| (*field, word.clone())).collect();
        snapshot
    }

    fn put(&mut self, input: Input) {
        let effects = self.edits.on(input, &self.cache, at(self.clock));
        self.keep(&effects);
        self.perform(effects);
    }

    fn keep(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect.clone() {
                Effect::Keep(edit) => drop(self.disk.edits.insert(edit.op_id, edit)),
                Effect::Forget(op_id) => drop(self.disk.edits.remove(&op_id)),
                Effect::KeepDraft(draft) => drop(self.disk.drafts.insert(draft.field, draft)),
                Effect::ForgetDraft(_, field) => drop(self.disk.drafts.remove(&field)),
                Effect::Confirm(confirmed) => drop(self.cache.confirm(confirmed, at(self.clock).wall)),
                Effect::Merge(snapshot) => {
                    drop(self.cache.merge(*snapshot, at(self.clock).wall, Authority::Ordinary));
                }
                Effect::Check(..) | Effect::Send(_) | Effect::RefreshToken | Effect::Changed(_) | Effect::Tell(_) => {}
            }
        }
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Send(edit) = &effect {
                self.sends.entry(edit.op_id).or_default().0 += 1;
            }
            match effect {
                Effect::Check(..) | Effect::Send(_) => self.requests.push(effect),
                Effect::RefreshToken => self.put(Input::TokenRenewed),
                _ => {}
            }
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Edit(fields) => {
                let changes: BTreeMap<_, _> =
                    fields.into_iter().map(|field| (field, self.word(field, "person"))).collect();
                self.newest.extend(changes.clone());
                self.put(Input::Edit(seven(), changes));
            }
            Step::Type(field) => {
                let content = self.word(field, "person");
                self.newest.insert(field, content.clone());
                self.put(Input::Type(Draft { job_id: seven(), field, content, base: None, cause: Cause::Typed }));
            }
            Step::Discard(field) => {
                if self.edits.drafts(&seven()).any(|draft| draft.field == field) {
                    self.newest.remove(&field);
                }
                self.put(Input::Discard(seven(), field));
            }
            Step::Machine(field) => self.machine(field),
            Step::Hear(which) if !self.messages.is_empty() => {
                let (field, word, when) = self.messages.remove(which % self.messages.len());
                let event = Event { job_id: seven(), at: Some(at(when).wall), body: Body::Metadata(field, word) };
                self.cache.apply(event, at(self.clock));
            }
            Step::Answer(which, fate) if !self.requests.is_empty() => {
                let request = self.requests.remove(which % self.requests.len());
                self.answer(request, fate);
            }
            Step::Crash(edited) => self.crash(edited),
            Step::Expire => {
                self.put(Input::Closed);
                // What is on its way still arrives, and its answer is nobody's.
                self.arrive_in_silence();
                self.put(Input::Opened);
            }
            Step::Wait => {
                self.clock += 40;
                self.put(Input::Tick);
            }
            Step::Reachable => self.put(Input::Reachable),
            Step::Hear(_) | Step::Answer(..) => {}
        }
        self.check();
    }

    fn answer(&mut self, request: Effect, fate: Fate) {
        match request {
            Effect::Check(op_id, _) => {
                let answer = match fate {
                    Fate::Unauthorized => Err(Answer::Unauthorized),
                    Fate::Never | Fate::SavedAndLost => Err(Answer::Unanswered(lost(Arrival::Unknown))),
                    _ => Ok(Box::new(self.snapshot())),
                };
                self.put(Input::Checked(op_id, answer));
            }
            Effect::Send(edit) => {
                let answer = self.arrive(&edit, fate);
                self.put(Input::Answered(edit.op_id, answer));
            }
            _ => unreachable!("only requests are"),
        }
    }

    fn arrive(&mut self, edit: &Edit, fate: Fate) -> Answer {
        let forgive = |world: &mut Self| world.sends.entry(edit.op_id).or_default().1 += 1;
        match fate {
            Fate::Saved | Fate::SavedAndLost => {
                for (field, word) in edit.changes.clone() {
                    self.hold(field, word);
                }
                if matches!(fate, Fate::Saved) {
                    return Answer::Saved(Some(Box::new(self.snapshot())));
                }
                forgive(self);
                Answer::Unanswered(lost(Arrival::Unknown))
            }
            Fate::Never => {
                forgive(self);
                Answer::Unanswered(lost(Arrival::Never))
            }
            Fate::Conflict => Answer::Conflict(Some(Box::new(self.snapshot())), reason()),
            Fate::Refused(field) => {
                forgive(self);
                Answer::Refused(vec![(field, "no".to_owned())], reason())
            }
            Fate::RefusedWhole => Answer::Refused(Vec::new(), reason()),
            Fate::Unauthorized => {
                forgive(self);
                Answer::Unauthorized
            }
        }
    }

    fn arrive_in_silence(&mut self) {
        for request in std::mem::take(&mut self.requests) {
            if let Effect::Send(edit) = request {
                self.arrive(&edit, Fate::SavedAndLost);
            }
        }
    }

    /// Ends in the middle of a save, before or after the disk has it, and begins anew from the disk.
    fn crash(&mut self, edited: Option<Field>) {
        if let Some(field) = edited {
            let word = self.word(field, "person");
            let input = Input::Edit(seven(), [(field, word.clone())].into());
            let effects = self.edits.on(input, &self.cache, at(self.clock));
            self.newest.insert(field, word);
            self.keep(&effects);
            // On disk as sent, and never was.
            for effect in &effects {
                if let Effect::Send(edit) = effect {
                    let counts = self.sends.entry(edit.op_id).or_default();
                    *counts = (counts.0 + 1, counts.1 + 1);
                }
            }
        }
        self.arrive_in_silence();
        let disk = self.disk.clone();
        // What is over is forgotten, its number too.
        self.sends.retain(|op_id, _| disk.edits.contains_key(op_id));
        self.edits = Edits::restore(disk.edits.into_values(), disk.drafts.into_values());
        self.put(Input::Opened);
    }

    fn check(&self) {
        let pending = self.edits.pending(&seven());
        for (field, word) in &self.newest {
            let is_draft = self.edits.drafts(&seven()).any(|draft| draft.field == *field && draft.content == *word);
            let is_pending = pending.get(field) == Some(&word);
            let was_held = self.held[field].contains(word);
            assert!(is_draft || is_pending || was_held, "{word:?} of {field:?} is lost");
        }
        for field in FIELDS {
            let job = self.cache.job(&seven()).expect("the job");
            let shown = pending.get(&field).map(|word| (*word).clone()).or_else(|| job.content(field));
            assert!(self.said[&field].contains(&shown.expect("something")), "{field:?} is invented");
        }
        let sending = self.requests.iter().filter(|request| matches!(request, Effect::Send(_))).count();
        assert!(sending <= 1, "one at a time of one job");
        for (op_id, (sends, forgiven)) in &self.sends {
            assert!(*sends <= forgiven + 1, "{op_id:?} was sent {sends} times");
        }
        let twin = Edits::restore(self.disk.edits.values().cloned(), self.disk.drafts.values().cloned());
        assert_eq!(twin.pending(&seven()), pending, "the disk knows what is shown");
        assert!(twin.drafts(&seven()).eq(self.edits.drafts(&seven())), "and what was typed");
    }

    /// Lets everything come to its end.
    fn settle(&mut self) {
        for _ in 0..200 {
            self.take(Step::Answer(0, Fate::Saved));
            self.take(Step::Hear(0));
            self.take(Step::Wait);
        }
        assert!(self.edits.pending(&seven()).is_empty() && self.disk.edits.is_empty(), "everything is over");
        let job = self.cache.job(&seven()).expect("the job");
        for field in FIELDS {
            assert_eq!(job.content(field), Some(self.holds[&field].0.clone()), "both agree on {field:?}");
        }
    }
}

fn any_step() -> impl Strategy<Value = Step> {
    let field = || prop_oneof![Just(FIELDS[0]), Just(FIELDS[1])];
    let fate = prop_oneof![
        3 => Just(Fate::Saved),
        2 => Just(Fate::SavedAndLost),
        1 => Just(Fate::Never),
        1 => Just(Fate::Conflict),
        1 => field().prop_map(Fate::Refused),
        1 => Just(Fate::RefusedWhole),
        1 => Just(Fate::Unauthorized),
    ];
    prop_oneof![
        3 => field().prop_map(|field| Step::Edit(vec![field])),
        1 => Just(Step::Edit(FIELDS.to_vec())),
        1 => field().prop_map(Step::Type),
        1 => field().prop_map(Step::Discard),
        2 => field().prop_map(Step::Machine),
        2 => any::<usize>().prop_map(Step::Hear),
        5 => (any::<usize>(), fate).prop_map(|(which, fate)| Step::Answer(which, fate)),
        1 => proptest::option::of(field()).prop_map(Step::Crash),
        1 => Just(Step::Expire),
        2 => Just(Step::Wait),
        1 => Just(Step::Reachable),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn no_interleaving_loses_or_invents_a_word(steps in proptest::collection::vec(any_step(), 1..40)) {
        let mut world = World::new();
        for step in steps {
            world.take(step);
        }
        world.settle();
    }
}
