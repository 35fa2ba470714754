/** How long a tick says that something was copied, in milliseconds. */
const SHOWN = 1600;

/** Copies texts, and says so for a moment. */
export class Copying {
  done = $state(false);

  async copy(text: string): Promise<void> {
    await navigator.clipboard.writeText(text);
    this.done = true;
    setTimeout(() => (this.done = false), SHOWN);
  }
}
