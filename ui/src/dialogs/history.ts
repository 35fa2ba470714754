import type { HistoryEntry } from "../bindings";

/** Puts what happened, which is newest first, under the midnights of its days. */
export function byDay(entries: HistoryEntry[]): [midnight: number, entries: HistoryEntry[]][] {
  const days = new Map<number, HistoryEntry[]>();
  for (const entry of entries) {
    const midnight = new Date(entry.at).setHours(0, 0, 0, 0);
    const day = days.get(midnight);
    if (day) day.push(entry);
    else days.set(midnight, [entry]);
  }
  return [...days];
}
