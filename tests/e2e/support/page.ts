// What a test runs inside a page.

/** Until then a page that does not come to rest is looked at all the same: it may show something that never ends. */
const STILL_LIMIT_MS = 3_000;

/**
 * Waits until a page is painted and nothing in it moves: its size and content stay the same for some frames, no
 * transition runs, and the images in sight are loaded.
 */
export async function waitUntilStill(browser: WebdriverIO.Browser): Promise<void> {
  await browser.execute((limit: number) => {
    const frames = 6;
    const isInSight = (image: HTMLImageElement) =>
      image.checkVisibility() && image.getBoundingClientRect().top < innerHeight;
    const isLoaded = () => [...document.images].filter(isInSight).every((image) => image.complete);
    // A spinner never ends.
    const isFinite = (animation: Animation) =>
      Number.isFinite(Number(animation.effect?.getComputedTiming().endTime ?? 0));
    const isAnimated = () =>
      document
        .getAnimations()
        .some((animation) => animation.playState === "running" && isFinite(animation));
    const size = () => `${innerWidth}x${innerHeight}`;
    return new Promise<void>((resolve) => {
      let changes = 0;
      const observer = new MutationObserver(() => (changes += 1));
      const everything = { attributes: true, characterData: true, childList: true, subtree: true };
      observer.observe(document, everything);
      const finish = () => {
        observer.disconnect();
        clearTimeout(deadline);
        resolve();
      };
      // eslint-disable-next-line no-restricted-globals -- the limit of the waiting
      const deadline = setTimeout(finish, limit);
      const look = (stillFor: number, before: string) => {
        const now = `${size()} ${changes}`;
        const isStill = now === before && isLoaded() && !isAnimated();
        if (isStill && stillFor + 1 >= frames) finish();
        else requestAnimationFrame(() => look(isStill ? stillFor + 1 : 0, now));
      };
      look(0, "");
    });
  }, STILL_LIMIT_MS);
}
