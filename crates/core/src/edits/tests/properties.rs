//! Invariants of edits and drafts for any sequence of events.

use proptest::prelude::*;

use super::*;

/// A model of the backend, the disk and the network, with the history of all texts.
struct World {
    edits: Edits,
    library: Library,
    disk: Disk,
    clock: u64,
    words: u64,
    /// The backend's current values, with their timestamps.
    holds: BTreeMap<Field, (Content, u64)>,
    written: BTreeMap<Field, Vec<Content>>,
    /// All values that the backend ever had.
    held: BTreeMap<Field, Vec<Content>>,
    /// The user's latest texts that were not discarded.
    newest: BTreeMap<Field, Content>,
    requests: Vec<Effect>,
    messages: Vec<(Field, Content, u64)>,
    /// For each edit, the number of times it was sent and the number of justified resends.
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
    Deliver(usize),
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
    NotDelivered,
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
            library: Library::default(),
            disk: Disk::default(),
            clock: 1,
            words: 0,
            holds: BTreeMap::new(),
            written: BTreeMap::new(),
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
        world.library.merge(snapshot, at(1).wall, Authority::Ordered);
        world.put(Input::Opened);
        world
    }

    fn word(&mut self, field: Field, who: &str) -> Content {
        self.words += 1;
        let word = text(&format!("{who} {}", self.words));
        self.written.entry(field).or_default().push(word.clone());
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
        let effects = self.edits.on(input, &self.library, at(self.clock));
        self.keep(&effects);
        self.perform(effects);
    }

    fn keep(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect.clone() {
                Effect::PersistEdit(edit) => drop(self.disk.edits.insert(edit.op_id, edit)),
                Effect::DeleteEdit(op_id) => drop(self.disk.edits.remove(&op_id)),
                Effect::PersistDraft(draft) => drop(self.disk.drafts.insert(draft.field, draft)),
                Effect::DeleteDraft(_, field) => drop(self.disk.drafts.remove(&field)),
                Effect::Confirm(confirmed) => drop(self.library.confirm(confirmed, at(self.clock).wall)),
                Effect::Merge(snapshot) => {
                    drop(self.library.merge(*snapshot, at(self.clock).wall, Authority::Ordered));
                }
                Effect::Check(..)
                | Effect::Send(_)
                | Effect::RefreshToken
                | Effect::Changed(_)
                | Effect::Publish(_) => {}
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
                Effect::RefreshToken => self.put(Input::TokenRefreshed),
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
                self.put(Input::Type(Draft { job_id: seven(), field, content, base: None, cause: DraftStatus::Typed }));
            }
            Step::Discard(field) => {
                if self.edits.drafts(&seven()).any(|draft| draft.field == field) {
                    self.newest.remove(&field);
                }
                self.put(Input::Discard(seven(), field));
            }
            Step::Machine(field) => self.machine(field),
            Step::Deliver(which) if !self.messages.is_empty() => {
                let (field, word, when) = self.messages.remove(which % self.messages.len());
                let event =
                    Event { job_id: seven(), at: Some(at(when).wall), body: Body::Metadata(field, word), lost: 0 };
                self.library.apply(event, at(self.clock));
            }
            Step::Answer(which, fate) if !self.requests.is_empty() => {
                let request = self.requests.remove(which % self.requests.len());
                self.answer(request, fate);
            }
            Step::Crash(edited) => self.crash(edited),
            Step::Expire => {
                self.put(Input::Closed);
                // Requests under way are still delivered, but their responses are ignored.
                self.deliver_without_response();
                self.put(Input::Opened);
            }
            Step::Wait => {
                self.clock += 40;
                self.put(Input::Tick);
            }
            Step::Reachable => self.put(Input::Reachable),
            Step::Deliver(_) | Step::Answer(..) => {}
        }
        self.check();
    }

    fn answer(&mut self, request: Effect, fate: Fate) {
        match request {
            Effect::Check(op_id, _) => {
                let answer = match fate {
                    Fate::Unauthorized => Err(Answer::Unauthorized),
                    Fate::NotDelivered | Fate::SavedAndLost => {
                        Err(Answer::Unanswered(lost(DeliveryCertainty::Unknown)))
                    }
                    _ => Ok(Box::new(self.snapshot())),
                };
                self.put(Input::Checked(op_id, answer));
            }
            Effect::Send(edit) => {
                let answer = self.deliver_edit(&edit, fate);
                self.put(Input::Answered(edit.op_id, answer));
            }
            _ => unreachable!("only requests are answered"),
        }
    }

    fn deliver_edit(&mut self, edit: &Edit, fate: Fate) -> Answer {
        let justify = |world: &mut Self| world.sends.entry(edit.op_id).or_default().1 += 1;
        match fate {
            Fate::Saved | Fate::SavedAndLost => {
                for (field, word) in edit.changes.clone() {
                    self.hold(field, word);
                }
                if matches!(fate, Fate::Saved) {
                    return Answer::Saved(Some(Box::new(self.snapshot())));
                }
                justify(self);
                Answer::Unanswered(lost(DeliveryCertainty::Unknown))
            }
            Fate::NotDelivered => {
                justify(self);
                Answer::Unanswered(lost(DeliveryCertainty::NotDelivered))
            }
            Fate::Conflict => Answer::Conflict(Some(Box::new(self.snapshot())), reason()),
            Fate::Refused(field) => {
                justify(self);
                Answer::Refused(vec![(field, "no".to_owned())], reason())
            }
            Fate::RefusedWhole => Answer::Refused(Vec::new(), reason()),
            Fate::Unauthorized => {
                justify(self);
                Answer::Unauthorized
            }
        }
    }

    fn deliver_without_response(&mut self) {
        for request in std::mem::take(&mut self.requests) {
            if let Effect::Send(edit) = request {
                self.deliver_edit(&edit, Fate::SavedAndLost);
            }
        }
    }

    /// Simulates a crash during a save, before or after it is on disk, and restarts from disk.
    fn crash(&mut self, edited: Option<Field>) {
        if let Some(field) = edited {
            let word = self.word(field, "person");
            let input = Input::Edit(seven(), [(field, word.clone())].into());
            let effects = self.edits.on(input, &self.library, at(self.clock));
            self.newest.insert(field, word);
            self.keep(&effects);
            // The edit is stored as sent, but was never sent.
            for effect in &effects {
                if let Effect::Send(edit) = effect {
                    let counts = self.sends.entry(edit.op_id).or_default();
                    *counts = (counts.0 + 1, counts.1 + 1);
                }
            }
        }
        self.deliver_without_response();
        let disk = self.disk.clone();
        // Finished edits are deleted, so their ids are no longer counted.
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
            let job = self.library.job(&seven()).expect("the job");
            let shown = pending.get(&field).map(|word| (*word).clone()).or_else(|| job.content(field));
            assert!(self.written[&field].contains(&shown.expect("something")), "{field:?} was never written");
        }
        let sending = self.requests.iter().filter(|request| matches!(request, Effect::Send(_))).count();
        assert!(sending <= 1, "more than one edit of a job is under way");
        for (op_id, (sends, justified)) in &self.sends {
            assert!(*sends <= justified + 1, "{op_id:?} was sent {sends} times");
        }
        let twin = Edits::restore(self.disk.edits.values().cloned(), self.disk.drafts.values().cloned());
        assert_eq!(twin.pending(&seven()), pending, "the disk differs from what is shown");
        assert!(twin.drafts(&seven()).eq(self.edits.drafts(&seven())), "the drafts on disk differ");
    }

    /// Runs until nothing is pending.
    fn settle(&mut self) {
        for _ in 0..200 {
            self.take(Step::Answer(0, Fate::Saved));
            self.take(Step::Deliver(0));
            self.take(Step::Wait);
        }
        assert!(self.edits.pending(&seven()).is_empty() && self.disk.edits.is_empty(), "edits are still pending");
        let job = self.library.job(&seven()).expect("the job");
        for field in FIELDS {
            assert_eq!(job.content(field), Some(self.holds[&field].0.clone()), "{field:?} differs from the backend");
        }
    }
}

fn any_step() -> impl Strategy<Value = Step> {
    let field = || prop_oneof![Just(FIELDS[0]), Just(FIELDS[1])];
    let fate = prop_oneof![
        3 => Just(Fate::Saved),
        2 => Just(Fate::SavedAndLost),
        1 => Just(Fate::NotDelivered),
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
        2 => any::<usize>().prop_map(Step::Deliver),
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
    fn no_interleaving_loses_or_invents_a_text(steps in proptest::collection::vec(any_step(), 1..40)) {
        let mut world = World::new();
        for step in steps {
            world.take(step);
        }
        world.settle();
    }
}
