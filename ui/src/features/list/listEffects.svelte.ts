/** Marks the end of the start, for measurements of its duration. Must be called while a component is created. */
export function markFilled(isFilled: () => boolean): void {
  const filled = $derived(isFilled());
  $effect(() => void (filled && requestAnimationFrame(() => performance.mark("list"))));
}

/**
 * Scrolls to the uploads when there are more of them: whoever adds a video wants to see it. Must be called while a
 * component is created.
 */
export function showNewUploads(count: () => number, scrollToTop: () => void): void {
  let known = count();
  $effect(() => {
    const hasMore = count() > known;
    known = count();
    if (hasMore) scrollToTop();
  });
}
