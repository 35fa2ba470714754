import type { QueryClient } from "@tanstack/svelte-query";
import type {
  Event,
  JobChange,
  JobId,
  JobView,
  SessionView,
  StatusView,
  UploadView,
} from "./bindings";
import { keys } from "./queries";

/** Applies what the core told. The only writer of the query cache. */
export function applyEvent(client: QueryClient, event: Event): void {
  switch (event.event) {
    case "jobs":
      applyJobs(client, event.changed, event.removed);
      break;
    case "connection":
      client.setQueryData<StatusView>(keys.status, (old) => old && { ...old, connection: event });
      break;
    case "session":
      applySession(client, event);
      break;
    case "upload":
      client.setQueryData<UploadView[]>(keys.uploads, (old) => withUpload(old ?? [], event));
      break;
    case "rejected":
      // A skipped message changes nothing that a window shows.
      break;
  }
}

function applyJobs(client: QueryClient, changed: JobChange[], removed: JobId[]): void {
  client.setQueryData<JobView[]>(keys.videos, (old) => old && merged(old, changed, removed));
  for (const { job, scope } of changed) {
    const key = keys.video(job.job_id);
    // Written at once, so that the next frame shows it; what touches many aspects is also asked for anew.
    client.setQueryData<JobView>(key, (old) => (old || scope === "increment" ? job : old));
    if (scope === "major") void client.invalidateQueries({ queryKey: key });
  }
  for (const jobId of removed) client.removeQueries({ queryKey: keys.video(jobId) });
}

function merged(old: JobView[], changed: JobChange[], removed: JobId[]): JobView[] {
  const fresh = new Map(changed.map(({ job }) => [job.job_id, job]));
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
function newestFirst(a: JobView, b: JobView): number {
  const time = (job: JobView) => (job.created_at === null ? Infinity : Date.parse(job.created_at));
  return time(b) - time(a) || a.job_id.localeCompare(b.job_id);
}

function applySession(client: QueryClient, session: SessionView): void {
  const before = client.getQueryData<StatusView>(keys.status)?.session.state;
  client.setQueryData<StatusView>(keys.status, (old) => old && { ...old, session });
  if (session.state === "refreshed" || session.state === before) return;
  // Somebody else's server, account and jobs: ask for all of it.
  void client.invalidateQueries({ queryKey: keys.status });
  void client.invalidateQueries({ queryKey: keys.videos });
}

function withUpload(uploads: UploadView[], upload: UploadView): UploadView[] {
  const others = uploads.filter((other) => other.upload_id !== upload.upload_id);
  // What was sent goes on as a job.
  return upload.state === "sent" ? others : [...others, upload];
}

/** Takes a failed upload out of sight. */
export function dismissUpload(client: QueryClient, uploadId: number): void {
  client.setQueryData<UploadView[]>(keys.uploads, (old) =>
    (old ?? []).filter((upload) => upload.upload_id !== uploadId),
  );
}
