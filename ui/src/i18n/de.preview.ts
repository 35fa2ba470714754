import type { Messages } from "./en";

/** The texts of playing a video in German. */
export const preview: Messages["preview"] = {
  title: "Vorschau",
  play: "Video abspielen",
  playFrom: (time: string) => `Ab ${time} abspielen`,
  cues: "Transkript mit Zeiten",
  addChapter: "Kapitel an Abspielposition hinzufügen",
  useFrame: "Dieses Bild als Vorschaubild verwenden",
  frameTaken: (time: string) => `Vorschaubild bei ${time} erstellt`,
  unsupported: (format: string) =>
    `Tallylight kann auf diesem Computer keine ${format}-Dateien abspielen.`,
  noCodec: (format: string) =>
    `Tallylight konnte diese ${format}-Datei nicht abspielen. Vielleicht fehlt diesem Computer ein Codec.`,
  unplayable:
    "Tallylight konnte dieses Video nicht abspielen. Vielleicht fehlt diesem Computer ein Codec.",
  gstreamer:
    "Unter Linux kommen die Codecs mit GStreamer: Installiere dessen Plugins (etwa gstreamer1.0-libav) und starte Tallylight neu.",
  gone: "Das Studio hat diese Videodatei nicht mehr.",
  openInPlayer: "Im Player des Systems öffnen",
  openInBrowser: "Im Browser öffnen",
  showFile: "Datei anzeigen",
  retry: "Erneut versuchen",
};
