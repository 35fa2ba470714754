// The dialogs that are rarely needed: one script, loaded when the first of them is opened.

export { default as HistoryDialog } from "../features/history/HistoryDialog.svelte";
export { default as KeyboardShortcutsDialog } from "../features/palette/KeyboardShortcutsDialog.svelte";
export { default as ReleaseNotesDialog } from "../features/settings/ReleaseNotesDialog.svelte";
export { default as SettingsDialog } from "../features/settings/SettingsDialog.svelte";
export { default as StatisticsDialog } from "../features/statistics/StatisticsDialog.svelte";
export { default as BatchDialog } from "../features/templates/BatchDialog.svelte";
