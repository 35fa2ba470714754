import type { Messages } from "./en";

/** The texts of the list in German. */
export const list: Messages["list"] = {
  gaps: {
    newest: (count) =>
      `Die neuesten ${count} Videos werden angezeigt. Ältere listet das Studio nicht auf.`,
    missing: (statuses) =>
      `Videos konnten nicht geladen werden: ${statuses}. Das Studio hat einen Fehler gemeldet.`,
    unreadable: (count) =>
      count === 1
        ? "1 Video konnte nicht gelesen werden und wird nicht angezeigt."
        : `${count} Videos konnten nicht gelesen werden und werden nicht angezeigt.`,
  },
  title: "Videos",
  emptyTitle: "Noch keine Videos",
  emptyText: "Zieh ein Video hierher, um es hochzuladen und den Fortschritt zu verfolgen.",
  emptyTextNoUpload: "Videos, die du in dein Studio hochlädst, erscheinen hier.",
  errorTitle: "Videos konnten nicht geladen werden",
  resize: "Breite der Liste ändern",
  loading: "Videos werden geladen…",
  search: "Suchen",
  attention: "Zu prüfen",
  attentionShort: "Zu prüfen",
  conflict: "Konflikt: Wähle eine Version",
  refusedEdit: "Änderung nicht angenommen",
  waitingEdit: "Auf diesem Computer gespeichert, wird synchronisiert",
  filter: "Nach Status filtern",
  all: "Alle",
  sort: "Sortieren nach",
  sorts: { newest: "Neueste", oldest: "Älteste", title: "Titel" },
  noDate: "Ohne Datum",
  inTranscript: "Im Transkript",
  noResultsTitle: "Keine Ergebnisse",
  noResultsText: "Versuche eine andere Suche oder lösche die Filter.",
  clearFilters: "Filter löschen",
  found: (count: number) => (count === 1 ? "1 Video gefunden" : `${count} Videos gefunden`),
};

/** The texts of the selected videos in German. */
export const selection: Messages["selection"] = {
  title: "Ausgewählte Videos",
  select: (title: string) => `${title} auswählen`,
  count: (count: number) => `${count} ausgewählt`,
  copyTitles: "Titel kopieren",
  copied: (count: number) => (count === 1 ? "Titel kopiert" : `${count} Titel kopiert`),
  dismissed: (count: number) => (count === 1 ? "Ausgeblendet" : `${count} Videos ausgeblendet`),
  clear: "Auswahl aufheben",
};

/** The texts of what can be done with videos in German. */
export const videoActions: Messages["videoActions"] = {
  title: "Aktionen",
  open: "Öffnen",
  copyLink: "Link kopieren",
  linkCopied: "Link kopiert",
  select: "Auswählen",
  deselect: "Abwählen",
  showFile: "Datei anzeigen",
  retry: "Erneut verarbeiten",
  uploadAgain: "Erneut hochladen",
  cancel: "Verarbeitung abbrechen",
  remove: (count: number) => (count === 1 ? "Video löschen" : `${count} Videos löschen`),
  deleted: (title: string) => `„${title}“ gelöscht`,
  deletedMany: (count: number) => `${count} Videos gelöscht`,
  failedMany: (count: number, reason: string) => `${count} Videos: ${reason}`,
};
