import type { Action } from "../../components/action";
import { foldCase } from "../../format/text";
import type { RowView, SearchHit } from "../../ipc/bindings";

/** The largest number of videos that the palette offers. */
const MAX_VIDEOS = 8;

/** An item of the palette: a command, or a video to open. */
export type PaletteItem =
  { key: string; action: Action; row?: never } | { key: string; row: RowView; action?: never };

/**
 * Returns the commands and then the videos that match a text. `found` are the videos in which the core found it: it
 * searches descriptions, tags and transcripts, which rows do not hold.
 */
export function paletteItems(
  text: string,
  actions: Action[],
  rows: RowView[],
  found: SearchHit[],
): PaletteItem[] {
  const query = splitWords(text);
  const foundIds = new Set(query.length === 0 ? [] : found.map((hit) => hit.job_id));
  const videos: PaletteItem[] = [];
  for (const row of rows) {
    if (videos.length === MAX_VIDEOS) break;
    const title = `${row.title ?? ""} ${row.filename ?? ""}`;
    if (foundIds.has(row.job_id) || matchesPrefixes(query, title)) {
      videos.push({ key: `video ${row.job_id}`, row });
    }
  }
  const commands = actions.filter((action) => matchesPrefixes(query, action.label));
  return [...commands.map((action) => ({ key: `action ${action.id}`, action })), ...videos];
}

/** Returns whether each word of the query is a prefix of a word of the text. */
function matchesPrefixes(query: string[], text: string): boolean {
  const folded = foldCase(text);
  // A cheap test that rules out most of a long list.
  if (!query.every((word) => folded.includes(word))) return false;
  const words = splitWords(folded);
  return query.every((prefix) => words.some((word) => word.startsWith(prefix)));
}

function splitWords(text: string): string[] {
  return foldCase(text)
    .split(/[\s_./…-]+/)
    .filter(Boolean);
}
