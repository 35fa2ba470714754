import type { Backend } from "./backend";
import type { Event, FirstLook, JobId, JobView, RowView, StatusView, UploadView } from "./bindings";
import { mergeRows, mergeUpload, withTranscript } from "./merge";

/**
 * Makes answers at least as new as the events that arrived while they were on their way.
 *
 * Answers and events take different ways to the window. An answer that was overtaken would put the past back on the
 * screen, and nothing would correct it: the event was already heard.
 */
export function consistent(backend: Backend): Backend {
  const underway = new Set<Event[]>();

  async function ask<T>(
    question: () => Promise<T>,
    correct: (answer: T, meanwhile: Event[]) => T,
  ): Promise<T> {
    const meanwhile: Event[] = [];
    underway.add(meanwhile);
    try {
      return correct(await question(), meanwhile);
    } finally {
      underway.delete(meanwhile);
    }
  }

  return {
    ...backend,
    onEvent: (listener) =>
      backend.onEvent((event) => {
        for (const meanwhile of underway) meanwhile.push(event);
        listener(event);
      }),
    firstLook: () => ask(backend.firstLook, correctLook),
    status: () => ask(backend.status, correctStatus),
    rows: () => ask(backend.rows, correctRows),
    uploads: () => ask(backend.uploads, correctUploads),
    job: (jobId) =>
      ask(
        () => backend.job(jobId),
        (job, meanwhile) => correctJob(job, lastWords(meanwhile).get(jobId)),
      ),
  };
}

/** An event carries no transcript: of the same version, the answer has it. */
function correctJob(answer: JobView, last: JobView | null | undefined): JobView {
  if (!last) return answer;
  const isSame = last.transcript_version === answer.transcript_version;
  return isSame ? withTranscript(last, answer) : last;
}

function correctLook(answer: FirstLook, meanwhile: Event[]): FirstLook {
  const status = correctStatus(answer.status, meanwhile);
  return { ...answer, status, rows: correctRows(answer.rows, meanwhile) };
}

function correctStatus(answer: StatusView, meanwhile: Event[]): StatusView {
  const corrected = { ...answer };
  for (const event of meanwhile) {
    if (event.event === "connection") corrected.connection = event;
    if (event.event === "session") corrected.session = event;
    if (event.event === "news") corrected.news = event;
  }
  return corrected;
}

function correctRows(list: RowView[], meanwhile: Event[]): RowView[] {
  const words = [...lastWords(meanwhile)];
  const changed = words.map(([, job]) => job).filter((job) => job !== null);
  const removed = words.filter(([, job]) => job === null).map(([jobId]) => jobId);
  return mergeRows(list, changed, removed);
}

function correctUploads(answer: UploadView[], meanwhile: Event[]): UploadView[] {
  const told = meanwhile.filter((event) => event.event === "upload");
  return told.reduce(mergeUpload, answer);
}

/** Returns the last word about each job; null for one that is gone. */
function lastWords(events: Event[]): Map<JobId, JobView | null> {
  const words = new Map<JobId, JobView | null>();
  for (const event of events) {
    if (event.event !== "jobs") continue;
    for (const { job } of event.changed) words.set(job.job_id, job);
    for (const jobId of event.removed) words.set(jobId, null);
  }
  return words;
}
