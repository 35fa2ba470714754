import type { MenuOrigin } from "./menu";

/** The menu of a button: pressing the button opens it, and closes the open one. */
export class MenuToggle {
  /** Where the menu is open; null while it is closed. */
  origin = $state.raw<MenuOrigin | null>(null);
  /** Whether the menu was open when the pointer was pressed, which closes it. */
  #wasOpen = false;

  /** Handles that the pointer is pressed anywhere. Must be called before the menu's own listener, so it still sees the menu. */
  onpointerdown = (): void => {
    this.#wasOpen = this.origin !== null;
  };

  /** Handles a click on the button; the menu opens at a point, for a key with its first item focused. */
  onclick(event: MouseEvent, point: Pick<MenuOrigin, "x" | "y">): void {
    const isKeyboard = event.detail === 0;
    if (isKeyboard || !this.#wasOpen) this.open(point, isKeyboard ? "keyboard" : "pointer");
  }

  open(point: Pick<MenuOrigin, "x" | "y">, by: MenuOrigin["by"]): void {
    this.origin = { ...point, by };
  }

  close = (): void => {
    this.origin = null;
  };
}
