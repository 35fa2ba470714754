const isLinux = navigator.platform.startsWith("Linux");

/** Tells whether a file that the page hands over reaches the program that it is dropped on. */
export const dragsFiles = isLinux;

/** Lets styles know where they are. */
export function markPlatform() {
  if (isLinux) document.documentElement.dataset.platform = "linux";
}

const isMac = navigator.platform.startsWith("Mac");

/** Names the keys of a command. */
export function mod(key: string): string {
  return isMac ? `⌘${key}` : `Ctrl+${key}`;
}

/** Tells whether a key, with the one that commands, was pressed. */
export function isCommand(event: KeyboardEvent, key: string): boolean {
  const command = isMac ? event.metaKey : event.ctrlKey;
  return command && !event.altKey && !event.shiftKey && event.key.toLowerCase() === key;
}

/** Tells whether the page runs in the app, and not in a plain browser. */
export function isTauri(): boolean {
  return "__TAURI_INTERNALS__" in window;
}
