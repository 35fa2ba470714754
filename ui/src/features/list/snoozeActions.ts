import AlarmClock from "@lucide/svelte/icons/alarm-clock";
import AlarmClockOff from "@lucide/svelte/icons/alarm-clock-off";
import type { RowView, Snooze } from "../../ipc/bindings";
import { locale } from "../../state/locale.svelte";
import { canBeDismissed } from "./dismiss";
import type { VideoAction } from "./videoAction";
import { endSnooze, snoozeVideos } from "../snooze/snooze";

/** The snoozes, each with the name of its text. */
const SNOOZES: [Snooze, "later" | "tomorrow" | "monday"][] = [
  ["later_today", "later"],
  ["tomorrow", "tomorrow"],
  ["next_monday", "monday"],
];

const isSnoozed = (row: RowView) => row.snoozed_until !== undefined;

/** The actions that snooze the reviews of videos, or end that. */
export const SNOOZE_ACTIONS: VideoAction[] = [
  ...SNOOZES.map(([snooze, text]): VideoAction => ({
    id: `snooze_${snooze}`,
    icon: AlarmClock,
    label: () => locale.messages.snooze[text],
    isOffered: (rows) => rows.some(canBeDismissed),
    run: (rows, { backend, selection }) => {
      const snoozable = rows.filter(canBeDismissed);
      selection.remove(snoozable.map((row) => row.job_id));
      void snoozeVideos(backend, snoozable, snooze);
    },
  })),
  {
    id: "end_snooze",
    icon: AlarmClockOff,
    label: () => locale.messages.snooze.end,
    isOffered: (rows) => rows.some(isSnoozed),
    run: (rows, { backend }) => void endSnooze(backend, rows.filter(isSnoozed)),
  },
];
