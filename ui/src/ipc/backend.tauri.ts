import { convertFileSrc, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Backend } from "./backend";
import type { Event, InitialState, JobId, Show, UpdateView } from "./bindings";

declare global {
  interface Window {
    /** The initial state, requested by an initialization script before the page's own script was loaded. */
    initialState?: Promise<InitialState>;
  }
}

/** An event with the number of its batch. */
interface NumberedEvent {
  number: number;
  event: Event;
}

/** The number of batches between acknowledgements. The core pauses when too many are not acknowledged. */
const ACKNOWLEDGE_EVERY = 4;

/** The backend in the app: calls the Rust core. No other module imports @tauri-apps. */
export const tauriBackend: Backend = {
  initialState: () => {
    // Released after its first use, so that the page does not keep a copy of the list.
    const requested = window.initialState;
    delete window.initialState;
    return requested ?? invoke("initial_state");
  },
  status: () => invoke("status"),
  rows: () => invoke("rows"),
  job: (jobId) => invoke("job", { jobId }),
  captions: (jobId) => invoke("captions", { jobId }),
  openJob: (jobId) => invoke("open_job", { jobId }),
  refresh: () => invoke("refresh"),
  synced: () => invoke("synced"),
  reconnect: () => invoke("reconnect"),
  connect: (address) => invoke("connect", { address }),
  connectAs: (address, description) => invoke("connect_as", { address, description }),
  useThisComputer: () => invoke("use_this_computer"),
  signIn: (email, password) => invoke("sign_in", { email, password }),
  signInWith: (provider) => invoke("sign_in_with", { provider }),
  cancelSignIn: () => invoke("cancel_sign_in"),
  unlockKeychain: () => invoke("unlock_keychain"),
  signOut: () => invoke("sign_out"),
  edit: (jobId, changes) => invoke("edit", { jobId, changes }),
  typeDraft: (draft) => invoke("type_draft", { draft }),
  discardDraft: (jobId, field) => invoke("discard_draft", { jobId, field }),
  saveText: (name, text) => invoke("save_text", { name, text }),

  pictureUrl: (jobId, thumbnailId) =>
    convertFileSrc("", "picture") + [jobId, thumbnailId].map(encodeURIComponent).join("/"),
  savePicture: (jobId, thumbnailId) => invoke("save_picture", { jobId, thumbnailId }),
  pictureFile: (jobId, thumbnailId) => invoke("picture_file", { jobId, thumbnailId }),
  dragPicture: (jobId, thumbnailId) => invoke("drag_picture", { jobId, thumbnailId }),

  chooseVideos: () => invoke("choose_videos"),
  uploads: () => invoke("uploads"),
  cancelUpload: (uploadId) => invoke("cancel_upload", { uploadId }),
  retryUpload: (uploadId) => invoke("retry_upload", { uploadId }),

  search: (text) => invoke("search", { text }),
  setDismissed: (jobIds, trouble) => invoke("set_dismissed", { jobIds, trouble }),

  settings: () => invoke("settings"),
  changeSettings: (settings) => invoke("change_settings", { settings }),
  resetSettings: () => invoke("reset_settings"),
  onSettings: (listener) => listen("settings", () => listener()),
  setWebhookSecret: (secret) => invoke("set_webhook_secret", { secret }),
  chooseCertificate: () => invoke("choose_certificate"),
  computer: () => invoke("computer"),
  downloadModel: (id) => invoke("download_model", { id }),
  stopModelDownload: (id) => invoke("stop_model_download", { id }),
  deleteModel: (id) => invoke("delete_model", { id }),
  chooseModelFile: () => invoke("choose_model_file"),
  deleteFinishedCopies: () => invoke("delete_finished_copies"),
  setLanguageModelKey: (key) => invoke("set_language_model_key", { key }),
  prepareSuggestions: (jobId) => invoke("prepare_suggestions", { jobId }),
  suggestTexts: (jobId, body) => invoke("suggest_texts", { jobId, body }),
  clearCache: () => invoke("clear_cache"),
  openFolder: () => invoke("open_folder"),

  history: () => invoke("history"),
  markRead: (read) => invoke("mark_read", { read }),
  pause: (pause) => invoke("pause", { pause }),

  close: (choice, remember) => invoke("close", { choice, remember }),
  quit: () => invoke("quit"),
  onShow: async (listener) => {
    const stop = await listen<Show>("show", (event) => listener(event.payload));
    // The shell repeats requests that it made before the window listened.
    await invoke("showing");
    return stop;
  },

  update: () => invoke("update"),
  checkForUpdate: () => invoke("check_for_update"),
  fetchUpdate: () => invoke("fetch_update"),
  restart: () => invoke("restart"),
  onUpdate: (listener) => listen<UpdateView>("update", (event) => listener(event.payload)),
  releases: () => invoke("releases"),

  diagnostics: () => invoke("diagnostics"),
  saveReport: () => invoke("save_report"),

  onEvent: (listener) =>
    listen<NumberedEvent>("tally", ({ payload: { number, event } }) => {
      listener(event);
      if (number % ACKNOWLEDGE_EVERY === 0) void invoke("ack", { number });
    }),
  listening: () => invoke("listening"),
  onOpenJob: (listener) => listen<JobId>("open_job", (event) => listener(event.payload)),
  onDrag: async (listener) => {
    // What is dragged out of this window must not be uploaded.
    let isOwnDrag = false;
    addEventListener("dragstart", () => (isOwnDrag = true));
    addEventListener("dragend", () => (isOwnDrag = false));
    const stops = await Promise.all([
      listen("tauri://drag-enter", () => listener(!isOwnDrag)),
      listen("tauri://drag-leave", () => listener(false)),
      listen("tauri://drag-drop", () => listener(false)),
    ]);
    return () => stops.forEach((stop) => stop());
  },
};
