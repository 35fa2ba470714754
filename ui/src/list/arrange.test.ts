import { describe, expect, it } from "vitest";
import { mockJob } from "../backend.mock";
import type { Status } from "../bindings";
import { arrange, countFilters, type Line, lineKey, type Wish } from "./arrange";

const everything: Wish = { filter: null, search: "", sort: "newest" };
const now = Date.parse("2026-11-24T12:00:00Z");
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
    const lines = arrange(rows, everything, now);
    const headed = ["FAILED: 1", "d", "PROCESSING: 1", "b", "PENDING: 1", "c", "24: 1", "e"];
    expect(shown(lines)).toEqual([...headed, "23: 2", "f", "a"]);
    const places = lines.flatMap((line) => (line.kind === "row" ? [line.place] : []));
    expect(places).toEqual([1, 2, 3, 4, 5, 6]);
    expect(new Set(lines.map(lineKey)).size).toBe(lines.length);
  });

  it("needs no heading over a single group", () => {
    expect(shown(arrange(rows.slice(4), everything, now))).toEqual(["f", "a"]);
    expect(arrange([], everything, now)).toEqual([]);
  });

  it("shows one status alone", () => {
    expect(shown(arrange(rows, { ...everything, filter: "PENDING" }, now))).toEqual(["c"]);
    expect(countFilters(rows, now)).toEqual({
      FAILED: 1,
      ATTENTION: 0,
      PROCESSING: 1,
      PENDING: 1,
      COMPLETED: 3,
    });
  });

  it("finds every word in title or file name, in any case and order", () => {
    const found = (search: string) => shown(arrange(rows, { ...everything, search }, now));
    expect(found("  SEA émile ")).toEqual(["d"]);
    expect(found("c.MP4")).toEqual(["c"]);
    expect(found("walrus")).toEqual([]);
  });

  it("finds what the core knows to hold the words, too", () => {
    const wish = { ...everything, search: "zebra" };
    expect(shown(arrange(rows, wish, now, ["a"]))).toEqual([
      "PROCESSING: 1",
      "b",
      "24: 1",
      "e",
      "23: 1",
      "a",
    ]);
  });

  it("puts what wants to be looked at above what goes on, until it is put aside", () => {
    const minute = (minutes: number) => new Date(now + 60_000 * minutes).toISOString();
    const troubled = [
      { ...video("conflict", "COMPLETED", 24), attention: "words" as const },
      { ...video("stuck", "PROCESSING", 24), stuck_at: minute(-1) },
      { ...video("slow", "PROCESSING", 24), stuck_at: minute(1) },
      { ...video("seen", "FAILED", 24), attention: null },
    ];
    const headed = ["ATTENTION: 2", "conflict", "stuck", "PROCESSING: 1", "slow", "24: 1", "seen"];
    expect(shown(arrange(troubled, everything, now))).toEqual(headed);
    expect(countFilters(troubled, now)).toMatchObject({ ATTENTION: 2, FAILED: 1, PROCESSING: 1 });
    const attention = { ...everything, filter: "ATTENTION" as const };
    expect(shown(arrange(troubled, attention, now))).toEqual(["conflict", "stuck"]);
  });

  it("calls nothing stuck while nobody knows how it goes on over there", () => {
    const stuck = { ...video("slow", "PROCESSING", 24), stuck_at: new Date(now - 1).toISOString() };
    expect(countFilters([stuck], now)).toMatchObject({ ATTENTION: 1, PROCESSING: 0 });
    expect(countFilters([stuck], null)).toMatchObject({ ATTENTION: 0, PROCESSING: 1 });
  });

  it("is sorted by age and by name as people do", () => {
    const by = (sort: Wish["sort"]) => shown(arrange(rows, { ...everything, sort }, now));
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
    expect(shown(arrange(days, everything, now))).toEqual([
      "null: 1",
      "new",
      "24: 1",
      "on",
      "23: 1",
      "before",
    ]);
  });
});
