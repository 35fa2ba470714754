import type { Messages } from "./en";

/** The texts of uploads in German. */
export const uploads: Messages["uploads"] = {
  title: "Uploads",
  group: "Wird hochgeladen",
  queued: "In der Warteschlange",
  waiting: (reason: string) =>
    reason === ""
      ? "Unterbrochen. Wird von selbst fortgesetzt."
      : `Unterbrochen, wird von selbst fortgesetzt. ${reason}`,
  verifying: "Es wird geprüft, ob das Video angekommen ist…",
  paused: "Pausiert",
  sent: (sent: string, total: string) => `${sent} von ${total}`,
  speed: (size: string) => `${size}/s`,
  cancel: (name: string) => `Upload von ${name} abbrechen`,
  retry: (name: string) => `${name} erneut versuchen`,
  dismiss: (name: string) => `${name} ausblenden`,
  pause: (name: string) => `${name} pausieren`,
  resume: (name: string) => `${name} fortsetzen`,
  more: (name: string) => `Aktionen für ${name}`,
  pauseAll: "Alle pausieren",
  resumeAll: "Alle fortsetzen",
  moveFirst: "Zuerst hochladen",
  moveUp: "Nach oben",
  moveDown: "Nach unten",
  pauseAction: "Pausieren",
  resumeAction: "Fortsetzen",
  retryAction: "Erneut versuchen",
  cancelAction: "Upload abbrechen",
  dismissAction: "Ausblenden",
};
