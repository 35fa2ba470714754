/**
 * Replaces layout, which the DOM of these tests does not have: every element has a size, so that the virtual list
 * renders rows, and an offset parent, so that nothing counts as hidden.
 */
class FixedSizeObserver implements ResizeObserver {
  constructor(private readonly callback: ResizeObserverCallback) {}

  observe(target: Element): void {
    const height = target.matches("li") ? 60 : 900;
    const contentRect = { width: 360, height } as DOMRectReadOnly;
    queueMicrotask(() => this.callback([{ target, contentRect } as ResizeObserverEntry], this));
  }

  unobserve(): void {}
  disconnect(): void {}
}

globalThis.ResizeObserver = FixedSizeObserver;
Object.defineProperty(HTMLElement.prototype, "offsetParent", {
  get(this: HTMLElement) {
    return this.parentElement;
  },
});
