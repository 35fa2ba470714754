import { isBlank } from "../../format/text";
import type { Chapter, Content, Field } from "../../ipc/bindings";
import { parseChapters } from "./chapters";
import { copiedText } from "./youtube";

/** What can be copied of a video's texts for YouTube, in the order in which it is offered. */
export const COPY_KINDS = [
  "title",
  "descriptionWithChapters",
  "description",
  "tags",
  "chapters",
] as const;

/** A text, or a combination of texts, that can be copied. */
export type CopyKind = (typeof COPY_KINDS)[number];

/** A text of a video that can be copied. */
export interface TextCopy {
  kind: CopyKind;
  text: string;
}

/** The kinds that fill YouTube's description, the most complete first. */
const DESCRIPTION_KINDS: CopyKind[] = ["descriptionWithChapters", "description", "chapters"];

/**
 * Returns the texts of a video that can be copied. Blank ones are left out, and so is the description with chapters if
 * it would be only one of the two.
 */
export function youtubeCopies(content: (field: Field) => Content | null): TextCopy[] {
  const text = (field: Field) => copiedText(field, content(field));
  const texts: Record<CopyKind, string> = {
    title: text("TITLE"),
    descriptionWithChapters: "",
    description: text("DESCRIPTION"),
    tags: text("TAGS"),
    chapters: text("CHAPTERS"),
  };
  if (!isBlank(texts.description) && !isBlank(texts.chapters)) {
    const chapters = content("CHAPTERS") as Chapter[];
    texts.descriptionWithChapters = withChapters(texts.description, chapters, texts.chapters);
  }
  return COPY_KINDS.map((kind) => ({ kind, text: texts[kind] })).filter(
    (copy) => !isBlank(copy.text),
  );
}

/**
 * Returns the text for YouTube's description: with the chapters if there are any, or the chapters alone; undefined if
 * there is neither.
 */
export function descriptionCopy(copies: TextCopy[]): TextCopy | undefined {
  return copies.find(({ kind }) => DESCRIPTION_KINDS.includes(kind));
}

/**
 * Adds the lines of the chapters to a description. Too few chapters, or ones that do not begin at 0:00, are added too:
 * YouTube then shows no chapters, but links each time; the editor says which rule they break.
 */
function withChapters(description: string, chapters: Chapter[], lines: string): string {
  // A second list of the same times would not be ascending, and YouTube would show no chapters at all.
  const listed = new Set(parseChapters(description).map(wholeSecond));
  if (chapters.every((chapter) => listed.has(wholeSecond(chapter)))) return description;
  return `${description.trimEnd()}\n\n${lines}`;
}

const wholeSecond = ({ start_seconds }: Chapter) => Math.floor(start_seconds);
