import { describe, expect, it } from "vitest";
import { capitalize, errorText } from "./errors";
import { stageName } from "./names";
import { formatBytes } from "./numbers";
import { formatAge, formatDate, formatTimecode } from "./time";

describe("formatting", () => {
  it("formats timecodes like YouTube", () => {
    expect([0, 61.9, 3723, -1].map(formatTimecode)).toEqual(["0:00", "1:01", "1:02:03", "0:00"]);
  });

  it("formats sizes with a fitting unit", () => {
    expect([0, 999, 1500, 734_003_200].map(formatBytes)).toEqual([
      "0 byte",
      "999 byte",
      "2 kB",
      "734 MB",
    ]);
  });

  it("formats ages in minutes, hours and days", () => {
    const now = Date.parse("2026-01-02T12:00:00Z");
    expect(formatAge("2026-01-02T11:59:30Z", now)).toBe("just now");
    expect(formatAge("2026-01-02T11:55:00Z", now)).toBe("5 min. ago");
    expect(formatAge("2026-01-01T12:00:00Z", now)).toBe("yesterday");
    expect(formatAge(null, now)).toBe("");
  });

  it("capitalizes messages that do not begin with a file name", () => {
    expect(capitalize("nothing was heard")).toBe("Nothing was heard");
    expect(capitalize("notes.mp4 is not a video")).toBe("notes.mp4 is not a video");
    expect(capitalize("http://acme.tv/ is not encrypted")).toBe("http://acme.tv/ is not encrypted");
    expect(capitalize("/tmp/a.mp4 is empty")).toBe("/tmp/a.mp4 is empty");
  });

  it("names known and unknown stages", () => {
    expect(stageName("TRANSCRIPTION")).toBe("Transcript");
    expect(stageName("COLOR_GRADING")).toBe("Color grading");
  });

  it("removes Tauri's prefix from an error", () => {
    const thrown = 'invalid args `settings` for command `change_settings`: "ftp://a" is no proxy';
    expect(errorText(thrown)).toBe('"ftp://a" is no proxy');
    expect(errorText({ code: "file", message: "it cannot be read" })).toBe("It cannot be read");
  });

  it("formats a date regardless of the time zone", () => {
    expect(formatDate("2026-11-25")).toBe("November 25, 2026");
  });
});
