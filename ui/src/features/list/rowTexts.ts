import { faultText } from "../../format/errors";
import { stageName } from "../../format/names";
import { formatAge, formatTimecode, formatTimeLeft } from "../../format/time";
import type { RowView } from "../../ipc/bindings";
import { locale } from "../../state/locale.svelte";
import { snoozeText } from "../snooze/snooze";
import { isStuck, type LiveTime } from "./stuck";

/** Returns the text of the latest warning; empty if there is none. */
export function warningText(job: RowView): string {
  const latest = job.warnings.at(-1);
  return latest ? faultText(latest) : "";
}

/** Returns what the row says below the status: the failure, what needs review, until when that is snoozed, the current stage, or unsaved texts. */
export function activityText(job: RowView): string {
  if (job.attention === "conflict") return locale.messages.list.conflict;
  if (job.attention === "words") return locale.messages.list.refusedEdit;
  if (job.snoozed_until) return snoozeText(job);
  if (job.error) return job.is_cancelled ? "" : faultText(job.error);
  if (job.attention === "warning") return warningText(job);
  if (job.status === "PROCESSING" && job.stage_id !== null) return stageName(job.stage_id);
  return job.has_draft ? locale.messages.unsaved : "";
}

/** Returns what became of the texts that the studio does not have yet; empty if there are none. */
export function unsavedText(job: RowView): string {
  if (job.has_draft) return locale.messages.unsaved;
  return job.unsaved ? locale.messages.list.waitingEdit : "";
}

/** Returns the estimated time left; empty while nothing can be estimated. */
export function timeLeftText(job: RowView, now: LiveTime): string {
  if (job.status !== "PROCESSING" || now === null) return "";
  if (isStuck(job, now)) return locale.messages.timeLeft.stuck;
  return job.outlook ? formatTimeLeft(job.outlook, now) : "";
}

/** Returns the duration of the video, and its age once it is no longer processed. */
export function factsText(job: RowView, now: number): string {
  return [
    job.duration_seconds && formatTimecode(job.duration_seconds),
    job.status !== "PROCESSING" && formatAge(job.created_at, now),
  ]
    .filter(Boolean)
    .join(" · ");
}
