/** Tells whether the page runs in the app, and not in a plain browser. */
export function isTauri(): boolean {
  return "__TAURI_INTERNALS__" in window;
}
