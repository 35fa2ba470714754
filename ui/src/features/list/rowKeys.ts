import { isKeyTaken, isMenuKey, isTextField, rowStep } from "../../components/keyboard";
import { isDialogOpen } from "../../components/openDialogs";
import { isCommand } from "../../components/platform";
import type { JobId, RowView } from "../../ipc/bindings";
import type { Selection } from "./selection.svelte";

/** Where the focus is: in a row, in no element at all, or in another one, such as a button of the open video. */
type FocusPlace = "row" | "page" | "elsewhere";

/** What a key of movement does: it focuses a row, or opens a video in place of the open one. */
export interface RowMove {
  kind: "focus" | "open";
  jobId: JobId;
}

/** The state and the callbacks that decide what a key does with the rows of the list. */
export interface RowKeyContext {
  rows: RowView[];
  /** The row that Tab reaches. */
  current: JobId | undefined;
  openJobId: JobId | null;
  selection: Selection;
  /** The element of the rows. */
  list: HTMLElement;
  ondismiss: (jobIds: JobId[]) => void;
  ondelete: (jobIds: JobId[]) => void;
  onmenu: (jobId: JobId) => void;
  onmove: (move: RowMove) => void;
}

/** Handles a key that acts on videos of the list, wherever the focus is. */
export function handleRowKey(event: KeyboardEvent, context: RowKeyContext): void {
  if (isDialogOpen()) return;
  const { current, list, onmenu, onmove } = context;
  const focus = focusPlace(event.target, list);
  // In a narrow window, the open video covers the list.
  const isCovered = list.offsetParent === null;
  if (focus === "row" && current && isMenuKey(event)) onmenu(current);
  else if (isCovered || !handleRowAction(event, focus, context)) {
    const move = rowMove(event, focus, context);
    if (move === null || (isCovered && move.kind === "focus")) return;
    onmove(move);
  }
  event.preventDefault();
}

function focusPlace(target: EventTarget | null, list: HTMLElement): FocusPlace {
  if (target instanceof Element && list.contains(target)) {
    // The buttons of uploads and headings have keys of their own, and no video.
    return target.closest("[data-upload], h2, .heading") ? "elsewhere" : "row";
  }
  return target === document.body ? "page" : "elsewhere";
}

/** Handles a key that acts on the selected videos or on a single one; returns whether there is such a key. */
function handleRowAction(event: KeyboardEvent, focus: FocusPlace, context: RowKeyContext): boolean {
  const { rows, current, selection, ondismiss, ondelete } = context;
  const isDelete = event.key === "Delete" || (event.key === "Backspace" && focus === "row");
  if (isCommand(event, "a") && !isTextField(event.target))
    selection.selectAll(rows.map((row) => row.job_id));
  else if (isKeyTaken(event)) return false;
  else if (event.key === "x" && current) selection.toggle(actedOn(focus, context) ?? current);
  else if (event.key === "e" && selection.jobIds.size > 0) ondismiss([...selection.jobIds]);
  else if (event.key === "e" && current && focus === "row") ondismiss([current]);
  else if (isDelete && focus !== "elsewhere" && selection.jobIds.size > 0)
    ondelete([...selection.jobIds]);
  else if (isDelete && current && focus === "row") ondelete([current]);
  else return false;
  return true;
}

/**
 * Returns what a key does that moves between videos; null if it does not. Within the list, it moves the focus. Elsewhere
 * the arrows belong to what has the focus, while `j` and `k` open the next or previous video if one is open. Without an
 * open video, the first key focuses the current row.
 */
function rowMove(event: KeyboardEvent, focus: FocusPlace, context: RowKeyContext): RowMove | null {
  const { rows, current, openJobId } = context;
  const step = rowStep(event.key);
  if (step === null || current === undefined || isKeyTaken(event)) return null;
  if (focus === "row") return { kind: "focus", jobId: neighbor(current, step, rows) };
  const isLetter = event.key === "j" || event.key === "k";
  if (openJobId !== null && isLetter) {
    const isListed = rows.some((row) => row.job_id === openJobId);
    const jobId = isListed ? neighbor(openJobId, step, rows) : current;
    return jobId === openJobId ? null : { kind: "open", jobId };
  }
  const isForList = isLetter || (focus === "page" && openJobId === null);
  return isForList ? { kind: "focus", jobId: current } : null;
}

/** Returns the video that a key acts on: the focused row, or else the open video. */
function actedOn(focus: FocusPlace, context: RowKeyContext): JobId | undefined {
  const { rows, current, openJobId } = context;
  if (focus === "row") return current;
  return rows.find((row) => row.job_id === openJobId)?.job_id;
}

/** Returns the row so many rows away from another one; the first or last row at the ends. */
function neighbor(jobId: JobId, step: number, rows: RowView[]): JobId {
  const index = rows.findIndex((row) => row.job_id === jobId);
  return rows[Math.max(0, Math.min(rows.length - 1, index + step))]?.job_id ?? jobId;
}
