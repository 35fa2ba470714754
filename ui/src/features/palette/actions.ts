import Bell from "@lucide/svelte/icons/bell";
import BellOff from "@lucide/svelte/icons/bell-off";
import Cable from "@lucide/svelte/icons/cable";
import ChartColumn from "@lucide/svelte/icons/chart-column";
import Download from "@lucide/svelte/icons/download";
import Keyboard from "@lucide/svelte/icons/keyboard";
import ListFilter from "@lucide/svelte/icons/list-filter";
import LogOut from "@lucide/svelte/icons/log-out";
import Minimize2 from "@lucide/svelte/icons/minimize-2";
import Pin from "@lucide/svelte/icons/pin";
import Power from "@lucide/svelte/icons/power";
import RefreshCw from "@lucide/svelte/icons/refresh-cw";
import Search from "@lucide/svelte/icons/search";
import Settings from "@lucide/svelte/icons/settings";
import Sparkles from "@lucide/svelte/icons/sparkles";
import Upload from "@lucide/svelte/icons/upload";
import Zap from "@lucide/svelte/icons/zap";
import type { Action } from "../../components/action";
import { mod } from "../../components/platform";
import type { Pause } from "../../ipc/bindings";
import type { Filter } from "../../state/listQuery";
import { locale } from "../../state/locale.svelte";

/** The functions that carry out the actions, for the palette, the header and the keyboard. */
export interface ActionHandlers {
  upload: () => void;
  search: () => void;
  settings: () => void;
  shortcuts: () => void;
  palette: () => void;
  connection: () => void;
  reconnect: () => void;
  refresh: () => void;
  filter: (filter: Filter | null) => void;
  history: () => void;
  statistics: () => void;
  releaseNotes: () => void;
  pause: (pause: Pause) => void;
  checkForUpdate: () => void;
  signOut: () => void;
  strip: () => void;
  alwaysOnTop: () => void;
  quit: () => void;
}

/** The conditions that decide which actions are available, and their labels. */
export interface ActionContext {
  /** Whether the studio runs on this computer, in the app. */
  isThisComputer: boolean;
  canUpload: boolean;
  /** Whether notifications are paused. */
  isPaused: boolean;
  /** Whether the app updates itself. */
  canUpdate: boolean;
  isAlwaysOnTop: boolean;
}

/** Returns the commands of the palette, in their order. */
export function actions(handlers: ActionHandlers, context: ActionContext): Action[] {
  const { messages } = locale;
  const texts = messages.actions;
  return [
    ...(context.canUpload
      ? [{ id: "upload", label: texts.upload, icon: Upload, keys: mod("U"), run: handlers.upload }]
      : []),
    {
      id: "settings",
      label: texts.settings,
      icon: Settings,
      keys: mod(","),
      run: handlers.settings,
    },
    { id: "shortcuts", label: texts.shortcuts, icon: Keyboard, keys: "?", run: handlers.shortcuts },
    ...windowActions(handlers, context.isAlwaysOnTop),
    { id: "search", label: texts.search, icon: Search, keys: "/", run: handlers.search },
    ...filterActions(handlers),
    { id: "history", label: messages.history.title, icon: Bell, run: handlers.history },
    pauseAction(handlers, context.isPaused),
    {
      id: "statistics",
      label: messages.statistics.title,
      icon: ChartColumn,
      run: handlers.statistics,
    },
    { id: "connection", label: texts.connection, icon: Cable, run: handlers.connection },
    { id: "refresh", label: texts.refresh, icon: RefreshCw, run: handlers.refresh },
    { id: "reconnect", label: texts.reconnect, icon: Zap, run: handlers.reconnect },
    {
      id: "release_notes",
      label: messages.releaseNotes.title,
      icon: Sparkles,
      run: handlers.releaseNotes,
    },
    ...(context.canUpdate ? [updateAction(handlers)] : []),
    {
      id: "sign_out",
      label: context.isThisComputer ? messages.disconnect : messages.signOut,
      icon: LogOut,
      run: handlers.signOut,
    },
    { id: "quit", label: texts.quit, icon: Power, run: handlers.quit },
  ];
}

function windowActions(handlers: ActionHandlers, isAlwaysOnTop: boolean): Action[] {
  const { strip, windowSettings: texts } = locale.messages;
  const onTop = isAlwaysOnTop ? texts.turnOnTopOff : texts.turnOnTopOn;
  return [
    { id: "strip", label: strip.title, icon: Minimize2, keys: "m", run: handlers.strip },
    { id: "on_top", label: onTop, icon: Pin, run: handlers.alwaysOnTop },
  ];
}

function filterActions(handlers: ActionHandlers): Action[] {
  const texts = locale.messages.actions;
  const filters: [Filter | null, string][] = [
    ["FAILED", texts.showFailed],
    ["PROCESSING", texts.showProcessing],
    [null, texts.showAll],
  ];
  return filters.map(([filter, label]) => ({
    id: `filter ${filter}`,
    label,
    icon: ListFilter,
    run: () => handlers.filter(filter),
  }));
}

function updateAction(handlers: ActionHandlers): Action {
  const label = locale.messages.actions.checkForUpdates;
  return { id: "update", label, icon: Download, run: handlers.checkForUpdate };
}

function pauseAction(handlers: ActionHandlers, isPaused: boolean): Action {
  const texts = locale.messages.actions;
  return isPaused
    ? { id: "resume", label: texts.resume, icon: Bell, run: () => handlers.pause("off") }
    : { id: "pause", label: texts.pause, icon: BellOff, run: () => handlers.pause("hour") };
}
