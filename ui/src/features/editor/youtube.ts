import type { Chapter, Content, Field } from "../../ipc/bindings";
import { chapterLines } from "./chapters";

/** YouTube's limits in characters. Other platforms allow more, so they are hints, and nothing is cut off. */
export const LIMITS: Partial<Record<Field, number>> = { TITLE: 100, DESCRIPTION: 5000, TAGS: 500 };

/** Counts graphemes: an emoji counts as one character. */
export function countCharacters(text: string): number {
  return [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)].length;
}

/** Counts the characters of tags as YouTube does: with commas between them and quotes around tags with spaces. */
export function countTagCharacters(tags: string[]): number {
  const quoted = tags.map((tag) => countCharacters(tag) + (/\s/.test(tag) ? 2 : 0));
  return quoted.reduce((sum, size) => sum + size, 0) + Math.max(0, tags.length - 1);
}

/** Returns the length of a field in the unit of its limit. */
export function contentLength(field: Field, content: Content | undefined): number {
  if (typeof content === "string") return countCharacters(content);
  return field === "TAGS" ? countTagCharacters((content ?? []) as string[]) : 0;
}

/** The characters that separate tags, including full-width ones. */
export const TAG_SEPARATORS = /[,;\n\t，；、]/;

/** Parses typed or pasted text into tags without `#`, leaving out duplicates and those that are there already. */
export function parseTags(text: string, existing: string[] = []): string[] {
  const known = new Set(existing.map((tag) => tag.toLowerCase()));
  const added: string[] = [];
  for (const part of text.split(TAG_SEPARATORS)) {
    const tag = part
      .trim()
      .replace(/^#+/, "")
      .replace(/^"(.*)"$/, "$1")
      .trim();
    if (tag === "" || known.has(tag.toLowerCase())) continue;
    known.add(tag.toLowerCase());
    added.push(tag);
  }
  return added;
}

/** Formats the content of a field as text, for reading and comparing. */
export function contentText(field: Field, content: Content | null | undefined): string {
  if (content === null || content === undefined) return "";
  if (typeof content === "string") return content;
  return field === "CHAPTERS"
    ? chapterLines(content as Chapter[])
    : (content as string[]).join(", ");
}

/** Formats the content of a field for pasting it into YouTube's form. */
export function copiedText(field: Field, content: Content | null): string {
  return field === "TAGS" ? tagLine((content ?? []) as string[]) : contentText(field, content);
}

/** Formats tags for YouTube's field, which separates them at each comma: one within a tag becomes a space. */
function tagLine(tags: string[]): string {
  const words = (tag: string) => tag.split(TAG_SEPARATORS).map((part) => part.trim());
  const plain = tags.map((tag) => words(tag).filter(Boolean).join(" "));
  return [...new Set(plain)].filter(Boolean).join(", ");
}
