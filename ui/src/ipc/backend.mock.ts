import type { Backend, Unsubscribe } from "./backend";
import { MockVideos } from "./backend.mockVideos";
import {
  ago,
  mockChange,
  mockComputer,
  mockDiagnostics,
  mockReleases,
  mockServer,
  mockSettings,
} from "./backend.samples";
import type {
  Automation,
  CloseChoice,
  ComputerView,
  Description,
  Event,
  JobId,
  Pause,
  SentView,
  ServerView,
  Settings,
  SettingsView,
  Show,
  TallyError,
  TextChange,
  TextSuggestions,
  UpdateView,
  UploadView,
  WindowMode,
  VideoTexts,
} from "./bindings";

export * from "./backend.samples";

/** A backend without a core, for unit tests and for working on the window in a browser. It keeps its state in memory. */
export class MockBackend extends MockVideos implements Backend {
  private openListeners = new Set<(jobId: JobId) => void>();
  private settingsListeners = new Set<() => void>();
  private showListeners = new Set<(show: Show) => void>();
  private updateListeners = new Set<(update: UpdateView) => void>();

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
  changeTexts = (change: TextChange, texts: VideoTexts) =>
    this.answer("changeTexts", () => mockChange(change, texts));
  saveText = (name: string, text: string) =>
    this.answer(`saveText ${name} ${text}`, () => `/home/me/${name}`);
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
}

async function subscribe<T>(listeners: Set<T>, listener: T): Promise<Unsubscribe> {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
