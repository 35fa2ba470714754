import { describe, expect, it } from "vitest";
import { age, bytes, clock, day, refusalOf, sentence, stageName } from "./format";

describe("format", () => {
  it("writes times of a video as YouTube does", () => {
    expect([0, 61.9, 3723, -1].map(clock)).toEqual(["0:00", "1:01", "1:02:03", "0:00"]);
  });

  it("writes sizes in the unit that a person would choose", () => {
    expect([0, 999, 1500, 734_003_200].map(bytes)).toEqual([
      "0 byte",
      "999 byte",
      "2 kB",
      "734 MB",
    ]);
  });

  it("writes ages in minutes, hours and days", () => {
    const now = Date.parse("2026-01-02T12:00:00Z");
    expect(age("2026-01-02T11:59:30Z", now)).toBe("just now");
    expect(age("2026-01-02T11:55:00Z", now)).toBe("5 min. ago");
    expect(age("2026-01-01T12:00:00Z", now)).toBe("yesterday");
    expect(age(null, now)).toBe("");
  });

  it("begins sentences, and leaves names of files alone", () => {
    expect(sentence("nothing was heard")).toBe("Nothing was heard");
    expect(sentence("notes.mp4 is not a video")).toBe("notes.mp4 is not a video");
    expect(sentence("http://acme.tv/ is not encrypted")).toBe("http://acme.tv/ is not encrypted");
    expect(sentence("/tmp/a.mp4 is empty")).toBe("/tmp/a.mp4 is empty");
  });

  it("makes names of stages readable, known or not", () => {
    expect(stageName("TRANSCRIPTION")).toBe("Transcript");
    expect(stageName("COLOR_GRADING")).toBe("Color grading");
  });

  it("says why a setting was refused, without what only programmers want to know", () => {
    const thrown = 'invalid args `settings` for command `change_settings`: "ftp://a" is no proxy';
    expect(refusalOf(thrown)).toBe('"ftp://a" is no proxy');
    expect(refusalOf({ code: "file", message: "it cannot be read" })).toBe("It cannot be read");
  });

  it("writes a day as it was written, wherever that is", () => {
    expect(day("2026-11-25")).toBe("November 25, 2026");
  });
});
