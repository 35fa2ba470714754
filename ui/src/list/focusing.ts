import { tick } from "svelte";

/** For how many frames a row is waited for. */
const FRAMES = 20;

/** Focuses a row. One that just came into the page can be focused once it was measured, a frame or two later. */
export async function focusRow(list: HTMLElement, jobId: string, isWanted: () => boolean) {
  for (let frame = 0; frame < FRAMES && isWanted(); frame += 1) {
    await tick();
    const row = list.querySelector<HTMLElement>(`[data-job="${CSS.escape(jobId)}"]`);
    row?.focus({ preventScroll: true });
    if (row && document.activeElement === row) return;
    await new Promise(requestAnimationFrame);
  }
}
