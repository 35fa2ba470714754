import type { Backend, Changes, Draft, Pause, Read, Unsubscribe } from "./backend";
import {
  mockComputer,
  mockDiagnostics,
  mockEntry,
  mockJob,
  mockReleases,
  mockServer,
  mockSettings,
  mockStage,
  signedInStatus,
} from "./backend.samples";
import type {
  Caption,
  ComputerView,
  Description,
  Event,
  Field,
  HistoryEntry,
  JobId,
  JobView,
  RowView,
  SentView,
  ServerView,
  Settings,
  SettingsView,
  Show,
  StatusView,
  TallyError,
  TextSuggestions,
  ThumbnailId,
  Trouble,
  UpdateView,
  UploadView,
} from "./bindings";

export * from "./backend.samples";

/** Stands in for the core, in a plain browser and in unit tests: it answers from what it holds. */
export class MockBackend implements Backend {
  calls: string[] = [];
  /** The next call of this name fails with this. */
  failures = new Map<string, TallyError>();
  private listeners = new Set<(event: Event) => void>();
  private openListeners = new Set<(jobId: JobId) => void>();
  private settingsListeners = new Set<() => void>();
  private showListeners = new Set<(show: Show) => void>();
  private updateListeners = new Set<(update: UpdateView) => void>();

  constructor(
    public held: StatusView,
    public list: JobView[] = [],
  ) {}

  /** What was sent while nobody listened. */
  missed: SentView = { batches: 0, of_jobs: 0 };
  firstLook = () =>
    this.answer("firstLook", () => ({
      sent: { batches: 0, of_jobs: 0 },
      settings: this.preferences,
      status: this.held,
      rows: this.list,
    }));
  listening = () => this.answer("listening", () => this.missed);
  status = () => this.answer("status", () => this.held);
  rows = () => this.answer("rows", (): RowView[] => this.list);
  job = (jobId: JobId) =>
    this.answer(`job ${jobId}`, () => {
      const job = this.list.find((job) => job.job_id === jobId);
      if (!job) throw { code: "not_found", message: "there is no such job" } satisfies TallyError;
      return job;
    });
  /** What the backend knows of what is said and when. */
  spoken: Caption[] = [];
  captions = (jobId: JobId) => this.answer(`captions ${jobId}`, () => this.spoken);
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
  preferences: SettingsView = {
    settings: mockSettings(),
    trouble: null,
    version: "0.5.0",
    file: "/home/me/.local/share/tallylight/settings.toml",
    folder: "/home/me/.local/share/tallylight",
    tray: "present",
    login: "offered",
  };
  settings = () => this.answer("settings", () => this.preferences);
  changeSettings = (settings: Settings) =>
    this.answer(`changeSettings ${JSON.stringify(settings)}`, () => this.prefer({ settings }));
  resetSettings = () =>
    this.answer("resetSettings", () => this.prefer({ settings: mockSettings(), trouble: null }));
  setWebhookSecret = (secret: string) => this.answer(`setWebhookSecret ${secret}`, () => undefined);
  chooseCertificate = () =>
    this.answer("chooseCertificate", (): string | null => "/home/me/studio.pem");
  machine: ComputerView = mockComputer;
  suggested: TextSuggestions = { titles: [], description: null, tags: [], chapters: [] };
  computer = () => this.answer("computer", () => this.machine);
  downloadModel = (id: string) =>
    this.answer(`downloadModel ${id}`, () =>
      this.setModel(id, { download: { received_bytes: 0, state: "running" } }),
    );
  stopModelDownload = (id: string) =>
    this.answer(`stopModelDownload ${id}`, () =>
      this.setModel(id, { download: { received_bytes: 1_000_000, state: "stopped" } }),
    );
  deleteModel = (id: string) =>
    this.answer(`deleteModel ${id}`, () => this.setModel(id, { is_here: false, download: null }));
  chooseModelFile = () =>
    this.answer("chooseModelFile", (): string | null => "/home/me/ggml-own.bin");
  deleteFinishedCopies = () =>
    this.answer("deleteFinishedCopies", () => {
      const videos = { bytes: 300_000_000, finished_bytes: 0, finished: 0 };
      this.machine = { ...this.machine, videos };
    });
  setLanguageModelKey = (key: string) => this.answer(`setLanguageModelKey ${key}`, () => undefined);
  prepareSuggestions = (jobId: JobId) =>
    this.answer(`prepareSuggestions ${jobId}`, () => ({
      address: "http://localhost:11434/v1/chat/completions",
      body: '{ "model": "llama3" }',
    }));
  suggestTexts = (jobId: JobId, body: string) =>
    this.answer(`suggestTexts ${jobId} ${body}`, () => this.suggested);
  clearCache = () => this.answer("clearCache", () => undefined);
  openFolder = () => this.answer("openFolder", () => undefined);

  past: HistoryEntry[] = [];
  history = () => this.answer("history", () => this.past);
  markRead = (read: Read) =>
    this.answer(`markRead ${JSON.stringify(read)}`, () => {
      const isMeant = (entry: HistoryEntry) =>
        "jobs" in read ? read.jobs.includes(entry.job_id) : entry.entry_id <= read.up_to;
      this.past = this.past.map((entry) => (isMeant(entry) ? { ...entry, read: true } : entry));
      const unread = this.past.filter((entry) => !entry.read).length;
      this.emit({ event: "news", ...this.held.news, unread });
    });
  pause = (pause: Pause) =>
    this.answer(`pause ${pause}`, () => {
      const hours = { hour: 1, tomorrow: 12, off: 0 }[pause];
      const paused_until = hours === 0 ? null : ago(-60 * hours);
      this.emit({ event: "news", ...this.held.news, paused_until });
    });

  close = (choice: "hide" | "quit", remember: boolean) =>
    this.answer(`close ${choice} ${remember}`, () => undefined);
  quit = () => this.answer("quit", () => undefined);

  newer: UpdateView = { state: "unknown" };
  update = () => this.answer("update", () => this.newer);
  checkForUpdate = () => this.answer("checkForUpdate", () => this.renew({ state: "current" }));
  fetchUpdate = () =>
    this.answer("fetchUpdate", () => this.renew({ state: "ready", version: "0.6.0" }));
  restart = () => this.answer("restart", () => undefined);
  releases = () => this.answer("releases", () => mockReleases);

  chooseVideos = () => this.answer("chooseVideos", () => undefined);

  onEvent = (listener: (event: Event) => void) => subscribe(this.listeners, listener);
  onOpenJob = (listener: (jobId: JobId) => void) => subscribe(this.openListeners, listener);
  onSettings = (listener: () => void) => subscribe(this.settingsListeners, listener);
  onShow = (listener: (show: Show) => void) => subscribe(this.showListeners, listener);
  onUpdate = (listener: (update: UpdateView) => void) => subscribe(this.updateListeners, listener);
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
    if (event.event === "news") {
      const { event: _event, ...news } = event;
      this.held = { ...this.held, news };
    }
    for (const listener of this.listeners) listener(event);
  }

  /** Acts as a change of the settings, here or in their file. */
  prefer(given: Partial<SettingsView>): void {
    this.preferences = { ...this.preferences, ...given };
    for (const listener of this.settingsListeners) listener();
  }

  /** Changes what is known of a speech model. */
  setModel(id: string, given: Partial<ComputerView["models"][number]>): void {
    const models = this.machine.models.map((model) =>
      model.id === id ? { ...model, ...given } : model,
    );
    this.machine = { ...this.machine, models };
  }

  /** Asks the window to show something, as the shell does. */
  show(show: Show): void {
    for (const listener of this.showListeners) listener(show);
  }

  /** Tells what is known of a newer version. */
  renew(update: UpdateView): void {
    this.newer = update;
    for (const listener of this.updateListeners) listener(update);
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

const ago = (minutes: number) => new Date(Date.now() - 60_000 * minutes).toISOString();

/** Returns a backend with a little of everything, for working on the views in a browser. */
export function demoBackend(): MockBackend {
  const backend = new MockBackend(
    { ...signedInStatus(), news: { unread: 1, paused_until: null } },
    [
      mockJob({
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
    ],
  );
  const fault = backend.list[1]?.error ?? null;
  backend.past = [
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
  return backend;
}
