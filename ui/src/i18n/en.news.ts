import type { NoticeKind } from "../bindings";

/** The texts of what happened meanwhile in English. */
export const history = {
  title: "What happened",
  unread: (count: number) => `What happened, ${count} new`,
  paused: (time: string) => `Paused until ${time}`,
  empty: "Nothing yet. When a video is ready, fails or needs a look, it stands here.",
  new: "New:",
  kinds: {
    completed: "Ready",
    failed: "Failed",
    warning: "Needs a look",
    summary: "Several videos",
  } satisfies Record<NoticeKind, string>,
};

/** The texts of closing the window in English. */
export const closing = {
  title: "Keep running in the background?",
  text: "Tallylight then goes on telling you about your videos. There is no tray here: to get this window back, start Tallylight again.",
  hide: "Keep running",
  quit: "Quit",
  remember: "Do not ask again",
};

/** The texts of quitting in English. */
export const quitting = {
  title: "Quit Tallylight?",
  text: (count: number) =>
    count === 1
      ? "1 video is still being uploaded. It stops if you quit."
      : `${count} videos are still being uploaded. They stop if you quit.`,
  none: "Every video is uploaded by now.",
  stay: "Keep uploading",
  quit: "Quit anyway",
};

/** The texts of newer versions in English. */
export const updates = {
  version: (version: string) => `Tallylight ${version}`,
  absent: "Updates come from your package manager, or this build has none.",
  unknown: "Nobody has looked for a newer version yet.",
  checking: "Looking for a newer version…",
  current: "This is the newest version.",
  available: (version: string) => `Version ${version} is available.`,
  downloading: (version: string) => `Version ${version} is being downloaded.`,
  ready: (version: string) => `Version ${version} is ready, and runs from the next start on.`,
  check: "Check for updates",
  fetch: "Download",
  restart: "Restart now",
  uploading: "Videos are still being uploaded: restart when they are done.",
  unsaved: "Some words are not saved yet: restart when they are.",
};

/** The texts of what the versions brought in English. */
export const releases = {
  title: "What’s new",
  unreleased: "Not released yet",
  none: "Nothing is known of any version.",
  kinds: {
    Added: "New",
    Changed: "Changed",
    Fixed: "Mended",
    Removed: "Removed",
    Deprecated: "On its way out",
    Security: "Security",
  } as Record<string, string>,
};
