import ArrowDown from "@lucide/svelte/icons/arrow-down";
import ArrowUp from "@lucide/svelte/icons/arrow-up";
import ArrowUpToLine from "@lucide/svelte/icons/arrow-up-to-line";
import Pause from "@lucide/svelte/icons/pause";
import Play from "@lucide/svelte/icons/play";
import RotateCw from "@lucide/svelte/icons/rotate-cw";
import X from "@lucide/svelte/icons/x";
import type { Action } from "../../components/action";
import type { Backend } from "../../ipc/backend";
import type { UploadView } from "../../ipc/bindings";
import { locale } from "../../state/locale.svelte";
import { isUnderWay } from "./uploadTexts";

/** Returns what can be done with an upload of the queue. */
export function uploadActions(
  upload: UploadView,
  uploads: UploadView[],
  backend: Backend,
): Action[] {
  const texts = locale.messages.uploads;
  const id = upload.upload_id;
  const action = (name: string, icon: Action["icon"], label: string, run: () => Promise<void>) => ({
    id: name,
    icon,
    label,
    run: () => void run(),
  });
  const actions: Action[] = [];
  if (canRetry(upload)) {
    actions.push(action("retry", RotateCw, texts.retryAction, () => backend.retryUpload(id)));
  } else if (upload.state === "paused") {
    actions.push(action("resume", Play, texts.resumeAction, () => backend.resumeUpload(id)));
  } else if (isUnderWay(upload)) {
    actions.push(action("pause", Pause, texts.pauseAction, () => backend.pauseUpload(id)));
  }
  const index = uploads.findIndex((other) => other.upload_id === id);
  const move = (before: number | undefined) => () =>
    backend.moveUpload(id, uploads[before ?? -1]?.upload_id ?? null);
  if (index > 0) {
    actions.push(action("first", ArrowUpToLine, texts.moveFirst, move(0)));
    actions.push(action("up", ArrowUp, texts.moveUp, move(index - 1)));
  }
  if (index < uploads.length - 1) {
    actions.push(action("down", ArrowDown, texts.moveDown, move(index + 2)));
  }
  const cancel = upload.state === "failed" ? texts.dismissAction : texts.cancelAction;
  return [...actions, action("cancel", X, cancel, () => backend.cancelUpload(id))];
}

/** Returns whether sending a failed upload again may help. */
export function canRetry(upload: UploadView): boolean {
  return upload.state === "failed" && upload.error?.code !== "not_a_video";
}
