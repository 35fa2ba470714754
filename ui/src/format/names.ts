import { locale } from "../state/locale.svelte";

/** Returns the name of a stage; an unknown id is made readable: `COLOR_GRADING` becomes `Color grading`. */
export function stageName(stageId: string): string {
  const known = locale.messages.stages[stageId.toUpperCase()];
  if (known) return known;
  const words = stageId.replaceAll(/[_-]+/g, " ").toLowerCase().trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The most bytes of a file name, without its extension: file systems take 255 with it. */
const NAME_BYTES = 200;
/** What Windows takes for a device, whatever the extension. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])( *\.|$)/i;

/** Returns a file name, without extension, for what is exported of a video with this title: valid on every system. */
export function exportFileName(title: string | null): string {
  const name = (title ?? "").replace(/\.[a-z0-9]{2,4}$/i, "");
  const allowed = name.replaceAll(/[\s/\\:*?"<>|\p{Cc}\p{Cs}]+/gu, " ").replaceAll(/^[\s.]+/g, "");
  const short = upToBytes(allowed, NAME_BYTES).replaceAll(/[\s.]+$/g, "");
  return DEVICE.test(short) ? `_${short}` : short || "video";
}

/** Returns the beginning of a text that has at most so many bytes in UTF-8, in whole characters. */
function upToBytes(text: string, limit: number): string {
  const encoder = new TextEncoder();
  let bytes = 0;
  let beginning = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    bytes += encoder.encode(segment).length;
    if (bytes > limit) break;
    beginning += segment;
  }
  return beginning;
}
