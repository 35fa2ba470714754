import { describe, expect, it } from "vitest";
import { addTimes, isTimed, parseTranscript } from "./cues";
import { toSrt, toText, toVtt } from "./formats";

describe("transcript", () => {
  const timed =
    "WEBVTT\n\n00:00:01.500 --> 00:00:03.000\nHello\nthere\n\n00:00:03.000 --> 00:00:05.000\nBye\n";

  it("is parsed from WebVTT, SubRip, Whisper and timed lines", () => {
    const srt = toSrt(parseTranscript(timed));
    expect(srt).toBe(
      "1\n00:00:01,500 --> 00:00:03,000\nHello\nthere\n\n2\n00:00:03,000 --> 00:00:05,000\nBye\n",
    );
    expect(toVtt(parseTranscript(srt))).toBe(timed);
    expect(toText(parseTranscript(srt))).toBe("Hello\nthere\nBye\n");
    const whisper = "[00:00:01.500 --> 00:00:03.000]  Hello\n[00:00:03.000 --> 00:00:05.000]  Bye";
    expect(parseTranscript(whisper).map((cue) => [cue.start, cue.text])).toEqual([
      [1.5, "Hello"],
      [3, "Bye"],
    ]);
    expect(toVtt(parseTranscript("0:01 Hello\n[1:02:03] Bye"))).toBe(
      "WEBVTT\n\n00:00:01.000 --> 01:02:03.000\nHello\n\n01:02:03.000 --> 01:02:07.000\nBye\n",
    );
  });

  it("takes its times from captions if there is one for each line", () => {
    const captions = [
      { start: 1, end: 2, text: "Helo" },
      { start: 3, end: 4, text: "Bye" },
    ];
    const edited = addTimes(parseTranscript("Hello\nBye"), captions);
    expect(toSrt(edited)).toBe(
      "1\n00:00:01,000 --> 00:00:02,000\nHello\n\n2\n00:00:03,000 --> 00:00:04,000\nBye\n",
    );
    expect(isTimed(addTimes(parseTranscript("All of it in one line"), captions))).toBe(false);
  });

  it("is not timed without times", () => {
    const cues = parseTranscript("One line.\n\n10:30 is no time of this one, it is half past ten");
    expect(isTimed(parseTranscript("One line.\n\nTwo."))).toBe(false);
    expect(isTimed(cues)).toBe(false);
    expect(isTimed([])).toBe(false);
  });

  it("has nothing but its times in a cue without words", () => {
    const srt = "1\n00:00:05,000 --> 00:00:07,000\n\n2\n00:00:08,000 --> 00:00:09,000\nHi\n";
    expect(parseTranscript(srt)).toEqual([{ start: 8, end: 9, text: "Hi" }]);
  });
});
