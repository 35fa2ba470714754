import { queryOptions, QueryClient } from "@tanstack/svelte-query";
import type { Backend } from "./backend";
import type { EditView, Field, JobId } from "./bindings";

export const keys = {
  status: ["status"] as const,
  videos: ["videos"] as const,
  video: (jobId: JobId) => ["video", jobId] as const,
  edits: (jobId: JobId) => ["edits", jobId] as const,
  uploads: ["uploads"] as const,
  search: (text: string) => ["search", text] as const,
  settings: ["settings"] as const,
  computer: ["computer"] as const,
  history: ["history"] as const,
  update: ["update"] as const,
  releases: ["releases"] as const,
  synced: ["synced"] as const,
  diagnostics: ["diagnostics"] as const,
};

/** The core pushes every change, so nothing is stale until an event says so. */
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
    // Rows that did not change stay the same objects by themselves; a hundred thousand need not be compared for that.
    structuralSharing: false,
  });

export const videoQuery = (backend: Backend, jobId: JobId) =>
  queryOptions({ queryKey: keys.video(jobId), queryFn: () => backend.job(jobId) });

export const uploadsQuery = (backend: Backend) =>
  queryOptions({ queryKey: keys.uploads, queryFn: () => backend.uploads() });

/** Tells an empty list from one that is not known yet. */
export const syncedQuery = (backend: Backend) =>
  queryOptions({ queryKey: keys.synced, queryFn: () => backend.synced().then(() => true) });

export const settingsQuery = (backend: Backend) =>
  queryOptions({ queryKey: keys.settings, queryFn: () => backend.settings() });

/** How often a download is looked at while it goes on, in milliseconds. */
const DOWNLOAD_INTERVAL = 500;
/** How often the rest is, in milliseconds: videos come and go. */
const COMPUTER_INTERVAL = 5000;

/** Asked anew as long as it is looked at: no event tells of downloads. */
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

export const updateQuery = (backend: Backend) =>
  queryOptions({ queryKey: keys.update, queryFn: () => backend.update() });

/** What the versions brought does not change while one of them runs. */
export const releasesQuery = (backend: Backend) =>
  queryOptions({ queryKey: keys.releases, queryFn: () => backend.releases() });

/** How long nothing is typed before the core is asked, in milliseconds. */
const TYPING = 120;

/** Asked anew while it is on the screen: texts change, and rows do not carry them. */
export const searchQuery = (backend: Backend, text: string) =>
  queryOptions({
    queryKey: keys.search(text),
    queryFn: async ({ signal }) => {
      // Whoever types on asks for something else.
      await new Promise((resolve) => setTimeout(resolve, TYPING));
      signal.throwIfAborted();
      return backend.search(text);
    },
    enabled: text !== "",
    staleTime: 1000,
    gcTime: 10_000,
    refetchInterval: 5000,
  });

/** What became of each edited field. It lives in events alone. */
export const editsQuery = (jobId: JobId) =>
  queryOptions({
    queryKey: keys.edits(jobId),
    queryFn: (): Partial<Record<Field, EditView>> => ({}),
    initialData: {} as Partial<Record<Field, EditView>>,
  });

/** Looked at while it is on the screen: counters change all the time, and nobody is told of each. */
export const diagnosticsQuery = (backend: Backend) =>
  queryOptions({
    queryKey: keys.diagnostics,
    queryFn: () => backend.diagnostics(),
    refetchInterval: 1000,
    staleTime: 0,
  });
