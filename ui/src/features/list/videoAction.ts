import type { Action } from "../../components/action";
import type { Backend } from "../../ipc/backend";
import type { JobId, RowView } from "../../ipc/bindings";
import type { OpenedFrom } from "../../state/navigation.svelte";
import type { BatchStart } from "../templates/batchContext";
import type { JobActions } from "./jobActions.svelte";
import type { Selection } from "./selection.svelte";

/** The state and the callbacks that the actions of videos need. */
export interface VideoActionContext {
  backend: Backend;
  openJobId: JobId | null;
  selection: Selection;
  jobActions: JobActions;
  canUpload: boolean;
  /** Whether the file of the single video is on this computer. */
  isSourceKnown: boolean;
  onopen: (jobId: JobId, from?: OpenedFrom, words?: string) => void;
  ondismiss: (jobIds: JobId[]) => void;
  batch: BatchStart;
}

/** An action of one or several videos, for the menu of a row and for the palette. */
export interface VideoAction extends Omit<Action, "label" | "run"> {
  label: (rows: RowView[]) => string;
  isOffered: (rows: RowView[], context: VideoActionContext) => boolean;
  run: (rows: RowView[], context: VideoActionContext) => void;
}
