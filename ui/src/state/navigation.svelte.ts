import { tick } from "svelte";
import type { JobId } from "../ipc/bindings";
import { defaultListQuery, type ListQuery } from "./listQuery";

/** The dialogs; at most one is open. `closing` and `quitting` are the names that the shell uses. */
export type DialogName =
  | "batch"
  | "closing"
  | "connection"
  | "history"
  | "palette"
  | "quitting"
  | "release_notes"
  | "settings"
  | "shortcuts"
  | "sign_out"
  | "statistics";

/** Where a video was opened from, which decides where the focus goes. */
export type OpenedFrom = "list" | "elsewhere";

/** The sections of the settings, in their order. */
export const settingsSections = [
  "general",
  "account",
  "notifications",
  "data",
  "computer",
  "suggestions",
  "templates",
  "network",
  "automation",
  "advanced",
] as const;
export type SectionName = (typeof settingsSections)[number];

/** What is done with many videos at once. */
export interface Batch {
  kind: "edit" | "template";
  jobIds: JobId[];
}

/** The dialogs that show nothing of an account, and stay open after signing out. */
const ACCOUNT_INDEPENDENT: (DialogName | null)[] = [
  "closing",
  "quitting",
  "release_notes",
  "settings",
];

/** What the window shows: the open video, the dialog, and the list's filter. */
export class Navigation {
  openJobId = $state<JobId | null>(null);
  /** The words that a search found in the transcript of the open video, if it was opened from there. */
  found = $state.raw<{ text: string } | null>(null);
  dialog = $state<DialogName | null>(null);
  /** The videos that the palette offers actions for. */
  paletteJobIds = $state.raw<JobId[]>([]);
  /** What is done with which videos in the dialog of a batch. */
  batch = $state.raw<Batch>({ kind: "edit", jobIds: [] });
  settingsSection = $state<SectionName>("general");
  listQuery = $state<ListQuery>(defaultListQuery());

  /** Opens a dialog. One that is open closes first, so that the focus returns to where it was before both. */
  async showDialog(dialog: DialogName): Promise<void> {
    this.dialog = null;
    await tick();
    this.dialog = dialog;
  }

  /** Opens the palette, with the actions of these videos. */
  showPalette(jobIds: JobId[]): void {
    this.paletteJobIds = jobIds;
    this.dialog = "palette";
  }

  /** Opens the dialog that edits videos together, or applies a template to them. */
  showBatch(batch: Batch): Promise<void> {
    this.batch = batch;
    return this.showDialog("batch");
  }

  /** Opens a section of the settings. */
  async showSettings(section: SectionName): Promise<void> {
    this.settingsSection = section;
    await this.showDialog("settings");
  }

  /** Closes the dialog; the settings open at their first section the next time. */
  closeDialog = (): void => {
    this.dialog = null;
    this.settingsSection = "general";
  };

  /** Clears everything that belongs to an account: the next person to sign in may be someone else. */
  reset(): void {
    this.openJobId = null;
    this.found = null;
    this.paletteJobIds = [];
    this.batch = { kind: "edit", jobIds: [] };
    this.listQuery = defaultListQuery();
    if (!ACCOUNT_INDEPENDENT.includes(this.dialog)) this.dialog = null;
  }
}
