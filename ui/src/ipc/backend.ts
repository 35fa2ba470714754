import type {
  Caption,
  ComputerView,
  Content,
  Description,
  DiagnosticsView,
  Event,
  Field,
  HistoryEntry,
  InitialState,
  JobId,
  JobView,
  ReleaseView,
  RowView,
  SearchHit,
  SentView,
  ServerView,
  Settings,
  SettingsView,
  Show,
  StatusView,
  SuggestionRequestView,
  TallyError,
  TextSuggestions,
  ThumbnailId,
  DismissAction,
  UpdateView,
  UploadView,
} from "./bindings";

/** Changed fields of a video. */
export type Changes = Partial<Record<Field, Content>>;

/** A text that was typed and is not saved. */
export interface Draft {
  job_id: JobId;
  field: Field;
  content: Content;
  /** The content of the field when the typing began. */
  base: Content | null;
  cause: { kind: "typed" };
}

/** The notifications to mark as read: all of some videos, or all up to a record of the history. */
export type MarkRead = { jobs: JobId[] } | { up_to: number };

/** How long notifications are paused; `off` resumes them. */
export type Pause = "hour" | "tomorrow" | "off";

/** Ends a subscription. */
export type Unsubscribe = () => void;

/** The interface to the core: commands, and subscriptions to its events. */
export interface Backend {
  /** Returns everything that the first frame shows, in one call. */
  initialState(): Promise<InitialState>;
  status(): Promise<StatusView>;
  rows(): Promise<RowView[]>;
  job(jobId: JobId): Promise<JobView>;
  /** Returns the captions of a video with their times; empty if the studio has none. */
  captions(jobId: JobId): Promise<Caption[]>;
  /** Subscribes to a job that was opened, and fetches it. */
  openJob(jobId: JobId): Promise<void>;
  refresh(): Promise<void>;
  /** Resolves once the list has been loaded from the studio; fails if it cannot be loaded. */
  synced(): Promise<void>;
  reconnect(): Promise<void>;
  connect(address: string): Promise<ServerView>;
  /** Connects to a server without automatic setup, with the given description. */
  connectAs(address: string, description: Description): Promise<ServerView>;
  useThisComputer(): Promise<ServerView>;
  signIn(email: string, password: string): Promise<void>;
  /** Signs in on a provider's page in the browser; resolves when that is finished. */
  signInWith(provider: string): Promise<void>;
  cancelSignIn(): Promise<void>;
  /** Asks the system to unlock the keychain. */
  unlockKeychain(): Promise<void>;
  signOut(): Promise<void>;
  /** Saves changed fields. They are stored on disk when this resolves; the studio's answer arrives as an event. */
  edit(jobId: JobId, changes: Changes): Promise<void>;
  /** Stores a draft. */
  typeDraft(draft: Draft): Promise<void>;
  discardDraft(jobId: JobId, field: Field): Promise<void>;
  /** Saves a text to a file that the person chooses; returns its path, or null if they cancelled. */
  saveText(name: string, text: string): Promise<string | null>;

  /** Returns the URL from which this page can load a thumbnail. */
  pictureUrl(jobId: JobId, thumbnailId: ThumbnailId): string;
  savePicture(jobId: JobId, thumbnailId: ThumbnailId): Promise<string | null>;
  /** Returns the file URL of a thumbnail, for dragging it to another program. */
  pictureFile(jobId: JobId, thumbnailId: ThumbnailId): Promise<string>;
  /** Starts dragging a thumbnail out of the window, on platforms where the page cannot do it. */
  dragPicture(jobId: JobId, thumbnailId: ThumbnailId): Promise<void>;

  /** Uploads videos that the person chooses; their progress arrives as events. */
  chooseVideos(): Promise<void>;
  /** Returns the uploads that are in progress, queued or failed. */
  uploads(): Promise<UploadView[]>;
  /** Cancels an upload, or removes a failed one from the list. */
  cancelUpload(uploadId: number): Promise<void>;
  retryUpload(uploadId: number): Promise<void>;

  /**
   * Returns the videos with all of these words in their title, tags, description, chapters or file name, and then those
   * with them in their transcript.
   */
  search(text: string): Promise<SearchHit[]>;
  /** Dismisses the failures and warnings of videos, or restores them. */
  setDismissed(jobIds: JobId[], action: DismissAction): Promise<void>;

  /** Returns the settings, and the problem with them if there is one. */
  settings(): Promise<SettingsView>;
  /** Saves the settings; they take effect at once. */
  changeSettings(settings: Settings): Promise<void>;
  /** Resets the settings to their defaults; the old file is kept beside the new one. */
  resetSettings(): Promise<void>;
  /** Subscribes to changes of the settings, made here or in their file. */
  onSettings(listener: () => void): Promise<Unsubscribe>;
  /** Stores the secret that signs webhooks in the keychain. */
  setWebhookSecret(secret: string): Promise<void>;
  /** Returns the path of a certificate file that the person chooses, or null if they cancelled. */
  chooseCertificate(): Promise<string | null>;
  /** Returns the state of speech recognition on this computer, and the disk space of its videos. */
  computer(): Promise<ComputerView>;
  /** Starts or resumes the download of a speech model. */
  downloadModel(id: string): Promise<void>;
  /** Stops a download; what has been received is kept. */
  stopModelDownload(id: string): Promise<void>;
  deleteModel(id: string): Promise<void>;
  /** Returns the path of a model file that the person chooses, or null if they cancelled. */
  chooseModelFile(): Promise<string | null>;
  /** Deletes the copies of finished videos; originals, texts and thumbnails are kept. */
  deleteFinishedCopies(): Promise<void>;
  /** Stores the API key of the language model in the keychain. */
  setLanguageModelKey(key: string): Promise<void>;
  /** Returns the request that would be sent to the language model about a video. */
  prepareSuggestions(jobId: JobId): Promise<SuggestionRequestView>;
  /** Sends the prepared request; returns the suggestions of the language model. */
  suggestTexts(jobId: JobId, body: string): Promise<TextSuggestions>;
  /** Deletes the stored videos and thumbnails, and fetches them again. Drafts are kept. */
  clearCache(): Promise<void>;
  /** Opens the data folder in the system's file manager. */
  openFolder(): Promise<void>;

  /** Returns the history, newest first. */
  history(): Promise<HistoryEntry[]>;
  /** Marks records of the history as read. */
  markRead(read: MarkRead): Promise<void>;
  /** Pauses notifications, or resumes them. */
  pause(pause: Pause): Promise<void>;

  /** Applies the choice of the dialog that closing the window opens. */
  close(choice: "hide" | "quit", remember: boolean): Promise<void>;
  /** Quits, and cancels uploads. */
  quit(): Promise<void>;
  /** Subscribes to the shell's requests to show something. */
  onShow(listener: (show: Show) => void): Promise<Unsubscribe>;

  update(): Promise<UpdateView>;
  checkForUpdate(): Promise<void>;
  /** Downloads the new version, which runs from the next start on. */
  fetchUpdate(): Promise<void>;
  /** Restarts into the new version; refused during uploads. */
  restart(): Promise<void>;
  onUpdate(listener: (update: UpdateView) => void): Promise<Unsubscribe>;
  /** Returns the release notes, newest version first. */
  releases(): Promise<ReleaseView[]>;

  /** Returns the diagnostics of the connection. */
  diagnostics(): Promise<DiagnosticsView>;
  /** Saves a report without names and addresses to a file that the person chooses; returns its path, or null. */
  saveReport(): Promise<string | null>;

  onEvent(listener: (event: Event) => void): Promise<Unsubscribe>;
  /** Reports that the window now listens to events; returns how many were sent before. */
  listening(): Promise<SentView>;
  /** Subscribes to clicks on notifications, which open a job. */
  onOpenJob(listener: (jobId: JobId) => void): Promise<Unsubscribe>;
  /** Subscribes to whether files are dragged over the window. */
  onDrag(listener: (over: boolean) => void): Promise<Unsubscribe>;
}

/** Converts whatever a failed call threw to an error with a code. */
export function asError(thrown: unknown): TallyError {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && "message" in thrown) {
    return thrown as TallyError;
  }
  return {
    code: "server_error",
    message: thrown instanceof Error ? thrown.message : String(thrown),
  };
}
