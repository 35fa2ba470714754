import type { Messages } from "./en";

/** The texts about processing videos on this computer, and about suggestions, in German. */
export const computer: Messages["computer"] = {
  speechTitle: "Spracherkennung",
  speechText:
    "Transkribiert Sprache auf diesem Computer. Es werden keine Daten übertragen. Größere Modelle sind genauer und langsamer.",
  noEngine:
    "Diese Version von Tallylight oder der Prozessor dieses Computers unterstützt keine Spracherkennung. Untertiteldateien im selben Ordner (urlaub.srt zu urlaub.mp4) werden als Transkript verwendet.",
  program: "Das Programm in TALLYLIGHT_WHISPER wird verwendet.",
  models: {
    tiny: "Am schnellsten, am ungenauesten",
    base: "Schnell, gut bei deutlicher Sprache",
    small: "Langsamer, gut für die meisten Videos",
    "large-v3-turbo": "Am langsamsten, am genauesten",
  },
  languages: (count) => `${count} Sprachen`,
  speed: (minutes) => `Etwa ${minutes} pro Minute Video`,
  off: "Aus",
  offText: "Nur Videos mit Untertiteln erhalten ein Transkript.",
  ownModel: "Eigenes Modell",
  ownModelGone: "Datei nicht gefunden. Wähle eine andere aus.",
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
    checking: "Download wird überprüft…",
    stopped: "Angehalten",
    no_space: "Nicht genügend Speicherplatz. Gib Speicher frei und setze den Download fort.",
    disk: "Die Datei konnte nicht gespeichert werden. Prüfe den Datenträger und setze den Download fort.",
    network: "Download unterbrochen. Prüfe deine Internetverbindung und setze ihn fort.",
    missing: "Dieses Modell ist nicht mehr verfügbar. Wähle ein anderes aus.",
    damaged: "Der Download war beschädigt und wurde gelöscht. Versuche es erneut.",
  },
  free: (size) => `${size} verfügbar`,
  storageTitle: "Speicherplatz",
  storage: (size) => `Deine Videos auf diesem Computer belegen ${size}.`,
  copies: (count, size) =>
    count === 1
      ? `1 Kopie eines fertigen Videos belegt ${size}.`
      : `${count} Kopien fertiger Videos belegen ${size}.`,
  deleteCopies: "Kopien fertiger Videos löschen…",
  deleteQuestion:
    "Die Kopien fertiger Videos werden aus dem Tallylight-Ordner gelöscht. Deine Originaldateien, Texte und Vorschaubilder bleiben erhalten.",
  deleteConfirm: "Kopien löschen",
  offerTitle: "Transkripte hinzufügen",
  offerText:
    "Tallylight kann deine Videos transkribieren und Tags, Kapitel und eine Beschreibung vorschlagen. Alles läuft auf diesem Computer, nachdem einmalig ein Modell heruntergeladen wurde.",
  setUp: "Einrichten",
  notNow: "Nicht jetzt",
};

export const suggestions: Messages["suggestions"] = {
  hint: "Ein Sprachmodell kann anhand des Transkripts Titel, eine Beschreibung, Tags und Kapiteltitel vorschlagen. Vor dem Senden kannst du alles prüfen.",
  enabled: "Texte mit einem Sprachmodell vorschlagen",
  address: "Server-URL",
  addressHint: "Jeder OpenAI-kompatible Server, z. B. Ollama unter http://localhost:11434/v1",
  model: "Modell",
  modelHint: "Modellname auf dem Server, z. B. llama3.1:8b",
  key: "Neuer API-Schlüssel",
  keyHint:
    "Nur, wenn der Server einen verlangt. Er wird im Schlüsselbund gespeichert und nicht mehr angezeigt.",
  saveKey: "Speichern",
  keySaved: "Gespeichert",
  removeKey: "API-Schlüssel entfernen",
  suggested: "Vorschlag",
  suggestedHint: "Aus dem Video erstellt. Wird verwendet, sofern du ihn nicht änderst.",
  keep: "Übernehmen",
  keepField: (field) => `Vorschlag übernehmen: ${field}`,
  open: "Texte vorschlagen…",
  title: "Texte vorschlagen",
  preview: (address) => `Nur das wird an ${address} gesendet:`,
  send: "Senden",
  waiting: "Vorschläge werden erstellt…",
  cancel: "Abbrechen",
  titles: "Titel",
  useTitle: (title) => `Titel „${title}“ verwenden`,
  useField: (field) => `Vorschlag verwenden: ${field}`,
  use: "Verwenden",
  used: "Eingefügt",
  usedHint: "Vorschläge werden in den Editor eingefügt. Speichere, um sie zu übernehmen.",
};
