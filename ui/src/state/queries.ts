import { QueryClient, queryOptions } from "@tanstack/svelte-query";
import type { Backend } from "../ipc/backend";
import type { EditView, Field, JobId } from "../ipc/bindings";

export const keys = {
  status: ["status"] as const,
  videos: ["videos"] as const,
  video: (jobId: JobId) => ["video", jobId] as const,
  edits: (jobId: JobId) => ["edits", jobId] as const,
  videoFile: (jobId: JobId) => ["video_file", jobId] as const,
  uploads: ["uploads"] as const,
  templates: ["templates"] as const,
  textPreview: ["textPreview"] as const,
  search: (text: string) => ["search", text] as const,
  settings: ["settings"] as const,
  computer: ["computer"] as const,
  history: ["history"] as const,
  statistics: ["statistics"] as const,
  update: ["update"] as const,
  releases: ["releases"] as const,
  synced: ["synced"] as const,
  diagnostics: ["diagnostics"] as const,
};

/** Returns the client of the query cache. The core pushes every change, so nothing becomes stale by itself. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Infinity,
        gcTime: 5 * 60_000,
        retry: false,
        refetchOnWindowFocus: false,
        networkMode: "always",
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}

export const statusQuery = (backend: Backend) =>
  queryOptions({ queryKey: keys.status, queryFn: () => backend.status() });

export const videosQuery = (backend: Backend) =>
  queryOptions({
    queryKey: keys.videos,
    queryFn: () => backend.rows(),
    // Unchanged rows are the same objects already; comparing a hundred thousand of them would be slow.
    structuralSharing: false,
  });

export const videoQuery = (backend: Backend, jobId: JobId) =>
  queryOptions({ queryKey: keys.video(jobId), queryFn: () => backend.job(jobId) });

/** The file of a video on this computer. Asked for anew each time: it may have been moved meanwhile. */
export const videoFileQuery = (backend: Backend, jobId: JobId) =>
  queryOptions({
    queryKey: keys.videoFile(jobId),
    queryFn: () => backend.videoFile(jobId),
    staleTime: 0,
    gcTime: 0,
  });

export const uploadsQuery = (backend: Backend) =>
  queryOptions({ queryKey: keys.uploads, queryFn: () => backend.uploads() });

export const templatesQuery = (backend: Backend) =>
  queryOptions({ queryKey: keys.templates, queryFn: () => backend.templates() });

/** Succeeds once the list has been loaded, so that an empty list is not shown too early. */
export const syncedQuery = (backend: Backend) =>
  queryOptions({ queryKey: keys.synced, queryFn: () => backend.synced().then(() => true) });

export const settingsQuery = (backend: Backend) =>
  queryOptions({ queryKey: keys.settings, queryFn: () => backend.settings() });

/** The interval of refetching during a download, in milliseconds. */
const DOWNLOAD_INTERVAL = 500;
/** The interval of refetching otherwise, in milliseconds: the disk space of videos changes. */
const COMPUTER_INTERVAL = 5000;

/** Refetched while it is visible, because there are no events of downloads. */
export const computerQuery = (backend: Backend) =>
  queryOptions({
    queryKey: keys.computer,
    queryFn: () => backend.computer(),
    staleTime: 0,
    refetchInterval: ({ state }) =>
      state.data?.models.some(
        ({ download }) => download?.state === "running" || download?.state === "checking",
      )
        ? DOWNLOAD_INTERVAL
        : COMPUTER_INTERVAL,
  });

export const historyQuery = (backend: Backend) =>
  queryOptions({ queryKey: keys.history, queryFn: () => backend.history() });

/** Refetched whenever it is shown, because there are no events of statistics. */
export const statisticsQuery = (backend: Backend) =>
  queryOptions({ queryKey: keys.statistics, queryFn: () => backend.statistics(), staleTime: 0 });

export const updateQuery = (backend: Backend) =>
  queryOptions({ queryKey: keys.update, queryFn: () => backend.update() });

export const releasesQuery = (backend: Backend) =>
  queryOptions({ queryKey: keys.releases, queryFn: () => backend.releases() });

/** The delay from the last keystroke to the search, in milliseconds. */
const SEARCH_DELAY = 120;

/** Searches the texts and transcripts of all videos. Refetched while it is visible: texts change, and rows do not hold them. */
export const searchQuery = (backend: Backend, text: string) =>
  queryOptions({
    queryKey: keys.search(text),
    queryFn: async ({ signal }) => {
      // Another keystroke aborts this query.
      await new Promise((resolve) => setTimeout(resolve, SEARCH_DELAY));
      signal.throwIfAborted();
      return backend.search(text);
    },
    enabled: text !== "",
    staleTime: 1000,
    gcTime: 10_000,
    refetchInterval: 5000,
  });

/** The outcome of the edit of each field. It exists only in events, so there is nothing to fetch. */
export const editsQuery = (jobId: JobId) =>
  queryOptions({
    queryKey: keys.edits(jobId),
    queryFn: (): Partial<Record<Field, EditView>> => ({}),
    initialData: {} as Partial<Record<Field, EditView>>,
  });

/** Refetched while it is visible, because there are no events of the counters. */
export const diagnosticsQuery = (backend: Backend) =>
  queryOptions({
    queryKey: keys.diagnostics,
    queryFn: () => backend.diagnostics(),
    refetchInterval: 1000,
    staleTime: 0,
  });
