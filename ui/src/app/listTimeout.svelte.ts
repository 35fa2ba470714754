import { onDestroy } from "svelte";

/** How long the first frame waits for the list before it shows a skeleton, in milliseconds. */
const LIST_TIMEOUT = 150;

/** The time for which the first frame waits for the list. Must be created while a component is created. */
export class ListTimeout {
  isOver = $state(false);

  constructor() {
    const timeout = setTimeout(() => (this.isOver = true), LIST_TIMEOUT);
    onDestroy(() => clearTimeout(timeout));
  }
}
