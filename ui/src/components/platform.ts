export const isLinux = navigator.platform.startsWith("Linux");

/** Whether the page itself can drag files to other programs; elsewhere the shell has to. */
export const dragsFiles = isLinux;

/** Marks the document with the platform, for styles. */
export function markPlatform() {
  if (isLinux) document.documentElement.dataset.platform = "linux";
}

/** Whether this is macOS, where ⌘ takes the place of Ctrl. */
export const isMac = navigator.platform.startsWith("Mac");

/** Returns the name of a shortcut with Ctrl, or with ⌘ on macOS. */
export function mod(key: string): string {
  return isMac ? `⌘${key}` : `Ctrl+${key}`;
}

/** Returns whether an event is a shortcut of this key with Ctrl, or with ⌘ on macOS. */
export function isCommand(event: KeyboardEvent, key: string): boolean {
  const command = isMac ? event.metaKey : event.ctrlKey;
  return command && !event.altKey && !event.shiftKey && event.key.toLowerCase() === key;
}

/** Returns whether the page runs in the app and not in a plain browser. */
export function isTauri(): boolean {
  return "__TAURI_INTERNALS__" in window;
}
