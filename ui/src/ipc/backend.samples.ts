import type {
  Changes,
  ComputerView,
  DiagnosticsView,
  Excerpt,
  HistoryEntry,
  JobId,
  JobView,
  ReleaseView,
  ServerView,
  Settings,
  StageView,
  Statistics,
  StatusView,
  TextChange,
  UploadView,
  VideoTexts,
} from "./bindings";

/** Returns a job; by default one that was just created. */
export function mockJob(given: Partial<JobView> & { job_id: JobId }): JobView {
  return {
    video_id: `video-${given.job_id}`,
    filename: "holiday.mp4",
    title: null,
    status: "PENDING",
    stage_id: null,
    unsaved: Boolean(given.pending?.length || given.drafts?.length),
    has_draft: Boolean(given.drafts?.length),
    progress_percent: 0,
    error: null,
    is_cancelled: false,
    warnings: [],
    notes: [],
    stages: [],
    metadata: {},
    transcript_version: null,
    thumbnails: [],
    cover_url: null,
    playback_url: null,
    cover_id: null,
    cover_version: null,
    suggested: [],
    pending: [],
    drafts: [],
    unready: [],
    duration_seconds: null,
    size_bytes: null,
    attention: given.status === "FAILED" ? "failed" : null,
    outlook: null,
    stuck_at: null,
    began_at: null,
    ended_at: null,
    said_at: {},
    pictured_at: null,
    created_at: "2026-01-01T12:00:00Z",
    updated_at: "2026-01-01T12:00:00Z",
    ...given,
  };
}

/** Returns a stage; by default one that has not begun. */
export function mockStage(given: Partial<StageView> & { stage_id: string }): StageView {
  return {
    status: "PENDING",
    progress_percent: 0,
    error_message: null,
    skipped: false,
    began_at: null,
    ended_at: null,
    ...given,
  };
}

export const mockServer: ServerView = {
  name: "Acme Studio",
  address: "https://acme.tv/",
  auth_providers: ["email"],
  editable: ["TITLE", "DESCRIPTION", "TAGS"],
  features: ["upload"],
  identity: "address",
};

export const mockDiagnostics: DiagnosticsView = {
  counters: {
    connects: 3,
    opened: 2,
    frames: 1204,
    bytes: 310_000,
    heartbeats: 96,
    refreshes: 1,
    polls: 4,
    failed_polls: 1,
    network_changes: 0,
    lost_fields: 0,
    held_batches: 0,
  },
  drops: [{ what: "silent", count: 1 }],
  rejected: [{ what: "unknown_type", count: 1 }],
  latency: { messages: 500, median_ms: 41, worst_ms: 1310 },
  events: [
    { at: "2026-01-01T12:04:07Z", message: "WebSocket connected" },
    {
      at: "2026-01-01T12:04:06Z",
      message: "Disconnected: No response from the studio for a minute.",
    },
  ],
  skipped: [
    {
      at: "2026-01-01T12:01:00Z",
      kind: "unknown_type",
      reason: 'unknown type "SURPRISE"',
      sample: '{"type":"SURPRISE"}',
    },
  ],
};

/** Returns a record of the history; by default an unread one of a video that is ready. */
export function mockEntry(given: Partial<HistoryEntry> & { entry_id: number }): HistoryEntry {
  return {
    at: "2026-01-01T12:00:00Z",
    job_id: "1",
    kind: "completed",
    name: "The sea",
    fault: null,
    read: false,
    ...given,
  };
}

/** Returns an upload; by default one that is being sent. */
export function mockUpload(given: Partial<UploadView> = {}): UploadView {
  return {
    upload_id: 1,
    position: 0,
    filename: "a.mp4",
    sent_bytes: 50_000_000,
    total_bytes: 200_000_000,
    bytes_per_second: 5_000_000,
    state: "sending",
    is_resumable: true,
    job_id: null,
    error: null,
    ...given,
  };
}

/** Returns settings; by default the initial ones, in English. */
export function mockSettings(given: Partial<Settings> = {}): Settings {
  return {
    general: { start_at_login: false, close: "auto" },
    appearance: { theme: "system", language: "en" },
    window: { mode: "full", always_on_top: false, shortcut: null },
    notifications: {
      completed: true,
      failed: true,
      warning: true,
      sound: false,
      quiet_hours: null,
    },
    data: { retention_days: 90 },
    network: { proxy: "system", certificate: null },
    uploads: { max_kilobytes_per_second: null },
    computer: { speech_model: null, offer_speech: true },
    language_model: { enabled: false, address: null, model: null },
    advanced: { log_level: "info" },
    automation: [],
    ...given,
  };
}

export const mockReleases: ReleaseView[] = [
  {
    version: "0.5.0",
    date: "2026-11-20",
    changes: [
      { kind: "Added", changes: ["Quiet hours, with a summary.", "`tally watch`."] },
      { kind: "Fixed", changes: ["The list no longer jumps."] },
    ],
  },
];

/** Returns the status after signing in, while connected. */
export function signedInStatus(server: ServerView | null = mockServer): StatusView {
  return {
    server,
    remembered: { address: "acme.tv", email: "me@acme.tv" },
    session: { state: "signed_in", email: "me@acme.tv", reason: null, warning: null },
    connection: { state: "live", attempt: 0, retry_in_ms: null, reason: null },
    list: { newest: null, missing: [], unreadable: 0 },
    counts: { pending: 0, processing: 0, completed: 0, failed: 0 },
    pending_jobs: 0,
    storage: { trouble: null, incident: null },
    news: { unread: 0, paused_until: null },
    known_at: null,
    server_ahead_ms: 0,
  };
}

export function signedOutStatus(server: ServerView | null = mockServer): StatusView {
  return {
    ...signedInStatus(server),
    session: { state: "signed_out", email: null, reason: null, warning: null },
  };
}

/** Returns the status of the first run, before anyone signed in. */
export function firstRunStatus(server: ServerView | null): StatusView {
  return { ...signedOutStatus(server), remembered: { address: null, email: null } };
}

/** The speech recognition of a computer on which nothing is set up. */
export const mockComputer: ComputerView = {
  engine: "built_in",
  models: [
    ["tiny", 77_691_713],
    ["base", 147_951_465],
    ["small", 487_601_967],
    ["large-v3-turbo", 1_624_555_275],
  ].map(([id, size_bytes]) => ({
    id: String(id),
    size_bytes: Number(size_bytes),
    languages: 99,
    is_here: false,
    download: null,
    seconds_for_ten: null,
  })),
  own_model: null,
  free_bytes: 52_300_000_000,
  videos: { bytes: 4_200_000_000, finished_bytes: 3_900_000_000, finished: 7 },
};

/** Returns a line of a transcript around the first match of a word, as the core does. */
export function mockExcerpt(transcript: string, word: string): Excerpt {
  const lower = transcript.toLowerCase();
  const further = lower.split(word.toLowerCase()).length - 2;
  const lines = transcript.split("\n");
  const line = lines.find((line) => line.toLowerCase().includes(word.toLowerCase())) ?? "";
  const [stamp = "", ...time] = /^\[(?:(\d+):)?(\d+):(\d+)\] /.exec(line) ?? [];
  const text = line.slice(stamp.length);
  const start = text.toLowerCase().indexOf(word.toLowerCase());
  const end = start + word.length;
  const seconds = time.reduce((sum, part) => 60 * sum + Number(part ?? 0), 0);
  const start_seconds = stamp === "" ? null : seconds;
  const [before, found, after] = [text.slice(0, start), text.slice(start, end), text.slice(end)];
  return { before, found, after, start_seconds, further };
}

/** The statistics before any video ended. */
export const mockStatistics: Statistics = {
  videos: 0,
  since: null,
  weeks: [],
  total: null,
  stages: [],
  failures: [],
  other_failures: 0,
};

/** Returns the time of so many minutes ago. */
export const ago = (minutes: number) => new Date(Date.now() - 60_000 * minutes).toISOString();

/** Returns what a change makes of texts, in a simple way: the core knows the rules. */
export function mockChange(change: TextChange, texts: VideoTexts): Changes {
  const changes: Changes = {};
  const added = change.kind === "template" ? change.tags : change.add_tags;
  const removed = change.kind === "template" ? [] : change.remove_tags;
  const kept = texts.tags.filter((tag) => !removed.includes(tag));
  const tags = [...kept, ...added.filter((tag) => !kept.includes(tag))];
  if (tags.join() !== texts.tags.join()) changes.TAGS = tags;
  const description =
    change.kind === "template"
      ? filledIn(change.description, { ...texts, tags }, change.links)
      : change.description?.how === "append"
        ? `${texts.description}\n\n${change.description.text}`
        : texts.description;
  if (description !== "" && description !== texts.description) changes.DESCRIPTION = description;
  if (change.kind === "template" && change.title_rule === "title_case")
    changes.TITLE = texts.title.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase());
  return changes;
}

const filledIn = (template: string, texts: VideoTexts, links: string[]) =>
  template
    .replaceAll("{title}", texts.title)
    .replaceAll("{tags}", texts.tags.join(", "))
    .replaceAll("{description}", texts.description)
    .replaceAll("{chapters}", texts.chapters.map(({ title }) => title).join("\n"))
    .replaceAll("{date}", texts.date ?? "")
    .replaceAll("{links}", links.join("\n"));
