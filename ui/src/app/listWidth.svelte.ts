/** The key under which the web view stores the chosen width. */
const STORAGE_KEY = "list-width";

/** The least width of the list and of the open video, in rem: what is narrower cannot be used. */
export const MIN_LIST = 16;
export const MIN_DETAIL = 24;

/** The width of the list beside the open video, as a person chose it; kept by the web view over restarts. */
export class ListWidth {
  #chosen = $state(storedWidth());

  /** The chosen width as a CSS length; undefined for the default. */
  get css(): string | undefined {
    return this.#chosen === null ? undefined : `${this.#chosen}rem`;
  }

  /** Sets the width, in pixels. */
  choose(width: number): void {
    this.#chosen = Math.round((100 * width) / remInPixels()) / 100;
    localStorage.setItem(STORAGE_KEY, String(this.#chosen));
  }

  reset(): void {
    this.#chosen = null;
    localStorage.removeItem(STORAGE_KEY);
  }
}

/** Returns the limits of the list's width, in pixels, in a window of this width. */
export function listLimits(windowWidth: number): { min: number; max: number } {
  const min = MIN_LIST * remInPixels();
  return { min, max: Math.max(min, windowWidth - MIN_DETAIL * remInPixels()) };
}

function storedWidth(): number | null {
  const width = Number.parseFloat(localStorage.getItem(STORAGE_KEY) ?? "");
  return width > 0 ? width : null;
}

function remInPixels(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}
