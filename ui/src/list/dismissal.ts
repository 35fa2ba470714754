import { asError, type Backend } from "../backend";
import type { JobId, RowView, Trouble } from "../bindings";
import { settleMutation } from "../commands";
import { said } from "../format";
import { messages } from "../messages";
import { done, refused } from "../toasts";

/** Tells whether there is trouble that a person can put aside; words that were refused want to be decided. */
export function canBeDismissed(row: RowView): boolean {
  return row.attention === "failed" || row.attention === "warning";
}

/** Returns what puts the trouble of videos aside and offers to undo it; for the beginning of a component. */
export function dismissal(backend: Backend, rows: () => RowView[] | undefined) {
  const settle = settleMutation(backend);
  return (jobIds: JobId[]) => {
    const wanted = new Set(jobIds);
    const troubled = rows()?.filter((row) => canBeDismissed(row) && wanted.has(row.job_id)) ?? [];
    if (troubled.length === 0) return;
    const change = (trouble: Trouble, onSuccess = () => {}) =>
      settle.mutate(
        { jobIds: troubled.map((row) => row.job_id), trouble },
        { onSuccess, onError: (error) => refused(said(asError(error))) },
      );
    const undo = () => change("restore");
    change("dismiss", () => done(messages.selection.dismissed(troubled.length), undo));
  };
}
