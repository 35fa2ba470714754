import { describe, expect, it } from "vitest";
import { folded, isBlank, isolate, nameOf } from "./names";

describe("a name", () => {
  it("is the title, or the file's where nobody can see the title", () => {
    expect(nameOf({ title: "A", filename: "b.mp4" })).toBe("A");
    for (const title of [null, "", "  ", "\u200b", "\u3164", "\u2800\ufeff"])
      expect(nameOf({ title, filename: "b.mp4" })).toBe("b.mp4");
    expect(nameOf({ title: " ", filename: "\u200b" })).toBe("Untitled video");
    expect(["a", "\u200bㄱ", "👍"].some(isBlank)).toBe(false);
  });

  it("is found however it is written", () => {
    const pairs = [
      ["e\u0301", "É"],
      ["ｆｕｌｌ", "FULL"],
      ["İstanbul", "istanbul"],
      ["ISPARTA", "ısparta"],
      ["STRASSE", "straße"],
      ["ΣΑΣ", "σας"],
    ] as const;
    for (const [one, other] of pairs) expect(folded(one)).toBe(folded(other));
  });

  it("turns no sentence around", () => {
    expect(isolate("A day")).toBe("A day");
    expect(isolate("a\u202eb\u2069")).toBe("\u2068a\u202eb\u2069");
    expect(nameOf({ title: "שלום", filename: null })).toBe("\u2068שלום\u2069");
  });
});
