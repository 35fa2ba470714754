/** Says that everything is as high as a row, and the list as high as a window: the DOM of these tests lays nothing out. */
class Viewport implements ResizeObserver {
  constructor(private readonly told: ResizeObserverCallback) {}

  observe(target: Element): void {
    const height = target.matches("li") ? 60 : 900;
    const contentRect = { width: 360, height } as DOMRectReadOnly;
    queueMicrotask(() => this.told([{ target, contentRect } as ResizeObserverEntry], this));
  }

  unobserve(): void {}
  disconnect(): void {}
}

globalThis.ResizeObserver = Viewport;
Object.defineProperty(HTMLElement.prototype, "offsetParent", {
  get(this: HTMLElement) {
    return this.parentElement;
  },
});
