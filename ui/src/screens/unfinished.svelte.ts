import { createQuery } from "@tanstack/svelte-query";
import type { Backend } from "../backend";
import { signOutMutation } from "../commands";
import { uploadsQuery, videosQuery } from "../queries";
import type { View } from "../view.svelte";

/** Counts what would be lost with the session, or with the program, and sees to it that nobody signs out unawares. */
export class Unfinished {
  private videos;
  private sending;
  private leaving;

  constructor(backend: Backend, isSignedIn: () => boolean) {
    this.videos = createQuery(() => ({ ...videosQuery(backend), enabled: isSignedIn() }));
    this.sending = createQuery(() => ({ ...uploadsQuery(backend), enabled: isSignedIn() }));
    this.leaving = signOutMutation(backend);
  }

  /** How many videos have changes that the studio does not have yet. */
  get edits(): number {
    return this.videos.data?.filter((job) => job.unsaved).length ?? 0;
  }

  /** How many uploads are under way. */
  get uploads(): number {
    return this.sending.data?.filter((upload) => upload.state !== "failed").length ?? 0;
  }

  /** Signs out; where that throws something away, it is asked about. */
  askToLeave(view: View): void {
    if (this.edits + this.uploads > 0) void view.show("leaving");
    else this.leave();
  }

  /** Signs out, whatever is lost. */
  leave(): void {
    this.leaving.mutate();
  }
}
