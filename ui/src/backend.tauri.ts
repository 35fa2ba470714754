import { convertFileSrc, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Backend } from "./backend";
import type { Event, FirstLook, JobId, Show, UpdateView } from "./bindings";

declare global {
  interface Window {
    /** What the first picture shows, as the core asked for it when the page began. */
    firstLook?: Promise<FirstLook>;
  }
}

/** A batch of changes, with its number. */
interface Numbered {
  number: number;
  event: Event;
}

/** Every so many batches the core is told how far this window has come; further ahead it does not go. */
const ACKNOWLEDGE_EVERY = 4;

/** Talks to the Rust core. The only importer of @tauri-apps. */
export const tauriBackend: Backend = {
  firstLook: () => {
    // The window has asked when this script was not even there. The page holds on to it no longer than it must.
    const asked = window.firstLook;
    delete window.firstLook;
    return asked ?? invoke("first_look");
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
  settle: (jobIds, trouble) => invoke("settle", { jobIds, trouble }),

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
    // What the shell wished to show before anybody listened, it says now.
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
    listen<Numbered>("tally", ({ payload: { number, event } }) => {
      listener(event);
      if (number % ACKNOWLEDGE_EVERY === 0) void invoke("heard", { number });
    }),
  listening: () => invoke("listening"),
  onOpenJob: (listener) => listen<JobId>("open_job", (event) => listener(event.payload)),
  onDrag: async (listener) => {
    // What is dragged out of this window is nothing to upload to it.
    let own = false;
    addEventListener("dragstart", () => (own = true));
    addEventListener("dragend", () => (own = false));
    const stops = await Promise.all([
      listen("tauri://drag-enter", () => listener(!own)),
      listen("tauri://drag-leave", () => listener(false)),
      listen("tauri://drag-drop", () => listener(false)),
    ]);
    return () => stops.forEach((stop) => stop());
  },
};
