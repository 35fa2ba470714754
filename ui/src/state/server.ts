import type { ServerView } from "../ipc/bindings";

const UPLOAD_FEATURES = ["upload", "upload_resumable", "upload_signed"];

/** Returns whether a studio takes videos, in any way. */
export function takesUploads(server: ServerView | null | undefined): boolean {
  return server?.features.some((feature) => UPLOAD_FEATURES.includes(feature)) ?? false;
}
