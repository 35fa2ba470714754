import { expect, test } from "vitest";
import { exportFileName } from "./names";

test("title becomes a file name that every system takes", () => {
  for (const [title, name] of [
    ["A walk by the sea", "A walk by the sea"],
    ["trip.mp4", "trip"],
    ['a/b\\c:d*e?f"g<h>i|j', "a b c d e f g h i j"],
    ["tab\tand\nline", "tab and line"],
    ["CON", "_CON"],
    ["nul.mp4", "_nul"],
    ["com1", "_com1"],
    ["LPT².notes about", "_LPT².notes about"],
    ["Console", "Console"],
    ["wait...", "wait"],
    ["...and then", "and then"],
    [" . ", "video"],
    ["lone \ud800 half", "lone half"],
    ["", "video"],
    [null, "video"],
  ] as const) {
    expect(exportFileName(title)).toBe(name);
  }
});

test("long title is cut between characters, within the limit of file systems", () => {
  const family = "👨‍👩‍👧‍👦";
  const name = exportFileName(family.repeat(30));
  expect(name).toBe(family.repeat(8));
  expect(new TextEncoder().encode(exportFileName("日".repeat(300))).length).toBeLessThanOrEqual(
    200,
  );
  expect(exportFileName("x".repeat(300))).toHaveLength(200);
});
