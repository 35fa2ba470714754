import { isMac } from "../../components/platform";

/** What keys that are pressed together are: not complete yet, a shortcut, or something that no shortcut can be. */
export type Recorded = { kind: "partial" | "invalid" } | { kind: "shortcut"; shortcut: string };

const MODIFIER_KEYS = ["Control", "Shift", "Alt", "AltGraph", "Meta", "OS", "Super", "CapsLock"];
const NAMED_KEYS: Record<string, string> = {
  " ": "Space",
  ArrowUp: "Up",
  ArrowDown: "Down",
  ArrowLeft: "Left",
  ArrowRight: "Right",
  Home: "Home",
  End: "End",
  PageUp: "PageUp",
  PageDown: "PageDown",
};

/** Returns the shortcut of the keys that are pressed, as the settings write it. */
export function recordShortcut(event: KeyboardEvent): Recorded {
  if (MODIFIER_KEYS.includes(event.key)) return { kind: "partial" };
  const key = keyName(event);
  const main = isMac ? event.metaKey : event.ctrlKey;
  const other = isMac ? event.ctrlKey && "Control" : event.metaKey && "Super";
  const modifiers = [main && "CommandOrControl", event.altKey && "Alt", other].filter(Boolean);
  if (key === undefined || modifiers.length === 0) return { kind: "invalid" };
  if (event.shiftKey) modifiers.push("Shift");
  return { kind: "shortcut", shortcut: [...modifiers, key].join("+") };
}

/** Returns a shortcut of the settings with the names of the keys on this system. */
export function shortcutLabel(shortcut: string): string {
  const names: Record<string, string> = isMac
    ? { CommandOrControl: "⌘", Super: "⌘", Control: "⌃", Alt: "⌥", Shift: "⇧" }
    : { CommandOrControl: "Ctrl", Control: "Ctrl" };
  const parts = shortcut.split("+").map((part) => names[part] ?? part);
  return parts.join(isMac ? "" : "+");
}

/** Returns the name of the key: the letter that it types, or else the one at its place on an English keyboard. */
function keyName({ key, code }: KeyboardEvent): string | undefined {
  const letter = /^[a-z]$/i.test(key) ? key : /^Key([A-Z])$/.exec(code)?.[1];
  if (letter !== undefined) return letter.toUpperCase();
  const digit = /^\d$/.test(key) ? key : /^Digit(\d)$/.exec(code)?.[1];
  return digit ?? (/^F\d+$/.test(key) ? key : NAMED_KEYS[key]);
}
