import type { NotificationKind } from "../ipc/bindings";

/** The texts of the notification history in English. */
export const history = {
  title: "Notifications",
  unread: (count: number) => `Notifications, ${count} unread`,
  paused: (time: string) => `Notifications paused until ${time}`,
  empty: "No notifications yet. You'll see ready, failed and warning notifications here.",
  new: "Unread:",
  kinds: {
    completed: "Ready",
    failed: "Failed",
    warning: "Ready with a warning",
    summary: "Multiple videos",
  } satisfies Record<NotificationKind, string>,
};

/** The texts of the close-window dialog in English. */
export const closeWindow = {
  title: "Keep running in the background?",
  text: "Tallylight keeps sending notifications. This desktop has no tray, so open Tallylight again to show this window.",
  hide: "Keep running",
  quit: "Quit",
  remember: "Don't ask again",
};

/** The texts of the quit dialog in English. */
export const quitDialog = {
  title: "Quit Tallylight?",
  text: (count: number) =>
    count === 1
      ? "1 upload is in progress. It continues the next time Tallylight starts."
      : `${count} uploads are in progress. They continue the next time Tallylight starts.`,
  none: "All uploads are complete.",
  stay: "Keep uploading",
  quit: "Quit anyway",
};

/** The texts of updates in English. */
export const updates = {
  version: (version: string) => `Tallylight ${version}`,
  absent: "Updates are managed by your package manager or aren't available for this version.",
  unknown: "Not checked yet.",
  checking: "Checking for updates…",
  current: "Tallylight is up to date.",
  available: (version: string) => `Version ${version} is available.`,
  downloading: (version: string) => `Downloading version ${version}…`,
  ready: (version: string) => `Version ${version} is ready. Restart to update.`,
  check: "Check for updates",
  fetch: "Download",
  restart: "Restart now",
  uploading: "Uploads are in progress. Restart when they are complete.",
  unsaved: "You have unsaved changes. Save them, then restart.",
};

/** The texts of the release notes in English. */
export const releaseNotes = {
  title: "What's new",
  unreleased: "Unreleased",
  none: "No release notes available.",
  kinds: {
    Added: "New",
    Changed: "Changed",
    Fixed: "Fixed",
    Removed: "Removed",
    Deprecated: "Deprecated",
    Security: "Security",
  } as Record<string, string>,
};
