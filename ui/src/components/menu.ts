import { foldCase } from "../format/text";

/** Where a menu opens, in pixels of the window, and what opened it. */
export interface MenuOrigin {
  x: number;
  y: number;
  by: "keyboard" | "pointer";
}

/** The distance from a menu to the edges of the window, in pixels. */
const MARGIN = 8;

/** Returns the place of a menu of this size: at its origin, moved so that it stays inside the window. */
export function menuPosition(
  { x, y }: Pick<MenuOrigin, "x" | "y">,
  { width, height }: { width: number; height: number },
): { left: number; top: number } {
  const isBelow = y + height + MARGIN <= innerHeight;
  const left = Math.min(x, innerWidth - width - MARGIN);
  const top = isBelow ? y : Math.min(y - height, innerHeight - height - MARGIN);
  return { left: Math.max(MARGIN, left), top: Math.max(MARGIN, top) };
}

/** Returns the index of the item to which an arrow key, Home or End moves the focus; null for another key. */
export function itemAfterKey(key: string, current: number, count: number): number | null {
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  if (key === "ArrowDown") return (current + 1) % count;
  if (key === "ArrowUp") return (Math.max(current, 0) + count - 1) % count;
  return null;
}

/** The time after which a letter begins a new search for an item, in milliseconds. */
const TYPING_PAUSE = 1000;

/** The search for an item by the first letters of its label. */
export class TypeAhead {
  #text = "";
  #at = -Infinity;

  /** Adds a typed letter; returns the index of the next item that begins with what was typed, or null. */
  add(letter: string, at: number, labels: string[], current: number): number | null {
    const isContinued = at - this.#at < TYPING_PAUSE;
    this.#text = foldCase(isContinued ? this.#text + letter : letter);
    this.#at = at;
    // A repeated letter moves on to the next item with it; more letters may still fit the current item.
    const isRepeated = [...this.#text].every((other) => other === this.#text[0]);
    const wanted = isRepeated ? (this.#text[0] ?? "") : this.#text;
    const start = isRepeated ? current + 1 : Math.max(current, 0);
    const order = labels.map((_, index) => (start + index) % labels.length);
    return order.find((index) => foldCase(labels[index] ?? "").startsWith(wanted)) ?? null;
  }
}
