import { isBlank } from "../../format/text";
import { formatTimecode } from "../../format/time";
import type { Chapter } from "../../ipc/bindings";

/** The shortest chapter that YouTube accepts, in seconds. */
const MIN_CHAPTER_SECONDS = 10;
/** The smallest number of chapters that YouTube shows. */
const MIN_CHAPTERS = 3;

/** A rule of YouTube that a chapter can break. */
export type ChapterRule = "first" | "count" | "short" | "untitled" | "beyond";

/** Returns for each chapter the rule that it breaks, or null. The chapters are in the order of their starts. */
export function chapterRules(chapters: Chapter[], duration: number | null): (ChapterRule | null)[] {
  return chapters.map((chapter, index) => {
    const end = chapters[index + 1]?.start_seconds ?? duration ?? Infinity;
    if (index === 0 && Math.floor(chapter.start_seconds) !== 0) return "first";
    if (duration !== null && chapter.start_seconds >= duration) return "beyond";
    if (end - chapter.start_seconds < MIN_CHAPTER_SECONDS) return "short";
    if (chapter.title.trim() === "") return "untitled";
    return null;
  });
}

/** Returns whether there are too few chapters for YouTube to show them. */
export function tooFewChapters(chapters: Chapter[]): boolean {
  return chapters.length > 0 && chapters.length < MIN_CHAPTERS;
}

/** Parses `1:02:03`, `62:03` or `90`; returns null for any other text. */
export function parseTimecode(text: string): number | null {
  const parts = text.trim().split(":");
  if (parts.length > 3 || !parts.every((part) => /^\d+(\.\d+)?$/.test(part))) return null;
  return parts.reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** A time anywhere in a line: `0:00`, `[01:02:03]`, `1:05.250`. */
const TIME = /(?<![\d:.])(\d{1,3}(?::\d{2}){1,2})(?:[.,]\d{1,3})?(?![\d:])/;
/** Characters around the time that connect it to the title or number the lines, and do not belong to the title. */
const BEFORE = /^[\s([{<]*(?:\d{1,3}[.)](?=\s|$)|[-–—•*#>])?[\s([{<]*/;
const AFTER = /^[\s)\]}>]*(?:(?:[–—:|•~=→]|[-.>]+(?=\s|$|[-–—>]))+\s*)*/;
const CONNECTORS = new Set(" \t\u00a0([{<-–—:|•~=→");

/** The result of parsing a pasted list of chapters. */
export interface PastedChapters {
  chapters: Chapter[];
  /** The lines without a time, which are not chapters. */
  rest: string[];
}

/** Parses a pasted list of chapters: every line with a time anywhere in it is a chapter. */
export function parsePastedChapters(text: string): PastedChapters {
  const chapters: Chapter[] = [];
  const rest: string[] = [];
  for (const line of text.split(/\r\n|[\n\r\u2028\u2029]/)) {
    const chapter = parseChapter(line);
    if (chapter) chapters.push(chapter);
    else if (!isBlank(line)) rest.push(line.trim());
  }
  return { chapters: sortChapters(chapters), rest };
}

function parseChapter(line: string): Chapter | null {
  // Input methods may write full-width digits and colons.
  const plain = line.replaceAll(/[０-９：]/g, (wide) => wide.normalize("NFKC"));
  const time = TIME.exec(plain);
  const start_seconds = time?.[1] === undefined ? null : parseTimecode(time[1]);
  if (!time || start_seconds === null) return null;
  const before = plain.slice(0, time.index).replace(BEFORE, "");
  // The end time of the chapter, beside its start.
  const end = new RegExp(`^\\s*(?:[-–—~→>]+|to|bis|a)\\s*${TIME.source}`);
  const after = plain
    .slice(time.index + time[0].length)
    .replace(end, "")
    .replace(AFTER, "")
    .trim();
  return {
    start_seconds,
    title: [trimConnectors(before), after].filter((part) => part !== "").join(" "),
  };
}

/** Removes connecting characters from the end of a title. A loop, because a regular expression would backtrack. */
function trimConnectors(text: string): string {
  let end = text.length;
  while (end > 0 && CONNECTORS.has(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end).trim();
}

/** Parses a pasted list of chapters, ignoring other lines. */
export function parseChapters(text: string): Chapter[] {
  return parsePastedChapters(text).chapters;
}

export function sortChapters(chapters: Chapter[]): Chapter[] {
  return [...chapters].sort((a, b) => a.start_seconds - b.start_seconds);
}

/** Formats chapters as lines of a description, ascending, as YouTube requires them. */
export function chapterLines(chapters: Chapter[]): string {
  return sortChapters(chapters)
    .map(({ start_seconds, title }) => `${formatTimecode(start_seconds)} ${title}`)
    .join("\n");
}
