import type {
  Caption,
  ComputerView,
  Content,
  Description,
  DiagnosticsView,
  Event,
  Field,
  FirstLook,
  HistoryEntry,
  JobId,
  JobView,
  ReleaseView,
  RowView,
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
  Trouble,
  UpdateView,
  UploadView,
} from "./bindings";

/** Changed fields of a video. */
export type Changes = Partial<Record<Field, Content>>;

/** What was typed and is not saved yet. */
export interface Draft {
  job_id: JobId;
  field: Field;
  content: Content;
  /** What the field held when the typing began. */
  base: Content | null;
  cause: { kind: "typed" };
}

/** For how long no notifications are shown. */
/** What was seen: everything about some videos, or everything up to an entry. */
export type Read = { jobs: JobId[] } | { up_to: number };

export type Pause = "hour" | "tomorrow" | "off";

/** Stops a subscription. */
export type Unsubscribe = () => void;

/** Everything that the window may ask of the core, and hear from it. */
export interface Backend {
  /** What the first picture shows. */
  firstLook(): Promise<FirstLook>;
  status(): Promise<StatusView>;
  rows(): Promise<RowView[]>;
  job(jobId: JobId): Promise<JobView>;
  /** What is said in a video and when, where its backend knows. */
  captions(jobId: JobId): Promise<Caption[]>;
  /** Subscribes to a job and fetches it anew, because somebody looks at it. */
  openJob(jobId: JobId): Promise<void>;
  refresh(): Promise<void>;
  /** Answers once the studio has told of its videos; fails if it could not. */
  synced(): Promise<void>;
  reconnect(): Promise<void>;
  connect(address: string): Promise<ServerView>;
  /** Makes a backend of an address that does not describe itself. */
  connectAs(address: string, description: Description): Promise<ServerView>;
  useThisComputer(): Promise<ServerView>;
  signIn(email: string, password: string): Promise<void>;
  /** Signs in on a provider's page in the browser; answers when that is over. */
  signInWith(provider: string): Promise<void>;
  cancelSignIn(): Promise<void>;
  /** Lets the system ask the person to unlock the keychain. */
  unlockKeychain(): Promise<void>;
  signOut(): Promise<void>;
  /** Saves changed fields: on disk and shown when this returns; what becomes of them comes as events. */
  edit(jobId: JobId, changes: Changes): Promise<void>;
  /** Keeps what was typed and is not saved yet. */
  typeDraft(draft: Draft): Promise<void>;
  discardDraft(jobId: JobId, field: Field): Promise<void>;
  /** Lets the person save a text; returns where it is, or null if they did not. */
  saveText(name: string, text: string): Promise<string | null>;

  /** Returns an address that this page may show a thumbnail from. */
  pictureUrl(jobId: JobId, thumbnailId: ThumbnailId): string;
  savePicture(jobId: JobId, thumbnailId: ThumbnailId): Promise<string | null>;
  /** The address of a thumbnail's file, which the page may hand to another program. */
  pictureFile(jobId: JobId, thumbnailId: ThumbnailId): Promise<string>;
  /** Begins to drag a thumbnail out of the window, where the page itself cannot. */
  dragPicture(jobId: JobId, thumbnailId: ThumbnailId): Promise<void>;

  /** Lets the person choose videos and uploads them; what becomes of them comes as events. */
  chooseVideos(): Promise<void>;
  /** Returns the uploads that are under way, wait, or failed. */
  uploads(): Promise<UploadView[]>;
  /** Gives up an upload, or takes one that failed out of sight. */
  cancelUpload(uploadId: number): Promise<void>;
  retryUpload(uploadId: number): Promise<void>;

  /** Returns the videos with all of these words in their title, tags, description or file name. */
  search(text: string): Promise<JobId[]>;
  /** Puts the trouble of videos aside, or takes it up again. */
  settle(jobIds: JobId[], trouble: Trouble): Promise<void>;

  /** Returns what the person chose, and what became of it. */
  settings(): Promise<SettingsView>;
  /** Keeps what the person chose; it takes effect at once. */
  changeSettings(settings: Settings): Promise<void>;
  /** Goes back to what holds for everybody; the old file is kept beside it. */
  resetSettings(): Promise<void>;
  /** Somebody changed the settings: here, or in their file. */
  onSettings(listener: () => void): Promise<Unsubscribe>;
  /** Keeps the secret that signs webhooks in the keychain. */
  setWebhookSecret(secret: string): Promise<void>;
  /** Lets the person choose a file of certificates; answers with its path, or null. */
  chooseCertificate(): Promise<string | null>;
  /** Returns the state of speech recognition on this computer, and how much its videos take. */
  computer(): Promise<ComputerView>;
  /** Begins to download a speech model, or goes on with it. */
  downloadModel(id: string): Promise<void>;
  /** Stops a download; what has arrived is kept. */
  stopModelDownload(id: string): Promise<void>;
  deleteModel(id: string): Promise<void>;
  /** Lets the person choose a model's file; answers with its path, or null. */
  chooseModelFile(): Promise<string | null>;
  /** Deletes the copies of videos that are finished; originals, texts and pictures stay. */
  deleteFinishedCopies(): Promise<void>;
  /** Keeps the key of the language model in the keychain. */
  setLanguageModelKey(key: string): Promise<void>;
  /** Returns what would be sent to the language model about a video. */
  prepareSuggestions(jobId: JobId): Promise<SuggestionRequestView>;
  /** Sends what was prepared, and returns what the language model suggests. */
  suggestTexts(jobId: JobId, body: string): Promise<TextSuggestions>;
  /** Forgets the videos and their pictures, and asks the studio for them anew. What a person wrote stays. */
  clearCache(): Promise<void>;
  /** Shows the folder of data in the system's file manager. */
  openFolder(): Promise<void>;

  /** Returns what happened to the videos, newest first. */
  history(): Promise<HistoryEntry[]>;
  /** Marks what happened as seen. */
  markRead(read: Read): Promise<void>;
  /** Shows no notifications for a while, or shows them again. */
  pause(pause: Pause): Promise<void>;

  /** Answers the question that closing the window put. */
  close(choice: "hide" | "quit", remember: boolean): Promise<void>;
  /** Quits, whatever is under way. */
  quit(): Promise<void>;
  /** The shell asks the window to show something. */
  onShow(listener: (show: Show) => void): Promise<Unsubscribe>;

  update(): Promise<UpdateView>;
  checkForUpdate(): Promise<void>;
  /** Fetches the newer version; it runs from the next start on. */
  fetchUpdate(): Promise<void>;
  /** Starts anew, into the newer version; refused while videos are uploaded. */
  restart(): Promise<void>;
  onUpdate(listener: (update: UpdateView) => void): Promise<Unsubscribe>;
  /** What the versions brought, newest first. */
  releases(): Promise<ReleaseView[]>;

  /** What is remembered of the connection. */
  diagnostics(): Promise<DiagnosticsView>;
  /** Lets the person save a report without names or addresses; returns where it is, or null if they did not. */
  saveReport(): Promise<string | null>;

  onEvent(listener: (event: Event) => void): Promise<Unsubscribe>;
  /** Says that events are heard from now on; answers what was sent before. */
  listening(): Promise<SentView>;
  /** A notification was clicked: look at this job. */
  onOpenJob(listener: (jobId: JobId) => void): Promise<Unsubscribe>;
  /** Files are dragged over the window, or no longer. */
  onDrag(listener: (over: boolean) => void): Promise<Unsubscribe>;
}

/** Reads whatever a failed call threw. */
export function asError(thrown: unknown): TallyError {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && "message" in thrown) {
    return thrown as TallyError;
  }
  return {
    code: "server_error",
    message: thrown instanceof Error ? thrown.message : String(thrown),
  };
}
