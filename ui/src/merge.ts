import type { JobId, JobView, RowView, UploadView } from "./bindings";

/** Puts changed jobs in their places, newest first, and takes removed ones out. */
export function mergeRows(old: RowView[], changed: RowView[], removed: JobId[]): RowView[] {
  const fresh = new Map(changed.map((job) => [job.job_id, job]));
  const gone = new Set(removed);
  let moved = false;
  const kept = old
    .filter((job) => !gone.has(job.job_id))
    .map((job) => {
      const next = fresh.get(job.job_id) ?? job;
      moved ||= next.created_at !== job.created_at;
      fresh.delete(job.job_id);
      return next;
    });
  // What is left in `fresh` is new. Sorting a long list for every percentage would be a waste.
  return moved || fresh.size > 0 ? [...fresh.values(), ...kept].sort(newestFirst) : kept;
}

/** A job that was only just heard of has no time yet, and is the newest of all. */
function newestFirst(a: RowView, b: RowView): number {
  const time = (job: RowView) => (job.created_at === null ? Infinity : Date.parse(job.created_at));
  return time(b) - time(a) || a.job_id.localeCompare(b.job_id);
}

/** Puts an upload in its place, or takes out one that is over. */
export function mergeUpload(uploads: UploadView[], upload: UploadView): UploadView[] {
  // What was sent goes on as a job.
  const isOver = upload.state === "sent" || upload.state === "cancelled";
  const place = uploads.findIndex((other) => other.upload_id === upload.upload_id);
  if (isOver) return uploads.toSpliced(place, place < 0 ? 0 : 1);
  return place < 0 ? [...uploads, upload] : uploads.with(place, upload);
}

/** A batch carries no transcripts: they are long. What is shown of one stays until the new one was asked for. */
export function withTranscript(job: JobView, old: JobView): JobView {
  const words = old.metadata.TRANSCRIPT;
  if (job.metadata.TRANSCRIPT !== undefined || job.transcript_version === null) return job;
  return words === undefined ? job : { ...job, metadata: { ...job.metadata, TRANSCRIPT: words } };
}
