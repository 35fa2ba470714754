import type { Commands, Event, JobId, Show, TallyError, ThumbnailId, UpdateView } from "./bindings";

/** Ends a subscription. */
export type Unsubscribe = () => void;

/** The commands that the page calls; the others belong to subscriptions. */
type CalledCommands = Omit<Commands, "ack" | "showing">;

/** The interface to the core: commands, and subscriptions to its events. */
export interface Backend extends CalledCommands {
  /** Returns the URL from which this page can load a thumbnail. */
  pictureUrl(jobId: JobId, thumbnailId: ThumbnailId): string;
  /** Subscribes to batches of changes. */
  onEvent(listener: (event: Event) => void): Promise<Unsubscribe>;
  /** Subscribes to changes of the settings, made here or in their file. */
  onSettings(listener: () => void): Promise<Unsubscribe>;
  /** Subscribes to the shell's requests to show something. */
  onShow(listener: (show: Show) => void): Promise<Unsubscribe>;
  /** Subscribes to clicks on notifications, which open a job. */
  onOpenJob(listener: (jobId: JobId) => void): Promise<Unsubscribe>;
  /** Subscribes to changes of the app's update. */
  onUpdate(listener: (update: UpdateView) => void): Promise<Unsubscribe>;
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
