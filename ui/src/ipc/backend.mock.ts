import type { Backend, Unsubscribe } from "./backend";
import {
  ago,
  mockChange,
  mockComputer,
  mockDiagnostics,
  mockExcerpt,
  mockReleases,
  mockServer,
  mockSettings,
  mockStatistics,
} from "./backend.samples";
import type {
  Automation,
  Caption,
  Changes,
  CloseChoice,
  ComputerView,
  Description,
  DismissAction,
  Draft,
  Event,
  Field,
  HistoryEntry,
  JobAction,
  JobId,
  JobView,
  MarkRead,
  Pause,
  RowView,
  SearchHit,
  SentView,
  ServerView,
  Settings,
  SettingsView,
  Show,
  Snooze,
  Statistics,
  StatusView,
  TallyError,
  Template,
  TextChange,
  TextChangeView,
  TextSuggestions,
  ThumbnailId,
  UpdateView,
  UploadView,
  WindowMode,
  VideoTexts,
} from "./bindings";

export * from "./backend.samples";

/** A backend without a core, for unit tests and for working on the window in a browser. It keeps its state in memory. */
export class MockBackend implements Backend {
  /** Every call, with its arguments. */
  calls: string[] = [];
  /** The errors with which the next call of each name fails. */
  failures = new Map<string, TallyError>();
  private listeners = new Set<(event: Event) => void>();
  private openListeners = new Set<(jobId: JobId) => void>();
  private settingsListeners = new Set<() => void>();
  private showListeners = new Set<(show: Show) => void>();
  private updateListeners = new Set<(update: UpdateView) => void>();

  constructor(
    public currentStatus: StatusView,
    public jobs: JobView[] = [],
  ) {}

  /** How many events were sent before the window listened. */
  sentBefore: SentView = { batches: 0, of_jobs: 0 };
  initialState = () =>
    this.answer("initialState", () => ({
      sent: { batches: 0, of_jobs: 0 },
      settings: this.currentSettings,
      status: this.currentStatus,
      rows: this.jobs,
    }));
  listening = () => this.answer("listening", () => this.sentBefore);
  status = () => this.answer("status", () => this.currentStatus);
  rows = () => this.answer("rows", (): RowView[] => this.jobs);
  job = (jobId: JobId) =>
    this.answer(`job ${jobId}`, () => {
      const job = this.jobs.find((job) => job.job_id === jobId);
      if (!job)
        throw {
          code: "not_found",
          message: "Not found. It may have been deleted.",
        } satisfies TallyError;
      return job;
    });
  captionList: Caption[] = [];
  captions = (jobId: JobId) => this.answer(`captions ${jobId}`, () => this.captionList);
  /** Where the studio says that videos can be played now. */
  currentPlaybackUrl: string | null = null;
  playbackUrl = (jobId: JobId) =>
    this.answer(`playbackUrl ${jobId}`, () => this.currentPlaybackUrl);
  /** The file of every video on this computer. */
  localFile: string | null = null;
  videoFile = (jobId: JobId) => this.answer(`videoFile ${jobId}`, () => this.localFile);
  takeThumbnail = (jobId: JobId, seconds: number) =>
    this.answer(`takeThumbnail ${jobId} ${seconds}`, (): ThumbnailId => `at-${seconds}`);
  openVideo = (jobId: JobId) => this.answer(`openVideo ${jobId}`, () => undefined);
  showVideoFile = (jobId: JobId) => this.answer(`showVideoFile ${jobId}`, () => undefined);
  openJob = (jobId: JobId) => this.answer(`openJob ${jobId}`, () => undefined);
  synced = () => this.answer("synced", () => undefined);
  refresh = () => this.answer("refresh", () => undefined);
  reconnect = () => this.answer("reconnect", () => undefined);
  connect = (address: string) =>
    this.answer(`connect ${address}`, () => {
      this.currentStatus = { ...this.currentStatus, server: mockServer };
      return mockServer;
    });
  connectAs = (address: string, description: Description) =>
    this.answer(`connectAs ${address} ${JSON.stringify(description)}`, () => {
      this.currentStatus = { ...this.currentStatus, server: mockServer };
      return mockServer;
    });
  useThisComputer = () =>
    this.answer("useThisComputer", () => {
      const server: ServerView = {
        ...mockServer,
        name: "This computer",
        identity: "this_computer",
      };
      this.currentStatus = { ...this.currentStatus, server };
      this.emit({ event: "session", state: "signed_in", email: "me", reason: null, warning: null });
      return server;
    });
  signIn = (email: string, _password: string) =>
    this.answer(`signIn ${email}`, () => {
      this.emit({ event: "session", state: "signed_in", email, reason: null, warning: null });
    });
  /** Completes or fails the sign-in in the browser. */
  finishBrowserSignIn: ((failure?: TallyError) => void) | undefined;
  signInWith = async (provider: string) => {
    await this.answer(`signInWith ${provider}`, () => undefined);
    await new Promise<void>((resolve, reject) => {
      this.finishBrowserSignIn = (failure) =>
        failure ? reject(failure as unknown as Error) : resolve();
    });
    const email = "me@acme.tv";
    this.emit({ event: "session", state: "signed_in", email, reason: null, warning: null });
  };
  cancelSignIn = () =>
    this.answer("cancelSignIn", () => {
      this.finishBrowserSignIn?.({ code: "requested", message: "Sign-in cancelled." });
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
  templateList: Template[] = [];
  templates = () => this.answer("templates", () => this.templateList);
  saveTemplate = (template: Template) =>
    this.answer(`saveTemplate ${JSON.stringify(template)}`, () => {
      const template_id = template.template_id || this.templateList.length + 1;
      const saved = { ...template, template_id };
      const others = this.templateList.filter((other) => other.template_id !== template_id);
      this.templateList = [...others, saved];
      return saved;
    });
  deleteTemplate = (templateId: number) =>
    this.answer(`deleteTemplate ${templateId}`, () => {
      this.templateList = this.templateList.filter(({ template_id }) => template_id !== templateId);
    });
  changeTexts = (change: TextChange, texts: VideoTexts) =>
    this.answer("changeTexts", () => mockChange(change, texts));
  textChanges = (change: TextChange, jobIds: JobId[]) =>
    this.answer(`textChanges ${jobIds.join()}`, () =>
      jobIds.map((job_id): TextChangeView => {
        const job = this.jobs.find((job) => job.job_id === job_id);
        if (!job) return { job_id, before: {}, after: {}, skipped: "not_found" };
        const { TITLE: title = "", DESCRIPTION: description = "", TAGS: tags = [] } = job.metadata;
        const texts = { title, description, tags, chapters: [], date: null };
        const after = mockChange(change, texts);
        const skipped = job.drafts.some(({ field }) => field in after) ? "draft" : null;
        return {
          job_id,
          before: { TITLE: title, DESCRIPTION: description, TAGS: tags },
          after,
          skipped,
        };
      }),
    );
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
  uploadList: UploadView[] = [];
  uploads = () => this.answer("uploads", () => this.uploadList);
  cancelUpload = (uploadId: number) =>
    this.answer(`cancelUpload ${uploadId}`, () => {
      const upload = this.uploadList.find((upload) => upload.upload_id === uploadId);
      this.uploadList = this.uploadList.filter((other) => other !== upload);
      if (upload) this.emit({ event: "upload", ...upload, state: "cancelled" });
    });
  retryUpload = (uploadId: number) => this.answer(`retryUpload ${uploadId}`, () => undefined);
  pauseUpload = (uploadId: number) =>
    this.answer(`pauseUpload ${uploadId}`, () => this.setUploadState(uploadId, "paused"));
  resumeUpload = (uploadId: number) =>
    this.answer(`resumeUpload ${uploadId}`, () => this.setUploadState(uploadId, "queued"));
  moveUpload = (uploadId: number, before: number | null) =>
    this.answer(`moveUpload ${uploadId} ${before}`, () => undefined);
  private setUploadState(uploadId: number, state: UploadView["state"]) {
    const upload = this.uploadList.find((upload) => upload.upload_id === uploadId);
    if (upload) this.emit({ event: "upload", ...upload, state });
  }
  pauseUploads = () => this.answer("pauseUploads", () => undefined);
  resumeUploads = () => this.answer("resumeUploads", () => undefined);
  search = (text: string) =>
    this.answer(`search ${text}`, () => {
      const has = (value: unknown) =>
        JSON.stringify(value).toLowerCase().includes(text.toLowerCase());
      return this.jobs.flatMap(({ job_id, title, filename, metadata }): SearchHit[] => {
        const { TRANSCRIPT: transcript = "", ...texts } = metadata;
        if (has([title, filename, texts])) return [{ job_id, excerpt: null }];
        return has(transcript) ? [{ job_id, excerpt: mockExcerpt(transcript, text) }] : [];
      });
    });
  setDismissed = (jobIds: JobId[], action: DismissAction) =>
    this.answer(`setDismissed ${jobIds.join()} ${action}`, () => {
      const attention = action === "dismiss" ? null : ("failed" as const);
      this.jobs = this.jobs.map((job) =>
        jobIds.includes(job.job_id) ? { ...job, attention } : job,
      );
      const changed = this.jobs
        .filter((job) => jobIds.includes(job.job_id))
        .map((job) => ({ job, scope: "increment" as const }));
      this.emit({ event: "jobs", changed, removed: [] });
    });
  uploadAgain = (jobId: JobId) => this.answer(`uploadAgain ${jobId}`, () => undefined);
  actOnJob = (jobId: JobId, action: JobAction) =>
    this.answer(`actOnJob ${jobId} ${action}`, () => {
      const job = this.jobs.find((job) => job.job_id === jobId);
      if (!job) return;
      if (action === "delete") {
        this.jobs = this.jobs.filter((other) => other !== job);
        return this.emit({ event: "jobs", changed: [], removed: [jobId] });
      }
      const changed: JobView =
        action === "retry"
          ? { ...job, status: "PENDING", error: null, attention: null, is_cancelled: false }
          : { ...job, status: "FAILED", is_cancelled: true };
      this.jobs = this.jobs.map((other) => (other === job ? changed : other));
      this.emit({ event: "jobs", changed: [{ job: changed, scope: "major" }], removed: [] });
  snooze = (jobIds: JobId[], snooze: Snooze | null) =>
    this.answer(`snooze ${jobIds.join()} ${snooze}`, () => {
      this.jobs = this.jobs.map((job) => {
        if (!jobIds.includes(job.job_id)) return job;
        const { snoozed_until: _, ...awake } = job;
        if (snooze === null) return { ...awake, attention: job.error ? "failed" : "warning" };
        return { ...awake, attention: null, snoozed_until: ago(-180) };
      });
      const changed = this.jobs
        .filter((job) => jobIds.includes(job.job_id))
        .map((job) => ({ job, scope: "increment" as const }));
      this.emit({ event: "jobs", changed, removed: [] });
    });
  currentSettings: SettingsView = {
    settings: mockSettings(),
    trouble: null,
    version: "0.5.0",
    file: "/home/me/.local/share/tallylight/settings.toml",
    folder: "/home/me/.local/share/tallylight",
    tray: "present",
    login: "offered",
    window: { mode: "full", stacking: "supported", shortcut: "off" },
  };
  settings = () => this.answer("settings", () => this.currentSettings);
  changeSettings = (settings: Settings) =>
    this.answer(`changeSettings ${JSON.stringify(settings)}`, () => this.setSettings({ settings }));
  setWindowMode = (mode: WindowMode) =>
    this.answer(`setWindowMode ${mode}`, () =>
      this.setSettings({ window: { ...this.currentSettings.window, mode } }),
    );
  resetSettings = () =>
    this.answer("resetSettings", () =>
      this.setSettings({ settings: mockSettings(), trouble: null }),
    );
  setWebhookSecret = (secret: string) => this.answer(`setWebhookSecret ${secret}`, () => undefined);
  setPushoverKeys = (token: string, user: string) =>
    this.answer(`setPushoverKeys ${token} ${user}`, () => undefined);
  testWebhook = (rule: Automation) =>
    this.answer(`testWebhook ${JSON.stringify(rule)}`, () => undefined);
  chooseCertificate = () =>
    this.answer("chooseCertificate", (): string | null => "/home/me/studio.pem");
  computerState: ComputerView = mockComputer;
  suggestions: TextSuggestions = { titles: [], description: null, tags: [], chapters: [] };
  computer = () => this.answer("computer", () => this.computerState);
  uploadSample = () => this.answer("uploadSample", () => undefined);
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
      this.computerState = { ...this.computerState, videos };
    });
  setLanguageModelKey = (key: string) => this.answer(`setLanguageModelKey ${key}`, () => undefined);
  prepareSuggestions = (jobId: JobId) =>
    this.answer(`prepareSuggestions ${jobId}`, () => ({
      address: "http://localhost:11434/v1/chat/completions",
      body: '{ "model": "llama3" }',
    }));
  suggestTexts = (jobId: JobId, body: string) =>
    this.answer(`suggestTexts ${jobId} ${body}`, () => this.suggestions);
  clearCache = () => this.answer("clearCache", () => undefined);
  openFolder = () => this.answer("openFolder", () => undefined);

  statisticsView: Statistics = mockStatistics;
  statistics = () => this.answer("statistics", () => this.statisticsView);

  historyEntries: HistoryEntry[] = [];
  history = () => this.answer("history", () => this.historyEntries);
  markRead = (read: MarkRead) =>
    this.answer(`markRead ${JSON.stringify(read)}`, () => {
      const isIncluded = (entry: HistoryEntry) =>
        "jobs" in read ? read.jobs.includes(entry.job_id) : entry.entry_id <= read.up_to;
      this.historyEntries = this.historyEntries.map((entry) =>
        isIncluded(entry) ? { ...entry, read: true } : entry,
      );
      const unread = this.historyEntries.filter((entry) => !entry.read).length;
      this.emit({ event: "news", ...this.currentStatus.news, unread });
    });
  pause = (pause: Pause) =>
    this.answer(`pause ${pause}`, () => {
      const hours = { hour: 1, tomorrow: 12, off: 0 }[pause];
      const paused_until = hours === 0 ? null : ago(-60 * hours);
      this.emit({ event: "news", ...this.currentStatus.news, paused_until });
    });

  close = (choice: CloseChoice, remember: boolean) =>
    this.answer(`close ${choice} ${remember}`, () => undefined);
  quit = () => this.answer("quit", () => undefined);

  updateState: UpdateView = { state: "unknown" };
  update = () => this.answer("update", () => this.updateState);
  checkForUpdate = () => this.answer("checkForUpdate", () => this.setUpdate({ state: "current" }));
  fetchUpdate = () =>
    this.answer("fetchUpdate", () => this.setUpdate({ state: "ready", version: "0.6.0" }));
  restart = () => this.answer("restart", () => undefined);
  releases = () => this.answer("releases", () => mockReleases);

  chooseVideos = () => this.answer("chooseVideos", () => undefined);

  onEvent = (listener: (event: Event) => void) => subscribe(this.listeners, listener);
  onOpenJob = (listener: (jobId: JobId) => void) => subscribe(this.openListeners, listener);
  onSettings = (listener: () => void) => subscribe(this.settingsListeners, listener);
  onShow = (listener: (show: Show) => void) => subscribe(this.showListeners, listener);
  onUpdate = (listener: (update: UpdateView) => void) => subscribe(this.updateListeners, listener);
  onDrag = () => Promise.resolve(() => undefined);

  /** Sends an event to the window, as the core does. */
  emit(event: Event): void {
    if (event.event === "session") {
      const { event: _event, ...session } = event;
      this.currentStatus = { ...this.currentStatus, session };
    }
    if (event.event === "connection") {
      const { event: _event, ...connection } = event;
      this.currentStatus = { ...this.currentStatus, connection };
    }
    if (event.event === "news") {
      const { event: _event, ...news } = event;
      this.currentStatus = { ...this.currentStatus, news };
    }
    for (const listener of this.listeners) listener(event);
  }

  /** Changes the settings, as a person does in the window or in the file. */
  setSettings(given: Partial<SettingsView>): void {
    this.currentSettings = { ...this.currentSettings, ...given };
    for (const listener of this.settingsListeners) listener();
  }

  /** Changes the state of a speech model. */
  setModel(id: string, given: Partial<ComputerView["models"][number]>): void {
    const models = this.computerState.models.map((model) =>
      model.id === id ? { ...model, ...given } : model,
    );
    this.computerState = { ...this.computerState, models };
  }

  /** Requests to show something, as the shell does. */
  requestShow(show: Show): void {
    for (const listener of this.showListeners) listener(show);
  }

  /** Changes the state of the app's update. */
  setUpdate(update: UpdateView): void {
    this.updateState = update;
    for (const listener of this.updateListeners) listener(update);
  }

  /** Simulates a click on a notification. */
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
