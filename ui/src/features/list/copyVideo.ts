import { copyFetchedText } from "../../components/clipboard.svelte";
import { copyWithMessage, showFailure, showMessage } from "../../components/toasts";
import type { Backend } from "../../ipc/backend";
import type { JobId } from "../../ipc/bindings";
import { locale } from "../../state/locale.svelte";
import { type CopyKind, descriptionCopy, youtubeCopies } from "../editor/copies";
import { draftedContent } from "../editor/editor.svelte";

/** Copies a text of a video and says so. Rows do not hold it, so the video is fetched. */
export async function copyVideoText(
  backend: Backend,
  jobId: JobId,
  wanted: CopyKind,
): Promise<void> {
  const texts = locale.messages.copies;
  const copy = backend.job(jobId).then((job) => {
    const copies = youtubeCopies((field) => draftedContent(job, field));
    if (wanted === "descriptionWithChapters") return descriptionCopy(copies);
    return copies.find(({ kind }) => kind === wanted);
  });
  try {
    await copyFetchedText(copy.then((found) => found?.text ?? null));
    const found = await copy;
    showMessage(found ? texts.done[found.kind] : texts.nothing);
  } catch (error) {
    showFailure(error);
  }
}

/** Copies the link that opens a video in this app, and says so. */
export function copyVideoLink(jobId: JobId): Promise<void> {
  const link = `tallylight://job/${encodeURIComponent(jobId)}`;
  return copyWithMessage(link, locale.messages.videoActions.linkCopied);
}
