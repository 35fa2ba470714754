import type { Messages } from "./en";

/** The texts of the settings in German. */
export const settings: Messages["settings"] = {
  title: "Einstellungen",
  sections: {
    general: "Allgemein",
    account: "Konto",
    notifications: "Mitteilungen",
    data: "Daten",
    network: "Netzwerk",
    automation: "Automatisch",
    advanced: "Erweitert",
  },

  theme: "Erscheinungsbild",
  themes: { system: "Systemeinstellung", light: "Hell", dark: "Dunkel" },
  language: "Sprache",
  systemLanguage: "Wie das System",
  startAtLogin: "Tallylight starten, wenn ich mich am Computer anmelde",
  otherFolder: "Nicht möglich, solange Tallylight seine Daten in einem anderen Ordner hat.",
  closing: "Wenn das Fenster geschlossen wird",
  closings: {
    auto: { present: "Im Infobereich weiterlaufen", absent: "Fragen" },
    hide: {
      present: "Immer weiterlaufen, auch ohne Infobereich",
      absent: "Im Hintergrund weiterlaufen",
    },
    quit: "Beenden",
  },

  nobody: "Niemand ist angemeldet.",
  signedIn: "Angemeldet als",
  studio: "Studio",

  tellMe: "Sag mir, wenn",
  notices: {
    completed: "ein Video fertig ist",
    failed: "ein Video fehlgeschlagen ist",
    warning: "du dir ein Video ansehen solltest",
  },
  soundTitle: "Ton",
  sound: "Zu jeder Mitteilung einen Ton abspielen",
  quietTitle: "Ruhezeit",
  quietHours: "Jeden Tag eine Zeit lang Ruhe",
  quietHint: "Was inzwischen geschieht, erfährst du danach in einer einzigen Mitteilung.",
  quiet: { from: "Von", to: "Bis" },
  pauseTitle: "Mitteilungen pausieren",
  notPaused: "Mitteilungen werden gezeigt.",
  forAnHour: "Für eine Stunde",
  untilTomorrow: "Bis morgen",
  resume: "Fortsetzen",

  retention: "Fertige Videos so viele Tage auf diesem Computer behalten",
  retentionHint:
    "Gezählt ab ihrer letzten Änderung. Ältere werden bei jedem Start vom Studio geholt.",
  days: (fewest: number, most: number) => `Gib eine ganze Zahl von ${fewest} bis ${most} ein`,
  folder: "Wo alles liegt",
  openFolder: "Ordner öffnen",
  clearTitle: "Neu beginnen",
  clear: "Liste und Bilder leeren…",
  clearQuestion:
    "Die Liste und ihre Bilder werden hier vergessen und neu geholt. Was noch nicht gespeichert ist, bleibt.",
  clearSure: "Leeren",
  cleared: "Alles wird neu geholt.",

  proxy: "Proxy",
  proxies: { system: "System", none: "Keiner", this: "Dieser" },
  proxyAddress: "Adresse des Proxys",
  proxyHint: "http://proxy:3128 oder socks5://proxy:1080",
  certificate: "Weitere Zertifikate",
  certificateHint:
    "Eine Datei im PEM-Format, für ein Studio, dessen Zertifikat dieser Computer nicht kennt.",
  choose: "Auswählen…",
  removeCertificate: "Entfernen",

  automationHint:
    "Was am Ende eines Videos von selbst getan wird. Nichts, bis du eine Regel hinzufügst.",
  whens: {
    completed: "Wenn ein Video fertig ist",
    failed: "Wenn ein Video fehlgeschlagen ist",
    both: "Wenn ein Video fertig oder fehlgeschlagen ist",
  },
  runs: (command: string) => `${command} ausführen`,
  tells: (address: string) => `${address} Bescheid geben`,
  remove: "Entfernen",
  removeRule: (rule: string) => `„${rule}“ entfernen`,
  addRule: "Regel hinzufügen…",
  newRule: "Neue Regel",
  add: "Hinzufügen",
  when: "Wann",
  what: "Was getan wird",
  runProgram: "Programm ausführen",
  callWebhook: "Webhook aufrufen",
  command: "Programm und Argumente, eines pro Zeile",
  commandHint:
    "Die erste Zeile ist das Programm. Keine Shell liest mit; das Video kommt als JSON auf der Standardeingabe.",
  webhook: "Adresse des Webhooks",
  whenMissing: "Wähle, wann es getan wird",
  programMissing: "Schreib das Programm in die erste Zeile",
  addressMissing: "Gib die Adresse ein",
  secretTitle: "Geheimnis für Webhooks",
  secretHint:
    "Unterschreibt, was Webhooks erfahren: Der Header X-Tallylight-Signature ist der HMAC-SHA256 von „<Zeitstempel>.<Inhalt>“. Es liegt im Schlüsselbund und wird nie wieder gezeigt.",
  secret: "Neues Geheimnis",
  saveSecret: "Speichern",
  secretSaved: "Gespeichert",

  updates: "Version",
  logLevel: "Was ins Protokoll kommt",
  levels: {
    error: "Fehler",
    warn: "Warnungen",
    info: "Das Übliche",
    debug: "Alles",
  },
  help: "Wenn etwas nicht stimmt",
  connection: "Verbindung und Diagnose",
  reset: "Von vorn",
  file: "Die Einstellungen liegen in",
  resetSettings: "Einstellungen zurücksetzen…",
  resetQuestion: "Alles wird wie am Anfang. Die alte Datei bleibt daneben liegen.",
  resetSure: "Zurücksetzen",
};
