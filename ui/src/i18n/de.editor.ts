import type { Messages } from "./en";

/** The texts of the editor in German. */
export const editor: Messages["editor"] = {
  pasted: {
    title: (count) =>
      count === 1
        ? "1 eingefügte Zeile hat keine Zeitangabe:"
        : `${count} eingefügte Zeilen haben keine Zeitangabe:`,
    more: (count) => `und ${count} weitere`,
    replace: (count) =>
      count === 1 ? "Durch 1 Kapitel ersetzen" : `Durch ${count} Kapitel ersetzen`,
    cancel: "Aktuelle Kapitel behalten",
  },
  fields: {
    TITLE: "Titel",
    DESCRIPTION: "Beschreibung",
    TAGS: "Tags",
    CHAPTERS: "Kapitel",
    TRANSCRIPT: "Transkript",
    THUMBNAIL: "Vorschaubild",
  },
  save: "Speichern",
  saveHint: (key: string) => `Speichern (${key})`,
  undo: {
    change: "Letzte Änderung rückgängig machen",
    discard: "Änderungen wiederherstellen",
    save: "Speichern rückgängig machen",
  },
  discard: "Änderungen verwerfen",
  discarded: "Änderungen verworfen",
  unsaved: (fields: string) => `Nicht gespeicherte Änderungen: ${fields}`,
  saving: (fields: string) => `Wird gespeichert: ${fields}`,
  waiting: (fields: string) => `Auf diesem Computer gespeichert, wird synchronisiert: ${fields}`,
  saved: "Gespeichert",
  copy: (field: string) => `${field} kopieren`,
  copied: "Kopiert",
  exportAll: "Alles exportieren (.json)",
  exportAs: (kind: string) => `Transkript als .${kind} exportieren`,
  availableAfter: (stage: string) => `Verfügbar, sobald „${stage}“ abgeschlossen ist`,
  notAvailableYet: "Noch nicht verfügbar",
  availableLater: "Verfügbar nach der Verarbeitung oder früher",
  noTranscript: "Kein Transkript",
  count: (length: number, limit: number) => `${length} von ${limit}`,
  overLimit: (length: number, limit: number) => `${length - limit} über dem YouTube-Limit`,
  addTag: "Tag hinzufügen",
  addTagHint: "Mit Enter oder Komma hinzufügen oder eine Liste einfügen",
  removeTag: (tag: string) => `${tag} entfernen`,
  noTags: "Keine Tags",
  chapterStart: (number: number) => `Beginn von Kapitel ${number}`,
  chapterTitle: (number: number) => `Titel von Kapitel ${number}`,
  removeChapter: (number: number) => `Kapitel ${number} entfernen`,
  addChapter: "Kapitel hinzufügen",
  invalidTime: "Gib eine Zeit ein, z. B. 1:05",
  chapterRules: {
    first: "YouTube verlangt das erste Kapitel bei 0:00",
    count: "YouTube verlangt mindestens 3 Kapitel",
    short: "YouTube verlangt Kapitel von mindestens 10 Sekunden",
    untitled: "Gib einen Kapiteltitel ein",
    beyond: "Nach dem Ende des Videos",
  },
  edit: "Bearbeiten",
  done: "Fertig",
};

/** The texts of copying for YouTube in German. */
export const copies: Messages["copies"] = {
  forYouTube: "Für YouTube kopieren",
  more: "Optionen zum Kopieren und Exportieren",
  labels: {
    title: "Titel kopieren",
    descriptionWithChapters: "Beschreibung mit Kapiteln kopieren",
    description: "Beschreibung kopieren",
    tags: "Tags kopieren",
    chapters: "Kapitel kopieren",
  },
  done: {
    title: "Titel kopiert",
    descriptionWithChapters: "Beschreibung mit Kapiteln kopiert",
    description: "Beschreibung kopiert",
    tags: "Tags kopiert",
    chapters: "Kapitel kopiert",
  },
  nothing: "Nichts zu kopieren",
};

/** The texts of a conflict between two versions of a text in German. */
export const conflict: Messages["conflict"] = {
  title: (field: string) => `${field}: Konflikt`,
  text: "Konflikt: Wähle eine Version. Dieser Text wurde im Studio geändert, während du ihn bearbeitet hast.",
  mine: "Deine Version",
  theirs: "Studio-Version",
  keepMine: "Meine behalten",
  takeTheirs: "Studio-Version verwenden",
  editMine: "Meine bearbeiten",
  editTheirs: "Studio-Version bearbeiten",
  empty: "(leer)",
};

/** The texts of the thumbnails in German. */
export const gallery: Messages["gallery"] = {
  open: (name: string) => `${name} anzeigen`,
  broken: "Vorschaubild konnte nicht geladen werden",
  retry: "Erneut versuchen",
  cover: "Aktuelles Vorschaubild",
  setAsThumbnail: "Als Vorschaubild festlegen",
  save: "Speichern unter…",
  close: "Schließen",
  next: "Nächstes Vorschaubild",
  previous: "Vorheriges Vorschaubild",
  saved: (path: string) => `Gespeichert als ${path}`,
};
