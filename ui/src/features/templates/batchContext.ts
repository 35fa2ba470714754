import { createContext } from "svelte";
import type { Field, JobId } from "../../ipc/bindings";
import type { Batch, Navigation } from "../../state/navigation.svelte";
import { CHANGED_FIELDS } from "./templates";

export type BatchKind = Batch["kind"];

/** Opens the dialog of a batch. */
export interface BatchStart {
  /** Whether the studio lets any of the texts be edited. */
  isOffered: () => boolean;
  open: (kind: BatchKind, jobIds: JobId[]) => void;
}

export const [useBatch, provideBatch] = createContext<BatchStart>();

/** Returns what opens the dialog of a batch. */
export const batchStart = (navigation: Navigation, editable: () => Field[]): BatchStart => ({
  isOffered: () => CHANGED_FIELDS.some((field) => editable().includes(field)),
  open: (kind, jobIds) => void navigation.showBatch({ kind, jobIds }),
});
