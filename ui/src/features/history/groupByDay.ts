import type { HistoryEntry } from "../../ipc/bindings";

/** Groups history records, newest first, by the midnight of their local day. */
export function groupByDay(entries: HistoryEntry[]): [midnight: number, entries: HistoryEntry[]][] {
  const days = new Map<number, HistoryEntry[]>();
  for (const entry of entries) {
    const midnight = new Date(entry.at).setHours(0, 0, 0, 0);
    const day = days.get(midnight);
    if (day) day.push(entry);
    else days.set(midnight, [entry]);
  }
  return [...days];
}
