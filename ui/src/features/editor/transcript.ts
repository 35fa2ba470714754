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
/** The duration of the last cue, whose end is unknown, in seconds. */
const LAST_CUE_SECONDS = 4;

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

/** Parses a transcript: WebVTT, SubRip, `[0:12] text` or plain text. */
export function parseTranscript(text: string): Cue[] {
  const cues: Cue[] = [];
  for (const line of text.split(/\r?\n/)) {
    const range = RANGE.exec(line.trim());
    const stamp = range ? null : STAMP.exec(line.trim());
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
    } else if (line.trim() === "" || /^WEBVTT\b/.test(line)) {
      if (last && last.end !== null && last.text !== "")
        cues.push({ start: null, end: null, text: "" });
    } else if (last && (last.end !== null || last.text === "") && last.start !== null) {
      last.text = last.text === "" ? line.trim() : `${last.text}\n${line.trim()}`;
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

function stamp(time: number, comma: "," | "."): string {
  const millis = Math.round(time * 1000);
  const pad = (value: number, width: number) => String(Math.floor(value)).padStart(width, "0");
  const parts = [millis / 3_600_000, (millis / 60_000) % 60, (millis / 1000) % 60].map((part) =>
    pad(part, 2),
  );
  return parts.join(":") + comma + pad(millis % 1000, 3);
}

/** Returns the times of all lines, of which each has its start. */
export function timed(cues: Cue[]): Caption[] {
  return cues.map(({ start, end, text }, index) => {
    const from = start ?? 0;
    return { start: from, end: end ?? cues[index + 1]?.start ?? from + LAST_CUE_SECONDS, text };
  });
}

export function toSrt(cues: Cue[]): string {
  const blocks = timed(cues).map(
    ({ start, end, text }, index) =>
      `${index + 1}\n${stamp(start, ",")} --> ${stamp(end, ",")}\n${text}\n`,
  );
  return blocks.join("\n");
}

export function toVtt(cues: Cue[]): string {
  const blocks = timed(cues).map(
    ({ start, end, text }) => `${stamp(start, ".")} --> ${stamp(end, ".")}\n${text}\n`,
  );
  return ["WEBVTT\n", ...blocks].join("\n");
}

export function toText(cues: Cue[]): string {
  return cues.map((cue) => cue.text).join("\n") + "\n";
}

/** Returns the start and end of every match of a text, ignoring case and accents. */
export function findText(text: string, query: string): [number, number][] {
  // A letter and its accents are one unit, whether precomposed or not.
  const letters = (value: string) => value.match(/\P{M}\p{M}*|\p{M}+/gu) ?? [];
  const plain = (letter: string) =>
    letter.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().charAt(0) || letter;
  const needle = letters(query.trim()).map(plain).join("");
  if (needle === "") return [];
  const chars = letters(text);
  const hay = chars.map(plain);
  const starts = [0];
  for (const char of chars) starts.push((starts.at(-1) ?? 0) + char.length);
  const width = [...needle].length;
  const found: [number, number][] = [];
  for (let at = 0; at + width <= hay.length; at += 1) {
    if (hay.slice(at, at + width).join("") === needle)
      found.push([starts[at] ?? 0, starts[at + width] ?? 0]);
  }
  return found;
}
