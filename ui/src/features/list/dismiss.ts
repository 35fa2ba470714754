import { showFailure, showUndoableMessage } from "../../components/toasts";
import type { DismissAction, JobId, RowView } from "../../ipc/bindings";
import { dismissMutation } from "../../state/commands";
import { locale } from "../../state/locale.svelte";
import type { Selection } from "./selection.svelte";

/** Returns whether a video has a failure or a warning to dismiss. A conflict has to be resolved instead. */
export function canBeDismissed(row: RowView): boolean {
  return row.attention === "failed" || row.attention === "warning";
}

/**
 * Returns the function that dismisses the failures and warnings of videos, deselects these, and offers to undo it. Must
 * be called while a component is created.
 */
export function dismissHandler(
  rows: () => RowView[] | undefined,
  selection: Selection,
): (jobIds: JobId[]) => void {
  const dismiss = dismissMutation();
  return (jobIds) => {
    selection.remove(jobIds);
    const requested = new Set(jobIds);
    const dismissible =
      rows()?.filter((row) => canBeDismissed(row) && requested.has(row.job_id)) ?? [];
    if (dismissible.length === 0) return;
    const run = (action: DismissAction, onSuccess = () => {}) =>
      dismiss.mutate(
        { jobIds: dismissible.map((row) => row.job_id), action },
        { onSuccess, onError: showFailure },
      );
    const message = locale.messages.selection.dismissed(dismissible.length);
    run("dismiss", () => showUndoableMessage(message, () => run("restore")));
  };
}
