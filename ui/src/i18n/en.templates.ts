import type { SkipReason, TitleRule } from "../ipc/bindings";

/** The texts of templates in English. */
export const templates = {
  hint: "A template fills in the description, adds tags and tidies the title of your videos. Templates are stored on this computer, for this account.",
  none: "No templates yet.",
  new: "New template…",
  form: "Template",
  name: "Name",
  nameMissing: "Enter a name",
  descriptionHint:
    "Placeholders are replaced by the texts of the video. {description} is the text that is there already; without it, the template is added below.",
  insert: "Insert placeholder",
  placeholders: {
    title: "The title",
    description: "The present description",
    chapters: "The chapters with their times",
    tags: "The tags, with commas between them",
    links: "The links below",
    date: "The day of the upload",
  },
  unknownPlaceholder: (name: string) => `There is no placeholder ${name}`,
  titleRule: "Title",
  titleRules: {
    keep: "Keep as it is",
    title_case: "Title Case (English)",
    sentence_case: "Sentence case",
    german_sentence_case: "Sentence case, keep nouns (German)",
    no_all_caps: "No words in capitals",
  } satisfies Record<TitleRule, string>,
  tags: "Tags to add",
  tagsHint: "Separated by commas",
  links: "Links, one per line",
  preview: "Preview with an example",
  example: {
    title: "a walk by the sea",
    description: "Three days on the coast path.",
    tags: ["sea", "walking"],
    chapters: ["The harbour", "Over the cliffs", "Home"],
  },
  before: "Before",
  after: "After",
  noChange: "Nothing changes.",
  editNamed: (name: string) => `Edit ${name}`,
  delete: "Delete",
  deleteNamed: (name: string) => `Delete ${name}`,
  deleteQuestion: (name: string) => `Delete “${name}”? Videos keep their texts.`,
  template: "Template",
  apply: "Apply template…",
  applyTitle: "Apply template",
  applyShort: "Apply",
  fill: "Apply",
  fillHint: "This fills the fields of the editor. Save to keep the changes.",
  manageHint: "Edit and delete templates in Settings, Templates.",
  onlyHere: (count: number) =>
    count === 1
      ? "1 template is on this computer only."
      : `${count} templates are on this computer only.`,
};

const videos = (count: number) => (count === 1 ? "1 video" : `${count} videos`);

/** The texts of editing many videos in English. */
export const batch = {
  menu: "Edit",
  edit: "Edit tags and description",
  editAction: "Edit tags and description…",
  videos: (count: number) => (count === 1 ? "1 video selected" : `${count} videos selected`),
  tooMany: (most: number) => `Select at most ${most} videos.`,
  addTags: "Add tags",
  removeTags: "Remove tags",
  tagsHint: "Separated by commas",
  how: {
    none: "Don't change",
    append: "Add below",
    prepend: "Add above",
    replace: "Find and replace",
  },
  text: "Text to add",
  find: "Find (exact)",
  with: "Replace with",
  changed: (count: number) => (count === 1 ? "1 video changes." : `${count} videos change.`),
  same: (count: number) => (count === 1 ? "1 stays as it is." : `${count} stay as they are.`),
  skipped: {
    draft: (count: number) =>
      count === 1 ? "1 is left out: unsaved changes." : `${count} are left out: unsaved changes.`,
    not_ready: (count: number) =>
      count === 1 ? "1 is left out: processing." : `${count} are left out: processing.`,
    not_found: (count: number) =>
      count === 1 ? "1 isn't available anymore." : `${count} aren't available anymore.`,
  } satisfies Record<SkipReason, (count: number) => string>,
  overLimit: (count: number) => `${videos(count)} over YouTube's limit. Nothing is cut off.`,
  isOver: "Over YouTube's limit",
  more: (count: number) => `and ${count} more`,
  apply: (count: number) => `Change ${videos(count)}`,
  running: (done: number, total: number) => `Changing videos: ${done} of ${total}`,
  undoing: (done: number, total: number) => `Restoring videos: ${done} of ${total}`,
  done: (count: number) => (count === 1 ? "1 video changed" : `${count} videos changed`),
  restored: (count: number) => (count === 1 ? "1 video restored." : `${count} videos restored.`),
  kept: (count: number) =>
    count === 1 ? "1 was changed since and stays." : `${count} were changed since and stay.`,
  refused: (count: number) =>
    count === 1 ? "1 change wasn't accepted:" : `${count} changes weren't accepted:`,
};
