import { reasonText } from "../../format/errors";
import { formatBytes } from "../../format/numbers";
import { formatMinutesLeft } from "../../format/time";
import type { UploadView } from "../../ipc/bindings";
import { locale } from "../../state/locale.svelte";

/** Returns how far an upload is, in percent. */
export function uploadPercent(upload: UploadView): number {
  return upload.total_bytes > 0 ? (100 * upload.sent_bytes) / upload.total_bytes : 0;
}

/** Returns whether an upload is under way, or will be without the user. */
export function isUnderWay({ state }: UploadView): boolean {
  return ["queued", "sending", "waiting", "verifying"].includes(state);
}

/** Returns what a row says about an upload that has not failed. */
export function uploadText(upload: UploadView): string {
  const texts = locale.messages.uploads;
  switch (upload.state) {
    case "queued":
      return upload.sent_bytes > 0 ? [texts.queued, sentText(upload)].join(" · ") : texts.queued;
    case "waiting":
      return texts.waiting(upload.error ? reasonText(upload.error) : "");
    case "verifying":
      return texts.verifying;
    case "paused":
      return upload.sent_bytes > 0 ? [texts.paused, sentText(upload)].join(" · ") : texts.paused;
    default:
      return progressText([upload]);
  }
}

/** Returns how far uploads are together: bytes, speed and the time that is left. */
export function progressText(uploads: UploadView[]): string {
  const sum = (value: (upload: UploadView) => number) =>
    uploads.reduce((total, upload) => total + value(upload), 0);
  const [sent, total] = [sum((upload) => upload.sent_bytes), sum((upload) => upload.total_bytes)];
  const speed = sum((upload) => (upload.state === "sending" ? (upload.bytes_per_second ?? 0) : 0));
  const texts = locale.messages.uploads;
  const facts = [texts.sent(formatBytes(sent), formatBytes(total))];
  if (speed > 0) {
    facts.push(texts.speed(formatBytes(speed)), formatMinutesLeft((total - sent) / speed / 60));
  }
  return facts.join(" · ");
}

function sentText(upload: UploadView): string {
  const texts = locale.messages.uploads;
  return texts.sent(formatBytes(upload.sent_bytes), formatBytes(upload.total_bytes));
}
