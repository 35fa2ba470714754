import { isDialogOpen } from "./openDialogs";

/** Types of `<input>` that do not take letters. */
const WITHOUT_TEXT = ["button", "checkbox", "color", "file", "radio", "range", "reset", "submit"];

/** `KeyboardEvent.keyCode` of a key that an input method has consumed. */
const CONSUMED_KEY_CODE = 229;

/**
 * Hides the keys of an input method from all other listeners: Enter then ends a composition, and must not also save,
 * open or add something. Must be called before any other listener is added.
 */
export function ignoreCompositionKeys(): void {
  window.addEventListener(
    "keydown",
    (event) => {
      // WebKit sends the Enter that ends a composition after the end, with this key code.
      const isConsumed = event.isComposing || event.keyCode === CONSUMED_KEY_CODE;
      if (isConsumed) event.stopImmediatePropagation();
    },
    { capture: true },
  );
}

/** Returns whether a key belongs to the focused field, a dialog or another shortcut, and is no shortcut of the window. */
export function isKeyTaken(event: KeyboardEvent): boolean {
  return isChord(event) || event.defaultPrevented || takesLetters(event.target) || isDialogOpen();
}

/** Returns whether a key is pressed together with Ctrl, ⌘ or Alt. */
export function isChord(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey || event.altKey;
}

/** Returns whether a control uses letters itself: a text field, or a list of options, where they find an option. */
function takesLetters(target: EventTarget | null): boolean {
  const isList = target instanceof HTMLSelectElement || target instanceof HTMLOptionElement;
  return isList || isTextField(target);
}

/** Returns whether a person can select or type text in an element. */
export function isTextField(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !WITHOUT_TEXT.includes(target.type);
  return (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLElement && target.isContentEditable)
  );
}

/** Returns whether a key opens the menu of what has the focus. */
export function isMenuKey(event: KeyboardEvent): boolean {
  return event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey);
}

/** Returns by how many rows a key moves the focus; null for a key that does not move it. */
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
