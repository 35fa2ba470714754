import { foldCase } from "../../format/text";
import type { JobId, RowView, UploadView } from "../../ipc/bindings";
import type { Filter, ListQuery } from "../../state/listQuery";
import { locale } from "../../state/locale.svelte";
import { isStuck, type LiveTime } from "./stuck";

/** What the videos under a heading have in common: a status, the need for review, or the day of their creation. */
export type Group = Exclude<JobFilter, "COMPLETED"> | Date | null;

/** A filter of videos that the studio has. */
type JobFilter = Exclude<Filter, "UPLOADING">;

/** A line of the list. The position of a row counts rows only, from 1. */
export type Line =
  | { kind: "uploadsHeading" }
  | { kind: "upload"; upload: UploadView }
  | { kind: "heading"; group: Group; count: number }
  | { kind: "row"; row: RowView; position: number };

/** The groups before the completed videos, most urgent first. */
const GROUP_ORDER = ["FAILED", "ATTENTION", "PROCESSING", "PENDING"] as const;

/** The number of lines that are rendered before the list has been measured. */
export const INITIAL_ROWS = 30;

/** The start of a day that is later than every time stamp. */
const END_OF_TIME = "9999";

/** Counts the videos that each filter shows. */
export function countByFilter(
  rows: RowView[],
  uploads: UploadView[],
  now: LiveTime,
): Record<Filter, number> {
  const jobs = { FAILED: 0, ATTENTION: 0, PROCESSING: 0, PENDING: 0, COMPLETED: 0 };
  const counts = { UPLOADING: uploads.length, ...jobs };
  for (const row of rows) for (const filter of filtersOf(row, now)) counts[filter] += 1;
  return counts;
}

/** Returns the filters that show a video: that of the status that its row shows, and that of what needs review. */
function filtersOf(row: RowView, now: LiveTime): Filter[] {
  return groupOf(row, now) === "ATTENTION" ? ["ATTENTION", row.status] : [row.status];
}

/**
 * Filters, sorts and groups the uploads, in their order, and the videos, which are given newest first. `found` are the
 * videos in which the core found the searched words, once it has answered.
 */
export function filterAndSort(
  rows: RowView[],
  { filter, search, sort }: ListQuery,
  now: LiveTime,
  found?: JobId[],
  uploads: UploadView[] = [],
): Line[] {
  const words = foldCase(search).split(/\s+/).filter(Boolean);
  const foundIds = new Set(found);
  const uploadLines = toUploadLines(
    filter === null || filter === "UPLOADING" ? uploads : [],
    words,
  );
  const matching = rows.filter(
    (row) =>
      (filter === null || filtersOf(row, now).includes(filter)) &&
      (hasWords(row, words) || foundIds.has(row.job_id)),
  );
  if (sort !== "newest") return [...uploadLines, ...toLines([[null, sorted(matching, sort)]], 2)];
  const byGroup: Record<JobFilter, RowView[]> = {
    FAILED: [],
    ATTENTION: [],
    PROCESSING: [],
    PENDING: [],
    COMPLETED: [],
  };
  for (const row of matching) byGroup[groupOf(row, now)].push(row);
  const groups = GROUP_ORDER.map((group): [Group, RowView[]] => [group, byGroup[group]]);
  const all = [...groups, ...groupByDay(byGroup.COMPLETED)];
  const shown = all.filter(([, rows]) => rows.length > 0);
  return [...uploadLines, ...toLines(shown, uploadLines.length > 0 ? 1 : 2)];
}

function toUploadLines(uploads: UploadView[], words: string[]): Line[] {
  const matching = uploads.filter((upload) => containsWords(upload.filename, words));
  const lines = matching.map((upload): Line => ({ kind: "upload", upload }));
  return lines.length > 0 ? [{ kind: "uploadsHeading" }, ...lines] : [];
}

/** Returns the group of a video. A dismissed failure is grouped with the completed videos. */
function groupOf(row: RowView, now: LiveTime): JobFilter {
  if (row.attention === "failed") return "FAILED";
  if (row.attention !== null || isStuck(row, now)) return "ATTENTION";
  return row.status === "FAILED" ? "COMPLETED" : row.status;
}

function hasWords(row: RowView, words: string[]): boolean {
  return words.length === 0 || containsWords(`${row.title ?? ""}\n${row.filename ?? ""}`, words);
}

function containsWords(text: string, words: string[]): boolean {
  const folded = foldCase(text);
  return words.every((word) => folded.includes(word));
}

function sorted(rows: RowView[], sort: "oldest" | "title"): RowView[] {
  if (sort === "oldest") return rows.toReversed();
  const title = (row: RowView) => row.title ?? row.filename ?? "";
  const { compare } = new Intl.Collator(locale.tag, { numeric: true, sensitivity: "base" });
  return rows.toSorted((a, b) => compare(title(a), title(b)));
}

/** Groups videos, newest first, by the local day of their creation. */
function groupByDay(rows: RowView[]): [Group, RowView[]][] {
  const groups: [Group, RowView[]][] = [];
  let dayStart = "";
  for (const row of rows) {
    const day = groups.at(-1);
    // Time stamps of the same format sort as texts. Parsing a hundred thousand of them as dates would be slow.
    if (day && (row.created_at === null || row.created_at >= dayStart)) {
      day[1].push(row);
      continue;
    }
    const midnight = row.created_at === null ? null : new Date(row.created_at);
    midnight?.setHours(0, 0, 0, 0);
    // A video without a time is the newest of all; the next one with a time begins a group of its own.
    dayStart = midnight?.toISOString() ?? END_OF_TIME;
    groups.push([midnight, [row]]);
  }
  return groups;
}

/** Returns the lines of groups, with headings from a number of groups on. */
function toLines(groups: [Group, RowView[]][], leastHeadings: number): Line[] {
  let position = 0;
  const lines: Line[] = [];
  for (const [group, rows] of groups) {
    // The heading of the only group would say nothing.
    if (groups.length >= leastHeadings) lines.push({ kind: "heading", group, count: rows.length });
    for (const row of rows) lines.push({ kind: "row", row, position: (position += 1) });
  }
  return lines;
}

/** Returns the key that identifies a line among the others. */
export function lineKey(line: Line): string {
  if (line.kind === "row") return line.row.job_id;
  // A job id never begins with a line break, so these cannot equal the key of a row.
  if (line.kind === "upload") return `\nupload ${line.upload.upload_id}`;
  if (line.kind === "uploadsHeading") return "\nuploads";
  return `\n${line.group instanceof Date ? line.group.getTime() : line.group}`;
}

/** Returns the index of a video's line; -1 if it is not shown. */
export function rowIndex(lines: Line[], jobId: JobId | undefined): number {
  return lines.findIndex((line) => line.kind === "row" && line.row.job_id === jobId);
}
