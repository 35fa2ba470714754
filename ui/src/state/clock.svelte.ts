import { onDestroy } from "svelte";

/** The interval in milliseconds for ages, which are shown in minutes. */
const SLOW_INTERVAL = 30_000;
/** The interval in milliseconds for the durations of running stages. */
const FAST_INTERVAL = 1000;

/** The current time of the backend's clock, which all times of the backend refer to. Reactive. */
export class Clock {
  private time = $state(Date.now());
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    /** How far the backend's clock is ahead of this computer's, in milliseconds. */
    private ahead: () => number,
    isFast: () => boolean = () => false,
  ) {
    $effect(() => {
      this.time = Date.now();
      clearInterval(this.timer);
      this.timer = setInterval(
        () => (this.time = Date.now()),
        isFast() ? FAST_INTERVAL : SLOW_INTERVAL,
      );
    });
    onDestroy(() => clearInterval(this.timer));
  }

  get now(): number {
    return this.time + this.ahead();
  }
}
