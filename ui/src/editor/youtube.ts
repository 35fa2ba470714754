import type { Chapter, Content, Field, JobView } from "../bindings";
import { clock } from "../format";
import { isBlank } from "../names";

/** How long YouTube lets texts be, in characters. Other platforms allow more: these are hints, and nothing is cut off. */
export const LIMITS: Partial<Record<Field, number>> = { TITLE: 100, DESCRIPTION: 5000, TAGS: 500 };

/** How far apart chapters are at least, in seconds. */
const SHORTEST_CHAPTER = 10;
/** How many chapters there are at least. */
const FEWEST_CHAPTERS = 3;

/** Counts characters as a person does: an emoji is one. */
export function characters(text: string): number {
  return [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)].length;
}

/** Counts tags as YouTube does: with the commas between them, and quotes around those with spaces. */
export function tagCharacters(tags: string[]): number {
  const quoted = tags.map((tag) => characters(tag) + (/\s/.test(tag) ? 2 : 0));
  return quoted.reduce((sum, length) => sum + length, 0) + Math.max(0, tags.length - 1);
}

/** Returns how long a text is, as its limit counts. */
export function length(field: Field, content: Content | undefined): number {
  if (typeof content === "string") return characters(content);
  return field === "TAGS" ? tagCharacters((content ?? []) as string[]) : 0;
}

/** What stands between tags, in full width, too. */
export const SEPARATORS = /[,;\n\t，；、]/;

/** Splits what was typed or pasted into tags, each once and without a `#`. */
export function splitTags(text: string, held: string[] = []): string[] {
  const known = new Set(held.map((tag) => tag.toLowerCase()));
  const fresh: string[] = [];
  for (const part of text.split(SEPARATORS)) {
    const tag = part
      .trim()
      .replace(/^#+/, "")
      .replace(/^"(.*)"$/, "$1")
      .trim();
    if (tag === "" || known.has(tag.toLowerCase())) continue;
    known.add(tag.toLowerCase());
    fresh.push(tag);
  }
  return fresh;
}

/** Names a rule of YouTube's that chapters break. */
export type ChapterRule = "first" | "count" | "short" | "untitled" | "beyond";

/** Returns the rule that each chapter breaks, if any; they are in the order of their starts. */
export function chapterRules(chapters: Chapter[], duration: number | null): (ChapterRule | null)[] {
  return chapters.map((chapter, index) => {
    const end = chapters[index + 1]?.start_seconds ?? duration ?? Infinity;
    if (index === 0 && Math.floor(chapter.start_seconds) !== 0) return "first";
    if (duration !== null && chapter.start_seconds >= duration) return "beyond";
    if (end - chapter.start_seconds < SHORTEST_CHAPTER) return "short";
    if (chapter.title.trim() === "") return "untitled";
    return null;
  });
}

/** Tells whether there are too few chapters for YouTube to show them. */
export function tooFewChapters(chapters: Chapter[]): boolean {
  return chapters.length > 0 && chapters.length < FEWEST_CHAPTERS;
}

/** Reads `1:02:03`, `62:03` or `90`; null if it is none of them. */
export function readClock(text: string): number | null {
  const parts = text.trim().split(":");
  if (parts.length > 3 || !parts.every((part) => /^\d+(\.\d+)?$/.test(part))) return null;
  return parts.reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** A time anywhere in a line, with whatever stands around it: `0:00`, `[01:02:03]`, `1:05.250`. */
const TIME = /(?<![\d:.])(\d{1,3}(?::\d{2}){1,2})(?:[.,]\d{1,3})?(?![\d:])/;
/** What joins a time and a title, or numbers the lines, and is no part of the title. */
const BEFORE = /^[\s([{<]*(?:\d{1,3}[.)](?=\s|$)|[-–—•*#>])?[\s([{<]*/;
const AFTER = /^[\s)\]}>]*(?:(?:[–—:|•~=→]|[-.>]+(?=\s|$|[-–—>]))+\s*)*/;
const TAIL = new Set(" \t\u00a0([{<-–—:|•~=→");

/** What a pasted list of chapters holds. */
export interface PastedChapters {
  chapters: Chapter[];
  /** The lines without a time, which are no chapters. */
  rest: string[];
}

/** Reads a pasted list of chapters: every line with a time is one, wherever the time stands in it. */
export function readPasted(text: string): PastedChapters {
  const chapters: Chapter[] = [];
  const rest: string[] = [];
  for (const line of text.split(/\r\n|[\n\r\u2028\u2029]/)) {
    const chapter = readChapter(line);
    if (chapter) chapters.push(chapter);
    else if (!isBlank(line)) rest.push(line.trim());
  }
  return { chapters: sortChapters(chapters), rest };
}

function readChapter(line: string): Chapter | null {
  // Full width digits and colons, as input methods write them.
  const plain = line.replaceAll(/[０-９：]/g, (wide) => wide.normalize("NFKC"));
  const time = TIME.exec(plain);
  const start_seconds = time?.[1] === undefined ? null : readClock(time[1]);
  if (!time || start_seconds === null) return null;
  const before = plain.slice(0, time.index).replace(BEFORE, "");
  // The end of a chapter that is written beside its start.
  const end = new RegExp(`^\\s*(?:[-–—~→>]+|to|bis|a)\\s*${TIME.source}`);
  const after = plain
    .slice(time.index + time[0].length)
    .replace(end, "")
    .replace(AFTER, "")
    .trim();
  return {
    start_seconds,
    title: [withoutTail(before), after].filter((part) => part !== "").join(" "),
  };
}

/** Takes off what joins a title to the time behind it; by hand, because a pattern would try every place anew. */
function withoutTail(text: string): string {
  let end = text.length;
  while (end > 0 && TAIL.has(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end).trim();
}

/** Reads a pasted list of chapters, without what is none. */
export function readChapters(text: string): Chapter[] {
  return readPasted(text).chapters;
}

export function sortChapters(chapters: Chapter[]): Chapter[] {
  return [...chapters].sort((a, b) => a.start_seconds - b.start_seconds);
}

/** Writes chapters as they stand in a description. */
export function chapterLines(chapters: Chapter[]): string {
  return chapters.map(({ start_seconds, title }) => `${clock(start_seconds)} ${title}`).join("\n");
}

/** Writes a field as text, as it is copied or compared. */
export function asText(field: Field, content: Content | null | undefined): string {
  if (content === null || content === undefined) return "";
  if (typeof content === "string") return content;
  return field === "CHAPTERS"
    ? chapterLines(content as Chapter[])
    : (content as string[]).join(", ");
}

/** Writes everything that YouTube's form asks for, ready to be pasted from. */
export function forYouTube({ metadata }: Pick<JobView, "metadata">): string {
  const chapters = chapterLines(metadata.CHAPTERS ?? []);
  const description = metadata.DESCRIPTION ?? "";
  // Whoever wrote them into the description already does not want them twice.
  const added = chapters !== "" && !description.includes(chapters) ? chapters : "";
  const tags = (metadata.TAGS ?? []).join(", ");
  return [metadata.TITLE, description, added, tags].filter(Boolean).join("\n\n");
}
