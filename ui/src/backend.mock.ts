import type { Backend, Changes, Draft, Unsubscribe } from "./backend";
import type {
  AppearanceView,
  Description,
  DiagnosticsView,
  Event,
  Field,
  JobId,
  JobView,
  RowView,
  ServerView,
  StageView,
  StatusView,
  TallyError,
  ThumbnailId,
  Trouble,
  UploadView,
} from "./bindings";

/** Makes a job; whatever is not given is that of a job that just began. */
export function mockJob(given: Partial<JobView> & { job_id: JobId }): JobView {
  return {
    video_id: `video-${given.job_id}`,
    filename: "holiday.mp4",
    title: null,
    status: "PENDING",
    stage_id: null,
    unsaved: Boolean(given.pending?.length || given.drafts?.length),
    progress_percent: 0,
    error: null,
    warnings: [],
    stages: [],
    metadata: {},
    transcript_version: null,
    thumbnails: [],
    cover_url: null,
    cover_id: null,
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

/** Makes a stage; whatever is not given is that of one that waits. */
export function mockStage(given: Partial<StageView> & { stage_id: string }): StageView {
  return {
    status: "PENDING",
    progress_percent: 0,
    error_message: null,
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
    held_batches: 0,
  },
  drops: [{ what: "silent", count: 1 }],
  rejected: [{ what: "unknown_type", count: 1 }],
  latency: { messages: 500, median_ms: 41, worst_ms: 1310 },
  events: [
    { at: "2026-01-01T12:04:07Z", message: "the socket is open" },
    { at: "2026-01-01T12:04:06Z", message: "lost: nothing was heard from the studio for a minute" },
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

/** Stands in for the core, in a plain browser and in unit tests: it answers from what it holds. */
export class MockBackend implements Backend {
  calls: string[] = [];
  /** The next call of this name fails with this. */
  failures = new Map<string, TallyError>();
  private listeners = new Set<(event: Event) => void>();
  private openListeners = new Set<(jobId: JobId) => void>();

  constructor(
    public held: StatusView,
    public list: JobView[] = [],
  ) {}

  status = () => this.answer("status", () => this.held);
  rows = () => this.answer("rows", (): RowView[] => this.list);
  job = (jobId: JobId) =>
    this.answer(`job ${jobId}`, () => {
      const job = this.list.find((job) => job.job_id === jobId);
      if (!job) throw { code: "not_found", message: "there is no such job" } satisfies TallyError;
      return job;
    });
  openJob = (jobId: JobId) => this.answer(`openJob ${jobId}`, () => undefined);
  synced = () => this.answer("synced", () => undefined);
  refresh = () => this.answer("refresh", () => undefined);
  reconnect = () => this.answer("reconnect", () => undefined);
  connect = (address: string) =>
    this.answer(`connect ${address}`, () => {
      this.held = { ...this.held, server: mockServer };
      return mockServer;
    });
  connectAs = (address: string, description: Description) =>
    this.answer(`connectAs ${address} ${JSON.stringify(description)}`, () => {
      this.held = { ...this.held, server: mockServer };
      return mockServer;
    });
  useThisComputer = () =>
    this.answer("useThisComputer", () => {
      const server: ServerView = {
        ...mockServer,
        name: "This computer",
        identity: "this_computer",
      };
      this.held = { ...this.held, server };
      this.emit({ event: "session", state: "signed_in", email: "me", reason: null, warning: null });
      return server;
    });
  signIn = (email: string, _password: string) =>
    this.answer(`signIn ${email}`, () => {
      this.emit({ event: "session", state: "signed_in", email, reason: null, warning: null });
    });
  /** Answers when a test says how the page in the browser was left. */
  leavePage: ((failure?: TallyError) => void) | undefined;
  signInWith = async (provider: string) => {
    await this.answer(`signInWith ${provider}`, () => undefined);
    await new Promise<void>((resolve, reject) => {
      this.leavePage = (failure) => (failure ? reject(failure as unknown as Error) : resolve());
    });
    const email = "me@acme.tv";
    this.emit({ event: "session", state: "signed_in", email, reason: null, warning: null });
  };
  cancelSignIn = () =>
    this.answer("cancelSignIn", () => {
      this.leavePage?.({ code: "requested", message: "the sign-in was cancelled" });
    });
  unlockKeychain = () => this.answer("unlockKeychain", () => undefined);
  signOut = () =>
    this.answer("signOut", () => {
      this.emit({
        event: "session",
        state: "signed_out",
        email: null,
        reason: null,
        warning: null,
      });
    });
  diagnostics = () => this.answer("diagnostics", () => mockDiagnostics);
  saveReport = () => this.answer("saveReport", () => "/home/me/tallylight-report.txt");
  edit = (jobId: JobId, changes: Changes) =>
    this.answer(`edit ${jobId} ${JSON.stringify(changes)}`, () => undefined);
  typeDraft = (draft: Draft) =>
    this.answer(
      `typeDraft ${draft.job_id} ${draft.field} ${JSON.stringify(draft.content)}`,
      () => undefined,
    );
  discardDraft = (jobId: JobId, field: Field) =>
    this.answer(`discardDraft ${jobId} ${field}`, () => undefined);
  saveText = (name: string, text: string) =>
    this.answer(`saveText ${name} ${text}`, () => `/home/me/${name}`);
  pictureUrl = (jobId: JobId, thumbnailId: ThumbnailId) =>
    `picture://localhost/${jobId}/${thumbnailId}`;
  savePicture = (jobId: JobId, thumbnailId: ThumbnailId) =>
    this.answer(`savePicture ${jobId} ${thumbnailId}`, () => "/home/me/thumbnail.jpg");
  pictureFile = (jobId: JobId, thumbnailId: ThumbnailId) =>
    this.answer(`pictureFile ${jobId} ${thumbnailId}`, () => `file:///${jobId}/${thumbnailId}.jpg`);
  dragPicture = (jobId: JobId, thumbnailId: ThumbnailId) =>
    this.answer(`dragPicture ${jobId} ${thumbnailId}`, () => undefined);
  sending: UploadView[] = [];
  uploads = () => this.answer("uploads", () => this.sending);
  cancelUpload = (uploadId: number) =>
    this.answer(`cancelUpload ${uploadId}`, () => {
      const upload = this.sending.find((upload) => upload.upload_id === uploadId);
      this.sending = this.sending.filter((other) => other !== upload);
      if (upload) this.emit({ event: "upload", ...upload, state: "cancelled" });
    });
  retryUpload = (uploadId: number) => this.answer(`retryUpload ${uploadId}`, () => undefined);
  search = (text: string) =>
    this.answer(`search ${text}`, () => {
      const has = (job: JobView) =>
        JSON.stringify([job.title, job.filename, job.metadata])
          .toLowerCase()
          .includes(text.toLowerCase());
      return this.list.filter(has).map((job) => job.job_id);
    });
  settle = (jobIds: JobId[], trouble: Trouble) =>
    this.answer(`settle ${jobIds.join()} ${trouble}`, () => {
      const attention = trouble === "dismiss" ? null : ("failed" as const);
      this.list = this.list.map((job) =>
        jobIds.includes(job.job_id) ? { ...job, attention } : job,
      );
      const changed = this.list
        .filter((job) => jobIds.includes(job.job_id))
        .map((job) => ({ job, scope: "increment" as const }));
      this.emit({ event: "jobs", changed, removed: [] });
    });
  looks: AppearanceView = { theme: "system", language: "en" };
  appearance = () => this.answer("appearance", () => this.looks);
  setAppearance = (looks: AppearanceView) =>
    this.answer(`setAppearance ${looks.theme} ${looks.language}`, () => void (this.looks = looks));
  chooseVideos = () => this.answer("chooseVideos", () => undefined);

  onEvent = (listener: (event: Event) => void) => subscribe(this.listeners, listener);
  onOpenJob = (listener: (jobId: JobId) => void) => subscribe(this.openListeners, listener);
  onDrag = () => Promise.resolve(() => undefined);

  /** Tells the window what a core would. */
  emit(event: Event): void {
    if (event.event === "session") {
      const { event: _event, ...session } = event;
      this.held = { ...this.held, session };
    }
    if (event.event === "connection") {
      const { event: _event, ...connection } = event;
      this.held = { ...this.held, connection };
    }
    for (const listener of this.listeners) listener(event);
  }

  /** Acts as a click on a notification. */
  clickNotification(jobId: JobId): void {
    for (const listener of this.openListeners) listener(jobId);
  }

  private async answer<T>(call: string, value: () => T): Promise<T> {
    this.calls.push(call);
    const name = call.split(" ")[0] ?? call;
    const failure = this.failures.get(name);
    if (failure) {
      this.failures.delete(name);
      throw failure;
    }
    return value();
  }
}

async function subscribe<T>(listeners: Set<T>, listener: T): Promise<Unsubscribe> {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Returns the status of somebody who is signed in and connected. */
export function signedInStatus(server: ServerView | null = mockServer): StatusView {
  return {
    server,
    remembered: { address: "acme.tv", email: "me@acme.tv" },
    session: { state: "signed_in", email: "me@acme.tv", reason: null, warning: null },
    connection: { state: "live", attempt: 0, retry_in_ms: null, reason: null },
    counts: { pending: 0, processing: 0, completed: 0, failed: 0 },
    pending_jobs: 0,
    storage: { trouble: null, incident: null },
    known_at: null,
    server_ahead_ms: 0,
  };
}

const ago = (minutes: number) => new Date(Date.now() - 60_000 * minutes).toISOString();

/** Returns a backend with a little of everything, for working on the views in a browser. */
export function demoBackend(): MockBackend {
  return new MockBackend(signedInStatus(), [
    mockJob({
      job_id: "1",
      title: "A walk by the sea",
      status: "PROCESSING",
      progress_percent: 42,
      stage_id: "TRANSCRIPTION",
      created_at: ago(9),
      outlook: { stage_ends_at: ago(-2), then_seconds: 120 },
      stages: [
        mockStage({ stage_id: "UPLOAD", status: "COMPLETED", began_at: ago(9), ended_at: ago(7) }),
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
    }),
    mockJob({
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
    }),
    mockJob({ job_id: "3", title: "City at night", status: "COMPLETED", created_at: ago(3000) }),
  ]);
}
