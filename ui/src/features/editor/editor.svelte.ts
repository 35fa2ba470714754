import { SvelteMap } from "svelte/reactivity";
import type { Backend } from "../../ipc/backend";
import type { Changes, Content, DraftKind, Field, JobView, Reason } from "../../ipc/bindings";

/** How long after the last keystroke a draft is stored, in milliseconds. */
const STORE_DELAY = 300;
/** The number of changes that can be undone. */
const MAX_UNDO_STEPS = 200;

/** A text that was typed and is not saved. */
interface Unsaved {
  content: Content;
  /** The content of the field when the typing began. */
  base: Content | null;
  kind: DraftKind;
  reason: Reason | null;
}

/** Two versions of a field, of which the person has to choose one. */
export interface Conflict {
  mine: Content;
  theirs: Content | null;
  reason: Reason | null;
}

/** What the next undo takes back: a change, a discarding of everything unsaved, or a save. */
export type Undoable = "change" | "discard" | "save";

/** A change that can be undone, with what the fields held before. */
interface UndoStep {
  kind: "change" | "discard" | "fill";
  before: [Field, Unsaved | undefined][];
}

/** Returns the saved content of a field: what the person saved last, or else the studio's content. */
export function savedContent(job: JobView, field: Field): Content | null {
  return field === "THUMBNAIL" ? job.cover_id : (job.metadata[field] ?? null);
}

/** Returns the content of a field as the editor shows it first: the stored draft, or else the saved content. */
export function draftedContent(job: JobView, field: Field): Content | null {
  return job.drafts.find((draft) => draft.field === field)?.content ?? savedContent(job, field);
}

export function isSame(a: Content | null, b: Content | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * The state of the editor for one video.
 *
 * Drafts are stored by the core moments after they were typed, so that they survive the end of the window. The stored
 * drafts come back as part of the job.
 */
export class Editor {
  private unsaved = new SvelteMap<Field, Unsaved>();
  private steps: UndoStep[] = $state([]);
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing is rendered from it
  private timers = new Map<Field, ReturnType<typeof setTimeout>>();
  /** The fields whose drafts the core does not have yet. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing is rendered from it
  private unstored = new Set<Field>();
  /** The last call that stores a draft. Each call waits for the one before, so that they arrive in order. */
  private lastStore: Promise<unknown> = Promise.resolve();
  /** The contents before the last save, to undo it. */
  private beforeSave = $state<Changes | null>(null);
  private job: JobView = $state.raw(undefined as unknown as JobView);

  constructor(
    private backend: Backend,
    private submit: (changes: Changes) => Promise<unknown>,
    job: JobView,
  ) {
    this.job = job;
    for (const { field, content, base, kind, reason } of job.drafts) {
      this.unsaved.set(field, { content, base, kind, reason });
    }
  }

  /** Applies a new state of the job. */
  update(job: JobView): void {
    this.job = job;
    for (const field of [...this.unsaved.keys()]) {
      const stored = job.drafts.find((draft) => draft.field === field);
      // The draft was saved or discarded, here or in another window.
      if (!stored && this.unsaved.get(field)?.kind !== "typed") this.unsaved.delete(field);
    }
    for (const { field, content, base, kind, reason } of job.drafts) {
      // A change that is not stored yet is newer.
      if (kind === "typed" || this.timers.has(field)) continue;
      this.unsaved.set(field, { content, base, kind, reason });
    }
  }

  /** Returns the content that a field shows. */
  content(field: Field): Content | null {
    return this.unsaved.get(field)?.content ?? savedContent(this.job, field);
  }

  /** Returns the fields with unsaved content. */
  get dirty(): Field[] {
    return [...this.unsaved.keys()];
  }

  isDirty(field: Field): boolean {
    return this.unsaved.has(field);
  }

  /** Returns both versions of a field that changed at the studio while it was edited. */
  conflict(field: Field): Conflict | null {
    const draft = this.unsaved.get(field);
    if (!draft) return null;
    const theirs = savedContent(this.job, field);
    const changed = draft.kind === "conflict" || !isSame(theirs, draft.base);
    if (!changed || isSame(theirs, draft.content)) return null;
    return { mine: draft.content, theirs, reason: draft.reason };
  }

  /** Returns why the studio rejected a field; null if it did not. */
  refusal(field: Field): Reason | null {
    const draft = this.unsaved.get(field);
    return draft?.kind === "refused" ? draft.reason : null;
  }

  /** Changes the content of a field. */
  type(field: Field, content: Content): void {
    if (!this.continuesStep(field, content)) this.recordStep([field]);
    this.change(field, content, "soon");
  }

  /** Fills in fields together. A single undo brings back what they held. */
  fill(changes: Changes): void {
    const contents = Object.entries(changes) as [Field, Content][];
    this.recordStep(
      contents.map(([field]) => field),
      "fill",
    );
    for (const [field, content] of contents) this.change(field, content, "now");
  }

  /** Saves a field unchanged, so that a suggestion counts as confirmed. */
  async accept(field: Field): Promise<void> {
    const content = savedContent(this.job, field);
    if (content !== null) await this.send({ [field]: content }).catch(() => undefined);
  }

  /** Saves all fields without a conflict. */
  async save(): Promise<void> {
    const ready = this.dirty.filter((field) => this.conflict(field) === null);
    if (ready.length === 0) return;
    const before: Changes = {};
    const changes: Changes = {};
    for (const field of ready) {
      const [shown, content] = [savedContent(this.job, field), this.content(field)];
      if (content !== null) changes[field] = content;
      if (shown !== null) before[field] = shown;
    }
    await this.send(changes);
    this.beforeSave = before;
    this.steps = [];
  }

  /** Resolves a conflict with the person's own version. */
  keepMine(field: Field): Promise<void> {
    const mine = this.content(field);
    return mine === null ? Promise.resolve() : this.send({ [field]: mine });
  }

  /** Discards the draft of a field in favour of the studio's version. */
  takeTheirs(field: Field): void {
    this.recordStep([field]);
    this.setDraft(field, undefined, "now");
  }

  /** Resolves a conflict by editing one of the versions further. */
  edit(field: Field, content: Content): void {
    this.recordStep([field]);
    const base = savedContent(this.job, field);
    this.setDraft(field, { content, base, kind: "typed", reason: null }, "now");
  }

  /** Discards everything unsaved. A single undo restores all of it. */
  discard(): void {
    const fields = this.dirty;
    this.recordStep(fields, "discard");
    for (const field of fields) this.setDraft(field, undefined, "now");
  }

  /** What the next undo takes back; null if there is nothing. */
  get undoable(): Undoable | null {
    const step = this.steps.at(-1);
    if (step) return step.kind === "discard" ? "discard" : "change";
    return this.beforeSave !== null && Object.keys(this.beforeSave).length > 0 ? "save" : null;
  }

  /** Undoes the last change, or the last save if nothing was changed after it. */
  async undo(): Promise<void> {
    const step = this.steps.pop();
    for (const [field, before] of step?.before ?? []) this.setDraft(field, before, "now");
    if (step) return;
    const { beforeSave } = this;
    this.beforeSave = null;
    if (beforeSave) await this.send(beforeSave);
  }

  /** Stores all drafts at once. */
  flush(): void {
    for (const field of this.unstored) this.store(field);
  }

  private async send(changes: Changes): Promise<void> {
    // A draft that arrives after its own save would reappear.
    await this.lastStore;
    const drafts = [...this.unsaved].filter(([field]) => field in changes);
    for (const field of Object.keys(changes) as Field[]) {
      this.cancelStore(field);
      this.unsaved.delete(field);
    }
    try {
      await this.submit(changes);
    } catch (error) {
      // The core did not accept the edit, so the fields stay unsaved.
      for (const [field, unsaved] of drafts) this.setDraft(field, unsaved, "now");
      throw error;
    }
  }

  /** Sets the unsaved content of a field; one that is what it was at first is not unsaved. */
  private change(field: Field, content: Content, when: "now" | "soon"): void {
    const draft = this.unsaved.get(field);
    const base = draft ? draft.base : savedContent(this.job, field);
    const unsaved: Unsaved = { content, base, kind: "typed", reason: null };
    this.setDraft(field, isSame(content, base) ? undefined : unsaved, when);
  }

  /** Replaces the draft of a field, and stores it at once or shortly after the last keystroke. */
  private setDraft(field: Field, unsaved: Unsaved | undefined, when: "now" | "soon"): void {
    if (unsaved) this.unsaved.set(field, unsaved);
    else this.unsaved.delete(field);
    this.cancelStore(field);
    this.unstored.add(field);
    if (when === "now") this.store(field);
    const timer = setTimeout(() => {
      this.timers.delete(field);
      this.store(field);
    }, STORE_DELAY);
    this.timers.set(field, timer);
  }

  private cancelStore(field: Field): void {
    clearTimeout(this.timers.get(field));
    this.timers.delete(field);
    this.unstored.delete(field);
  }

  private store(field: Field): void {
    if (!this.unstored.delete(field)) return;
    const draft = this.unsaved.get(field);
    const { job_id } = this.job;
    const call = () =>
      draft
        ? this.backend.typeDraft({
            job_id,
            field,
            content: draft.content,
            base: draft.base,
            cause: { kind: "typed" },
          })
        : this.backend.discardDraft(job_id, field);
    // Fails after signing out; the drafts that were stored before are kept.
    this.lastStore = this.lastStore.then(call).catch(() => undefined);
  }

  /** Returns whether a change belongs to the last step: keystrokes in one field are undone together. */
  private continuesStep(field: Field, next: Content): boolean {
    const last = this.steps.at(-1);
    const isLast = last?.kind === "change" && last.before[0]?.[0] === field;
    return typeof next === "string" && isLast && this.isDirty(field);
  }

  /** Records an undo step before fields change. */
  private recordStep(fields: Field[], kind: UndoStep["kind"] = "change"): void {
    this.steps.push({ kind, before: fields.map((field) => [field, this.unsaved.get(field)]) });
    if (this.steps.length > MAX_UNDO_STEPS) this.steps.shift();
    this.beforeSave = null;
  }
}
