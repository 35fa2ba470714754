import { toast } from "svelte-sonner";
import { locale } from "../state/locale.svelte";

/** Copies a text to the clipboard, then shows a message. */
export async function copyWithMessage(text: string, message: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  toast(message);
}

/** Shows a message with a button that undoes what was done. */
export function showUndoableMessage(message: string, undo: () => void): void {
  toast(message, { action: { label: locale.messages.undo, onClick: undo } });
}

/** Shows why an action failed. */
export function showError(message: string): void {
  toast.error(message);
}

/** Shows a message that stays until it is dismissed. */
export function showPersistentMessage(message: string): void {
  toast(message, {
    duration: Infinity,
    action: { label: locale.messages.dismiss, onClick: () => undefined },
  });
}

/** Shows a message that disappears by itself. */
export function showMessage(message: string): void {
  toast(message);
}
