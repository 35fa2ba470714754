const dialogs = new Set<HTMLDialogElement>();

/** Registers a modal dialog that is being shown; returns the function that removes it. */
export function registerDialog(dialog: HTMLDialogElement): () => void {
  dialogs.add(dialog);
  return () => void dialogs.delete(dialog);
}

/** Returns whether a modal dialog is open; it then receives every key, even while no element of it has the focus. */
export function isDialogOpen(): boolean {
  return [...dialogs].some((dialog) => dialog.open);
}
