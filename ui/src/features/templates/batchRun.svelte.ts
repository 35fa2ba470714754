import { SvelteMap } from "svelte/reactivity";
import { showUndoableMessage } from "../../components/toasts";
import { errorText } from "../../format/errors";
import type { Backend } from "../../ipc/backend";
import type { Changes, Content, Event, Field, JobId, TextChange } from "../../ipc/bindings";
import { locale } from "../../state/locale.svelte";
import { isSame, savedContent } from "../editor/editor.svelte";
import { isChange } from "./batchPreview";

/** How many videos are worked on at the same time. */
const CONCURRENCY = 4;

/** A video that was changed, with what its fields held before and hold now. */
interface Applied {
  jobId: JobId;
  before: Changes;
  after: Changes;
}

/** What a batch has done, and what undoing it has done. */
export type BatchState = "running" | "finished" | "undoing" | "undone";

/**
 * A change of many videos: each is an edit of its own, which the studio may refuse by itself. What a video becomes is
 * asked anew right before its edit, because it may have changed since the preview. It goes on without its dialog.
 */
export class BatchRun {
  state = $state<BatchState>("running");
  /** The number of videos that were worked on, here or by undoing. */
  done = $state(0);
  /** The number of videos that were changed. */
  changed = $state(0);
  /** The number of videos that undoing gave their texts back. */
  restored = $state(0);
  /** Why changes were not accepted, by video. */
  readonly refused = new SvelteMap<JobId, string>();
  #applied: Applied[] = [];
  #hasDialog = true;
  /** Ends listening to the studio's answers. */
  #stop: () => void = () => undefined;

  constructor(
    private backend: Backend,
    private change: TextChange,
    readonly jobIds: readonly JobId[],
  ) {
    void this.#run();
  }

  /** The number of videos to work on. */
  get total(): number {
    return this.state === "running" ? this.jobIds.length : this.#applied.length;
  }

  /** Called when the dialog is closed: a message says the end instead, and offers to undo it. */
  leave(): void {
    this.#hasDialog = false;
    if (this.state !== "running") this.#end();
  }

  /** Gives every video that was not changed since its texts back. */
  async undo(): Promise<void> {
    if (this.state !== "finished") return;
    this.state = "undoing";
    this.done = 0;
    await forEach(this.#applied, async (applied) => {
      if (await this.#restore(applied).catch(() => false)) this.restored += 1;
      this.done += 1;
    });
    this.state = "undone";
  }

  async #run(): Promise<void> {
    this.#stop = await this.backend.onEvent((event) => this.#hear(event));
    await forEach(this.jobIds, async (jobId) => {
      await this.#apply(jobId).catch((error: unknown) => this.#refuse(jobId, errorText(error)));
      this.done += 1;
    });
    this.state = "finished";
    if (!this.#hasDialog) this.#end();
  }

  async #apply(jobId: JobId): Promise<void> {
    const [view] = await this.backend.textChanges(this.change, [jobId]);
    if (!view || !isChange(view)) return;
    // Before the call: the answer to the edit may arrive first.
    const applied = { jobId, before: view.before, after: view.after };
    this.#applied.push(applied);
    try {
      await this.backend.edit(jobId, view.after);
      this.changed += 1;
    } catch (error) {
      this.#applied = this.#applied.filter((other) => other !== applied);
      throw error;
    }
  }

  async #restore({ jobId, before, after }: Applied): Promise<boolean> {
    const job = await this.backend.job(jobId);
    const isUnchanged = (field: Field) =>
      isSame(savedContent(job, field), after[field] ?? null) &&
      !job.drafts.some((draft) => draft.field === field);
    const fields = (Object.keys(after) as Field[]).filter(isUnchanged);
    if (fields.length === 0) return false;
    const changes = fields.map((field): [Field, Content] => [field, before[field] ?? ""]);
    await this.backend.edit(jobId, Object.fromEntries(changes) as Changes);
    return true;
  }

  #hear(event: Event): void {
    if (event.event !== "edit" || (event.outcome !== "refused" && event.outcome !== "conflict"))
      return;
    if (this.#applied.some(({ jobId }) => jobId === event.job_id))
      this.#refuse(event.job_id, event.reason ? errorText(event.reason) : "");
  }

  #refuse(jobId: JobId, reason: string): void {
    this.refused.set(jobId, reason);
  }

  #end(): void {
    this.#stop();
    if (this.state !== "finished" || this.changed === 0) return;
    const message = locale.messages.batch.done(this.changed);
    showUndoableMessage(message, () => void this.undo());
  }
}

/** Calls a function for each element, for a few at the same time. */
async function forEach<T>(elements: readonly T[], call: (element: T) => Promise<void>) {
  const rest = elements.values();
  const worker = async () => {
    for (const element of rest) await call(element);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}
