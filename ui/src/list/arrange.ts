import type { JobId, RowView, Status } from "../bindings";
import { folded } from "../names";
import { locale } from "../messages";

export type Sort = "newest" | "oldest" | "title";

/** Which videos are shown: those of a status, or those that want to be looked at. */
export type Filter = Status | "ATTENTION";

/** What a person wants to see of the list. */
export interface Wish {
  /** Null for all. */
  filter: Filter | null;
  /** Only videos with all of these words in their title, tags, description or file name. */
  search: string;
  sort: Sort;
}

/** What the videos below a heading have in common: what they want or do, or the day on which they were made. */
export type Group = Exclude<Filter, "COMPLETED"> | Date | null;

/** A line of the list. */
export type Line =
  { kind: "heading"; group: Group; count: number } | { kind: "row"; row: RowView; place: number };

/** What a person must know of comes first, what is over last. */
const ORDER = ["FAILED", "ATTENTION", "PROCESSING", "PENDING"] as const;

/**
 * The time by the backend's clock, while what is shown is what the backend says; null while nobody knows how it goes on
 * there, and nothing may be said of how long it takes.
 */
export type Heard = number | null;

/** Tells whether a stage takes far longer than it ever did. */
export function isStuck(row: RowView, heard: Heard): boolean {
  return heard !== null && row.stuck_at !== null && Date.parse(row.stuck_at) <= heard;
}

/** Counts the videos of each filter. */
export function countFilters(rows: RowView[], heard: Heard): Record<Filter, number> {
  const counts = { FAILED: 0, ATTENTION: 0, PROCESSING: 0, PENDING: 0, COMPLETED: 0 };
  for (const row of rows) for (const filter of filtersOf(row, heard)) counts[filter] += 1;
  return counts;
}

/** Returns which filters show a video: its place in the list, and what became of it. */
function filtersOf(row: RowView, heard: Heard): Set<Filter> {
  const place = placeOf(row, heard);
  const isOver = row.status === "FAILED" || row.status === "COMPLETED";
  if (place === "COMPLETED") return new Set([row.status]);
  return new Set(isOver ? [place, row.status] : [place]);
}

/**
 * Puts the wanted videos in order and under headings. The given ones are newest first; `found` are those that the core
 * knows to hold the words of the search, once it has answered.
 */
export function arrange(
  rows: RowView[],
  { filter, search, sort }: Wish,
  heard: Heard,
  found?: JobId[],
): Line[] {
  const words = folded(search).split(/\s+/).filter(Boolean);
  const known = new Set(found);
  const wanted = rows.filter(
    (row) =>
      (filter === null || filtersOf(row, heard).has(filter)) &&
      (hasWords(row, words) || known.has(row.job_id)),
  );
  if (sort !== "newest") return withPlaces([[null, sorted(wanted, sort)]]);
  const held: Record<Filter, RowView[]> = {
    FAILED: [],
    ATTENTION: [],
    PROCESSING: [],
    PENDING: [],
    COMPLETED: [],
  };
  for (const row of wanted) held[placeOf(row, heard)].push(row);
  const groups = ORDER.map((group): [Group, RowView[]] => [group, held[group]]);
  return withPlaces([...groups, ...byDay(held.COMPLETED)].filter(([, rows]) => rows.length > 0));
}

/** Returns where a video stands. One that failed and was put aside is over, like one that is done. */
function placeOf(row: RowView, heard: Heard): Filter {
  if (row.attention === "failed") return "FAILED";
  if (row.attention !== null || isStuck(row, heard)) return "ATTENTION";
  return row.status === "FAILED" ? "COMPLETED" : row.status;
}

function hasWords(row: RowView, words: string[]): boolean {
  if (words.length === 0) return true;
  const text = folded(`${row.title ?? ""}\n${row.filename ?? ""}`);
  return words.every((word) => text.includes(word));
}

function sorted(rows: RowView[], sort: "oldest" | "title"): RowView[] {
  if (sort === "oldest") return rows.toReversed();
  const name = (row: RowView) => row.title ?? row.filename ?? "";
  const { compare } = new Intl.Collator(locale, { numeric: true, sensitivity: "base" });
  return rows.toSorted((a, b) => compare(name(a), name(b)));
}

function byDay(rows: RowView[]): [Group, RowView[]][] {
  const groups: [Group, RowView[]][] = [];
  let begin = "";
  for (const row of rows) {
    const day = groups.at(-1);
    // Times in the same notation are in order as texts; reading a hundred thousand of them as dates takes long.
    if (day && (row.created_at === null || row.created_at >= begin)) {
      day[1].push(row);
      continue;
    }
    const midnight = row.created_at === null ? null : new Date(row.created_at);
    midnight?.setHours(0, 0, 0, 0);
    begin = midnight?.toISOString() ?? "";
    groups.push([midnight, [row]]);
    // What has no time yet is the newest of all, and says nothing of the day of the next.
    if (midnight === null) begin = "9999";
  }
  return groups;
}

function withPlaces(groups: [Group, RowView[]][]): Line[] {
  let place = 0;
  const lines: Line[] = [];
  for (const [group, rows] of groups) {
    // One heading over everything would say nothing.
    if (groups.length > 1) lines.push({ kind: "heading", group, count: rows.length });
    for (const row of rows) lines.push({ kind: "row", row, place: (place += 1) });
  }
  return lines;
}

/** Returns what tells a line from the others. */
export function lineKey(line: Line): string {
  if (line.kind === "row") return line.row.job_id;
  // No id of a job begins with a line break.
  return `\n${line.group instanceof Date ? line.group.getTime() : line.group}`;
}
