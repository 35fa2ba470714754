import type { RowView } from "../ipc/bindings";
import { locale } from "../state/locale.svelte";

/** Invisible characters: white space, default ignorable code points, control characters and the empty braille cell. */
const BLANK = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\u2800]*$/u;
/** Characters of right-to-left scripts, and bidirectional control characters. */
const BIDIRECTIONAL =
  /[\u200f\u202a-\u202e\u2066-\u2069\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** Returns whether a text has no visible character. */
export function isBlank(text: string): boolean {
  return BLANK.test(text);
}

/** Isolates untrusted text with bidirectional control characters, so that it cannot reorder the text around it. */
export function isolateBidi(text: string): string {
  return BIDIRECTIONAL.test(text) ? `\u2068${text.replaceAll(/[\u2066-\u2069]/g, "")}\u2069` : text;
}

/** Folds the case of a text for searching, exactly as the core does: NFKC, lower case, dotted and dotless i equal. */
export function foldCase(text: string): string {
  const lower = text.normalize("NFKC").toLowerCase();
  // Most texts have none of the special cases.
  if (!/[ßςı\u0307]/.test(lower)) return lower;
  const plain = lower.replaceAll("i\u0307", "i").replaceAll("ı", "i");
  return plain.replaceAll("ß", "ss").replaceAll("ς", "σ").normalize("NFKC");
}

/** Returns the title of a video to display; its file name if the title is blank. */
export function displayTitle({ title, filename }: Pick<RowView, "title" | "filename">): string {
  const visible = [title, filename].find((text) => text !== null && !isBlank(text));
  return isolateBidi(visible ?? locale.messages.untitled);
}
