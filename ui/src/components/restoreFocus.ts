/**
 * An attachment that keeps the focus within an element whose buttons come and go: if the focused control is removed,
 * the first remaining control gets the focus, which would otherwise fall back to the page.
 */
export function restoreFocus(element: HTMLElement): () => void {
  let hadFocus = false;
  const track = (event: FocusEvent) =>
    (hadFocus = event.target instanceof Node && element.contains(event.target));
  const observer = new MutationObserver(() => {
    if (hadFocus && document.activeElement === document.body) firstControl(element)?.focus();
  });
  document.addEventListener("focusin", track);
  observer.observe(element, { childList: true, subtree: true });
  return () => {
    document.removeEventListener("focusin", track);
    observer.disconnect();
  };
}

/** Returns the first button or input within an element, in document order. */
function firstControl(element: HTMLElement): HTMLElement | undefined {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_ELEMENT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node instanceof HTMLButtonElement || node instanceof HTMLInputElement) return node;
  }
  return undefined;
}
