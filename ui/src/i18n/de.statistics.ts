import type { Messages } from "./en";

/** The texts of the statistics in German. */
export const statistics: Messages["statistics"] = {
  title: "Statistik",
  empty: "Noch keine Statistik. Sie beginnt mit dem ersten Video, das bereit ist oder fehlschlägt.",
  basis: (count: number, since: string) =>
    count === 1 ? `Aus 1 Video seit dem ${since}` : `Aus ${count} Videos seit dem ${since}`,
  basisHint:
    "Der letzten 12 Wochen, soweit dieser Computer sie kennt: die Liste deines Studios, und was geschah, während Tallylight lief.",
  weeks: "Videos pro Woche",
  week: "Woche ab",
  ready: "Bereit",
  failed: "Fehlgeschlagen",
  time: "Verarbeitungszeit",
  timeHint:
    "Die Hälfte der Videos brauchte höchstens den Median, neun von zehn höchstens das 90. Perzentil.",
  noTimes:
    "Noch keine Verarbeitungszeiten. Sie sind für Videos bekannt, deren Verarbeitung verfolgt wurde oder deren Studio sie speichert.",
  step: "Schritt",
  total: "Gesamt",
  median: "Median",
  p90: "90. Perzentil",
  videos: "Videos",
  failures: "Fehlschläge nach Grund",
  noFailures: "Keine Fehlschläge.",
  reason: "Grund",
  count: "Fehlschläge",
  others: "Andere Gründe",
};
