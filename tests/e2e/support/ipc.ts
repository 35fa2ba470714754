// The commands of the app's core that tests invoke, with the types of their answers.

import type {
  ComputerView,
  DiagnosticsView,
  InitialState,
  HistoryEntry,
  JobView,
  ReleaseView,
  RowView,
  Settings,
  SettingsView,
  StatusView,
  UpdateView,
  UploadView,
} from "../../../ui/src/ipc/bindings.ts";

export type { Settings, UpdateView };

/** What each command answers with. */
export interface Answers {
  cancel_upload: null;
  change_settings: null;
  check_for_update: null;
  computer: ComputerView;
  diagnostics: DiagnosticsView;
  fetch_update: null;
  initial_state: InitialState;
  history: HistoryEntry[];
  job: JobView;
  picture_file: string;
  releases: ReleaseView[];
  restart: null;
  rows: RowView[];
  settings: SettingsView;
  status: StatusView;
  update: UpdateView;
  uploads: UploadView[];
}

export type Command = keyof Answers;

declare global {
  interface Window {
    /** Tauri's side of the page, which an invocation goes through. */
    __TAURI_INTERNALS__: {
      invoke(command: string, args: Record<string, unknown>): Promise<unknown>;
    };
  }
}
