import { describe, expect, it } from "vitest";
import { mockJob, mockUpload } from "../../ipc/backend.mock";
import type { Status } from "../../ipc/bindings";
import { defaultListQuery, type Filter, type ListQuery } from "../../state/listQuery";
import { countByFilter, filterAndSort, type Line, lineKey } from "./filterAndSort";

const everything = defaultListQuery();
const now = Date.parse("2026-11-24T12:00:00Z");
/** Returns noon of a day of November in the local time zone. */
const noon = (day: number) => new Date(2026, 10, day, 12).toISOString();
const video = (job_id: string, status: Status, day: number, title: string | null = null) =>
  mockJob({ job_id, status, title, filename: `${job_id}.mp4`, created_at: noon(day) });
const summary = (lines: Line[]) =>
  lines.map((line) => {
    if (line.kind === "row") return line.row.job_id;
    if (line.kind === "upload") return `upload ${line.upload.upload_id}`;
    if (line.kind === "uploadsHeading") return "uploads:";
    return `${line.group instanceof Date ? line.group.getDate() : line.group}: ${line.count}`;
  });

const rows = [
  video("e", "COMPLETED", 24, "Zebra 10"),
  video("d", "FAILED", 24, "Émile at the sea"),
  video("c", "PENDING", 23),
  video("b", "PROCESSING", 23, "zebra 9"),
  video("f", "COMPLETED", 23, "Sea and storm"),
  video("a", "COMPLETED", 23),
];

describe("filterAndSort", () => {
  it("groups by urgency, and completed videos by day", () => {
    const lines = filterAndSort(rows, everything, now);
    const headed = ["FAILED: 1", "d", "PROCESSING: 1", "b", "PENDING: 1", "c", "24: 1", "e"];
    expect(summary(lines)).toEqual([...headed, "23: 2", "f", "a"]);
    const positions = lines.flatMap((line) => (line.kind === "row" ? [line.position] : []));
    expect(positions).toEqual([1, 2, 3, 4, 5, 6]);
    expect(new Set(lines.map(lineKey)).size).toBe(lines.length);
  });

  it("adds no heading to a single group", () => {
    expect(summary(filterAndSort(rows.slice(4), everything, now))).toEqual(["f", "a"]);
    expect(filterAndSort([], everything, now)).toEqual([]);
  });

  it("puts uploads first, in their order, whatever the videos are sorted by", () => {
    const uploads = ["beach.mp4", "hills.mp4"].map((filename, position) =>
      mockUpload({ upload_id: position + 1, position, filename }),
    );
    const lines = (query: Partial<ListQuery>) =>
      summary(filterAndSort(rows, { ...everything, ...query }, now, [], uploads));
    expect(lines({}).slice(0, 4)).toEqual(["uploads:", "upload 1", "upload 2", "FAILED: 1"]);
    expect(lines({ sort: "title" }).slice(0, 3)).toEqual(["uploads:", "upload 1", "upload 2"]);
    expect(lines({ filter: "UPLOADING" })).toEqual(["uploads:", "upload 1", "upload 2"]);
    expect(lines({ filter: "PENDING" })).toEqual(["c"]);
    expect(lines({ search: "HILL" })).toEqual(["uploads:", "upload 2"]);
    const single = filterAndSort(rows.slice(4), everything, now, [], uploads);
    expect(summary(single)).toContain("23: 2");
    expect(countByFilter(rows, uploads, now).UPLOADING).toBe(2);
    expect(new Set(filterAndSort(rows, everything, now, [], uploads).map(lineKey)).size).toBe(14);
  });

  it("filters by status", () => {
    expect(summary(filterAndSort(rows, { ...everything, filter: "PENDING" }, now))).toEqual(["c"]);
    expect(countByFilter(rows, [], now)).toEqual({
      UPLOADING: 0,
      FAILED: 1,
      ATTENTION: 0,
      PROCESSING: 1,
      PENDING: 1,
      COMPLETED: 3,
    });
  });

  it("matches all words in title or file name, in any case and order", () => {
    const found = (search: string) => summary(filterAndSort(rows, { ...everything, search }, now));
    expect(found("  SEA émile ")).toEqual(["d"]);
    expect(found("c.MP4")).toEqual(["c"]);
    expect(found("walrus")).toEqual([]);
  });

  it("includes the videos that the core found", () => {
    const query = { ...everything, search: "zebra" };
    expect(summary(filterAndSort(rows, query, now, ["a"]))).toEqual([
      "PROCESSING: 1",
      "b",
      "24: 1",
      "e",
      "23: 1",
      "a",
    ]);
  });

  it("groups videos that need review before those in progress, until dismissed", () => {
    const minute = (minutes: number) => new Date(now + 60_000 * minutes).toISOString();
    const troubled = [
      { ...video("conflict", "COMPLETED", 24), attention: "words" as const },
      { ...video("stuck", "PROCESSING", 24), stuck_at: minute(-1) },
      { ...video("slow", "PROCESSING", 24), stuck_at: minute(1) },
      { ...video("seen", "FAILED", 24), attention: null },
    ];
    const headed = ["ATTENTION: 2", "conflict", "stuck", "PROCESSING: 1", "slow", "24: 1", "seen"];
    expect(summary(filterAndSort(troubled, everything, now))).toEqual(headed);
    const attention = { ...everything, filter: "ATTENTION" as const };
    expect(summary(filterAndSort(troubled, attention, now))).toEqual(["conflict", "stuck"]);
  });

  it("counts and shows by each filter the videos whose row says so, also those that need review", () => {
    const past = new Date(now - 1).toISOString();
    const troubled = [
      { ...video("conflict", "COMPLETED", 24), attention: "words" as const },
      { ...video("stuck", "PROCESSING", 24), stuck_at: past },
      { ...video("warned", "PROCESSING", 24), attention: "warning" as const },
      { ...video("dismissed", "FAILED", 24), attention: null },
      video("failed", "FAILED", 24),
      video("queued", "PENDING", 24),
    ];
    const counts = {
      UPLOADING: 0,
      FAILED: 2,
      ATTENTION: 3,
      PROCESSING: 2,
      PENDING: 1,
      COMPLETED: 1,
    };
    expect(countByFilter(troubled, [], now)).toEqual(counts);
    for (const [filter, count] of Object.entries(counts) as [Filter, number][]) {
      const lines = filterAndSort(troubled, { ...everything, filter }, now);
      const shown = lines.flatMap((line) => (line.kind === "row" ? [line.row] : []));
      expect(shown, filter).toHaveLength(count);
      if (filter !== "ATTENTION") expect(shown.every((row) => row.status === filter)).toBe(true);
    }
  });

  it("reports nothing as stuck while offline", () => {
    const stuck = { ...video("slow", "PROCESSING", 24), stuck_at: new Date(now - 1).toISOString() };
    expect(countByFilter([stuck], [], now)).toMatchObject({ ATTENTION: 1, PROCESSING: 1 });
    expect(countByFilter([stuck], [], null)).toMatchObject({ ATTENTION: 0, PROCESSING: 1 });
  });

  it("sorts by age and by title with numeric order", () => {
    const by = (sort: ListQuery["sort"]) =>
      summary(filterAndSort(rows, { ...everything, sort }, now));
    expect(by("oldest")).toEqual(["a", "f", "b", "c", "d", "e"]);
    expect(by("title")).toEqual(["a", "c", "d", "f", "b", "e"]);
  });

  it("separates days at local midnight, with undated videos first", () => {
    const at = (job_id: string, created_at: string | null) =>
      mockJob({ job_id, status: "COMPLETED", created_at });
    const midnight = new Date(2026, 10, 24);
    const before = new Date(midnight.getTime() - 1).toISOString();
    const days = [
      at("new", null),
      at("on", midnight.toISOString().replace(".000Z", "Z")),
      at("before", before),
    ];
    expect(summary(filterAndSort(days, everything, now))).toEqual([
      "null: 1",
      "new",
      "24: 1",
      "on",
      "23: 1",
      "before",
    ]);
  });
});
