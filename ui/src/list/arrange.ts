import type { RowView, Status } from "../bindings";

export type Sort = "newest" | "oldest" | "title";

/** What a person wants to see of the list. */
export interface Wish {
  /** Only videos of this status; null for all. */
  status: Status | null;
  /** Only videos with all of these words in their title or file name. */
  search: string;
  sort: Sort;
}

/** What the videos below a heading have in common: their status, or the day on which they were made. */
export type Group = Exclude<Status, "COMPLETED"> | Date | null;

/** A line of the list. */
export type Line =
  { kind: "heading"; group: Group; count: number } | { kind: "row"; row: RowView; place: number };

/** What a person must know of comes first, what is over last. */
const ORDER = ["FAILED", "PROCESSING", "PENDING"] as const;

/** Counts the videos of each status. */
export function countStatuses(rows: RowView[]): Record<Status, number> {
  const counts = { FAILED: 0, PROCESSING: 0, PENDING: 0, COMPLETED: 0 };
  for (const row of rows) counts[row.status] += 1;
  return counts;
}

/** Puts the wanted videos in order and under headings. The given ones are newest first. */
export function arrange(rows: RowView[], { status, search, sort }: Wish): Line[] {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const wanted = rows.filter(
    (row) => (status === null || row.status === status) && hasWords(row, words),
  );
  if (sort !== "newest") return withPlaces([[null, sorted(wanted, sort)]]);
  const groups: [Group, RowView[]][] = ORDER.map((group) => [
    group,
    wanted.filter((row) => row.status === group),
  ]);
  const done = wanted.filter((row) => row.status === "COMPLETED");
  return withPlaces([...groups, ...byDay(done)].filter(([, held]) => held.length > 0));
}

function hasWords(row: RowView, words: string[]): boolean {
  if (words.length === 0) return true;
  const text = `${row.title ?? ""}\n${row.filename ?? ""}`.toLocaleLowerCase();
  return words.every((word) => text.includes(word));
}

function sorted(rows: RowView[], sort: "oldest" | "title"): RowView[] {
  if (sort === "oldest") return rows.toReversed();
  const name = (row: RowView) => row.title ?? row.filename ?? "";
  const { compare } = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
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
