/** Tells whether a key belongs to what it is typed into, and means nothing to the window. */
export function isTaken(event: KeyboardEvent): boolean {
  const into = event.target instanceof Element ? event.target : null;
  const isChord = event.ctrlKey || event.metaKey || event.altKey;
  const isField = Boolean(into?.closest("input, textarea, select"));
  // A dialog has every key, also where the focus went with a button that is gone.
  const isDialog = document.querySelector("dialog[open]") !== null;
  return isChord || event.defaultPrevented || isField || isDialog;
}

/** Returns by how many rows a key moves; null for a key that moves none. */
export function rowStep(key: string): number | null {
  const steps: Record<string, number> = {
    ArrowDown: 1,
    j: 1,
    ArrowUp: -1,
    k: -1,
    PageDown: 8,
    PageUp: -8,
    Home: -Infinity,
    End: Infinity,
  };
  return steps[key] ?? null;
}
