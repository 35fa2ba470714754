import {
  MockBackend,
  mockEntry,
  mockJob,
  mockServer,
  mockStage,
  mockUpload,
  signedInStatus,
} from "./backend.mock";
import { ago } from "./backend.samples";
import type { JobView, Statistics, Template } from "./bindings";

/** Returns a backend with examples of everything, for working on the window in a browser. */
export function demoBackend(): MockBackend {
  const backend = new MockBackend(
    {
      ...signedInStatus(),
      server: {
        ...mockServer,
        editable: [...mockServer.editable, "CHAPTERS", "TRANSCRIPT"],
        features: ["upload", "select_thumbnail", "thumbnail_at"],
      },
      news: { unread: 1, paused_until: null },
    },
    [processingJob(), failedJob(), finishedJob()],
  );
  backend.currentPlaybackUrl = DEMO_VIDEO;
  const fault = backend.jobs[1]?.error ?? null;
  backend.historyEntries = [
    mockEntry({
      entry_id: 2,
      at: ago(39),
      job_id: "2",
      kind: "failed",
      name: "cut-off.mp4",
      fault,
    }),
    mockEntry({ entry_id: 1, at: ago(2990), job_id: "3", name: "City at night", read: true }),
  ];
  backend.templateList = [demoTemplate()];
  backend.statisticsView = demoStatistics();
  const interrupted = { code: "unreachable" as const, message: "Connection interrupted." };
  backend.uploadList = [
    mockUpload({ filename: "harbour-at-dawn.mp4" }),
    mockUpload({
      upload_id: 2,
      position: 1,
      filename: "interview-part-2.mov",
      state: "waiting",
      bytes_per_second: null,
      error: interrupted,
    }),
    mockUpload({
      upload_id: 3,
      position: 2,
      filename: "b-roll.mkv",
      sent_bytes: 0,
      state: "queued",
      bytes_per_second: null,
    }),
  ];
  return backend;
}

function demoTemplate(): Template {
  return {
    template_id: 1,
    name: "Travel films",
    description: "{title}\n\n{description}\n\nChapters:\n{chapters}\n\n{links}",
    tags: ["travel", "film"],
    title_rule: "title_case",
    links: ["https://example.com/subscribe"],
  };
}

/** Where a studio serves a video; nothing answers there, unless one is started. */
const DEMO_VIDEO = "http://127.0.0.1:8765/media/3";

function processingJob(): JobView {
  return mockJob({
    job_id: "1",
    title: "A walk by the sea",
    status: "PROCESSING",
    progress_percent: 42,
    stage_id: "TRANSCRIPTION",
    created_at: ago(9),
    outlook: { stage_ends_at: ago(-2), then_seconds: 120 },
    stages: [
      mockStage({
        stage_id: "UPLOAD",
        status: "COMPLETED",
        began_at: ago(9),
        ended_at: ago(7),
      }),
      mockStage({ stage_id: "PROBE", status: "COMPLETED", began_at: ago(7), ended_at: ago(6) }),
      mockStage({
        stage_id: "TRANSCRIPTION",
        status: "PROCESSING",
        progress_percent: 68,
        began_at: ago(6),
      }),
      mockStage({ stage_id: "CHAPTERS" }),
    ],
    metadata: { TITLE: "A walk by the sea", TAGS: ["sea", "walk"] },
  });
}

function failedJob(): JobView {
  return mockJob({
    job_id: "2",
    filename: "cut-off.mp4",
    status: "FAILED",
    progress_percent: 5,
    created_at: ago(40),
    error: {
      code: "file_incomplete",
      message: "The video file is incomplete.",
      stage_id: "PROBE",
      at: ago(39),
    },
  });
}

function finishedJob(): JobView {
  return mockJob({
    job_id: "3",
    title: "City at night",
    filename: "city.mp4",
    status: "COMPLETED",
    duration_seconds: 312,
    playback_url: DEMO_VIDEO,
    created_at: ago(3000),
    metadata: {
      TITLE: "City at night",
      DESCRIPTION: "A walk through the old town after dark.",
      TAGS: ["city", "night walk"],
      CHAPTERS: [
        { start_seconds: 0, title: "The station" },
        { start_seconds: 65, title: "The old bridge" },
        { start_seconds: 190, title: "Home" },
      ],
      TRANSCRIPT: [
        "[0:00] The last train leaves the station.",
        "[0:21] Nobody is on the old bridge.",
        "[1:05] Down by the river, the lamps are on.",
        "[2:41] From the bridge one sees the whole river.",
        "[3:10] And then we walk home.",
      ].join("\n"),
    },
  });
}

function demoStatistics(): Statistics {
  const week = 7 * 24 * 60;
  const counts = [0, 0, 2, 4, 3, 7, 5, 0, 6, 9, 4, 2];
  const duration = (videos: number, median_seconds: number, p90_seconds: number) => ({
    videos,
    median_seconds,
    p90_seconds,
  });
  const fault = (code: string, message: string) => ({ code, message, stage_id: null, at: null });
  return {
    videos: 43,
    since: ago(9 * week),
    weeks: counts.map((ready, index) => ({
      starts_on: ago((11 - index) * week).slice(0, 10),
      ready,
      failed: ready % 3,
    })),
    total: duration(40, 214, 611),
    stages: [
      { stage_id: "PROBE", duration: duration(43, 0.8, 2.1) },
      { stage_id: "AUDIO", duration: duration(41, 6.2, 14) },
      { stage_id: "TRANSCRIPTION", duration: duration(38, 152, 480) },
      { stage_id: "THUMBNAILS", duration: duration(41, 21, 44) },
    ],
    failures: [
      { fault: fault("file_incomplete", "The video file is incomplete."), count: 3 },
      { fault: fault("JOB_FAILED", "GPU 3 out of memory"), count: 1 },
    ],
    other_failures: 0,
  };
}
