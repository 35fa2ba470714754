import type { Template } from "../../ipc/bindings";
import { emptyTemplate } from "./templates";

/** A template as it is typed: its lists are texts. */
export class TemplateDraft {
  value = $state(emptyTemplate());
  /** The tags, separated by commas. */
  tags = $state("");
  /** The links, one a line. */
  links = $state("");

  constructor(template: Template = emptyTemplate()) {
    this.value = { ...template };
    this.tags = template.tags.join(", ");
    this.links = template.links.join("\n");
  }
}

/** What is typed into the form that edits many videos. */
export class BatchInput {
  added = $state("");
  removed = $state("");
  how = $state<"none" | "append" | "prepend" | "replace">("none");
  text = $state("");
  find = $state("");
  replacement = $state("");
}

let batchInput = new BatchInput();

/** Returns what was typed before the form was closed without applying it. */
export const keptBatchInput = (): BatchInput => batchInput;

/** Forgets what was typed into the form that edits many videos. */
export function forgetBatchInput(): void {
  batchInput = new BatchInput();
}

/** The drafts of this account that are neither stored nor discarded, by the id of their template. */
// eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing is rendered from it
const drafts = new Map<number, TemplateDraft>();

/** Returns what was typed of a template before its form was closed, or else the template. */
export function draftOf(template: Template = emptyTemplate()): TemplateDraft {
  const draft = drafts.get(template.template_id) ?? new TemplateDraft(template);
  drafts.set(template.template_id, draft);
  return draft;
}

/** Forgets what was typed of a template. */
export function forgetDraft(templateId: number): void {
  drafts.delete(templateId);
}

/** Whose drafts they are. */
let owner: string | null = null;

/** Keeps drafts for this person: those of somebody else are forgotten. A session that expired may go on. */
export function keepDraftsFor(email: string | null): void {
  if (owner !== email) forgetDrafts();
  owner = email;
}

/** Forgets all drafts. */
export function forgetDrafts(): void {
  drafts.clear();
  forgetBatchInput();
}
