/** How long the confirmation of a copy is shown, in milliseconds. */
const CONFIRMATION_TIME = 1600;

/** Copies texts to the clipboard, and confirms it for a moment. */
export class CopyFeedback {
  isCopied = $state(false);

  async copy(text: string): Promise<void> {
    await navigator.clipboard.writeText(text);
    this.isCopied = true;
    setTimeout(() => (this.isCopied = false), CONFIRMATION_TIME);
  }
}

/**
 * Copies a text that is being fetched; null copies nothing. The write begins at once, because web views let a page
 * write only while it handles a click or a key.
 *
 * @throws The error of fetching it, or that the clipboard cannot be written.
 */
export async function copyFetchedText(text: Promise<string | null>): Promise<void> {
  const blob = text.then((found) => {
    if (found === null) throw new Error("there is nothing to copy");
    return new Blob([found], { type: "text/plain" });
  });
  const written = navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
  // Both fail with the text, whose own error is the one to report.
  for (const attempt of [blob, written]) attempt.catch(() => undefined);
  if ((await text) !== null) await written;
}
