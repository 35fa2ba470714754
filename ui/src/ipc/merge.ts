import type { JobId, JobView, RowView, UploadView } from "./bindings";

/** Merges changed and removed jobs into a list that is sorted newest first. */
export function mergeRows(old: RowView[], changed: RowView[], removed: JobId[]): RowView[] {
  const changes = new Map(changed.map((job) => [job.job_id, job]));
  const removedIds = new Set(removed);
  let hasMoved = false;
  const rows = old
    .filter((row) => !removedIds.has(row.job_id))
    .map((row) => {
      const next = changes.get(row.job_id) ?? row;
      hasMoved ||= next.created_at !== row.created_at;
      changes.delete(row.job_id);
      return next;
    });
  // The remaining changes are new jobs. Most batches have none, and then the list need not be sorted.
  if (!hasMoved && changes.size === 0) return rows;
  return [...changes.values(), ...rows].sort(newestFirst);
}

/** Compares jobs by the time of their creation; a job without a time is newer than all others. */
function newestFirst(a: RowView, b: RowView): number {
  const time = (job: RowView) => (job.created_at === null ? Infinity : Date.parse(job.created_at));
  return time(b) - time(a) || a.job_id.localeCompare(b.job_id);
}

/** Merges an upload into the list, which is in the order of the queue: a finished or cancelled one is removed, because it continues as a job or not at all. */
export function mergeUpload(uploads: UploadView[], upload: UploadView): UploadView[] {
  const isFinished = upload.state === "sent" || upload.state === "cancelled";
  const index = uploads.findIndex((other) => other.upload_id === upload.upload_id);
  if (isFinished) return uploads.toSpliced(index, index < 0 ? 0 : 1);
  const merged = index < 0 ? [...uploads, upload] : uploads.with(index, upload);
  const isMoved = index < 0 || uploads[index]?.position !== upload.position;
  return isMoved ? merged.toSorted((a, b) => a.position - b.position) : merged;
}

/** Copies the transcript of the old state to the new one if events left it out, as they do because of its size. */
export function withTranscript(job: JobView, old: JobView): JobView {
  const transcript = old.metadata.TRANSCRIPT;
  if (job.metadata.TRANSCRIPT !== undefined || job.transcript_version === null) return job;
  if (transcript === undefined) return job;
  return { ...job, metadata: { ...job.metadata, TRANSCRIPT: transcript } };
}
