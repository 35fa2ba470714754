import { locale } from "../state/locale.svelte";

/** Returns the name of a stage; an unknown id is made readable: `COLOR_GRADING` becomes `Color grading`. */
export function stageName(stageId: string): string {
  const known = locale.messages.stages[stageId.toUpperCase()];
  if (known) return known;
  const words = stageId.replaceAll(/[_-]+/g, " ").toLowerCase().trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Returns a file name, without extension, for what is exported of a video with this title. */
export function exportFileName(title: string | null): string {
  const name = (title ?? "").replace(/\.[a-z0-9]{2,4}$/i, "");
  return (
    name
      .replaceAll(/[/\\:*?"<>|\p{Cc}]+/gu, " ")
      .trim()
      .slice(0, 80) || "video"
  );
}
