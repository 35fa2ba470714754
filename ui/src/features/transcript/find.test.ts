import { describe, expect, it } from "vitest";
import cases from "../../../../crates/core/src/search/cases.json";
import { type Cue, parseTranscript } from "./cues";
import { findMatches, firstMatchBehind, termsOf } from "./find";
import { joinCues } from "./rows";

const find = (text: string, query: string) => findMatches(termsOf(text), query).list;
const found = (text: string, query: string) =>
  find(text, query).map(({ from, to }) => text.slice(from, to));

describe("the search in a transcript", () => {
  it("finds what the core's search finds", () => {
    expect(cases.length).toBeGreaterThanOrEqual(30);
    for (const { transcript, query, matches, cue, at } of cases) {
      const cues: Cue[] = parseTranscript(transcript);
      const { text, starts } = joinCues(cues);
      const { list, best } = findMatches(termsOf(text), query);
      const place = list[best]?.from ?? 0;
      const number = list.length === 0 ? null : starts.findLastIndex((start) => start <= place);
      const start = number === null ? null : (cues[number]?.start ?? null);
      const seen = { matches: list.length, cue: number, at: start && Math.floor(start) };
      expect(seen, `${query} in ${transcript}`).toEqual({ matches, cue, at });
    }
  });

  it("marks whole letters", () => {
    expect(find("Cafe\u0301 ＦＵＬＬ", "café")).toEqual([{ from: 0, to: 5 }]);
    expect(found("Café ＦＵＬＬ", "ul")).toEqual(["ＵＬ"]);
    expect(found("Straße", "ras")).toEqual(["raß"]);
    expect(found("👋 hi", "hi")).toEqual(["hi"]);
    const family = "👨\u200d👩\u200d👧";
    expect(found(`a ${family} b`, "👩")).toEqual([family]);
    expect(found("ok 👍🏽 ❤\ufe0f", "👍")).toEqual(["👍🏽"]);
    expect(found("ok 👍🏽 ❤\ufe0f", "❤")).toEqual(["❤\ufe0f"]);
    expect(found("か\u3099く", "が")).toEqual(["か\u3099"]);
  });

  it("tells which matches a part of the text has", () => {
    const list = find("a b a b a", "a");
    expect([0, 1, 4, 5, 9].map((place) => firstMatchBehind(list, place))).toEqual([0, 1, 1, 2, 3]);
  });

  it("searches megabytes", () => {
    const text = "ein Wörtchen ".repeat(80_000) + "دریا ".repeat(100_000) + "x".repeat(1_000_000);
    expect(find(text, "wörtchen")).toHaveLength(80_000);
    expect(find(text, "x")).toHaveLength(1_000_000);
  });
});
