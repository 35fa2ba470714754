import { createQuery } from "@tanstack/svelte-query";
import { onDestroy } from "svelte";
import { dismissHandler } from "../features/list/dismiss";
import { JobActions, provideJobActions } from "../features/list/jobActions.svelte";
import { Selection } from "../features/list/selection.svelte";
import { provideVideoActionContext, type VideoActionContext } from "../features/list/videoActions";
import { batchStart, provideBatch } from "../features/templates/batchContext";
import type { Backend } from "../ipc/backend";
import type { StatusView } from "../ipc/bindings";
import type { Navigation } from "../state/navigation.svelte";
import { videosQuery } from "../state/queries";
import { takesUploads } from "../state/server";

/**
 * The videos, and what is done with them: the list, the open video and the palette share it. Must be made while a
 * component is created, for which it provides the contexts of the actions.
 */
export class WorkspaceVideos {
  readonly selection = new Selection();
  readonly dismiss;
  readonly #jobActions;
  readonly #videos;
  /** The videos that are not deleted. */
  readonly rows = $derived.by(() => this.#jobActions.visible(this.#videos.data));
  /** Whether the studio takes uploads. */
  readonly canUpload = $derived.by(() => takesUploads(this.status().server));
  readonly context: () => VideoActionContext;

  constructor(
    backend: Backend,
    private status: () => StatusView,
    navigation: Navigation,
    onopen: VideoActionContext["onopen"],
  ) {
    this.#videos = createQuery(() => videosQuery(backend));
    this.dismiss = dismissHandler(() => this.#videos.data, this.selection);
    const features = () => status().server?.features ?? [];
    const jobActions = provideJobActions(new JobActions(backend, features));
    this.#jobActions = jobActions;
    onDestroy(() => jobActions.stop());
    const batch = provideBatch(batchStart(navigation, () => status().server?.editable ?? []));
    this.context = provideVideoActionContext(() => ({
      backend,
      openJobId: navigation.openJobId,
      selection: this.selection,
      jobActions,
      canUpload: this.canUpload,
      batch,
      isSourceKnown: false,
      onopen,
      ondismiss: this.dismiss,
    }));
  }

  /** Returns whether the open video was deleted. */
  isDeleted(jobId: string | null): boolean {
    return jobId !== null && this.#jobActions.isHidden(jobId);
  }
}
