import type { JobId, RowView } from "../bindings";
import { folded } from "../names";
import type { Action } from "../screens/actions";

/** The most videos that are offered. */
const VIDEOS = 8;

/** Is something that the palette offers: a command, or a video to open. */
export type Choice =
  { key: string; action: Action; row?: never } | { key: string; row: RowView; action?: never };

/** Returns what a text finds: commands, then videos, of which the core knows more than a row says. */
export function choices(
  text: string,
  actions: Action[],
  rows: RowView[],
  found: JobId[],
): Choice[] {
  const wanted = words(text);
  const known = new Set(wanted.length === 0 ? [] : found);
  const videos: Choice[] = [];
  for (const row of rows) {
    if (videos.length === VIDEOS) break;
    if (known.has(row.job_id) || begins(wanted, `${row.title ?? ""} ${row.filename ?? ""}`)) {
      videos.push({ key: `video ${row.job_id}`, row });
    }
  }
  const commands = actions.filter((action) => begins(wanted, action.label));
  return [...commands.map((action) => ({ key: `action ${action.id}`, action })), ...videos];
}

/** Tells whether each wanted word begins a word of a text. */
function begins(wanted: string[], text: string): boolean {
  const lower = folded(text);
  // Most of a long list is left out by this.
  if (!wanted.every((word) => lower.includes(word))) return false;
  const held = words(lower);
  return wanted.every((word) => held.some((other) => other.startsWith(word)));
}

function words(text: string): string[] {
  return folded(text)
    .split(/[\s_./…-]+/)
    .filter(Boolean);
}
