import type { Messages } from "./en";

/** The texts of the settings in German. */
export const settings: Messages["settings"] = {
  title: "Einstellungen",
  sections: {
    general: "Allgemein",
    account: "Konto",
    notifications: "Mitteilungen",
    data: "Daten",
    computer: "Dieser Computer",
    suggestions: "Vorschläge",
    templates: "Vorlagen",
    network: "Netzwerk",
    automation: "Automatisierung",
    advanced: "Erweitert",
  },

  theme: "Erscheinungsbild",
  themes: { system: "Systemeinstellung", light: "Hell", dark: "Dunkel" },
  language: "Sprache",
  systemLanguage: "Systemsprache",
  startAtLogin: "Tallylight bei der Anmeldung öffnen",
  loginUnavailable: "Bei eigenem Datenordner nicht verfügbar.",
  closeAction: "Beim Schließen des Fensters",
  closeActions: {
    auto: { present: "Im Infobereich weiter ausführen", absent: "Fragen" },
    hide: {
      present: "Weiter ausführen, auch ohne Infobereich",
      absent: "Im Hintergrund weiter ausführen",
    },
    quit: "Beenden",
  },

  notSignedIn: "Nicht angemeldet.",
  signedIn: "Angemeldet als",
  studio: "Studio",

  notifyWhen: "Benachrichtige mich, wenn",
  notificationKinds: {
    completed: "ein Video bereit ist",
    failed: "ein Video fehlschlägt",
    warning: "ein Video eine Warnung hat",
  },
  soundTitle: "Ton",
  sound: "Bei jeder Mitteilung einen Ton abspielen",
  quietTitle: "Ruhezeiten",
  quietHours: "Ruhezeiten planen",
  quietHint: "Danach erhältst du eine Zusammenfassung.",
  quiet: { from: "Von", to: "Bis" },
  pauseTitle: "Mitteilungen pausieren",
  notPaused: "Mitteilungen sind eingeschaltet.",
  forAnHour: "1 Stunde",
  untilTomorrow: "Bis morgen",
  resume: "Fortsetzen",

  retention: "Verlauf behalten (in Tagen)",
  retentionHint:
    "Betrifft die Liste und die Mitteilungen auf diesem Computer. Weder Videodateien noch etwas im Studio wird gelöscht. Gezählt ab der letzten Änderung; ältere Videos werden bei jedem Start aus dem Studio geladen.",
  retentionRange: (fewest: number, most: number) =>
    `Gib eine ganze Zahl von ${fewest} bis ${most} ein`,
  folder: "Speicherort der Daten",
  openFolder: "Ordner öffnen",
  clearTitle: "Lokale Daten",
  clear: "Lokale Daten löschen…",
  clearQuestion:
    "Die Liste und die Vorschaubilder werden von diesem Computer gelöscht und neu geladen. Nicht gespeicherte Änderungen bleiben erhalten.",
  clearConfirm: "Löschen",
  cleared: "Lokale Daten gelöscht. Videos werden neu geladen.",

  proxy: "Proxy",
  proxies: { system: "System", none: "Keiner", this: "Manuell" },
  proxyAddress: "Proxy-URL",
  proxyHint: "Zum Beispiel http://proxy:3128 oder socks5://proxy:1080",
  uploadSpeed: "Höchste Upload-Geschwindigkeit (kB/s)",
  uploadSpeedHint: "Leer für keine Begrenzung. Gilt für alle Uploads zusammen.",
  uploadSpeedRange: (least: number, most: number) =>
    `Gib eine ganze Zahl von ${least} bis ${most} ein, oder nichts.`,
  certificate: "Eigenes CA-Zertifikat",
  certificateHint:
    "Eine PEM-Datei für ein Studio, dessen Zertifikat dieser Computer nicht vertraut.",
  choose: "Auswählen…",
  removeCertificate: "Entfernen",

  automationHint: "Aktionen ausführen, wenn die Verarbeitung eines Videos endet.",
  conditions: {
    completed: "Wenn ein Video bereit ist",
    failed: "Wenn ein Video fehlschlägt",
    both: "Wenn ein Video bereit ist oder fehlschlägt",
  },
  runText: (command: string) => `${command} ausführen`,
  webhookText: (address: string) => `${address} aufrufen`,
  remove: "Entfernen",
  removeRule: (rule: string) => `„${rule}“ entfernen`,
  addRule: "Regel hinzufügen…",
  newRule: "Neue Regel",
  add: "Hinzufügen",
  when: "Auslöser",
  action: "Aktion",
  runProgram: "Programm ausführen",
  callWebhook: "Webhook aufrufen",
  command: "Programm und Argumente, eines pro Zeile",
  commandHint:
    "Die erste Zeile ist das Programm. Es läuft ohne Shell und erhält das Video als JSON über die Standardeingabe.",
  webhook: "Webhook-URL",
  whenMissing: "Wähle einen Auslöser",
  programMissing: "Gib in der ersten Zeile ein Programm ein",
  addressMissing: "Gib eine URL ein",
  secretTitle: "Webhook-Secret",
  secretHint:
    "Signiert Webhook-Anfragen: Der Header X-Tallylight-Signature ist der HMAC-SHA256 von „<Zeitstempel>.<Inhalt>“. Es wird im Schlüsselbund gespeichert und nicht mehr angezeigt.",
  secret: "Neues Secret",
  saveSecret: "Speichern",
  secretSaved: "Gespeichert",

  updates: "Version",
  logLevel: "Protokollstufe",
  levels: {
    error: "Fehler",
    warn: "Warnungen",
    info: "Normal",
    debug: "Debug",
  },
  help: "Fehlerbehebung",
  connection: "Verbindungsdetails",
  reset: "Zurücksetzen",
  file: "Einstellungsdatei:",
  resetSettings: "Einstellungen zurücksetzen…",
  resetQuestion:
    "Die Standardeinstellungen werden wiederhergestellt. Eine Sicherung der Einstellungsdatei bleibt im selben Ordner.",
  resetConfirm: "Zurücksetzen",
};
