import { expect, it } from "vitest";
import { parseTranscript } from "./cues";
import { findMatches, termsOf } from "./find";
import { joinCues, rowAt, rowsOf, segmentsOf } from "./rows";

function rowTexts(transcript: string) {
  const cues = parseTranscript(transcript);
  const { text, starts } = joinCues(cues);
  const rows = rowsOf(cues, starts);
  return { text, rows, texts: rows.map((row) => text.slice(row.from, row.to)) };
}

it("a cue is a row, and a very long one is several", () => {
  expect(rowTexts("[0:01] One\n[0:02] Two").rows).toEqual([
    { time: 1, from: 0, to: 3 },
    { time: 2, from: 4, to: 7 },
  ]);
  const words = "word ".repeat(1000).trim();
  const { texts, rows } = rowTexts(`[0:01] ${words}`);
  expect(texts.join("")).toBe(words);
  expect(texts.every((text) => text.length <= 1000 && text.startsWith("word "))).toBe(true);
  expect(rows.map((row) => row.time)).toEqual([1, null, null, null, null]);
  const family = "👨\u200d👩\u200d👧";
  const families = rowTexts(family.repeat(1000)).texts;
  expect(families.every((text) => text.replaceAll(family, "") === "")).toBe(true);
  const letters = rowTexts("x".repeat(2_000_000)).texts;
  expect(letters).toHaveLength(2000);
});

it("a row is split at its matches, also at one that begins in another row", () => {
  const { text, rows } = rowTexts("the sea\nwalrus sleeps");
  const { list } = findMatches(termsOf(text), "sea walrus");
  const segments = rows.map((row) => segmentsOf(text, row, list));
  expect(segments).toEqual([
    [
      { text: "the ", match: null },
      { text: "sea", match: 0 },
      { text: "", match: null },
    ],
    [
      { text: "", match: null },
      { text: "walrus", match: 0 },
      { text: " sleeps", match: null },
    ],
  ]);
  expect([0, 6, 8, 20].map((place) => rowAt(rows, place))).toEqual([0, 0, 1, 1]);
});
