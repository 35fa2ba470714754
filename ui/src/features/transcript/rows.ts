import type { Cue } from "./cues";
import { firstMatchBehind, type Match } from "./find";

/** The longest part of a cue that is shown as one row, in UTF-16 code units: a longer one is slow to lay out. */
const MAX_ROW = 1000;

/** How long what is seen as one character is at most, in code units. */
const MAX_CHARACTER = 64;
const segmenter = new Intl.Segmenter();

/** A row of the transcript: a cue, or a part of a very long one. */
export interface TranscriptRow {
  /** The start of the cue, in seconds; only the first row of a cue has it. */
  time: number | null;
  from: number;
  to: number;
}

/** A part of a row, with the number of the match that it belongs to. */
export interface Segment {
  text: string;
  match: number | null;
}

/** Joins the texts of cues to the text that is searched, with the place of each. */
export function joinCues(cues: Cue[]): { text: string; starts: number[] } {
  const starts: number[] = [];
  let end = 0;
  for (const cue of cues) {
    starts.push(end);
    end += cue.text.length + 1;
  }
  return { text: cues.map((cue) => cue.text).join("\n"), starts };
}

/** Returns the rows of cues, whose joined text begins at these places. */
export function rowsOf(cues: Cue[], starts: number[]): TranscriptRow[] {
  const rows: TranscriptRow[] = [];
  cues.forEach(({ start, text }, index) => {
    const begin = starts[index] ?? 0;
    for (let at = 0; at === 0 || at < text.length;) {
      const end = rowEnd(text, at);
      rows.push({ time: at === 0 ? start : null, from: begin + at, to: begin + end });
      at = end;
    }
  });
  return rows;
}

/** Returns where a row ends that begins at a place of a cue: if it can be, behind a space or a line break. */
function rowEnd(text: string, from: number): number {
  const most = from + MAX_ROW;
  if (text.length <= most) return text.length;
  const space = /\s(?=\S*$)/.exec(text.slice(from, most));
  if (space) return from + space.index + 1;
  // Not within what is seen as one character.
  const end = text.slice(most - MAX_CHARACTER, most + 1);
  const last = [...segmenter.segment(end)].at(-1);
  return most - MAX_CHARACTER + (last?.index || MAX_CHARACTER);
}

/** Returns the index of the row with a place. */
export function rowAt(rows: TranscriptRow[], place: number): number {
  return Math.max(0, firstMatchBehind(rows, place));
}

/** Splits a row into matches, with their numbers, and the text between them. */
export function segmentsOf(text: string, row: TranscriptRow, matches: Match[]): Segment[] {
  const parts: Segment[] = [];
  let at = row.from;
  for (let number = firstMatchBehind(matches, row.from); number < matches.length; number += 1) {
    const { from, to } = matches[number] ?? { from: row.to, to: row.to };
    if (from >= row.to) break;
    const [start, end] = [Math.max(from, row.from), Math.min(to, row.to)];
    parts.push({ text: text.slice(at, start), match: null });
    parts.push({ text: text.slice(start, end), match: number });
    at = end;
  }
  return [...parts, { text: text.slice(at, row.to), match: null }];
}
