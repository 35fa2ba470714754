/** Tells whether a file that the page hands over reaches the program that it is dropped on. */
export const dragsFiles = navigator.platform.startsWith("Linux");

const isMac = navigator.platform.startsWith("Mac");

/** Names the keys that save. */
export const saveKey = isMac ? "⌘S" : "Ctrl+S";

/** Tells whether a key saves. */
export function isSave(event: KeyboardEvent): boolean {
  const command = isMac ? event.metaKey : event.ctrlKey;
  return command && !event.altKey && event.key.toLowerCase() === "s";
}

/** Tells whether the page runs in the app, and not in a plain browser. */
export function isTauri(): boolean {
  return "__TAURI_INTERNALS__" in window;
}
