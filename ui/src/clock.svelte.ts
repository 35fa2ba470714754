import { onDestroy } from "svelte";

/** Ages are in minutes, and need no faster clock. */
const SLOW = 30_000;
/** What is worked on is looked at in seconds. */
const FAST = 1000;

/** Shows the time by the backend's clock, by which everything that it says is dated. */
export class Clock {
  private time = $state(Date.now());
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private ahead: () => number,
    isFast: () => boolean = () => false,
  ) {
    $effect(() => {
      this.time = Date.now();
      clearInterval(this.timer);
      this.timer = setInterval(() => (this.time = Date.now()), isFast() ? FAST : SLOW);
    });
    onDestroy(() => clearInterval(this.timer));
  }

  get now(): number {
    return this.time + this.ahead();
  }
}
