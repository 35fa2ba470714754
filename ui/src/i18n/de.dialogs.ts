import type { Messages } from "./en";

/** The texts of what happened meanwhile in German. */
export const history: Messages["history"] = {
  title: "Mitteilungen",
  unread: (count: number) => `Mitteilungen, ${count} ungelesen`,
  paused: (time: string) => `Mitteilungen pausiert bis ${time}`,
  empty:
    "Noch keine Mitteilungen. Hier siehst du, wenn ein Video bereit ist, fehlschlägt oder eine Warnung hat.",
  new: "Ungelesen:",
  kinds: {
    completed: "Bereit",
    failed: "Fehlgeschlagen",
    warning: "Mit einer Warnung bereit",
    summary: "Mehrere Videos",
  },
};

/** The texts of closing the window in German. */
export const closeWindow: Messages["closeWindow"] = {
  title: "Im Hintergrund weiter ausführen?",
  text: "Tallylight sendet weiterhin Mitteilungen. Dieser Desktop hat keinen Infobereich. Öffne Tallylight erneut, um dieses Fenster anzuzeigen.",
  hide: "Weiter ausführen",
  quit: "Beenden",
  remember: "Nicht mehr nachfragen",
};

/** The texts of quitting in German. */
export const quitDialog: Messages["quitDialog"] = {
  title: "Tallylight beenden?",
  text: (count: number) =>
    count === 1
      ? "1 Upload läuft noch. Er wird beim nächsten Start von Tallylight fortgesetzt."
      : `${count} Uploads laufen noch. Sie werden beim nächsten Start von Tallylight fortgesetzt.`,
  none: "Alle Uploads sind abgeschlossen.",
  stay: "Weiter hochladen",
  quit: "Trotzdem beenden",
};

/** The texts of newer versions in German. */
export const updates: Messages["updates"] = {
  version: (version: string) => `Tallylight ${version}`,
  absent: "Updates kommen über deine Paketverwaltung oder sind für diese Version nicht verfügbar.",
  unknown: "Noch nicht gesucht.",
  checking: "Suche nach Updates…",
  current: "Tallylight ist auf dem neuesten Stand.",
  available: (version: string) => `Version ${version} ist verfügbar.`,
  downloading: (version: string) => `Version ${version} wird heruntergeladen…`,
  ready: (version: string) => `Version ${version} ist bereit. Starte neu, um sie zu installieren.`,
  check: "Nach Updates suchen",
  fetch: "Herunterladen",
  restart: "Jetzt neu starten",
  uploading: "Es laufen noch Uploads. Starte neu, sobald sie abgeschlossen sind.",
  unsaved: "Es gibt nicht gespeicherte Änderungen. Speichere sie und starte dann neu.",
};

/** The texts of what the versions brought in German. */
export const releaseNotes: Messages["releaseNotes"] = {
  title: "Neuigkeiten",
  unreleased: "Noch nicht veröffentlicht",
  none: "Keine Versionshinweise verfügbar.",
  kinds: {
    Added: "Neu",
    Changed: "Geändert",
    Fixed: "Behoben",
    Removed: "Entfernt",
    Deprecated: "Veraltet",
    Security: "Sicherheit",
  },
};
