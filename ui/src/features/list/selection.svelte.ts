import { SvelteSet } from "svelte/reactivity";
import type { JobId, RowView } from "../../ipc/bindings";

/** The selected videos, for actions on all of them at once. */
export class Selection {
  readonly jobIds = new SvelteSet<JobId>();
  /** The video at which a range begins. */
  #anchor: JobId | null = null;

  toggle(jobId: JobId): void {
    if (!this.jobIds.delete(jobId)) this.jobIds.add(jobId);
    this.#anchor = jobId;
  }

  /** Selects everything from the video that was toggled last to this one, in the order of the list. */
  extendTo(jobId: JobId, rows: RowView[]): void {
    const order = rows.map((row) => row.job_id);
    const [from, to] = [order.indexOf(this.#anchor ?? jobId), order.indexOf(jobId)];
    if (from < 0 || to < 0) return this.toggle(jobId);
    for (const between of order.slice(Math.min(from, to), Math.max(from, to) + 1))
      this.jobIds.add(between);
  }

  selectAll(order: JobId[]): void {
    for (const jobId of order) this.jobIds.add(jobId);
  }

  remove(jobIds: JobId[]): void {
    for (const jobId of jobIds) this.jobIds.delete(jobId);
  }

  /** Deselects what the list no longer shows. */
  retain(shown: Set<JobId>): void {
    for (const jobId of this.jobIds) if (!shown.has(jobId)) this.jobIds.delete(jobId);
  }

  clear(): void {
    this.jobIds.clear();
    this.#anchor = null;
  }
}
