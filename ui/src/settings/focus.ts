/** Keeps the focus in a place whose buttons come and go: it must not be lost with the one that was pressed. */
export function keepsFocus(place: HTMLElement): () => void {
  let isHere = false;
  const follow = (event: FocusEvent) =>
    (isHere = event.target instanceof Node && place.contains(event.target));
  const observer = new MutationObserver(() => {
    if (!isHere || document.activeElement !== document.body) return;
    place.querySelector<HTMLElement>("button, input")?.focus();
  });
  document.addEventListener("focusin", follow);
  observer.observe(place, { childList: true, subtree: true });
  return () => {
    document.removeEventListener("focusin", follow);
    observer.disconnect();
  };
}
