import { createQuery } from "@tanstack/svelte-query";
import type { Backend } from "../ipc/backend";
import { signOutMutation } from "./commands";
import type { Navigation } from "./navigation.svelte";
import { uploadsQuery, videosQuery } from "./queries";

/** The edits and uploads that signing out or quitting would lose, and signing out with a confirmation. */
export class UnsavedWork {
  #videos;
  #uploads;
  #signOut;

  constructor(backend: Backend, isSignedIn: () => boolean) {
    this.#videos = createQuery(() => ({ ...videosQuery(backend), enabled: isSignedIn() }));
    this.#uploads = createQuery(() => ({ ...uploadsQuery(backend), enabled: isSignedIn() }));
    this.#signOut = signOutMutation();
  }

  /** The number of videos with changes that the studio does not have yet. */
  get edits(): number {
    return this.#videos.data?.filter((job) => job.unsaved).length ?? 0;
  }

  /** The number of uploads that are queued or in progress. */
  get uploads(): number {
    return this.#uploads.data?.filter((upload) => upload.state !== "failed").length ?? 0;
  }

  /** Signs out; if that loses anything, opens a dialog to confirm it. */
  requestSignOut(navigation: Navigation): void {
    if (this.edits + this.uploads > 0) void navigation.showDialog("sign_out");
    else this.signOut();
  }

  /** Signs out without a confirmation. */
  signOut(): void {
    this.#signOut.mutate();
  }
}
