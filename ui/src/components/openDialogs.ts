const dialogs = new Set<HTMLDialogElement>();
const menus = new Set<HTMLElement>();

/** Registers a modal dialog that is being shown; returns the function that removes it. */
export function registerDialog(dialog: HTMLDialogElement): () => void {
  dialogs.add(dialog);
  return () => void dialogs.delete(dialog);
}

/** Registers a menu that is being shown; returns the function that removes it. */
export function registerMenu(menu: HTMLElement): () => void {
  menus.add(menu);
  return () => void menus.delete(menu);
}

/** Returns whether a modal dialog or a menu is open; it then receives every key, even while no element of it has the focus. */
export function isDialogOpen(): boolean {
  return menus.size > 0 || [...dialogs].some((dialog) => dialog.open);
}
