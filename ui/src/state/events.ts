import type { QueryClient } from "@tanstack/svelte-query";
import type {
  Changes,
  ConnectionView,
  EditView,
  Event,
  Field,
  InitialState,
  JobChange,
  JobId,
  JobView,
  MetadataView,
  RowView,
  SentView,
  SessionView,
  StatusView,
  UpdateView,
  UploadView,
} from "../ipc/bindings";
import { mergeRows, mergeUpload, withTranscript } from "../ipc/merge";
import { keys } from "./queries";
import { isSignedIn } from "./session";

/** Writes the initial state into the query cache. */
export function applyInitialState(
  client: QueryClient,
  { settings, status, rows }: InitialState,
): void {
  client.setQueryData(keys.settings, settings);
  client.setQueryData(keys.status, status);
  if (isSignedIn(status.session)) client.setQueryData(keys.videos, rows);
}

/** Refetches what may have changed between reading the initial state and listening to events. */
export function refetchMissed(client: QueryClient, initial: SentView | null, sent: SentView): void {
  const haveJobsChanged = sent.of_jobs !== initial?.of_jobs;
  const hasAnyChanged = sent.batches !== initial?.batches;
  void client.invalidateQueries({
    predicate: ({ queryKey: [kind] }) => {
      // The events of these are not counted.
      if (kind === "settings" || kind === "update") return true;
      // The outcome of an edit exists only in events; a refetch would lose it.
      if (kind === "edits") return false;
      // The list is expensive, so it is refetched only after events of jobs.
      return kind === "videos" ? haveJobsChanged : hasAnyChanged;
    },
  });
}

/** Applies an event of the core. Only this module writes the query cache. */
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
      // A rejected message changes nothing that the window shows.
      break;
  }
}

/** Applies a change of the app's update. */
export function applyUpdate(client: QueryClient, update: UpdateView): void {
  client.setQueryData<UpdateView>(keys.update, update);
}

/** Refetches the settings after a change, made here or in their file. */
export function applySettings(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: keys.settings });
}

function applyConnection(client: QueryClient, connection: ConnectionView): void {
  const before = client.getQueryData<StatusView>(keys.status)?.connection.state;
  client.setQueryData<StatusView>(keys.status, (old) => old && { ...old, connection });
  if (before === undefined || before === connection.state) return;
  // Refetched because the event leaves out the time of the last sync and the backend's clock; the list may have failed.
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
    // Written at once, so that the next frame shows it; a major change is also refetched. A video that is not open is
    // not cached.
    const before = client.getQueryData<JobView>(key);
    client.setQueryData<JobView>(key, (old) => old && withTranscript(job, old));
    const hasNewTranscript = before && before.transcript_version !== job.transcript_version;
    if (scope === "major" || hasNewTranscript) void client.invalidateQueries({ queryKey: key });
  }
  // If the removed video is open, the refetch fails and the window shows that it is gone.
  for (const jobId of removed) void client.resetQueries({ queryKey: keys.video(jobId) });
}

/** Shows saved changes in the same frame, before the core confirms them with an event. */
export function applyEdit(client: QueryClient, jobId: JobId, changes: Changes): void {
  client.setQueryData<JobView>(keys.video(jobId), (old) => old && editedJob(old, changes));
  client.setQueryData<RowView[]>(keys.videos, (old) =>
    old?.map((row) => (row.job_id === jobId ? editedRow(row, changes) : row)),
  );
}

function editedJob(job: JobView, changes: Changes): JobView {
  const { THUMBNAIL: coverId, ...texts } = changes;
  const cover = job.thumbnails.find((thumbnail) => thumbnail.thumbnail_id === coverId);
  return {
    ...job,
    ...editedRow(job, changes),
    cover_url: cover?.thumbnail_url ?? job.cover_url,
    metadata: { ...job.metadata, ...texts } as MetadataView,
    pending: [...new Set([...job.pending, ...(Object.keys(changes) as Field[])])],
    drafts: job.drafts.filter((draft) => !(draft.field in changes)),
  };
}

/** Applies changes to a row. Title and thumbnail are texts; the type of `Changes` cannot express that. */
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
  if (session.state === "signed_out") removeVideos(client);
  // Another account has another server and other jobs.
  void client.invalidateQueries({ queryKey: keys.status });
  void client.invalidateQueries({ queryKey: keys.videos });
  void client.resetQueries({ queryKey: keys.synced });
}

/** Removes everything of the account: the next person to sign in may be someone else. */
function removeVideos(client: QueryClient): void {
  const { videos, uploads, history, statistics, templates } = keys;
  for (const queryKey of [videos, ["video"], ["edits"], uploads, history, statistics, templates])
    client.removeQueries({ queryKey });
}
