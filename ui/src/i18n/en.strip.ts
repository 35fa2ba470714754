import type { ShortcutState } from "../ipc/bindings";

/** The texts of the mini strip in English. */
export const strip = {
  title: "Mini strip",
  shortcut: "Mini strip, and back",
  list: "Videos being processed",
  expand: "Open full window",
  none: "Nothing is processing",
  notSignedIn: "Not signed in",
  interrupted: "Interrupted",
  review: (count: number) => (count === 1 ? "1 video needs review" : `${count} videos need review`),
  more: (count: number) => `${count} more`,
};

/** The texts of the settings of the window in English. */
export const windowSettings = {
  title: "Window",
  onTop: "Always on top",
  turnOnTopOn: "Turn on “Always on top”",
  turnOnTopOff: "Turn off “Always on top”",
  waylandOnTop: "Wayland may ignore this. Then use the menu of the window's title bar.",
  shortcut: "Shortcut that shows or hides the window",
  shortcutOff: "Off",
  clearShortcut: "Turn off the shortcut",
  invalidShortcut: "Press a letter, digit or function key together with Ctrl, Alt or Super.",
  shortcutStates: {
    off: "Select the field and press the keys, such as Ctrl+Shift+Y.",
    active: "It works in every program.",
    taken: "Another program uses this shortcut. Choose a different one.",
    no_such_key: "This keyboard has no such key. Choose a different one.",
    unsupported:
      "This desktop doesn't pass shortcuts to programs in the background. Its own settings can start Tallylight by a shortcut, which shows the window.",
  } satisfies Record<ShortcutState, string>,
};
