import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Backend } from "./backend";
import type { Event, JobId } from "./bindings";

/** Talks to the Rust core. The only importer of @tauri-apps. */
export const tauriBackend: Backend = {
  status: () => invoke("status"),
  jobs: () => invoke("jobs"),
  job: (jobId) => invoke("job", { jobId }),
  openJob: (jobId) => invoke("open_job", { jobId }),
  refresh: () => invoke("refresh"),
  reconnect: () => invoke("reconnect"),
  connect: (address) => invoke("connect", { address }),
  useThisComputer: () => invoke("use_this_computer"),
  signIn: (email, password) => invoke("sign_in", { email, password }),
  signOut: () => invoke("sign_out"),
  chooseVideos: () => invoke("choose_videos"),

  onEvent: (listener) => listen<Event>("tally", (event) => listener(event.payload)),
  onOpenJob: (listener) => listen<JobId>("open_job", (event) => listener(event.payload)),
  onDrag: async (listener) => {
    const stops = await Promise.all([
      listen("tauri://drag-enter", () => listener(true)),
      listen("tauri://drag-leave", () => listener(false)),
      listen("tauri://drag-drop", () => listener(false)),
    ]);
    return () => stops.forEach((stop) => stop());
  },
};
