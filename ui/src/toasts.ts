import { toast } from "svelte-sonner";
import { messages } from "./messages";

/** Copies a text, and says so. */
export async function copied(text: string, words: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  toast(words);
}

/** Says what was just done, and offers to undo it. */
export function done(words: string, undo: () => void): void {
  toast(words, { action: { label: messages.undo, onClick: undo } });
}

/** Says why what a person has just wished did not happen. */
export function refused(words: string): void {
  toast.error(words);
}

/** Says something that stays until somebody has read it. */
export function noted(words: string): void {
  toast(words, {
    duration: Infinity,
    action: { label: messages.dismiss, onClick: () => undefined },
  });
}

/** Says something that need not stay. */
export function said(words: string): void {
  toast(words);
}
