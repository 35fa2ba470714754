import type { Messages } from "./en";

/** The texts about processing videos on this computer, and about suggestions, in German. */
export const computer: Messages["computer"] = {
  speechTitle: "Spracherkennung",
  speechText:
    "Macht aus dem Gesprochenen ein Transkript, auf diesem Computer. Nichts wird irgendwohin gesendet. Größere Modelle machen weniger Fehler und brauchen länger.",
  noEngine:
    "Diese Version von Tallylight kann keine Sprache erkennen, oder der Prozessor dieses Computers ist zu alt dafür. Untertitel neben einem Video (urlaub.srt neben urlaub.mp4) werden sein Transkript.",
  program: "Ein Programm, das die Umgebung nennt, wird verwendet.",
  models: {
    tiny: "Am schnellsten, für einen ersten Eindruck",
    base: "Schnell, gut bei deutlicher Sprache",
    small: "Langsamer, gut für die meisten Videos",
    "large-v3-turbo": "Langsam, macht die wenigsten Fehler",
  },
  languages: (count) => `${count} Sprachen`,
  speed: (minutes) => `1 Minute Video dauert hier etwa ${minutes}`,
  use: "Dieses Modell verwenden",
  off: "Aus",
  offText: "Es entstehen keine Transkripte, außer aus Untertiteln.",
  ownModel: "Eigenes Modell",
  ownModelGone: "Diese Datei ist nicht mehr da. Wähle eine andere.",
  chooseFile: "Modelldatei auswählen…",
  download: "Herunterladen",
  downloadModel: (model, size) => `${model} herunterladen (${size})`,
  resume: "Fortsetzen",
  resumeModel: (model) => `Download von ${model} fortsetzen`,
  stop: "Anhalten",
  stopModel: (model) => `Download von ${model} anhalten`,
  delete: "Löschen",
  deleteModel: (model) => `${model} löschen`,
  received: (received, size) => `${received} von ${size}`,
  states: {
    running: "Wird heruntergeladen…",
    checking: "Der Download wird geprüft…",
    stopped: "Angehalten",
    no_space: "Auf dem Datenträger ist nicht genug Platz. Schaffe Platz und setze fort.",
    disk: "Die Datei kann nicht geschrieben werden. Prüfe den Datenträger und setze fort.",
    network: "Der Download ist abgebrochen. Prüfe das Netz und setze fort.",
    missing: "Der Server hat dieses Modell nicht mehr. Wähle ein anderes.",
    damaged: "Der Download war beschädigt und wurde gelöscht. Versuche es noch einmal.",
  },
  free: (size) => `${size} frei auf diesem Datenträger`,
  storageTitle: "Speicherplatz",
  storage: (size) => `Deine Videos auf diesem Computer belegen ${size}.`,
  copies: (count, size) =>
    count === 1
      ? `1 davon ist fertig; seine Kopie belegt ${size}.`
      : `${count} davon sind fertig; ihre Kopien belegen ${size}.`,
  deleteCopies: "Fertige Kopien löschen…",
  deleteQuestion:
    "Die Kopien fertiger Videos werden aus Tallylights Ordner gelöscht. Deine Originale, Texte und Bilder bleiben.",
  deleteSure: "Kopien löschen",
  offerTitle: "Transkripte gewünscht?",
  offerText:
    "Tallylight kann aufschreiben, was in deinen Videos gesagt wird, und daraus Tags, Kapitel und eine Beschreibung vorschlagen. Das geschieht auf diesem Computer; ein Modell wird einmal heruntergeladen.",
  setUp: "Einrichten",
  notNow: "Nicht jetzt",
};

export const suggestions: Messages["suggestions"] = {
  hint: "Ein Sprachmodell kann aus einem Transkript Titel, eine Beschreibung, Tags und Kapitelnamen vorschlagen. Es ist aus, bis du es einschaltest, und nichts wird gesendet, bevor du es gesehen hast.",
  enabled: "Vorschläge eines Sprachmodells anbieten",
  address: "Adresse des Servers",
  addressHint: "Ein Server wie der von OpenAI: Ollama ist unter http://localhost:11434/v1",
  model: "Modell",
  modelHint: "Wie der Server es nennt, etwa llama3.1:8b",
  key: "Neuer Schlüssel",
  keyHint:
    "Nur für Server, die einen wollen. Er liegt im Schlüsselbund und wird nie wieder gezeigt.",
  saveKey: "Speichern",
  keySaved: "Gespeichert",
  removeKey: "Schlüssel entfernen",
  suggested: "Vorschlag",
  suggestedHint: "Aus dem Video gemacht. Er gilt, solange du ihn nicht änderst.",
  keep: "Übernehmen",
  keepField: (field) => `Vorschlag übernehmen: ${field}`,
  open: "Texte vorschlagen…",
  title: "Texte vorschlagen",
  preview: (address) => `Das wird an ${address} gesendet, und sonst nichts:`,
  send: "Senden",
  waiting: "Das Sprachmodell antwortet gleich…",
  cancel: "Abbrechen",
  again: "Noch einmal versuchen",
  titles: "Titel",
  useTitle: (title) => `Den Titel „${title}“ verwenden`,
  useField: (field) => `Vorschlag verwenden: ${field}`,
  use: "Verwenden",
  used: "Im Editor",
  usedHint:
    "Was du verwendest, steht dann im Editor. Nichts wird gespeichert, bevor du speicherst.",
};
