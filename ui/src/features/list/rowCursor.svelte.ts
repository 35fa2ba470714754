import { tick } from "svelte";
import type { Attachment } from "svelte/attachments";
import type { MenuOrigin } from "../../components/menu";
import type { JobId, RowView } from "../../ipc/bindings";
import type { FocusTarget } from "../../state/focusTargets";

/** The distance from the corner of a row to its menu, in pixels. */
const MENU_OFFSET = 32;

/** The number of frames for which a row that is scrolled to is waited for. */
const MAX_FRAMES = 20;

/** The keyboard's position in the list (a "roving tabindex"): the row that Tab reaches and the arrow keys move. */
export class RowCursor {
  #reached = $state<JobId | null>(null);
  /** The rows that are rendered: a virtual list renders only those near the viewport. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing is rendered from it
  #elements = new Map<JobId, HTMLElement>();
  #rows: () => RowView[];
  #openJobId: () => JobId | null;

  constructor(rows: () => RowView[], openJobId: () => JobId | null) {
    this.#rows = rows;
    this.#openJobId = openJobId;
  }

  /** Where the row that was reached stood last: what follows takes its place when it is removed. */
  #index = 0;

  /** The row that Tab reaches: the one that was focused last or what stands there now, else the open video. */
  current: JobId | undefined = $derived.by(() => {
    const rows = this.#rows();
    const find = (jobId: JobId | null) => rows.findIndex((row) => row.job_id === jobId);
    const reached = find(this.#reached);
    const open = reached < 0 && this.#reached === null ? find(this.#openJobId()) : -1;
    this.#index = Math.min(
      Math.max(reached, open, reached < 0 && open < 0 ? this.#index : 0),
      rows.length - 1,
    );
    return rows[Math.max(0, this.#index)]?.job_id;
  });

  /** Moves the cursor to a row, without the focus. */
  moveTo(jobId: JobId): void {
    this.#reached = jobId;
  }

  /** Registers the element of a row while it is rendered. */
  element(jobId: JobId): Attachment<HTMLElement> {
    return (element) => {
      this.#elements.set(jobId, element);
      return () => {
        if (this.#elements.get(jobId) === element) this.#elements.delete(jobId);
      };
    };
  }

  /** Returns the rows as a place for the focus; `list` returns the element that holds them. */
  focusTarget(list: () => HTMLElement | undefined): FocusTarget {
    const hasFocus = () => list()?.contains(document.activeElement) ?? false;
    return {
      focus: (jobId) => this.focus(jobId ?? null),
      hasFocus,
      focusedJobId: () => (hasFocus() ? this.current : undefined),
    };
  }

  /** Returns where the menu of the current row opens if a key opens it: below the row's first line. */
  menuOrigin(): MenuOrigin {
    const box = this.#elements.get(this.current ?? "")?.getBoundingClientRect();
    return { x: (box?.left ?? 0) + MENU_OFFSET, y: (box?.top ?? 0) + MENU_OFFSET, by: "keyboard" };
  }

  /** Focuses a row if it is rendered, else the current row. */
  focus(jobId: JobId | null): void {
    const element = this.#elements.get(jobId ?? "") ?? this.#elements.get(this.current ?? "");
    element?.focus();
  }

  /** Focuses the row of the cursor once it is rendered: a row that is scrolled to is measured first, for a few frames. */
  async focusReached(): Promise<void> {
    const jobId = this.#reached;
    if (jobId === null) return;
    for (let frame = 0; frame < MAX_FRAMES && this.#reached === jobId; frame += 1) {
      await tick();
      const element = this.#elements.get(jobId);
      element?.focus({ preventScroll: true });
      if (element && document.activeElement === element) return;
      await new Promise(requestAnimationFrame);
    }
  }
}
