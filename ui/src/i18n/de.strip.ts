import type { Messages } from "./en";

/** The texts of the mini strip in German. */
export const strip: Messages["strip"] = {
  title: "Ministreifen",
  shortcut: "Ministreifen und zurück",
  list: "Videos in Verarbeitung",
  expand: "Ganzes Fenster öffnen",
  none: "Nichts wird verarbeitet",
  notSignedIn: "Nicht angemeldet",
  interrupted: "Unterbrochen",
  review: (count: number) =>
    count === 1 ? "1 Video ist zu prüfen" : `${count} Videos sind zu prüfen`,
  more: (count: number) => `${count} weitere`,
};

/** The texts of the settings of the window in German. */
export const windowSettings: Messages["windowSettings"] = {
  title: "Fenster",
  onTop: "Immer im Vordergrund",
  turnOnTopOn: "„Immer im Vordergrund“ einschalten",
  turnOnTopOff: "„Immer im Vordergrund“ ausschalten",
  waylandOnTop:
    "Wayland ignoriert das möglicherweise. Nutze dann das Menü in der Titelleiste des Fensters.",
  shortcut: "Tastenkürzel, das das Fenster ein- oder ausblendet",
  shortcutOff: "Aus",
  clearShortcut: "Tastenkürzel ausschalten",
  invalidShortcut:
    "Drücke einen Buchstaben, eine Ziffer oder eine Funktionstaste zusammen mit Ctrl, Alt oder Super.",
  shortcutStates: {
    off: "Wähle das Feld und drücke die Tasten, zum Beispiel Ctrl+Shift+Y.",
    active: "Es funktioniert in jedem Programm.",
    taken: "Ein anderes Programm nutzt dieses Tastenkürzel. Wähle ein anderes.",
    no_such_key: "Diese Tastatur hat keine solche Taste. Wähle eine andere.",
    unsupported:
      "Dieser Desktop gibt Tastenkürzel nicht an Programme im Hintergrund weiter. In seinen eigenen Einstellungen kann ein Tastenkürzel Tallylight starten; das zeigt das Fenster.",
  },
};
