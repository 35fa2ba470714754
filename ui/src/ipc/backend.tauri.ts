import { convertFileSrc, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Backend } from "./backend";
import { createCommands, type Events, type InitialState } from "./bindings";

declare global {
  interface Window {
    /** The initial state, requested by an initialization script before the page's own script was loaded. */
    initialState?: Promise<InitialState>;
  }
}

/** The number of batches between acknowledgements. The core pauses when too many are not acknowledged. */
const ACKNOWLEDGE_EVERY = 4;

const { ack, showing, ...commands } = createCommands(invoke);

/** Subscribes to an event of the shell. */
const subscribe = <Name extends keyof Events>(
  name: Name,
  listener: (payload: Events[Name]) => void,
) => listen<Events[Name]>(name, (event) => listener(event.payload));

/** The backend in the app: calls the Rust core. No other module imports @tauri-apps. */
export const tauriBackend: Backend = {
  ...commands,
  initialState: () => {
    // Released after its first use, so that the page does not keep a copy of the list.
    const requested = window.initialState;
    delete window.initialState;
    return requested ?? commands.initialState();
  },
  pictureUrl: (jobId, thumbnailId) =>
    convertFileSrc("", "picture") + [jobId, thumbnailId].map(encodeURIComponent).join("/"),
  onEvent: (listener) =>
    subscribe("tally", ({ number, event }) => {
      listener(event);
      if (number % ACKNOWLEDGE_EVERY === 0) void ack(number);
    }),
  onSettings: (listener) => subscribe("settings", () => listener()),
  onShow: async (listener) => {
    const stop = await subscribe("show", listener);
    // The shell repeats requests that it made before the window listened.
    await showing();
    return stop;
  },
  onOpenJob: (listener) => subscribe("open_job", listener),
  onUpdate: (listener) => subscribe("update", listener),
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
