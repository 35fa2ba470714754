import { createContext, tick } from "svelte";
import type { Backend } from "../../ipc/backend";
import type { JobView } from "../../ipc/bindings";
import { Playback } from "./playback.svelte";

/** The player of one video: other parts of the detail jump in it and read its time. */
export class Player {
  /** The element, while the player is open and plays. */
  element = $state.raw<HTMLVideoElement | null>(null);
  /** What has the keyboard's focus of the open player. */
  frame = $state.raw<HTMLElement | null>(null);
  /** What it loads; null until it is opened. The URL is taken then: another one would interrupt it. */
  playback = $state.raw<Playback | null>(null);
  /** The time in seconds, as it was reported last. */
  now = $state(0);
  /** Whether the video can be played, as far as is known. */
  canPlay: boolean = $derived.by(() => this.job().playback_url !== null);
  /** Where the next load begins, in seconds. */
  private start = 0;

  constructor(
    private backend: Backend,
    private job: () => JobView,
  ) {}

  /** Plays from a time in seconds, and opens the player if needed. */
  async playFrom(seconds: number): Promise<void> {
    this.start = seconds;
    this.now = seconds;
    this.playback ??= new Playback(this.backend, this.job);
    if (this.playback.problem) this.playback.retry();
    const { element } = this;
    if (element) {
      element.currentTime = seconds;
      play(element);
    }
    await tick();
    this.element?.scrollIntoView({ block: "nearest" });
  }

  /** Moves the keyboard's focus to the open player. */
  async focus(): Promise<void> {
    await tick();
    this.frame?.focus({ preventScroll: true });
  }

  /** Moves a video that was just loaded to where it is to begin. */
  seekToStart(video: HTMLVideoElement): void {
    video.currentTime = this.start;
  }

  /** Handles that the player failed, with the code of its `MediaError`. The next attempt continues there. */
  fail(code: number | undefined): void {
    this.start = this.now;
    void this.playback?.fail(code);
  }
}

/** Plays a video; the reason why it cannot be played arrives as its `error` event. */
export function play(video: HTMLVideoElement): void {
  void video.play().catch(() => undefined);
}

/** `usePlayer()` returns the player that the detail of a video provides. */
export const [usePlayer, providePlayer] = createContext<Player>();
