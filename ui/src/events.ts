import type { QueryClient } from "@tanstack/svelte-query";
import type { Changes } from "./backend";
import type {
  ConnectionView,
  EditView,
  Event,
  Field,
  FirstLook,
  JobChange,
  JobId,
  JobView,
  RowView,
  MetadataView,
  SentView,
  SessionView,
  StatusView,
  UpdateView,
  UploadView,
} from "./bindings";
import { mergeRows, mergeUpload, withTranscript } from "./merge";
import { keys } from "./queries";
import { isSignedIn } from "./session";

/** Takes in what the first picture shows. */
export function applyFirstLook(client: QueryClient, { settings, status, rows }: FirstLook): void {
  client.setQueryData(keys.settings, settings);
  client.setQueryData(keys.status, status);
  if (isSignedIn(status.session)) client.setQueryData(keys.videos, rows);
}

/** Asks again for what events may have told between a first look and the first listening. */
export function askForMissed(client: QueryClient, looked: SentView | null, heard: SentView): void {
  const isOfJobs = heard.of_jobs !== looked?.of_jobs;
  const isAny = heard.batches !== looked?.batches;
  void client.invalidateQueries({
    predicate: ({ queryKey: [kind] }) => {
      // Nobody counts the events of these.
      if (kind === "settings" || kind === "update") return true;
      // What became of an edit is in events alone: asked for, it would be forgotten.
      if (kind === "edits") return false;
      // The list alone is long.
      return kind === "videos" ? isOfJobs : isAny;
    },
  });
}

/** Applies what the core told. The only writer of the query cache. */
export function applyEvent(client: QueryClient, event: Event): void {
  switch (event.event) {
    case "jobs":
      applyJobs(client, event.changed, event.removed);
      break;
    case "connection":
      applyConnection(client, event);
      break;
    case "session":
      applySession(client, event);
      break;
    case "upload":
      client.setQueryData<UploadView[]>(keys.uploads, (old) => old && mergeUpload(old, event));
      break;
    case "edit":
      client.setQueryData<Partial<Record<Field, EditView>>>(keys.edits(event.job_id), (old) => ({
        ...old,
        [event.field]: event,
      }));
      break;
    case "list":
      client.setQueryData<StatusView>(keys.status, (old) => old && { ...old, list: event });
      break;
    case "storage":
      client.setQueryData<StatusView>(keys.status, (old) => old && { ...old, storage: event });
      break;
    case "news":
      client.setQueryData<StatusView>(keys.status, (old) => old && { ...old, news: event });
      void client.invalidateQueries({ queryKey: keys.history });
      break;
    case "rejected":
      // A skipped message changes nothing that a window shows.
      break;
  }
}

/** Shows what is known of a newer version. */
export function applyUpdate(client: QueryClient, update: UpdateView): void {
  client.setQueryData<UpdateView>(keys.update, update);
}

/** Asks for the settings anew: somebody changed them, here or in their file. */
export function applySettings(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: keys.settings });
}

function applyConnection(client: QueryClient, connection: ConnectionView): void {
  const before = client.getQueryData<StatusView>(keys.status)?.connection.state;
  client.setQueryData<StatusView>(keys.status, (old) => old && { ...old, connection });
  if (before === undefined || before === connection.state) return;
  // Since when it is so, and what the backend's clock shows, is asked for; so is a list that could not be had.
  void client.invalidateQueries({ queryKey: keys.status });
  void client.invalidateQueries({ queryKey: keys.synced });
}

function applyJobs(client: QueryClient, changed: JobChange[], removed: JobId[]): void {
  client.setQueryData<RowView[]>(
    keys.videos,
    (old) =>
      old &&
      mergeRows(
        old,
        changed.map(({ job }) => job),
        removed,
      ),
  );
  for (const { job, scope } of changed) {
    const key = keys.video(job.job_id);
    // Written at once, so that the next frame shows it; what touches many aspects is also asked for anew. A video that
    // nobody looks at is not kept.
    const before = client.getQueryData<JobView>(key);
    client.setQueryData<JobView>(key, (old) => old && withTranscript(job, old));
    const hasOtherWords = before && before.transcript_version !== job.transcript_version;
    if (scope === "major" || hasOtherWords) void client.invalidateQueries({ queryKey: key });
  }
  // Asked for anew where somebody looks at it, to learn that it is gone.
  for (const jobId of removed) void client.resetQueries({ queryKey: keys.video(jobId) });
}

/** Shows what a person has just saved, in the same frame. The core says the same a moment later. */
export function applyEdit(client: QueryClient, jobId: JobId, changes: Changes): void {
  client.setQueryData<JobView>(keys.video(jobId), (old) => old && editedJob(old, changes));
  client.setQueryData<RowView[]>(keys.videos, (old) =>
    old?.map((row) => (row.job_id === jobId ? editedRow(row, changes) : row)),
  );
}

function editedJob(job: JobView, changes: Changes): JobView {
  const { THUMBNAIL: chosen, ...texts } = changes;
  const cover = job.thumbnails.find((thumbnail) => thumbnail.thumbnail_id === chosen);
  return {
    ...job,
    ...editedRow(job, changes),
    cover_url: cover?.thumbnail_url ?? job.cover_url,
    metadata: { ...job.metadata, ...texts } as MetadataView,
    pending: [...new Set([...job.pending, ...(Object.keys(changes) as Field[])])],
    drafts: job.drafts.filter((draft) => !(draft.field in changes)),
  };
}

/** Edits what a row shows; the fields are texts, as the core pairs them. */
function editedRow(row: RowView, { TITLE: title, THUMBNAIL: cover }: Changes): RowView {
  return {
    ...row,
    title: (title as string | undefined) ?? row.title,
    cover_id: (cover as string | undefined) ?? row.cover_id,
    unsaved: true,
  };
}

function applySession(client: QueryClient, session: SessionView): void {
  const before = client.getQueryData<StatusView>(keys.status)?.session.state;
  client.setQueryData<StatusView>(keys.status, (old) => old && { ...old, session });
  if (session.state === "refreshed" || session.state === before) return;
  if (session.state === "signed_out") forgetVideos(client);
  // Somebody else's server, account and jobs: ask for all of it.
  void client.invalidateQueries({ queryKey: keys.status });
  void client.invalidateQueries({ queryKey: keys.videos });
  void client.resetQueries({ queryKey: keys.synced });
}

/** Whoever looks at the window next is perhaps somebody else. */
function forgetVideos(client: QueryClient): void {
  for (const queryKey of [keys.videos, ["video"], ["edits"], keys.uploads, keys.history])
    client.removeQueries({ queryKey });
}
