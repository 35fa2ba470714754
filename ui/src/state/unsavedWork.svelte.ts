import { createQuery } from "@tanstack/svelte-query";
import type { Backend } from "../ipc/backend";
import { signOutMutation } from "./commands";
import type { Navigation } from "./navigation.svelte";
import { templatesQuery, uploadsQuery, videosQuery } from "./queries";

/** What signing out would lose, and the edits and uploads that quitting concerns; signing out with a confirmation. */
export class UnsavedWork {
  /** The number of templates, which are on this computer only. It is read when somebody signs out. */
  templates = $state(0);
  #videos;
  #uploads;
  #templates;
  #signOut;

  constructor(backend: Backend, isSignedIn: () => boolean) {
    this.#videos = createQuery(() => ({ ...videosQuery(backend), enabled: isSignedIn() }));
    this.#uploads = createQuery(() => ({ ...uploadsQuery(backend), enabled: isSignedIn() }));
    this.#templates = createQuery(() => ({ ...templatesQuery(backend), enabled: false }));
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
  async requestSignOut(navigation: Navigation): Promise<void> {
    const { data, isError } = await this.#templates.refetch();
    this.templates = data?.length ?? 0;
    // What cannot be read may be there.
    if (isError || this.edits + this.uploads + this.templates > 0)
      await navigation.showDialog("sign_out");
    else this.signOut();
  }

  /** Signs out without a confirmation. */
  signOut(): void {
    this.#signOut.mutate();
  }
}
