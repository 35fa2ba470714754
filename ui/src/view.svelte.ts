import { tick } from "svelte";
import type { JobId } from "./bindings";
import type { Wish } from "./list/arrange";

/** Names what stands over everything else. */
export type DialogName =
  | "closing"
  | "connection"
  | "history"
  | "keys"
  | "leaving"
  | "palette"
  | "quitting"
  | "releases"
  | "settings";

/** Names the parts of the settings, in their order. */
export const sections = [
  "general",
  "account",
  "notifications",
  "data",
  "computer",
  "suggestions",
  "network",
  "automation",
  "advanced",
] as const;
export type SectionName = (typeof sections)[number];

/** What is nobody's secret, and stays when somebody leaves. */
const PUBLIC: (DialogName | null)[] = ["closing", "quitting", "releases", "settings"];

const everything = (): Wish => ({ filter: null, search: "", sort: "newest" });

/** Holds what a person looks at; it outlives a change of the language, which draws everything anew. */
export class View {
  opened = $state<JobId | null>(null);
  dialog = $state<DialogName | null>(null);
  /** Which part of the settings is shown. */
  section = $state<SectionName>("general");
  wish = $state<Wish>(everything());

  /** Opens a dialog; one in whose place it stands gives the focus back first. */
  async show(dialog: DialogName): Promise<void> {
    this.dialog = null;
    await tick();
    this.dialog = dialog;
  }

  /** Opens a part of the settings. */
  async showSettings(section: SectionName): Promise<void> {
    this.section = section;
    await this.show("settings");
  }

  /** Closes the dialog; the settings begin at their beginning the next time. */
  close = (): void => {
    this.dialog = null;
    this.section = "general";
  };

  /** Forgets what was looked at: whoever looks next is perhaps somebody else. */
  leave(): void {
    this.opened = null;
    this.wish = everything();
    if (!PUBLIC.includes(this.dialog)) this.dialog = null;
  }
}
