import type { Messages } from "./en";

/** The texts of templates in German. */
export const templates: Messages["templates"] = {
  hint: "Eine Vorlage füllt die Beschreibung deiner Videos aus, fügt Tags hinzu und glättet den Titel. Vorlagen werden auf diesem Computer gespeichert, für dieses Konto.",
  none: "Noch keine Vorlagen.",
  new: "Neue Vorlage…",
  form: "Vorlage",
  name: "Name",
  nameMissing: "Gib einen Namen ein",
  descriptionHint:
    "Platzhalter werden durch die Texte des Videos ersetzt. {description} ist der vorhandene Text; ohne ihn wird die Vorlage darunter eingefügt.",
  insert: "Platzhalter einfügen",
  placeholders: {
    title: "Der Titel",
    description: "Die vorhandene Beschreibung",
    chapters: "Die Kapitel mit ihren Zeiten",
    tags: "Die Tags, durch Kommas getrennt",
    links: "Die Links unten",
    date: "Der Tag des Uploads",
  },
  unknownPlaceholder: (name) => `Den Platzhalter ${name} gibt es nicht`,
  titleRule: "Titel",
  titleRules: {
    keep: "Unverändert",
    title_case: "Title Case (Englisch)",
    sentence_case: "Wie ein Satz (Englisch, Spanisch)",
    german_sentence_case: "Wie ein Satz, Nomen bleiben groß (Deutsch)",
    no_all_caps: "Keine Wörter in Großbuchstaben",
  },
  tags: "Tags, die hinzukommen",
  tagsHint: "Durch Kommas getrennt",
  links: "Links, einer pro Zeile",
  preview: "Vorschau an einem Beispiel",
  example: {
    title: "ein Spaziergang am Meer",
    description: "Drei Tage auf dem Küstenweg.",
    tags: ["Meer", "Wandern"],
    chapters: ["Der Hafen", "Über die Klippen", "Nach Hause"],
  },
  before: "Vorher",
  after: "Nachher",
  noChange: "Nichts ändert sich.",
  editNamed: (name) => `${name} bearbeiten`,
  delete: "Löschen",
  deleteNamed: (name) => `${name} löschen`,
  deleteQuestion: (name) => `„${name}“ löschen? Videos behalten ihre Texte.`,
  template: "Vorlage",
  apply: "Vorlage anwenden…",
  applyTitle: "Vorlage anwenden",
  applyShort: "Anwenden",
  fill: "Anwenden",
  fillHint: "Das füllt die Felder des Editors aus. Speichere, um die Änderungen zu behalten.",
  manageHint: "Vorlagen bearbeiten und löschen kannst du in den Einstellungen unter „Vorlagen“.",
  onlyHere: (count) =>
    count === 1
      ? "1 Vorlage ist nur auf diesem Computer."
      : `${count} Vorlagen sind nur auf diesem Computer.`,
};

const videos = (count: number) => (count === 1 ? "1 Video" : `${count} Videos`);

/** The texts of editing many videos in German. */
export const batch: Messages["batch"] = {
  menu: "Bearbeiten",
  edit: "Tags und Beschreibung bearbeiten",
  editAction: "Tags und Beschreibung bearbeiten…",
  videos: (count) => `${videos(count)} ausgewählt`,
  tooMany: (most) => `Wähle höchstens ${most} Videos aus.`,
  addTags: "Tags hinzufügen",
  removeTags: "Tags entfernen",
  tagsHint: "Durch Kommas getrennt",
  how: {
    none: "Nicht ändern",
    append: "Darunter einfügen",
    prepend: "Darüber einfügen",
    replace: "Suchen und ersetzen",
  },
  text: "Text, der eingefügt wird",
  find: "Suchen (genau so geschrieben)",
  with: "Ersetzen durch",
  changed: (count) => (count === 1 ? "1 Video ändert sich." : `${count} Videos ändern sich.`),
  same: (count) => (count === 1 ? "1 bleibt unverändert." : `${count} bleiben unverändert.`),
  skipped: {
    draft: (count) =>
      `${count} ${count === 1 ? "wird" : "werden"} ausgelassen: nicht gespeicherte Änderungen.`,
    not_ready: (count) =>
      `${count} ${count === 1 ? "wird" : "werden"} ausgelassen: in Verarbeitung.`,
    not_found: (count) => `${count} ${count === 1 ? "ist" : "sind"} nicht mehr verfügbar.`,
  },
  overLimit: (count) => `${videos(count)} über YouTubes Grenze. Nichts wird abgeschnitten.`,
  isOver: "Über YouTubes Grenze",
  more: (count) => `und ${count} weitere`,
  apply: (count) => `${videos(count)} ändern`,
  running: (done, total) => `Videos werden geändert: ${done} von ${total}`,
  undoing: (done, total) => `Videos werden wiederhergestellt: ${done} von ${total}`,
  done: (count) => `${videos(count)} geändert`,
  restored: (count) => `${videos(count)} wiederhergestellt.`,
  kept: (count) =>
    count === 1
      ? "1 wurde seitdem geändert und bleibt."
      : `${count} wurden seitdem geändert und bleiben.`,
  refused: (count) =>
    count === 1
      ? "1 Änderung wurde nicht angenommen:"
      : `${count} Änderungen wurden nicht angenommen:`,
};
