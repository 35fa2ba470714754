import { describe, expect, it } from "vitest";
import { displayTitle, foldCase, isBlank, isolateBidi } from "./text";

describe("titles", () => {
  it("fall back to the file name if the title is invisible", () => {
    expect(displayTitle({ title: "A", filename: "b.mp4" })).toBe("A");
    for (const title of [null, "", "  ", "\u200b", "\u3164", "\u2800\ufeff"])
      expect(displayTitle({ title, filename: "b.mp4" })).toBe("b.mp4");
    expect(displayTitle({ title: " ", filename: "\u200b" })).toBe("Untitled video");
    expect(["a", "\u200bㄱ", "👍"].some(isBlank)).toBe(false);
  });

  it("match regardless of case and normalization", () => {
    const pairs = [
      ["e\u0301", "É"],
      ["ｆｕｌｌ", "FULL"],
      ["İstanbul", "istanbul"],
      ["ISPARTA", "ısparta"],
      ["STRASSE", "straße"],
      ["ΣΑΣ", "σας"],
    ] as const;
    for (const [one, other] of pairs) expect(foldCase(one)).toBe(foldCase(other));
  });

  it("are isolated if they are bidirectional", () => {
    expect(isolateBidi("A day")).toBe("A day");
    expect(isolateBidi("a\u202eb\u2069")).toBe("\u2068a\u202eb\u2069");
    expect(displayTitle({ title: "שלום", filename: null })).toBe("\u2068שלום\u2069");
  });
});
