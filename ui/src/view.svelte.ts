import type { JobId } from "./bindings";
import type { Wish } from "./list/arrange";

/** Names what stands over everything else. */
export type DialogName = "connection" | "settings" | "keys" | "palette" | "leaving";

/** Holds what a person looks at; it outlives a change of the language, which draws everything anew. */
export class View {
  opened = $state<JobId | null>(null);
  dialog = $state<DialogName | null>(null);
  wish = $state<Wish>({ filter: null, search: "", sort: "newest" });
}
