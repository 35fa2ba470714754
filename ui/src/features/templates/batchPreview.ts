import { keepPreviousData, queryOptions } from "@tanstack/svelte-query";
import type { Backend } from "../../ipc/backend";
import type { JobId, SkipReason, TextChange, TextChangeView } from "../../ipc/bindings";
import { keys } from "../../state/queries";
import { hasOverLimit } from "./templates";

/** The most videos of a batch: the texts of all of them are kept to undo it. */
export const MAX_VIDEOS = 2000;
/** How many videos the core is asked about at a time, so that neither it nor the window is busy for long. */
const CHUNK = 50;
/** How many changes are shown as examples. */
const EXAMPLES = 20;
/** The delay from the last keystroke to the preview, in milliseconds. */
const DELAY = 200;

/** What a batch would do. */
export interface BatchPreview {
  /** The number of videos that change. */
  changed: number;
  /** The number of videos that stay as they are, because nothing in them would change. */
  same: number;
  /** The number of videos that are left out, by reason. */
  skipped: Partial<Record<SkipReason, number>>;
  /** The number of changed videos with a text over YouTube's limit. */
  overLimit: number;
  /** The first changes; those over the limit first. */
  examples: TextChangeView[];
}

/** Returns whether a change makes a video different. */
export const isChange = (view: TextChangeView): boolean =>
  view.skipped === null && Object.keys(view.after).length > 0;

/** Asks what a change would make of videos. Refetched for each opening of the dialog: texts change meanwhile. */
export const batchPreviewQuery = (
  backend: Backend,
  change: TextChange | null,
  jobIds: readonly JobId[],
) =>
  queryOptions({
    queryKey: [...keys.textPreview, change, jobIds],
    queryFn: async ({ signal }) => {
      await new Promise((resolve) => setTimeout(resolve, DELAY));
      const preview = emptyPreview();
      const withinLimit: TextChangeView[] = [];
      for (let start = 0; start < jobIds.length && change; start += CHUNK) {
        // Another keystroke aborts this query.
        signal.throwIfAborted();
        const views = await backend.textChanges(change, jobIds.slice(start, start + CHUNK));
        for (const view of views) addTo(preview, withinLimit, view);
      }
      const room = EXAMPLES - preview.examples.length;
      preview.examples.push(...withinLimit.slice(0, Math.max(0, room)));
      return preview;
    },
    enabled: change !== null,
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
  });

function emptyPreview(): BatchPreview {
  return { changed: 0, same: 0, skipped: {}, overLimit: 0, examples: [] };
}

function addTo(preview: BatchPreview, withinLimit: TextChangeView[], view: TextChangeView): void {
  if (view.skipped !== null) {
    preview.skipped[view.skipped] = (preview.skipped[view.skipped] ?? 0) + 1;
  } else if (!isChange(view)) {
    preview.same += 1;
  } else {
    preview.changed += 1;
    const isOver = hasOverLimit(view.after);
    if (isOver) preview.overLimit += 1;
    const examples = isOver ? preview.examples : withinLimit;
    if (examples.length < EXAMPLES) examples.push(view);
  }
}
