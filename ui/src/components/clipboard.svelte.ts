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
