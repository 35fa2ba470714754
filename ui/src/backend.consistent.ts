import type { Backend } from "./backend";
import type { Event, JobId, JobView } from "./bindings";
import { mergeJobs } from "./merge";

/** The last word of events about each job while an answer was on its way; null for a job that is gone. */
type Meanwhile = Map<JobId, JobView | null>;

/**
 * Makes answers at least as new as the events that arrived while they were on their way.
 *
 * Answers and events take different ways to the window. An answer that was overtaken would put the past back on the
 * screen, and nothing would correct it: the event was already heard.
 */
export function consistent(backend: Backend): Backend {
  const underway = new Set<Meanwhile>();

  function note(event: Event): void {
    if (event.event !== "jobs") return;
    for (const meanwhile of underway) {
      for (const { job } of event.changed) meanwhile.set(job.job_id, job);
      for (const jobId of event.removed) meanwhile.set(jobId, null);
    }
  }

  async function ask<T>(
    question: () => Promise<T>,
    correct: (answer: T, meanwhile: Meanwhile) => T,
  ): Promise<T> {
    const meanwhile: Meanwhile = new Map();
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
        note(event);
        listener(event);
      }),
    jobs: () =>
      ask(backend.jobs, (list, meanwhile) => {
        const changed = [...meanwhile.values()].filter((job) => job !== null);
        const removed = [...meanwhile].filter(([, job]) => job === null).map(([jobId]) => jobId);
        return mergeJobs(list, changed, removed);
      }),
    job: (jobId) =>
      ask(
        () => backend.job(jobId),
        (job, meanwhile) => meanwhile.get(jobId) ?? job,
      ),
  };
}
