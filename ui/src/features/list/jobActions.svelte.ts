import { createContext } from "svelte";
import { SvelteSet } from "svelte/reactivity";
import { dismissToast, showError, showUndoableMessage } from "../../components/toasts";
import { reasonText } from "../../format/errors";
import { displayTitle } from "../../format/text";
import { asError, type Backend } from "../../ipc/backend";
import type { JobAction, JobId, RowView, Status } from "../../ipc/bindings";
import { locale } from "../../state/locale.svelte";

/** How long a deletion can be undone before the studio is asked for it, in milliseconds. */
export const UNDO_TIME = 8000;

/** The statuses of a video in which each action is possible. */
const STATUSES: Record<JobAction, readonly Status[]> = {
  retry: ["FAILED"],
  cancel: ["PENDING", "PROCESSING"],
  delete: ["PENDING", "PROCESSING", "COMPLETED", "FAILED"],
};

/** How many requests are sent at the same time. */
const AT_ONCE = 4;

/**
 * What the studio is asked to do with videos. A deleted video is hidden at once, and deleted once it can no longer be
 * undone: what ends before, such as the app, keeps it.
 */
export class JobActions {
  #backend: Backend;
  #features: () => readonly string[];
  /** The videos that are hidden because they were deleted. */
  #hidden = new SvelteSet<JobId>();
  /** The deletions that can still be undone. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing is rendered from it
  #timers = new Set<ReturnType<typeof setTimeout>>();

  constructor(backend: Backend, features: () => readonly string[]) {
    this.#backend = backend;
    this.#features = features;
  }

  /** Returns whether the studio offers an action, and all these videos are in a state in which it is possible. */
  isOffered(action: JobAction, rows: readonly Pick<RowView, "status">[]): boolean {
    if (!this.#features().includes(action)) return false;
    return rows.every(({ status }) => STATUSES[action].includes(status));
  }

  /** Returns the videos that were not deleted. */
  visible<Row extends RowView>(rows: Row[] | undefined): Row[] | undefined {
    if (rows === undefined || this.#hidden.size === 0) return rows;
    return rows.filter((row) => !this.#hidden.has(row.job_id));
  }

  isHidden(jobId: JobId): boolean {
    return this.#hidden.has(jobId);
  }

  /** Processes failed videos again. */
  retry(jobIds: JobId[]): void {
    void this.#request("retry", jobIds);
  }

  /** Cancels unfinished videos. */
  cancel(jobIds: JobId[]): void {
    void this.#request("cancel", jobIds);
  }

  /** Deletes videos, unless it is undone in time. */
  remove(rows: RowView[]): void {
    const jobIds = rows.map((row) => row.job_id);
    const [first] = rows;
    if (first === undefined) return;
    for (const jobId of jobIds) this.#hidden.add(jobId);
    const texts = locale.messages.videoActions;
    const message =
      rows.length === 1 ? texts.deleted(displayTitle(first)) : texts.deletedMany(rows.length);
    const toast = showUndoableMessage(
      message,
      () => {
        this.#forget(timer);
        this.#show(jobIds);
      },
      UNDO_TIME,
    );
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      dismissToast(toast);
      void this.#request("delete", jobIds);
    }, UNDO_TIME);
    this.#timers.add(timer);
  }

  /** Gives up the deletions that can still be undone: the session ends, and ids may mean other videos in the next one. */
  stop(): void {
    for (const timer of this.#timers) this.#forget(timer);
  }

  #forget(timer: ReturnType<typeof setTimeout>): void {
    clearTimeout(timer);
    this.#timers.delete(timer);
  }

  #show(jobIds: JobId[]): void {
    for (const jobId of jobIds) this.#hidden.delete(jobId);
  }

  /** Asks for an action on each video, and says why the first one failed. */
  async #request(action: JobAction, jobIds: JobId[]): Promise<void> {
    const failed: unknown[] = [];
    const waiting = [...jobIds];
    const send = async () => {
      for (let jobId = waiting.shift(); jobId !== undefined; jobId = waiting.shift()) {
        await this.#backend.actOnJob(jobId, action).catch((thrown: unknown) => failed.push(thrown));
        // Of a deleted video, the row is gone; one that could not be deleted comes back.
        this.#hidden.delete(jobId);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, send));
    if (failed.length === 0) return;
    const reason = reasonText(asError(failed[0]));
    showError(
      failed.length === 1 ? reason : locale.messages.videoActions.failedMany(failed.length, reason),
    );
  }
}

export const [useJobActions, provideJobActions] = createContext<JobActions>();
