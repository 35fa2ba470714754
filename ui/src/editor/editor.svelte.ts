import { SvelteMap } from "svelte/reactivity";
import type { Backend, Changes } from "../backend";
import type { Content, DraftKind, Field, JobView, ReasonView } from "../bindings";

/** How long after the last key what was typed is kept, in milliseconds. */
const KEEP_AFTER = 300;
/** How many steps can be taken back. */
const HISTORY = 200;

/** What was typed and is not saved. */
interface Unsaved {
  content: Content;
  /** What the field held when the typing began. */
  base: Content | null;
  kind: DraftKind;
  reason: ReasonView | null;
}

/** Two texts for one field, of which the person chooses. */
export interface Conflict {
  mine: Content;
  theirs: Content | null;
  reason: ReasonView | null;
}

type Step = { field: Field; before: Unsaved | undefined };

/** Returns what is shown of a field: what the person saved last, or what the studio says. */
export function shownContent(job: JobView, field: Field): Content | null {
  return field === "THUMBNAIL" ? job.cover_id : (job.metadata[field] ?? null);
}

export function isSame(a: Content | null, b: Content | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * Holds what is typed into the fields of one video.
 *
 * Every word is kept by the core moments after it was typed, so that nothing depends on this window going on. What the
 * core holds comes back with the job.
 */
export class Editor {
  private unsaved = new SvelteMap<Field, Unsaved>();
  private steps: Step[] = $state([]);
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing on the screen depends on it
  private timers = new Map<Field, ReturnType<typeof setTimeout>>();
  /** What the core has yet to hear. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nor on this
  private unkept = new Set<Field>();
  /** The last word to the core: the next one waits for it, so that none overtakes another. */
  private told: Promise<unknown> = Promise.resolve();
  /** What was saved last, to take it back. */
  private saved = $state<Changes | null>(null);
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

  /** Takes in the job as it is now. */
  follow(job: JobView): void {
    this.job = job;
    for (const field of [...this.unsaved.keys()]) {
      const held = job.drafts.find((draft) => draft.field === field);
      // Saved, or thrown away, in this or another place.
      if (!held && this.unsaved.get(field)?.kind !== "typed") this.unsaved.delete(field);
    }
    for (const { field, content, base, kind, reason } of job.drafts) {
      // What was typed or thrown away in the last moment is newer.
      if (kind === "typed" || this.timers.has(field)) continue;
      this.unsaved.set(field, { content, base, kind, reason });
    }
  }

  /** Returns what stands in a field. */
  content(field: Field): Content | null {
    return this.unsaved.get(field)?.content ?? shownContent(this.job, field);
  }

  /** Returns the fields with words that are not saved. */
  get dirty(): Field[] {
    return [...this.unsaved.keys()];
  }

  isDirty(field: Field): boolean {
    return this.unsaved.has(field);
  }

  /** Returns both texts, where the field changed under the person's hands. */
  conflict(field: Field): Conflict | null {
    const held = this.unsaved.get(field);
    if (!held) return null;
    const theirs = shownContent(this.job, field);
    const changed = held.kind === "conflict" || !isSame(theirs, held.base);
    if (!changed || isSame(theirs, held.content)) return null;
    return { mine: held.content, theirs, reason: held.reason };
  }

  get conflicts(): Field[] {
    return this.dirty.filter((field) => this.conflict(field) !== null);
  }

  /** Returns why the studio did not take a field. */
  refusal(field: Field): string | null {
    const held = this.unsaved.get(field);
    return held?.kind === "refused" ? (held.reason?.message ?? null) : null;
  }

  /** Takes in what is typed. */
  type(field: Field, content: Content): void {
    const held = this.unsaved.get(field);
    const base = held ? held.base : shownContent(this.job, field);
    this.remember(field, content);
    const unsaved: Unsaved = { content, base, kind: "typed", reason: null };
    this.put(field, isSame(content, base) ? undefined : unsaved, "soon");
  }

  /** Saves a field as it is: a suggestion becomes the person's own. */
  async accept(field: Field): Promise<void> {
    const content = shownContent(this.job, field);
    if (content !== null) await this.send({ [field]: content }).catch(() => undefined);
  }

  /** Saves everything but what the person has yet to choose. */
  async save(): Promise<void> {
    const ready = this.dirty.filter((field) => this.conflict(field) === null);
    if (ready.length === 0) return;
    const before: Changes = {};
    const changes: Changes = {};
    for (const field of ready) {
      const [shown, content] = [shownContent(this.job, field), this.content(field)];
      if (content !== null) changes[field] = content;
      if (shown !== null) before[field] = shown;
    }
    await this.send(changes);
    this.saved = before;
    this.steps = [];
  }

  /** Saves one field in place of what the studio has. */
  keepMine(field: Field): Promise<void> {
    const mine = this.content(field);
    return mine === null ? Promise.resolve() : this.send({ [field]: mine });
  }

  /** Leaves a field as the studio has it. */
  takeTheirs(field: Field): void {
    this.remember(field);
    this.put(field, undefined, "now");
  }

  /** Goes on typing from one of two texts. */
  edit(field: Field, content: Content): void {
    this.remember(field);
    const base = shownContent(this.job, field);
    this.put(field, { content, base, kind: "typed", reason: null }, "now");
  }

  /** Throws away what is not saved; it can be taken back. */
  discard(): void {
    for (const field of this.dirty) this.takeTheirs(field);
  }

  get canUndo(): boolean {
    return this.steps.length > 0 || (this.saved !== null && Object.keys(this.saved).length > 0);
  }

  /** Takes back the last change; after a save, the save. */
  async undo(): Promise<void> {
    const step = this.steps.pop();
    if (step) return this.put(step.field, step.before, "now");
    const { saved } = this;
    this.saved = null;
    if (saved) await this.send(saved);
  }

  /** Keeps what was typed in the last moment. */
  flush(): void {
    for (const field of this.unkept) this.keep(field);
  }

  private async send(changes: Changes): Promise<void> {
    // A draft that arrived after its own save would come back.
    await this.told;
    const held = [...this.unsaved].filter(([field]) => field in changes);
    for (const field of Object.keys(changes) as Field[]) {
      this.stop(field);
      this.unsaved.delete(field);
    }
    try {
      await this.submit(changes);
    } catch (error) {
      // The core did not even begin with it.
      for (const [field, unsaved] of held) this.put(field, unsaved, "now");
      throw error;
    }
  }

  /** Puts something in the place of what is held, and tells the core of it at once, or a moment after the last key. */
  private put(field: Field, unsaved: Unsaved | undefined, when: "now" | "soon"): void {
    if (unsaved) this.unsaved.set(field, unsaved);
    else this.unsaved.delete(field);
    this.stop(field);
    this.unkept.add(field);
    if (when === "now") this.keep(field);
    const timer = setTimeout(() => {
      this.timers.delete(field);
      this.keep(field);
    }, KEEP_AFTER);
    this.timers.set(field, timer);
  }

  private stop(field: Field): void {
    clearTimeout(this.timers.get(field));
    this.timers.delete(field);
    this.unkept.delete(field);
  }

  private keep(field: Field): void {
    if (!this.unkept.delete(field)) return;
    const held = this.unsaved.get(field);
    const { job_id } = this.job;
    const tell = () =>
      held
        ? this.backend.typeDraft({
            job_id,
            field,
            content: held.content,
            base: held.base,
            cause: { kind: "typed" },
          })
        : this.backend.discardDraft(job_id, field);
    // Signed out meanwhile: what was kept before is still kept.
    this.told = this.told.then(tell).catch(() => undefined);
  }

  /** Remembers a field as it is, before it changes. One text that grows key by key is one step. */
  private remember(field: Field, next?: Content): void {
    const last = this.steps.at(-1);
    const goesOn = typeof next === "string" && last?.field === field && this.isDirty(field);
    if (goesOn) return;
    const before = this.unsaved.get(field);
    this.steps.push({ field, before });
    if (this.steps.length > HISTORY) this.steps.shift();
    this.saved = null;
  }
}
