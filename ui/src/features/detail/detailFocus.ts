import type { Attachment } from "svelte/attachments";

/**
 * The keyboard focus of the detail view, which moves to the heading of the open video. A video that is still loading
 * has no heading: then the focus follows as soon as there is one, unless the person moved it elsewhere meanwhile.
 */
export class DetailFocus {
  #target: HTMLElement | null = null;
  /** The element with the focus when it was asked for in vain; undefined if nothing is awaited. */
  #awaitedFrom: Element | null | undefined;

  /** Moves the focus to the target, now or once there is one. It does not scroll: a video may open at words in it. */
  focus(): void {
    this.#awaitedFrom = this.#target ? undefined : document.activeElement;
    this.#target?.focus({ preventScroll: true });
  }

  /** Registers the element that gets the focus: the heading, or the way back if there is no video to show. */
  target: Attachment<HTMLElement> = (element) => {
    this.#target = element;
    const from = this.#awaitedFrom;
    this.#awaitedFrom = undefined;
    const isUnmoved = [from, document.body].includes(document.activeElement);
    if (from !== undefined && isUnmoved) element.focus({ preventScroll: true });
    return () => {
      if (this.#target === element) this.#target = null;
    };
  };
}
