import type { Field } from "../ipc/bindings";

/** The texts of the editor in English. */
export const editor = {
  pasted: {
    title: (count: number) =>
      count === 1 ? "1 pasted line has no timestamp:" : `${count} pasted lines have no timestamp:`,
    more: (count: number) => `and ${count} more`,
    replace: (count: number) =>
      count === 1 ? "Replace with 1 chapter" : `Replace with ${count} chapters`,
    cancel: "Keep current chapters",
  },
  fields: {
    TITLE: "Title",
    DESCRIPTION: "Description",
    TAGS: "Tags",
    CHAPTERS: "Chapters",
    TRANSCRIPT: "Transcript",
    THUMBNAIL: "Thumbnail",
  } satisfies Record<Field, string>,
  save: "Save",
  saveHint: (key: string) => `Save (${key})`,
  undo: { change: "Undo last change", discard: "Restore changes", save: "Undo save" },
  discard: "Discard changes",
  discarded: "Changes discarded",
  unsaved: (fields: string) => `Unsaved changes: ${fields}`,
  saving: (fields: string) => `Saving ${fields}…`,
  waiting: (fields: string) => `Saved on this computer, will sync: ${fields}`,
  saved: "Saved",
  copy: (field: string) => `Copy ${field}`,
  copied: "Copied",
  exportAll: "Export all (.json)",
  exportAs: (kind: string) => `Export transcript as .${kind}`,
  availableAfter: (stage: string) => `Available when “${stage}” is completed`,
  notAvailableYet: "Not available yet",
  availableLater: "Available when processing finishes, or earlier",
  noTranscript: "No transcript",
  count: (length: number, limit: number) => `${length} of ${limit}`,
  overLimit: (length: number, limit: number) => `${length - limit} over YouTube's limit`,
  addTag: "Add tag",
  addTagHint: "Press Enter or comma to add a tag, or paste a list",
  removeTag: (tag: string) => `Remove ${tag}`,
  noTags: "No tags",
  chapterStart: (number: number) => `Start of chapter ${number}`,
  chapterTitle: (number: number) => `Title of chapter ${number}`,
  removeChapter: (number: number) => `Remove chapter ${number}`,
  addChapter: "Add chapter",
  invalidTime: "Enter a time, such as 1:05",
  chapterRules: {
    first: "YouTube requires the first chapter at 0:00",
    count: "YouTube requires at least 3 chapters",
    short: "YouTube requires chapters of at least 10 seconds",
    untitled: "Enter a chapter title",
    beyond: "After the end of the video",
  },
  edit: "Edit",
  done: "Done",
};

/** The texts of copying for YouTube in English. */
export const copies = {
  forYouTube: "Copy for YouTube",
  more: "Copy and export options",
  labels: {
    title: "Copy title",
    descriptionWithChapters: "Copy description with chapters",
    description: "Copy description",
    tags: "Copy tags",
    chapters: "Copy chapters",
  },
  done: {
    title: "Title copied",
    descriptionWithChapters: "Description with chapters copied",
    description: "Description copied",
    tags: "Tags copied",
    chapters: "Chapters copied",
  },
  nothing: "Nothing to copy",
};

/** The texts of a conflict between two versions of a text in English. */
export const conflict = {
  title: (field: string) => `${field}: Conflict`,
  text: "Conflict: choose a version. This text changed in the studio while you were editing.",
  mine: "Your version",
  theirs: "Studio version",
  keepMine: "Keep mine",
  takeTheirs: "Use theirs",
  editMine: "Edit mine",
  editTheirs: "Edit theirs",
  empty: "(empty)",
};

/** The texts of the thumbnails in English. */
export const gallery = {
  open: (name: string) => `View ${name}`,
  broken: "Couldn't load thumbnail",
  retry: "Try again",
  cover: "Current thumbnail",
  setAsThumbnail: "Set as thumbnail",
  save: "Save as…",
  close: "Close",
  next: "Next thumbnail",
  previous: "Previous thumbnail",
  saved: (path: string) => `Saved as ${path}`,
};
