import type { MenuOrigin } from "../../components/menu";
import type { JobId } from "../../ipc/bindings";
import type { Selection } from "./selection.svelte";

/** A menu that is open, and the videos that its actions concern. */
export interface OpenMenu {
  jobIds: ReadonlySet<JobId>;
  origin: MenuOrigin;
}

/** The menu of the rows: at most one is open. */
export class MenuState {
  current = $state.raw<OpenMenu | null>(null);

  /** Opens the menu of a row. If the row is selected, it concerns all selected videos. */
  open(jobId: JobId, origin: MenuOrigin, { jobIds: selected }: Selection): void {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never changed
    this.current = { jobIds: new Set(selected.has(jobId) ? selected : [jobId]), origin };
  }

  close = (): void => {
    this.current = null;
  };
}
