import type { Messages } from "./en";

/** The texts of transcripts and the search in them in German. */
export const transcript: Messages["transcript"] = {
  search: "Transkript durchsuchen",
  found: (at: string, count: string) => `${at} von ${count}`,
  notFound: "Keine Ergebnisse",
  next: "Nächster Treffer",
  previous: "Vorheriger Treffer",
  /** For screen readers, before the words that were found. */
  at: (time: string) => `bei ${time}`,
  further: (count: number) => (count === 1 ? "+1 weiterer" : `+${count} weitere`),
  shortcuts: {
    find: "Im Transkript suchen",
    nextAndPrevious: "Nächster und vorheriger Treffer",
  },
};
