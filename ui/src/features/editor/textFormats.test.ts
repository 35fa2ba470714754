import { describe, expect, it } from "vitest";
import {
  chapterRules,
  parseChapters,
  parsePastedChapters,
  parseTimecode,
  tooFewChapters,
} from "./chapters";
import { contentText, countCharacters, countTagCharacters, parseTags } from "./youtube";

describe("limits of YouTube", () => {
  it("count graphemes, and tags with their separators", () => {
    expect(countCharacters("a👩‍👩‍👧e\u0301")).toBe(3);
    expect(countTagCharacters(["sea", "a walk"])).toBe("sea".length + 1 + '"a walk"'.length);
    expect(countTagCharacters([])).toBe(0);
  });

  it("check each chapter", () => {
    const at = (...starts: number[]) =>
      starts.map((start_seconds) => ({ start_seconds, title: "x" }));
    expect(chapterRules(at(0, 10, 20), 30)).toEqual([null, null, null]);
    expect(chapterRules(at(1, 11, 21), 60)).toEqual(["first", null, null]);
    expect(chapterRules(at(0, 9, 30), 35)).toEqual(["short", null, "short"]);
    expect(chapterRules(at(0, 20, 90), 60)).toEqual([null, null, "beyond"]);
    expect(chapterRules([{ start_seconds: 0, title: " " }], null)).toEqual(["untitled"]);
    expect([tooFewChapters(at(0, 10)), tooFewChapters([]), tooFewChapters(at(0, 10, 20))]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe("pasted text", () => {
  it("is parsed into tags without duplicates", () => {
    expect(parseTags('sea, #Walk,sea;"long one"\n\nSEA, beach', ["Beach"])).toEqual([
      "sea",
      "Walk",
      "long one",
    ]);
  });

  it("is parsed into chapters with any separator", () => {
    const pasted = "Chapters:\n1:05 - The beach\n(0:00) Intro\n• 1:02:03 – End\n12 angry men";
    expect(contentText("CHAPTERS", parseChapters(pasted))).toBe(
      "0:00 Intro\n1:05 The beach\n1:02:03 End",
    );
    expect(["1:05", "62:03", "90", "1:2:3:4", "x", ""].map(parseTimecode)).toEqual([
      65,
      3723,
      90,
      null,
      null,
      null,
    ]);
  });
});

describe("parsePastedChapters", () => {
  const read = (text: string) =>
    parsePastedChapters(text).chapters.map((c) => [c.start_seconds, c.title]);

  it("accepts the time anywhere in a line", () => {
    for (const line of [
      "1:05 The beach",
      "  - 1:05 - The beach",
      "[00:01:05] The beach",
      "(1:05) The beach",
      "The beach — 1:05",
      "The beach (01:05)",
      "2. 1:05 The beach",
      "2) The beach: 1:05",
      "00:01:05.000 --> The beach",
      "1:05 - 2:10 The beach",
      "１：０５ The beach",
      "• 1:05 | The beach",
      "00:01:05,000 --> 00:02:10,000 The beach",
      "🎬 1:05 → The beach".replace("🎬 ", ""),
    ])
      expect(read(line), line).toEqual([[65, "The beach"]]);
    expect(read("0:00 50% of 3: what?\r\n1:02:03 B-side (live)")).toEqual([
      [0, "50% of 3: what?"],
      [3723, "B-side (live)"],
    ]);
  });

  it("keeps punctuation that belongs to a title", () => {
    expect(read("0:00 .NET basics")).toEqual([[0, ".NET basics"]]);
    expect(read("0:00 -5 °C")).toEqual([[0, "-5 °C"]]);
    expect(read(`${"-".repeat(200_000)}a 0:00`)).toHaveLength(1);
  });

  it("returns the lines that are not chapters", () => {
    const { chapters, rest } = parsePastedChapters(
      "Chapters:\n0:00 Intro\n\u200b\nsee you in 2025\n1:05 End",
    );
    expect([chapters.length, rest]).toEqual([2, ["Chapters:", "see you in 2025"]]);
  });
});
