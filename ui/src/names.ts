import type { RowView } from "./bindings";
import { messages } from "./messages";

/** Characters that nobody can see: white space, default ignorable ones, and a braille cell without a dot. */
const BLANK = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\u2800]*$/u;
/** Characters that run from right to left, or make others run so. */
const MAY_TURN =
  /[\u200f\u202a-\u202e\u2066-\u2069\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** Tells whether nothing of a text is to be seen. */
export function isBlank(text: string): boolean {
  return BLANK.test(text);
}

/** Sets a text of somebody else apart from the sentence that it stands in, so that it turns around no word of ours. */
export function isolate(text: string): string {
  return MAY_TURN.test(text) ? `\u2068${text.replaceAll(/[\u2066-\u2069]/g, "")}\u2069` : text;
}

/** Returns a text as searches compare it, as the core does: NFKC, case folded, and i whichever way it is dotted. */
export function folded(text: string): string {
  const lower = text.normalize("NFKC").toLowerCase();
  // Most texts have none of these.
  if (!/[ßςı\u0307]/.test(lower)) return lower;
  const plain = lower.replaceAll("i\u0307", "i").replaceAll("ı", "i");
  return plain.replaceAll("ß", "ss").replaceAll("ς", "σ").normalize("NFKC");
}

/** Returns what a video is called: its title, or else the name of its file. The core leaves out what nobody can see. */
export function nameOf({ title, filename }: Pick<RowView, "title" | "filename">): string {
  const seen = [title, filename].find((text) => text !== null && !isBlank(text));
  return isolate(seen ?? messages.untitled);
}
