import { foldCase } from "../../format/text";
import type { JobId, RowView } from "../../ipc/bindings";
import type { Filter, ListQuery } from "../../state/listQuery";
import { locale } from "../../state/locale.svelte";
import { isStuck, type LiveTime } from "./stuck";

/** What the videos under a heading have in common: a status, the need for review, or the day of their creation. */
export type Group = Exclude<Filter, "COMPLETED"> | Date | null;

/** A line of the list. The position of a row counts rows only, from 1. */
export type Line =
  | { kind: "heading"; group: Group; count: number }
  | { kind: "row"; row: RowView; position: number };

/** The groups before the completed videos, most urgent first. */
const GROUP_ORDER = ["FAILED", "ATTENTION", "PROCESSING", "PENDING"] as const;

/** The start of a day that is later than every time stamp. */
const END_OF_TIME = "9999";

/** Counts the videos that each filter shows. */
export function countByFilter(rows: RowView[], now: LiveTime): Record<Filter, number> {
  const counts = { FAILED: 0, ATTENTION: 0, PROCESSING: 0, PENDING: 0, COMPLETED: 0 };
  for (const row of rows) for (const filter of filtersOf(row, now)) counts[filter] += 1;
  return counts;
}

/** Returns the filters that show a video: that of the status that its row shows, and that of what needs review. */
function filtersOf(row: RowView, now: LiveTime): Filter[] {
  return groupOf(row, now) === "ATTENTION" ? ["ATTENTION", row.status] : [row.status];
}

/**
 * Filters, sorts and groups the videos, which are given newest first. `found` are the videos in which the core found
 * the searched words, once it has answered.
 */
export function filterAndSort(
  rows: RowView[],
  { filter, search, sort }: ListQuery,
  now: LiveTime,
  found?: JobId[],
): Line[] {
  const words = foldCase(search).split(/\s+/).filter(Boolean);
  const foundIds = new Set(found);
  const matching = rows.filter(
    (row) =>
      (filter === null || filtersOf(row, now).includes(filter)) &&
      (hasWords(row, words) || foundIds.has(row.job_id)),
  );
  if (sort !== "newest") return toLines([[null, sorted(matching, sort)]]);
  const byGroup: Record<Filter, RowView[]> = {
    FAILED: [],
    ATTENTION: [],
    PROCESSING: [],
    PENDING: [],
    COMPLETED: [],
  };
  for (const row of matching) byGroup[groupOf(row, now)].push(row);
  const groups = GROUP_ORDER.map((group): [Group, RowView[]] => [group, byGroup[group]]);
  const all = [...groups, ...groupByDay(byGroup.COMPLETED)];
  return toLines(all.filter(([, rows]) => rows.length > 0));
}

/** Returns the group of a video. A dismissed failure is grouped with the completed videos. */
function groupOf(row: RowView, now: LiveTime): Filter {
  if (row.attention === "failed") return "FAILED";
  if (row.attention !== null || isStuck(row, now)) return "ATTENTION";
  return row.status === "FAILED" ? "COMPLETED" : row.status;
}

function hasWords(row: RowView, words: string[]): boolean {
  if (words.length === 0) return true;
  const text = foldCase(`${row.title ?? ""}\n${row.filename ?? ""}`);
  return words.every((word) => text.includes(word));
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

function toLines(groups: [Group, RowView[]][]): Line[] {
  let position = 0;
  const lines: Line[] = [];
  for (const [group, rows] of groups) {
    // The heading of a single group would say nothing.
    if (groups.length > 1) lines.push({ kind: "heading", group, count: rows.length });
    for (const row of rows) lines.push({ kind: "row", row, position: (position += 1) });
  }
  return lines;
}

/** Returns the key that identifies a line among the others. */
export function lineKey(line: Line): string {
  if (line.kind === "row") return line.row.job_id;
  // A job id never begins with a line break, so this cannot equal the key of a row.
  return `\n${line.group instanceof Date ? line.group.getTime() : line.group}`;
}
