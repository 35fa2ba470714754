import ArrowRight from "@lucide/svelte/icons/arrow-right";
import CheckCheck from "@lucide/svelte/icons/check-check";
import CircleStop from "@lucide/svelte/icons/circle-stop";
import Copy from "@lucide/svelte/icons/copy";
import FolderOpen from "@lucide/svelte/icons/folder-open";
import LayoutTemplate from "@lucide/svelte/icons/layout-template";
import Link from "@lucide/svelte/icons/link";
import PencilLine from "@lucide/svelte/icons/pencil-line";
import RotateCcw from "@lucide/svelte/icons/rotate-ccw";
import SquareCheck from "@lucide/svelte/icons/square-check";
import SquareX from "@lucide/svelte/icons/square-x";
import Trash2 from "@lucide/svelte/icons/trash-2";
import Upload from "@lucide/svelte/icons/upload";
import { createContext } from "svelte";
import type { Action } from "../../components/action";
import { reportFailure } from "../../components/toasts";
import type { JobId, RowView } from "../../ipc/bindings";
import { locale } from "../../state/locale.svelte";
import { COPY_KINDS } from "../editor/copies";
import type { BatchKind } from "../templates/batchContext";
import { SNOOZE_ACTIONS } from "./snoozeActions";
import type { VideoAction, VideoActionContext } from "./videoAction";
import { copyTitles } from "./copyTitles";
import { copyVideoLink, copyVideoText } from "./copyVideo";
import { canBeDismissed } from "./dismiss";
import type { Selection } from "./selection.svelte";

/** The context of the open video: the window's own state, as it is when it is asked for. */
export const [useVideoActionContext, provideVideoActionContext] =
  createContext<() => VideoActionContext>();

const idsOf = (rows: RowView[]) => rows.map((row) => row.job_id);
const areSelected = (rows: RowView[], { selection }: VideoActionContext) =>
  rows.every((row) => selection.jobIds.has(row.job_id));

const batchAction = (kind: BatchKind, icon: VideoAction["icon"]): VideoAction => ({
  id: `batch_${kind}`,
  icon,
  label: () =>
    kind === "edit" ? locale.messages.batch.editAction : locale.messages.templates.apply,
  isOffered: ({ length }, { batch }) => batch.isOffered() && (kind === "template" || length > 1),
  run: (rows, { batch }) => batch.open(kind, idsOf(rows)),
});

/** Copies of a text that a row does not hold. They are offered once a video is finished and has its texts. */
const TEXT_COPIES = COPY_KINDS.filter((kind) => kind !== "title").map((kind): VideoAction => ({
  id: `copy_${kind}`,
  icon: Copy,
  label: () => locale.messages.copies.labels[kind],
  isOffered: ([row, ...others]) => row?.status === "COMPLETED" && others.length === 0,
  run: ([row], { backend }) => row && void copyVideoText(backend, row.job_id, kind),
}));

/** All actions of videos, in the order in which they are offered. */
const VIDEO_ACTIONS: VideoAction[] = [
  {
    id: "open",
    icon: ArrowRight,
    keys: "Enter",
    label: () => locale.messages.videoActions.open,
    isOffered: ([row, ...others], { openJobId }) =>
      row?.job_id !== openJobId && others.length === 0,
    run: ([row], { onopen }) => row && onopen(row.job_id),
  },
  {
    id: "copy_title",
    icon: Copy,
    label: ({ length }) =>
      length === 1 ? locale.messages.copies.labels.title : locale.messages.selection.copyTitles,
    isOffered: () => true,
    run: (rows) => void copyTitles(rows),
  },
  ...TEXT_COPIES,
  {
    id: "copy_link",
    icon: Link,
    label: () => locale.messages.videoActions.copyLink,
    isOffered: ({ length }) => length === 1,
    run: ([row]) => row && void copyVideoLink(row.job_id),
  },
  batchAction("edit", PencilLine),
  batchAction("template", LayoutTemplate),
  {
    id: "retry",
    icon: RotateCcw,
    label: () => locale.messages.videoActions.retry,
    isOffered: (rows, { jobActions }) => jobActions.isOffered("retry", rows),
    run: (rows, { jobActions }) => jobActions.retry(idsOf(rows)),
  },
  {
    id: "cancel",
    icon: CircleStop,
    label: () => locale.messages.videoActions.cancel,
    isOffered: (rows, { jobActions }) => jobActions.isOffered("cancel", rows),
    run: (rows, { jobActions }) => jobActions.cancel(idsOf(rows)),
  },
  {
    id: "select",
    icon: SquareCheck,
    keys: "x",
    label: () => locale.messages.videoActions.select,
    isOffered: (rows, context) => !areSelected(rows, context),
    run: (rows, { selection }) => selection.selectAll(idsOf(rows)),
  },
  {
    id: "deselect",
    icon: SquareX,
    keys: "x",
    label: () => locale.messages.videoActions.deselect,
    isOffered: areSelected,
    run: (rows, { selection }) => selection.remove(idsOf(rows)),
  },
  ...SNOOZE_ACTIONS,
  {
    id: "dismiss",
    icon: CheckCheck,
    keys: "e",
    label: () => locale.messages.dismiss,
    isOffered: (rows) => rows.some(canBeDismissed),
    run: (rows, { ondismiss }) => ondismiss(idsOf(rows)),
  },
  {
    id: "delete",
    icon: Trash2,
    keys: "Del",
    label: ({ length }) => locale.messages.videoActions.remove(length),
    isOffered: (rows, { jobActions }) => jobActions.isOffered("delete", rows),
    run: (rows, context) => deleteVideos(idsOf(rows), rows, context),
  },
  // Last: whether the file is known arrives while the menu is open, and must not move what is pointed at.
  {
    id: "show_file",
    icon: FolderOpen,
    label: () => locale.messages.videoActions.showFile,
    isOffered: ({ length }, { isSourceKnown }) => length === 1 && isSourceKnown,
    run: ([row], { backend }) => row && void reportFailure(backend.showVideoFile(row.job_id)),
  },
  {
    id: "upload_again",
    icon: Upload,
    label: () => locale.messages.videoActions.uploadAgain,
    isOffered: (rows, { isSourceKnown, canUpload }) =>
      rows.length === 1 && isSourceKnown && canUpload && rows.every(isEnded),
    run: ([row], { backend }) => row && void reportFailure(backend.uploadAgain(row.job_id)),
  },
];

const isEnded = ({ status }: RowView) => status === "COMPLETED" || status === "FAILED";

/** Deletes some of these videos where the studio offers it; they are no longer selected. */
export function deleteVideos(
  jobIds: JobId[],
  rows: RowView[],
  { selection, jobActions }: VideoActionContext,
): void {
  const wanted = new Set(jobIds);
  const chosen = rows.filter((row) => wanted.has(row.job_id));
  if (!jobActions.isOffered("delete", chosen)) return;
  selection.remove(jobIds);
  jobActions.remove(chosen);
}

/** Returns the actions that can be applied to these videos together. */
export function videoActions(rows: RowView[], context: VideoActionContext): Action[] {
  if (rows.length === 0) return [];
  const offered = VIDEO_ACTIONS.filter((action) => action.isOffered(rows, context));
  return offered.map(({ label, run, isOffered: _, ...action }) => ({
    ...action,
    label: label(rows),
    run: () => run(rows, context),
  }));
}

/** Returns the videos that a command concerns: the selected ones, or else a single one, if there is one. */
export function actedOn(selection: Selection, jobId: JobId | null): JobId[] {
  if (selection.jobIds.size > 0) return [...selection.jobIds];
  return jobId === null ? [] : [jobId];
}

export type { VideoActionContext };
