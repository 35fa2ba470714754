import type { RowView } from "../../ipc/bindings";

/** The backend's time while the shown state is up to date; null while it is not, and nothing can be estimated. */
export type LiveTime = number | null;

/** Returns whether the current stage takes far longer than it ever did before. */
export function isStuck(row: RowView, now: LiveTime): boolean {
  return now !== null && row.stuck_at !== null && Date.parse(row.stuck_at) <= now;
}
