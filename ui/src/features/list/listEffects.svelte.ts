import { untrack } from "svelte";
import type { JobId, RowView, UploadView } from "../../ipc/bindings";
import type { FocusTarget } from "../../state/focusTargets";
import type { Selection } from "./selection.svelte";

/** Marks the end of the start, for measurements of its duration. Must be called while a component is created. */
export function markFilled(isFilled: () => boolean): void {
  const filled = $derived(isFilled());
  $effect(() => void (filled && requestAnimationFrame(() => performance.mark("list"))));
}

/**
 * Scrolls to the uploads when there are more of them: whoever adds a video wants to see it. Must be called while a
 * component is created.
 */
export function showNewUploads(uploads: () => UploadView[], scrollToTop: () => void): void {
  let known = uploads().length;
  $effect(() => {
    const hasMore = uploads().length > known;
    known = uploads().length;
    if (hasMore) scrollToTop();
  });
}

/**
 * Deselects videos that are no longer shown, because an action would affect them unseen, and all of them when another part
 * of the list is asked for. Must be called while a component is created.
 */
export function keepSelectionShown(
  selection: Selection,
  query: () => unknown[],
  shownIds: () => JobId[],
): void {
  $effect(() => {
    query();
    untrack(() => selection.clear());
  });
  $effect(() => {
    if (selection.jobIds.size === 0) return;
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never changed
    const shown = new Set(shownIds());
    untrack(() => selection.retain(shown));
  });
}

/**
 * Keeps the focus in the list when the row that has it is removed: it goes to the row that takes its place. Must be called
 * while a component is created.
 */
export function keepFocusInRows(rows: () => RowView[], list: FocusTarget): void {
  let hadFocus = false;
  $effect.pre(() => {
    rows();
    // The buttons of uploads are in the list, too; the rows are elsewhere in it.
    const isRow = document.activeElement?.closest("[data-job]") ?? null;
    hadFocus = isRow !== null && (list.hasFocus?.() ?? false);
  });
  $effect(() => {
    rows();
    if (hadFocus && document.activeElement === document.body) list.focus();
  });
}
