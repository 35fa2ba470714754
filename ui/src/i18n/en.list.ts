/** The texts of the list in English. */
export const list = {
  gaps: {
    newest: (count: number) =>
      `Showing the newest ${count} videos. The studio doesn't list older ones.`,
    missing: (statuses: string) =>
      `Couldn't load videos: ${statuses}. The studio returned an error.`,
    unreadable: (count: number) =>
      count === 1
        ? "1 video couldn't be read and isn't shown."
        : `${count} videos couldn't be read and aren't shown.`,
  },
  title: "Videos",
  emptyTitle: "No videos yet",
  emptyText: "Drop a video here to upload it and follow its progress.",
  emptyTextNoUpload: "Videos you upload to your studio appear here.",
  errorTitle: "Couldn't load videos",
  resize: "Resize list",
  loading: "Loading videos…",
  search: "Search",
  attention: "Needs review",
  attentionShort: "Needs review",
  conflict: "Conflict: choose a version",
  refusedEdit: "Edit not accepted",
  waitingEdit: "Saved on this computer, will sync",
  filter: "Filter by status",
  all: "All",
  sort: "Sort by",
  sorts: { newest: "Newest", oldest: "Oldest", title: "Title" },
  noDate: "No date",
  inTranscript: "In the transcript",
  noResultsTitle: "No results",
  noResultsText: "Try another search or clear the filters.",
  clearFilters: "Clear filters",
  found: (count: number) => (count === 1 ? "1 video found" : `${count} videos found`),
};

/** The texts of the selected videos in English. */
export const selection = {
  title: "Selected videos",
  select: (title: string) => `Select ${title}`,
  count: (count: number) => (count === 1 ? "1 selected" : `${count} selected`),
  copyTitles: "Copy titles",
  copied: (count: number) => (count === 1 ? "Title copied" : `${count} titles copied`),
  dismissed: (count: number) => (count === 1 ? "Dismissed" : `${count} videos dismissed`),
  clear: "Clear selection",
};

/** The texts of what can be done with videos in English. */
export const videoActions = {
  title: "Actions",
  open: "Open",
  copyLink: "Copy link",
  linkCopied: "Link copied",
  select: "Select",
  deselect: "Deselect",
  showFile: "Show file",
  retry: "Process again",
  uploadAgain: "Upload again",
  cancel: "Cancel processing",
  remove: (count: number) => (count === 1 ? "Delete video" : `Delete ${count} videos`),
  deleted: (title: string) => `“${title}” deleted`,
  deletedMany: (count: number) => `${count} videos deleted`,
  failedMany: (count: number, reason: string) => `${count} videos: ${reason}`,
};
