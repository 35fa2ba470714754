import { formatMinutesLeft } from "../../format/time";
import { displayTitle, isolateBidi } from "../../format/text";
import type { JobId, RowView, UploadView } from "../../ipc/bindings";
import { locale } from "../../state/locale.svelte";
import { timeLeftText } from "../list/rowTexts";
import type { LiveTime } from "../list/stuck";
import { isUnderWay, uploadPercent } from "../uploads/uploadTexts";

/** The number of rows that are shown; a strip with more is no strip. */
export const MAX_ROWS = 100;

/** A video at work. */
export interface StripRow {
  key: string;
  /** The video to open; null while the studio has none of the upload. */
  jobId: JobId | null;
  title: string;
  /** How far it is; null if that is not known. */
  percent: number | null;
  /** How far it is, what it waits for, and the time left, as far as that is known. */
  text: string;
}

/** Returns the videos at work: those being uploaded, then those being processed, then the queued ones. */
export function stripRows(rows: RowView[], uploads: UploadView[], now: LiveTime): StripRow[] {
  const active = uploads.filter(isUnderWay);
  const uploading = new Set(active.map((upload) => upload.job_id));
  const jobs = rows.filter(({ job_id }) => !uploading.has(job_id));
  const withStatus = (status: RowView["status"]) =>
    jobs.filter((row) => row.status === status).map((row) => toRow(row, now));
  return [...active.map(toUploadRow), ...withStatus("PROCESSING"), ...withStatus("PENDING")];
}

/** Returns how many videos need review. */
export function reviewCount(rows: RowView[]): number {
  return rows.filter((row) => row.attention !== null).length;
}

function toRow(row: RowView, now: LiveTime): StripRow {
  const [key, title] = [`job ${row.job_id}`, displayTitle(row)];
  if (row.status === "PENDING") {
    return { key, jobId: row.job_id, title, percent: 0, text: locale.messages.status.PENDING };
  }
  const percent = row.progress_percent;
  return {
    key,
    jobId: row.job_id,
    title,
    percent,
    text: progress(percent, timeLeftText(row, now)),
  };
}

function toUploadRow(upload: UploadView): StripRow {
  const percent = upload.state === "verifying" ? null : uploadPercent(upload);
  return {
    key: `upload ${upload.upload_id}`,
    jobId: upload.job_id,
    title: isolateBidi(upload.filename),
    percent,
    text:
      upload.state === "queued"
        ? locale.messages.uploads.queued
        : progress(percent, uploadState(upload)),
  };
}

/** Returns what becomes of an upload: the time left while it is sent. */
function uploadState({ state, ...upload }: UploadView): string {
  const { strip, uploads } = locale.messages;
  if (state === "waiting") return strip.interrupted;
  if (state === "verifying") return uploads.verifying;
  const speed = upload.bytes_per_second ?? 0;
  if (speed <= 0) return uploads.group;
  return formatMinutesLeft((upload.total_bytes - upload.sent_bytes) / speed / 60);
}

function progress(percent: number | null, text: string): string {
  const known = percent === null ? "" : `${Math.floor(percent)} %`;
  return [known, text].filter(Boolean).join(" · ");
}
