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
import { mergeJobs } from "./merge";
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
  client.setQueryData<JobView[]>(
    keys.videos,
    (old) =>
      old &&
      mergeJobs(
        old,
        changed.map(({ job }) => job),
        removed,
      ),
  );
  for (const { job, scope } of changed) {
    const key = keys.video(job.job_id);
    // Written at once, so that the next frame shows it; what touches many aspects is also asked for anew. A video that
    // nobody looks at is not kept.
    client.setQueryData<JobView>(key, (old) => old && job);
    if (scope === "major") void client.invalidateQueries({ queryKey: key });
  }
  // Asked for anew where somebody looks at it, to learn that it is gone.
  for (const jobId of removed) void client.resetQueries({ queryKey: keys.video(jobId) });
}

function applySession(client: QueryClient, session: SessionView): void {
  const before = client.getQueryData<StatusView>(keys.status)?.session.state;
  client.setQueryData<StatusView>(keys.status, (old) => old && { ...old, session });
  if (session.state === "refreshed" || session.state === before) return;
  if (session.state === "signed_out") forgetVideos(client);
  // Somebody else's server, account and jobs: ask for all of it.
  void client.invalidateQueries({ queryKey: keys.status });
  void client.invalidateQueries({ queryKey: keys.videos });
}

/** Whoever looks at the window next is perhaps somebody else. */
function forgetVideos(client: QueryClient): void {
  for (const queryKey of [keys.videos, ["video"], keys.uploads]) client.removeQueries({ queryKey });
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
