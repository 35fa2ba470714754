import type { JobId } from "./bindings";
import type { Wish } from "./list/arrange";

/** Names what stands over everything else. */
export type DialogName = "connection" | "settings" | "keys" | "palette" | "leaving";

const everything = (): Wish => ({ filter: null, search: "", sort: "newest" });

/** Holds what a person looks at; it outlives a change of the language, which draws everything anew. */
export class View {
  opened = $state<JobId | null>(null);
  dialog = $state<DialogName | null>(null);
  wish = $state<Wish>(everything());

  /** Forgets what was looked at: whoever looks next is perhaps somebody else. */
  leave(): void {
    this.opened = null;
    this.wish = everything();
    // Colours and language are nobody's secret.
    if (this.dialog !== "settings") this.dialog = null;
  }
}
