import type { Status } from "../ipc/bindings";

export type Sort = "newest" | "oldest" | "title";

/** Selects the videos of a status, those that need review, or those that are being uploaded. */
export type Filter = Status | "ATTENTION" | "UPLOADING";

/** The filter, search and order of the list. */
export interface ListQuery {
  /** Null for all videos. */
  filter: Filter | null;
  /** Matches videos with all of these words in their texts, file name or transcript. */
  search: string;
  sort: Sort;
}

/** Returns the query that shows all videos, newest first. */
export const defaultListQuery = (): ListQuery => ({ filter: null, search: "", sort: "newest" });
