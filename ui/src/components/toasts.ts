import { toast } from "svelte-sonner";
import { reasonText } from "../format/errors";
import { asError } from "../ipc/backend";
import { locale } from "../state/locale.svelte";

/** Copies a text to the clipboard, then shows a message. */
export async function copyWithMessage(text: string, message: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  toast(message);
}

/** The id of a message. */
export type ToastId = ReturnType<typeof toast>;

/** Shows a message with a button that undoes what was done, for a time in milliseconds. */
export function showUndoableMessage(message: string, undo: () => void, duration = 5000): ToastId {
  return toast(message, { action: { label: locale.messages.undo, onClick: undo }, duration });
}

/** Removes a message. */
export function dismissToast(id: ToastId): void {
  toast.dismiss(id);
}

/** Shows why an action failed. */
export function showError(message: string): void {
  toast.error(message);
}

/** Shows why an action failed, from what it threw. */
export function showFailure(thrown: unknown): void {
  showError(reasonText(asError(thrown)));
}

/** Waits for an action, and shows why it failed if it does. */
export async function reportFailure(action: Promise<unknown>): Promise<void> {
  try {
    await action;
  } catch (error) {
    showFailure(error);
  }
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
