import { isTextField } from "./keyboard";
import { isCommand } from "./platform";

// What a web view does by itself with a page, and an app does not.

/** Keeps Ctrl+A from selecting the texts of the whole page; in text fields it selects their text. */
export function preventPageSelection(event: KeyboardEvent): void {
  if (isCommand(event, "a") && !isTextField(event.target)) event.preventDefault();
}

/** Keeps the menu of the web view (Back, Reload…) from opening, except where it copies and pastes text. */
export function preventWebViewMenu(event: MouseEvent): void {
  if (!isTextField(event.target) && !isInSelectedText(event.target)) event.preventDefault();
}

function isInSelectedText(target: EventTarget | null): boolean {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || !(target instanceof Node)) return false;
  return selection.containsNode(target, true);
}
