// The search in one text, by the rules of the core's search in transcripts (crates/core/src/search/excerpt.rs): case,
// accents and punctuation do not count. `crates/core/src/search/cases.json` has the cases that both are tested with.

/** A match in a text. */
export interface Match {
  from: number;
  to: number;
}

/** The matches in a text, in their order, and the number of the best of them: the one that an excerpt shows. */
export interface Matches {
  list: Match[];
  best: number;
}

export const NO_MATCHES: Matches = { list: [], best: 0 };

/** How many words are looked for, as in the core. */
const MAX_WORDS = 16;
/** The first of Unicode's marks. */
const FIRST_MARK = 0x300;
const WORD = /[\p{L}\p{N}\p{M}\p{So}]/u;
/** Marks; half-width voiced sound marks, and the later parts of a Korean syllable, are letters in Unicode. */
const MARK = /[\p{M}\uff9e\uff9f\u1160-\u11ff]/u;
/** Characters of scripts that do not separate words, and pictures: each is a term of its own. */
const TERM =
  /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Bopo}\p{sc=Yiii}\p{Extended_Pictographic}]/u;
/** Scripts of which each mark is a term, too. */
const MARKS_ARE_TERMS = /[\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]/u;
/** What joins the character before it: it is seen as a part of it. */
const JOINED = /\p{M}|\p{Emoji_Modifier}|\u200d\p{Extended_Pictographic}/uy;
const JOINER = /\p{Extended_Pictographic}[\p{M}\p{Emoji_Modifier}]*\u200d$/u;
/** How much of a text before a match may be seen as one character with its beginning. */
const MAX_JOINED = 16;

/** A part of a character's terms: a letter, a term of its own, a mark on what is before it, or a separator. */
type Part = { text: string; role: "letter" | "term" | "mark" | "separator" };

/** The terms of a text, separated by spaces, and the place in the text of each of their characters. */
export interface Terms {
  text: string;
  terms: string;
  from: number[];
  to: number[];
}

/** Prepares a text for searches in it. */
export function termsOf(text: string): Terms {
  const parts: string[] = [];
  const [from, to]: [number[], number[]] = [[], []];
  /** What the last character was; the next one may have to be separated from it. */
  let last: Part["role"] | null = null;
  const add = (written: string, at: number, end: number) => {
    parts.push(written);
    for (let unit = 0; unit < written.length; unit += 1) {
      from.push(at);
      to.push(end);
    }
  };
  for (let at = 0; at < text.length;) {
    const run = asciiRunEnd(text, at);
    if (run > at) {
      if (parts.length > 0 && last !== "letter") add(" ", at, at);
      parts.push(text.slice(at, run).toLowerCase());
      for (; at < run; at += 1) {
        from.push(at);
        to.push(at + 1);
      }
      last = "letter";
      continue;
    }
    const end = clusterEnd(text, at);
    for (const { text: written, role } of partsOf(text.slice(at, end))) {
      if (role === "separator") last = role;
      else if (role !== "mark") {
        if (parts.length > 0 && (role === "term" || last !== "letter")) add(" ", at, at);
        add(written, at, end);
        last = role;
      } else if (last === "letter") add(written, at, end);
    }
    at = end;
  }
  return { text, terms: parts.join(""), from, to };
}

/** Returns the matches of the words as a phrase; without any, those of each word. */
export function findMatches(searched: Terms, query: string): Matches {
  const split = query.normalize("NFKC").split(/\s+/).slice(0, MAX_WORDS);
  const words = split.map((word) => termsOf(word).terms).filter((word) => word !== "");
  let found = occurrences(searched.terms, words.join(" "));
  if (found.length === 0 && words.length > 1) {
    // A single letter is in almost every word.
    const long = words.filter((word) => word.length > 1 || word > "\x7f");
    const unique = [...new Set(long.length > 0 ? long : words)];
    found = unique.flatMap((word) => occurrences(searched.terms, word));
    found.sort((one, other) => one.at - other.at || other.length - one.length);
    let end = 0;
    found = found.filter(({ at, length }) => at >= end && (end = at + length));
  }
  let best = 0;
  const rank = ({ at, length }: Occurrence) =>
    (at === 0 || searched.terms[at - 1] === " " ? 1e9 : 0) + length;
  found.forEach((occurrence, index) => {
    if (rank(occurrence) > rank(found[best] ?? occurrence)) best = index;
  });
  return { list: found.map((occurrence) => placeOf(searched, occurrence)), best };
}

/** Returns the number of the first match that ends behind a place. */
export function firstMatchBehind(list: Match[], place: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.to ?? 0) > place) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A match in the terms of a text. */
interface Occurrence {
  at: number;
  length: number;
}

function occurrences(terms: string, wanted: string): Occurrence[] {
  const { length } = wanted;
  const found: Occurrence[] = [];
  if (length === 0) return found;
  for (let at = terms.indexOf(wanted); at >= 0; at = terms.indexOf(wanted, at + length))
    found.push({ at, length });
  return found;
}

/** Returns the place of a match in the text; it cuts nothing that is seen as one character. */
function placeOf({ text, from, to }: Terms, { at, length }: Occurrence): Match {
  let [start, end] = [from[at] ?? 0, to[at + length - 1] ?? 0];
  while (text[start - 1] === "\u200d") {
    const joiner = JOINER.exec(text.slice(Math.max(0, start - MAX_JOINED), start));
    if (!joiner) break;
    start -= joiner[0].length;
  }
  while (text.charCodeAt(end) >= FIRST_MARK) {
    JOINED.lastIndex = end;
    if (!JOINED.test(text)) break;
    end = JOINED.lastIndex;
  }
  return { from: start, to: end };
}

/** Returns the end of the letters and digits of ASCII at a place: most of most texts, and each its own form. */
function asciiRunEnd(text: string, from: number): number {
  let end = from;
  for (;;) {
    const code = text.charCodeAt(end);
    const isLetter = (code > 96 && code < 123) || (code > 64 && code < 91);
    if (!isLetter && !(code > 47 && code < 58)) break;
    end += 1;
  }
  // The last one may have a mark on it.
  return end > from && text.charCodeAt(end) >= FIRST_MARK ? end - 1 : end;
}

/** Returns the end of a character with the marks on it. */
function clusterEnd(text: string, at: number): number {
  let end = at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
  while ((text.codePointAt(end) ?? 0) >= FIRST_MARK) {
    const next = String.fromCodePoint(text.codePointAt(end) ?? 0);
    if (!MARK.test(next)) break;
    end += next.length;
  }
  return end;
}

/** The parts of the characters that were seen. */
const known = new Map<string, Part[]>();
/** How many are kept: more than a language has letters. */
const MAX_KNOWN = 20_000;

function partsOf(cluster: string): Part[] {
  let parts = known.get(cluster);
  if (!parts) {
    parts = [...folded(cluster)].map((text) => ({ text, role: roleOf(text) }));
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(cluster, parts);
  }
  return parts;
}

/** Returns a character in the form that is compared: without case, width and accents. */
function folded(cluster: string): string {
  // Both ways, because only the upper case of a sharp s has two letters.
  const caseless = cluster.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase();
  return caseless
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFC");
}

function roleOf(character: string): Part["role"] {
  if (!WORD.test(character)) return "separator";
  if (MARKS_ARE_TERMS.test(character)) return "term";
  if (/\p{M}/u.test(character)) return "mark";
  return TERM.test(character) ? "term" : "letter";
}
