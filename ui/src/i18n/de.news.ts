import type { Messages } from "./en";

/** The texts of what happened meanwhile in German. */
export const history: Messages["history"] = {
  title: "Was geschehen ist",
  unread: (count: number) => `Was geschehen ist, ${count} neu`,
  paused: (time: string) => `Pausiert bis ${time}`,
  empty: "Noch nichts. Wird ein Video fertig, schlägt fehl oder braucht dich, steht es hier.",
  new: "Neu:",
  kinds: {
    completed: "Fertig",
    failed: "Fehlgeschlagen",
    warning: "Sieh es dir an",
    summary: "Mehrere Videos",
  },
};

/** The texts of closing the window in German. */
export const closing: Messages["closing"] = {
  title: "Im Hintergrund weiterlaufen?",
  text: "Tallylight sagt dir dann weiter, wie es um deine Videos steht. Hier gibt es keinen Infobereich: Um dieses Fenster zurückzuholen, starte Tallylight noch einmal.",
  hide: "Weiterlaufen",
  quit: "Beenden",
  remember: "Nicht mehr fragen",
};

/** The texts of quitting in German. */
export const quitting: Messages["quitting"] = {
  title: "Tallylight beenden?",
  text: (count: number) =>
    count === 1
      ? "1 Video wird noch hochgeladen. Beim Beenden bricht das ab."
      : `${count} Videos werden noch hochgeladen. Beim Beenden bricht das ab.`,
  none: "Inzwischen sind alle Videos hochgeladen.",
  stay: "Weiter hochladen",
  quit: "Trotzdem beenden",
};

/** The texts of newer versions in German. */
export const updates: Messages["updates"] = {
  version: (version: string) => `Tallylight ${version}`,
  absent:
    "Neues kommt über deine Paketverwaltung, oder diese Ausgabe bietet keine Aktualisierungen an.",
  unknown: "Nach einer neueren Version hat noch niemand gesucht.",
  checking: "Suche nach einer neueren Version…",
  current: "Das ist die neueste Version.",
  available: (version: string) => `Version ${version} ist da.`,
  downloading: (version: string) => `Version ${version} wird geladen.`,
  ready: (version: string) => `Version ${version} ist bereit und läuft ab dem nächsten Start.`,
  check: "Nach Neuem suchen",
  fetch: "Laden",
  restart: "Jetzt neu starten",
  uploading: "Es werden noch Videos hochgeladen: starte neu, wenn sie da sind.",
  unsaved: "Manches ist noch nicht gespeichert: starte neu, wenn es das ist.",
};

/** The texts of what the versions brought in German. */
export const releases: Messages["releases"] = {
  title: "Was neu ist",
  unreleased: "Noch nicht veröffentlicht",
  none: "Von keiner Version ist etwas bekannt.",
  kinds: {
    Added: "Neu",
    Changed: "Geändert",
    Fixed: "Behoben",
    Removed: "Entfernt",
    Deprecated: "Läuft aus",
    Security: "Sicherheit",
  },
};
