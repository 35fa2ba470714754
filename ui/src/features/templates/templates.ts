import type {
  Changes,
  Content,
  Field,
  JobView,
  Template,
  TitleRule,
  VideoTexts,
} from "../../ipc/bindings";
import { locale } from "../../state/locale.svelte";
import { contentLength, LIMITS } from "../editor/youtube";

/** The fields that a template or a batch edit can change. */
export const CHANGED_FIELDS: Field[] = ["TITLE", "DESCRIPTION", "TAGS"];

/** The placeholders of a description, as the core knows them. */
export const PLACEHOLDERS = ["title", "description", "chapters", "tags", "links", "date"] as const;

export const TITLE_RULES: TitleRule[] = [
  "keep",
  "title_case",
  "sentence_case",
  "german_sentence_case",
  "no_all_caps",
];

/** Returns the first placeholder of a description that does not exist. */
export function unknownPlaceholder(description: string): string | undefined {
  const names = [...description.matchAll(/(?<!\{)\{([\p{L}\p{N}_]+)\}/gu)].map(
    ([, name = ""]) => name,
  );
  const known: readonly string[] = PLACEHOLDERS;
  return names.find((name) => !known.includes(name.toLowerCase()));
}

export function emptyTemplate(): Template {
  return { template_id: 0, name: "", description: "", tags: [], title_rule: "keep", links: [] };
}

/** Returns whether a field of a change is longer than YouTube takes. */
export function isOverLimit(field: Field, content: Content | undefined): boolean {
  const limit = LIMITS[field] ?? Infinity;
  // Counting is slow, and no text has more characters than code units. Quotes around tags add two for each.
  const longest = (content ?? "").length + String(content ?? "").length * 2;
  return longest > limit && contentLength(field, content) > limit;
}

/** Returns whether any field of a change is longer than YouTube takes. */
export const hasOverLimit = (changes: Changes): boolean =>
  CHANGED_FIELDS.some((field) => isOverLimit(field, changes[field]));

/** Returns the texts of a video as an editor shows them. */
export function shownTexts(content: (field: Field) => Content | null, job: JobView): VideoTexts {
  return {
    title: (content("TITLE") ?? "") as string,
    description: (content("DESCRIPTION") ?? "") as string,
    tags: (content("TAGS") ?? []) as string[],
    chapters: (content("CHAPTERS") ?? []) as VideoTexts["chapters"],
    date: job.created_at === null ? null : localDate(new Date(job.created_at)),
  };
}

/** Returns the texts of an example, for the preview of a template. */
export function exampleTexts(): VideoTexts {
  const { title, description, tags, chapters } = locale.messages.templates.example;
  const starts = [0, 65, 190];
  return {
    title,
    description,
    tags,
    chapters: chapters.map((title, index) => ({ title, start_seconds: starts[index] ?? 0 })),
    date: localDate(new Date()),
  };
}

/** Returns the texts as the contents of their fields. */
export const asChanges = ({ title, description, tags }: VideoTexts): Changes => ({
  TITLE: title,
  DESCRIPTION: description,
  TAGS: tags,
});

/** Formats a day like `2026-01-31`, in the time zone of this computer. */
function localDate(date: Date): string {
  const pad = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}
