import type { Caption } from "../../ipc/bindings";
import type { Cue } from "./cues";

/** The duration of the last cue, whose end is unknown, in seconds. */
const LAST_CUE_SECONDS = 4;

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
