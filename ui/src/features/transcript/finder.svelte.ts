import { untrack } from "svelte";
import type { Cue } from "./cues";
import { findMatches, type Match, type Matches, NO_MATCHES, termsOf } from "./find";
import { joinCues, rowAt, rowsOf, type Segment, segmentsOf, type TranscriptRow } from "./rows";

/** What a search in a transcript begins with: words that the list's search found in it. */
export interface FoundWords {
  text: string;
}

/** The search in a video's transcript. Must be made while a component is created. */
export class Finder {
  #query = $state("");
  /** The match that was chosen; null until one is. */
  #chosen = $state<number | null>(null);
  #beginsAtBest = $state(false);
  /** How often a match was to be shown. */
  #requests = $state(0);
  /** Whether the current match is still to be scrolled into view, and where. */
  #reveal: ScrollLogicalPosition | null = null;
  #cues;
  #joined = $derived.by(() => joinCues(this.#cues()));
  #terms = $derived.by(() => termsOf(this.#joined.text));
  #found: Matches = $derived.by(() =>
    this.isActive ? findMatches(this.#terms, this.#query) : NO_MATCHES,
  );
  rows: TranscriptRow[] = $derived.by(() => rowsOf(this.#cues(), this.#joined.starts));

  constructor(cues: () => Cue[]) {
    this.#cues = cues;
  }

  get query(): string {
    return this.#query;
  }

  /** Searches for a text that is being typed, from the start of the transcript. */
  set query(query: string) {
    this.#query = query;
    this.#beginsAtBest = false;
    this.#show(null, "nearest");
  }

  /** Searches for words that a list's search found, beginning with the match that its excerpt shows. */
  begin({ text }: FoundWords): void {
    this.#query = text;
    this.#beginsAtBest = true;
    this.#show(null, "center");
  }

  get isActive(): boolean {
    return this.#query.trim() !== "";
  }

  get matches(): Match[] {
    return this.#found.list;
  }

  /** The number of the match that is shown, from 0. */
  get current(): number {
    const first = this.#beginsAtBest ? this.#found.best : 0;
    return Math.min(this.#chosen ?? first, Math.max(0, this.matches.length - 1));
  }

  /** The index of the row with the current match; changes with each request to show it. */
  get requested(): { row: number } | null {
    void this.#requests;
    const match = this.matches[this.current];
    return match ? { row: rowAt(this.rows, match.from) } : null;
  }

  /** Goes so many matches further; after the last one follows the first. */
  go(step: number): void {
    const count = this.matches.length;
    if (count > 0) this.#show((this.current + step + count) % count, "nearest");
  }

  segments(row: TranscriptRow): Segment[] {
    return segmentsOf(this.#joined.text, row, this.matches);
  }

  /** Scrolls to the element of the current match, if that was asked for and not done yet. */
  reveal(element: HTMLElement): void {
    void this.#requests;
    const block = this.#reveal;
    this.#reveal = null;
    if (block) element.scrollIntoView({ block });
  }

  #show(chosen: number | null, block: ScrollLogicalPosition): void {
    this.#chosen = chosen;
    this.#reveal = block;
    // Also called in effects, which do not depend on it.
    this.#requests = untrack(() => this.#requests) + 1;
  }
}
