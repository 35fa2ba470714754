import { SvelteSet } from "svelte/reactivity";
import type { JobId } from "../bindings";

/** Holds the videos that a person has marked, to do something with all of them. */
export class Selection {
  readonly marked = new SvelteSet<JobId>();
  /** Where a range begins. */
  private anchor: JobId | null = null;

  toggle(jobId: JobId): void {
    if (!this.marked.delete(jobId)) this.marked.add(jobId);
    this.anchor = jobId;
  }

  /** Marks everything between the last marked video and this one, in the order of the list. */
  extendTo(jobId: JobId, order: JobId[]): void {
    const [from, to] = [order.indexOf(this.anchor ?? jobId), order.indexOf(jobId)];
    if (from < 0 || to < 0) return this.toggle(jobId);
    for (const between of order.slice(Math.min(from, to), Math.max(from, to) + 1))
      this.marked.add(between);
  }

  markAll(order: JobId[]): void {
    for (const jobId of order) this.marked.add(jobId);
  }

  /** Leaves only what is still there to be seen. */
  keep(shown: Set<JobId>): void {
    for (const jobId of this.marked) if (!shown.has(jobId)) this.marked.delete(jobId);
  }

  clear(): void {
    this.marked.clear();
    this.anchor = null;
  }
}
