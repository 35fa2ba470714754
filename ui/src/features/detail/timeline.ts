import type { FaultSummary, Field, JobView, StageView } from "../../ipc/bindings";

/** The bar of a stage on the time line, in per cent of its length. */
export interface Bar {
  left: number;
  width: number;
  seconds: number;
}

const time = (at: string) => Date.parse(at);

/**
 * Lays out the stages with a known start on a time line to scale; the current stage ends at `now`. Returns the bars by
 * stage id, and the length of the time line in seconds.
 */
export function layoutStages(
  stages: StageView[],
  now: number,
): { bars: Map<string, Bar>; length: number } {
  const known = stages.flatMap((stage) => {
    if (stage.began_at === null) return [];
    const ended =
      stage.ended_at ?? (stage.status === "PROCESSING" ? new Date(now).toISOString() : null);
    return ended === null ? [] : [{ stage, from: time(stage.began_at), to: time(ended) }];
  });
  const start = Math.min(...known.map(({ from }) => from));
  const end = Math.max(...known.map(({ from, to }) => Math.max(from, to)));
  const total = Math.max(1, end - start);
  const bars = known.map(({ stage, from, to }): [string, Bar] => {
    const duration = Math.max(0, to - from);
    const bar = { left: (100 * (from - start)) / total, width: (100 * duration) / total };
    return [stage.stage_id, { ...bar, seconds: duration / 1000 }];
  });
  return { bars: new Map(bars), length: known.length > 0 ? (end - start) / 1000 : 0 };
}

/** An event in the life of a video. */
export type ActivityRecord =
  | { at: string; kind: "created" | "began" | "completed" | "failed" | "first_thumbnail" }
  | { at: string; kind: "stage_completed" | "stage_failed"; stage: string }
  | { at: string; kind: "warning" | "note"; fault: FaultSummary }
  | { at: string; kind: "texts_written"; fields: Field[] };

/** Groups the text fields by the time when they arrived: a snapshot brings many at once. */
function fieldsByTime(job: JobView): Map<string, Field[]> {
  const fields = new Map<string, Field[]>();
  for (const [field, at] of Object.entries(job.said_at)) {
    fields.set(at, [...(fields.get(at) ?? []), field as Field]);
  }
  return fields;
}

/** Returns the activity of a video, newest first. */
export function activityRecords(job: JobView): ActivityRecord[] {
  const records: ActivityRecord[] = [];
  if (job.created_at) records.push({ at: job.created_at, kind: "created" });
  if (job.began_at) records.push({ at: job.began_at, kind: "began" });
  for (const stage of job.stages) {
    if (stage.ended_at === null) continue;
    const kind = stage.status === "FAILED" ? "stage_failed" : "stage_completed";
    records.push({ at: stage.ended_at, kind, stage: stage.stage_id });
  }
  for (const kind of ["warning", "note"] as const) {
    for (const fault of kind === "note" ? job.notes : job.warnings) {
      if (fault.at !== null) records.push({ at: fault.at, kind, fault });
    }
  }
  if (job.pictured_at) records.push({ at: job.pictured_at, kind: "first_thumbnail" });
  for (const [at, fields] of fieldsByTime(job)) {
    records.push({ at, kind: "texts_written", fields });
  }
  if (job.ended_at) {
    records.push({ at: job.ended_at, kind: job.status === "FAILED" ? "failed" : "completed" });
  }
  // Records of the same time keep their causal order: the effect is above its cause.
  return records
    .map((record, index) => ({ record, index }))
    .sort((a, b) => time(b.record.at) - time(a.record.at) || b.index - a.index)
    .map(({ record }) => record);
}
