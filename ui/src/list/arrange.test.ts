import { describe, expect, it } from "vitest";
import { mockJob } from "../backend.mock";
import type { Status } from "../bindings";
import { arrange, countStatuses, type Line, lineKey, type Wish } from "./arrange";

const everything: Wish = { status: null, search: "", sort: "newest" };
/** Noon of a day of November, in the zone of this machine. */
const noon = (day: number) => new Date(2026, 10, day, 12).toISOString();
const video = (job_id: string, status: Status, day: number, title: string | null = null) =>
  mockJob({ job_id, status, title, filename: `${job_id}.mp4`, created_at: noon(day) });
const shown = (lines: Line[]) =>
  lines.map((line) => {
    if (line.kind === "row") return line.row.job_id;
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

describe("the list", () => {
  it("shows what a person must know of first, and what is done by its day", () => {
    const lines = arrange(rows, everything);
    const headed = ["FAILED: 1", "d", "PROCESSING: 1", "b", "PENDING: 1", "c", "24: 1", "e"];
    expect(shown(lines)).toEqual([...headed, "23: 2", "f", "a"]);
    const places = lines.flatMap((line) => (line.kind === "row" ? [line.place] : []));
    expect(places).toEqual([1, 2, 3, 4, 5, 6]);
    expect(new Set(lines.map(lineKey)).size).toBe(lines.length);
  });

  it("needs no heading over a single group", () => {
    expect(shown(arrange(rows.slice(4), everything))).toEqual(["f", "a"]);
    expect(arrange([], everything)).toEqual([]);
  });

  it("shows one status alone", () => {
    expect(shown(arrange(rows, { ...everything, status: "PENDING" }))).toEqual(["c"]);
    expect(countStatuses(rows)).toEqual({ FAILED: 1, PROCESSING: 1, PENDING: 1, COMPLETED: 3 });
  });

  it("finds every word in title or file name, in any case and order", () => {
    const found = (search: string) => shown(arrange(rows, { ...everything, search }));
    expect(found("  SEA émile ")).toEqual(["d"]);
    expect(found("c.MP4")).toEqual(["c"]);
    expect(found("walrus")).toEqual([]);
  });

  it("is sorted by age and by name as people do", () => {
    const by = (sort: Wish["sort"]) => shown(arrange(rows, { ...everything, sort }));
    expect(by("oldest")).toEqual(["a", "f", "b", "c", "d", "e"]);
    expect(by("title")).toEqual(["a", "c", "d", "f", "b", "e"]);
  });

  it("keeps days apart at midnight of this zone, and what has no time yet on top", () => {
    const at = (job_id: string, created_at: string | null) =>
      mockJob({ job_id, status: "COMPLETED", created_at });
    const midnight = new Date(2026, 10, 24);
    const before = new Date(midnight.getTime() - 1).toISOString();
    const days = [
      at("new", null),
      at("on", midnight.toISOString().replace(".000Z", "Z")),
      at("before", before),
    ];
    expect(shown(arrange(days, everything))).toEqual([
      "null: 1",
      "new",
      "24: 1",
      "on",
      "23: 1",
      "before",
    ]);
  });
});
