import { showFailure, showUndoableMessage } from "../../components/toasts";
import { formatDateTime } from "../../format/time";
import type { Backend } from "../../ipc/backend";
import type { RowView, Snooze } from "../../ipc/bindings";
import { locale } from "../../state/locale.svelte";

/** Returns until when the review of a video is snoozed; empty if it is not. The time is that of this computer. */
export function snoozeText({ snoozed_until: until }: RowView): string {
  return until ? locale.messages.snooze.until(formatDateTime(until, Date.now())) : "";
}

/** Snoozes the reviews of videos, and offers to undo it. */
export async function snoozeVideos(
  backend: Backend,
  rows: RowView[],
  snooze: Snooze,
): Promise<void> {
  if (await setSnooze(backend, rows, snooze)) {
    const message = locale.messages.snooze.done(rows.length);
    showUndoableMessage(message, () => void setSnooze(backend, rows, null));
  }
}

/** Ends the snoozes of videos. */
export const endSnooze = (backend: Backend, rows: RowView[]) => setSnooze(backend, rows, null);

/** Returns whether it was done; the changed rows arrive as events. */
async function setSnooze(
  backend: Backend,
  rows: RowView[],
  snooze: Snooze | null,
): Promise<boolean> {
  try {
    const jobIds = rows.map((row) => row.job_id);
    await backend.snooze(jobIds, snooze);
    return true;
  } catch (error) {
    showFailure(error);
    return false;
  }
}
