import { isKeyTaken, rowStep } from "../../components/keyboard";
import { isCommand } from "../../components/platform";
import type { JobId, RowView } from "../../ipc/bindings";
import type { Selection } from "./selection.svelte";

/** The state and the callbacks that decide what a key does in the list. */
export interface RowKeyContext {
  rows: RowView[];
  /** The row that Tab reaches. */
  current: JobId | undefined;
  selection: Selection;
  /** Whether an element of the list has the focus. */
  hasFocus: boolean;
  ondismiss: (jobIds: JobId[]) => void;
}

/** Handles a key that acts on the selected videos or on the current row; returns whether there is such a key. */
export function handleRowAction(event: KeyboardEvent, context: RowKeyContext): boolean {
  const { rows, current, selection, hasFocus, ondismiss } = context;
  if (isCommand(event, "a") && hasFocus) selection.selectAll(rows.map((row) => row.job_id));
  else if (isKeyTaken(event)) return false;
  else if (event.key === "x" && current) selection.toggle(current);
  else if (event.key === "e" && selection.jobIds.size > 0) ondismiss([...selection.jobIds]);
  else if (event.key === "e" && current && hasFocus) ondismiss([current]);
  else return false;
  return true;
}

/** Returns whether a key moves the focus between rows. */
export function isRowMovement(event: KeyboardEvent): boolean {
  return rowStep(event.key) !== null && !isKeyTaken(event);
}

/**
 * Returns the row to which a key moves the focus. From outside the list, the first key focuses the current row; within
 * the list, a key moves from row to row.
 */
export function rowAfterKey(key: string, isInList: boolean, context: RowKeyContext): JobId | null {
  const { rows, current } = context;
  const index = rows.findIndex((row) => row.job_id === current);
  const next = isInList ? index + (rowStep(key) ?? 0) : index;
  return rows[Math.max(0, Math.min(rows.length - 1, next))]?.job_id ?? null;
}
