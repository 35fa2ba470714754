import type { FaultView, Field, JobView, StageView } from "../bindings";

/** Where a stage stands on the line of time, in per cent of all of it. */
export interface Bar {
  left: number;
  width: number;
  seconds: number;
}

const time = (at: string) => Date.parse(at);

/**
 * Places every stage whose beginning is known to scale: one that is worked on reaches to `now`. Returns how long all of it
 * took, in seconds, too.
 */
export function placed(
  stages: StageView[],
  now: number,
): { bars: Map<string, Bar>; length: number } {
  const known = stages.flatMap((stage) => {
    if (stage.began_at === null) return [];
    const ended =
      stage.ended_at ?? (stage.status === "PROCESSING" ? new Date(now).toISOString() : null);
    return ended === null ? [] : [{ stage, from: time(stage.began_at), to: time(ended) }];
  });
  const begin = Math.min(...known.map(({ from }) => from));
  const end = Math.max(...known.map(({ from, to }) => Math.max(from, to)));
  const whole = Math.max(1, end - begin);
  const bars = known.map(({ stage, from, to }): [string, Bar] => {
    const took = Math.max(0, to - from);
    const bar = { left: (100 * (from - begin)) / whole, width: (100 * took) / whole };
    return [stage.stage_id, { ...bar, seconds: took / 1000 }];
  });
  return { bars: new Map(bars), length: known.length > 0 ? (end - begin) / 1000 : 0 };
}

/** Is something that happened to a video. */
export type Happening =
  | { at: string; kind: "created" | "began" | "completed" | "failed" | "pictured" }
  | { at: string; kind: "stage_completed" | "stage_failed"; stage: string }
  | { at: string; kind: "warned"; fault: FaultView }
  | { at: string; kind: "told"; fields: Field[] };

/** Returns the texts by when they were told of: a snapshot tells of many at once. */
function toldTogether(job: JobView): Map<string, Field[]> {
  const told = new Map<string, Field[]>();
  for (const [field, at] of Object.entries(job.said_at)) {
    told.set(at, [...(told.get(at) ?? []), field as Field]);
  }
  return told;
}

/** Returns what happened to a video and when, the newest first. */
export function happenings(job: JobView): Happening[] {
  const all: Happening[] = [];
  if (job.created_at) all.push({ at: job.created_at, kind: "created" });
  if (job.began_at) all.push({ at: job.began_at, kind: "began" });
  for (const stage of job.stages) {
    if (stage.ended_at === null) continue;
    const kind = stage.status === "FAILED" ? "stage_failed" : "stage_completed";
    all.push({ at: stage.ended_at, kind, stage: stage.stage_id });
  }
  for (const fault of job.warnings) {
    if (fault.at !== null) all.push({ at: fault.at, kind: "warned", fault });
  }
  if (job.pictured_at) all.push({ at: job.pictured_at, kind: "pictured" });
  for (const [at, fields] of toldTogether(job)) all.push({ at, kind: "told", fields });
  if (job.ended_at) {
    all.push({ at: job.ended_at, kind: job.status === "FAILED" ? "failed" : "completed" });
  }
  // Of the same moment, what follows from the other stands above it.
  return all
    .map((happening, place) => ({ happening, place }))
    .sort((a, b) => time(b.happening.at) - time(a.happening.at) || b.place - a.place)
    .map(({ happening }) => happening);
}
