/** The texts of uploads in English. */
export const uploads = {
  title: "Uploads",
  group: "Uploading",
  queued: "Queued",
  waiting: (reason: string) =>
    reason === ""
      ? "Interrupted. Continues by itself."
      : `Interrupted, continues by itself. ${reason}`,
  verifying: "Checking whether it arrived…",
  paused: "Paused",
  sent: (sent: string, total: string) => `${sent} of ${total}`,
  speed: (size: string) => `${size}/s`,
  cancel: (name: string) => `Cancel upload of ${name}`,
  retry: (name: string) => `Retry ${name}`,
  dismiss: (name: string) => `Dismiss ${name}`,
  pause: (name: string) => `Pause ${name}`,
  resume: (name: string) => `Continue ${name}`,
  more: (name: string) => `Actions for ${name}`,
  pauseAll: "Pause all",
  resumeAll: "Continue all",
  moveFirst: "Upload first",
  moveUp: "Move up",
  moveDown: "Move down",
  pauseAction: "Pause",
  resumeAction: "Continue",
  retryAction: "Retry",
  cancelAction: "Cancel upload",
  dismissAction: "Dismiss",
};
