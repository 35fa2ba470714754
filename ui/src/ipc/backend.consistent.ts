import type { Backend } from "./backend";
import type {
  Event,
  InitialState,
  JobId,
  JobView,
  RowView,
  StatusView,
  UploadView,
} from "./bindings";
import { mergeRows, mergeUpload, withTranscript } from "./merge";

/**
 * Wraps a backend so that each response is at least as new as the events that arrived while it was pending.
 *
 * Responses and events take different paths to the window. Without this, a response that an event overtook would show
 * an old state, and nothing would correct it, because the event has been applied already.
 */
export function consistent(backend: Backend): Backend {
  const pending = new Set<Event[]>();

  /** Sends a request, and applies the events that arrive before the response to it. */
  async function request<T>(
    send: () => Promise<T>,
    apply: (response: T, events: Event[]) => T,
  ): Promise<T> {
    const events: Event[] = [];
    pending.add(events);
    try {
      return apply(await send(), events);
    } finally {
      pending.delete(events);
    }
  }

  return {
    ...backend,
    onEvent: (listener) =>
      backend.onEvent((event) => {
        for (const events of pending) events.push(event);
        listener(event);
      }),
    initialState: () => request(backend.initialState, updateInitialState),
    status: () => request(backend.status, updateStatus),
    rows: () => request(backend.rows, updateRows),
    uploads: () => request(backend.uploads, updateUploads),
    job: (jobId) =>
      request(
        () => backend.job(jobId),
        (job, events) => updateJob(job, latestByJob(events).get(jobId)),
      ),
  };
}

/** Returns the latest state of a job. An event has no transcript; the response has it if the version is the same. */
function updateJob(response: JobView, latest: JobView | null | undefined): JobView {
  if (!latest) return response;
  const isSameVersion = latest.transcript_version === response.transcript_version;
  return isSameVersion ? withTranscript(latest, response) : latest;
}

function updateInitialState(response: InitialState, events: Event[]): InitialState {
  const status = updateStatus(response.status, events);
  return { ...response, status, rows: updateRows(response.rows, events) };
}

function updateStatus(response: StatusView, events: Event[]): StatusView {
  const status = { ...response };
  for (const event of events) {
    if (event.event === "connection") status.connection = event;
    if (event.event === "session") status.session = event;
    if (event.event === "news") status.news = event;
  }
  return status;
}

function updateRows(response: RowView[], events: Event[]): RowView[] {
  const latest = [...latestByJob(events)];
  const changed = latest.map(([, job]) => job).filter((job) => job !== null);
  const removed = latest.filter(([, job]) => job === null).map(([jobId]) => jobId);
  return mergeRows(response, changed, removed);
}

function updateUploads(response: UploadView[], events: Event[]): UploadView[] {
  return events.filter((event) => event.event === "upload").reduce(mergeUpload, response);
}

/** Returns the latest state of each job in the events; null for a removed one. */
function latestByJob(events: Event[]): Map<JobId, JobView | null> {
  const latest = new Map<JobId, JobView | null>();
  for (const event of events) {
    if (event.event !== "jobs") continue;
    for (const { job } of event.changed) latest.set(job.job_id, job);
    for (const jobId of event.removed) latest.set(jobId, null);
  }
  return latest;
}
