import type { Caption } from "../../ipc/bindings";

/** A line of a transcript, with its times if it has them. */
export interface Cue {
  /** Seconds from the start of the video. */
  start: number | null;
  end: number | null;
  text: string;
}

const TIME = String.raw`(?:\d+:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?`;
const RANGE = new RegExp(String.raw`^\[?(${TIME})\s*-->\s*(${TIME})\]?[^\S\n]*(.*)$`);
const STAMP = new RegExp(String.raw`^[[(]?(${TIME})[\])]?\s+(.*\S)\s*$`);
/** What a line with a time begins with; others, which are most, need no closer look. */
const MAY_BE_TIMED = /^[[(]?\d/;

function seconds(time: string): number {
  return time
    .replace(",", ".")
    .split(":")
    .reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** Adds the times of captions to lines without times, if there is one caption for each line. */
export function addTimes(cues: Cue[], captions: Caption[]): Cue[] {
  if (cues.length !== captions.length) return cues;
  return cues.map(({ text }, index) => ({ text, ...times(captions[index]) }));
}

const times = (caption: Caption | undefined) => ({
  start: caption?.start ?? null,
  end: caption?.end ?? null,
});

/**
 * Parses a transcript: WebVTT, SubRip, `[0:12] text` or plain text. The core reads the same forms for the excerpts of its
 * search (`crates/core/src/search/cues.rs`).
 */
export function parseTranscript(text: string): Cue[] {
  const cues: Cue[] = [];
  for (const line of text.split(/\r?\n/)) {
    const trimmed = line.trim();
    const range = MAY_BE_TIMED.test(trimmed) ? RANGE.exec(trimmed) : null;
    const stamp = range || !MAY_BE_TIMED.test(trimmed) ? null : STAMP.exec(trimmed);
    const last = cues.at(-1);
    if (range) {
      // A SubRip cue has its number on the line above its times.
      if (last && last.end === null && /^\d+$/.test(last.text)) cues.pop();
      cues.push({
        start: seconds(range[1] ?? ""),
        end: seconds(range[2] ?? ""),
        text: range[3] ?? "",
      });
    } else if (stamp) {
      cues.push({ start: seconds(stamp[1] ?? ""), end: null, text: stamp[2] ?? "" });
    } else if (trimmed === "" || /^WEBVTT\b/.test(line)) {
      if (last && last.end !== null) cues.push({ start: null, end: null, text: "" });
    } else if (last && (last.end !== null || last.text === "") && last.start !== null) {
      last.text = last.text === "" ? trimmed : `${last.text}\n${trimmed}`;
    } else {
      cues.push({ start: null, end: null, text: line.trimEnd() });
    }
  }
  return cues.filter((cue) => cue.text.trim() !== "");
}

/** Returns whether every line has its time, as subtitle formats require. */
export function isTimed(cues: Cue[]): boolean {
  return cues.length > 0 && cues.every((cue) => cue.start !== null);
}
