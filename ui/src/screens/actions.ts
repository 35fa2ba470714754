import Bell from "@lucide/svelte/icons/bell";
import BellOff from "@lucide/svelte/icons/bell-off";
import Cable from "@lucide/svelte/icons/cable";
import Download from "@lucide/svelte/icons/download";
import Keyboard from "@lucide/svelte/icons/keyboard";
import ListFilter from "@lucide/svelte/icons/list-filter";
import LogOut from "@lucide/svelte/icons/log-out";
import Power from "@lucide/svelte/icons/power";
import RefreshCw from "@lucide/svelte/icons/refresh-cw";
import Search from "@lucide/svelte/icons/search";
import Settings from "@lucide/svelte/icons/settings";
import Sparkles from "@lucide/svelte/icons/sparkles";
import Upload from "@lucide/svelte/icons/upload";
import Zap from "@lucide/svelte/icons/zap";
import type { Pause } from "../backend";
import type { Filter } from "../list/arrange";
import { messages } from "../messages";
import { mod } from "../platform";

/** Is something that a person can do from the menu, the palette, or by a key. */
export interface Action {
  id: string;
  label: string;
  icon: typeof Search;
  /** The keys that do the same, as they are shown. */
  keys?: string;
  run: () => void;
}

/** What the actions do. */
export interface Doings {
  upload: () => void;
  search: () => void;
  settings: () => void;
  keys: () => void;
  palette: () => void;
  connection: () => void;
  reconnect: () => void;
  refresh: () => void;
  filter: (filter: Filter | null) => void;
  history: () => void;
  releases: () => void;
  pause: (pause: Pause) => void;
  /** Looks for a newer version. */
  renew: () => void;
  signOut: () => void;
  quit: () => void;
}

/** Is what decides which actions there are. */
export interface Circumstances {
  here: boolean;
  canUpload: boolean;
  /** Whether notifications are. */
  isPaused: boolean;
  /** Whether newer versions are offered by the app itself. */
  isRenewed: boolean;
}

/** Returns what the palette offers. */
export function actions(
  doings: Doings,
  { here, canUpload, isPaused, isRenewed }: Circumstances,
): Action[] {
  const texts = messages.actions;
  const upload: Action = {
    id: "upload",
    label: texts.upload,
    icon: Upload,
    keys: mod("U"),
    run: doings.upload,
  };
  const renewal: Action = { id: "renew", label: texts.renew, icon: Download, run: doings.renew };
  const pausing: Action = isPaused
    ? { id: "resume", label: texts.resume, icon: Bell, run: () => doings.pause("off") }
    : { id: "pause", label: texts.pause, icon: BellOff, run: () => doings.pause("hour") };
  const filters: [Filter | null, string][] = [
    ["FAILED", texts.showFailed],
    ["PROCESSING", texts.showWorking],
    [null, texts.showAll],
  ];
  return [
    ...(canUpload ? [upload] : []),
    { id: "settings", label: texts.settings, icon: Settings, keys: mod(","), run: doings.settings },
    { id: "keys", label: texts.keys, icon: Keyboard, keys: "?", run: doings.keys },
    { id: "search", label: texts.search, icon: Search, keys: "/", run: doings.search },
    ...filters.map(([filter, label]) => ({
      id: `filter ${filter}`,
      label,
      icon: ListFilter,
      run: () => doings.filter(filter),
    })),
    { id: "history", label: messages.history.title, icon: Bell, run: doings.history },
    pausing,
    { id: "connection", label: texts.connection, icon: Cable, run: doings.connection },
    { id: "refresh", label: texts.refresh, icon: RefreshCw, run: doings.refresh },
    { id: "reconnect", label: texts.reconnect, icon: Zap, run: doings.reconnect },
    { id: "releases", label: messages.releases.title, icon: Sparkles, run: doings.releases },
    ...(isRenewed ? [renewal] : []),
    {
      id: "sign_out",
      label: here ? messages.leaveStudio : messages.signOut,
      icon: LogOut,
      run: doings.signOut,
    },
    { id: "quit", label: texts.quit, icon: Power, run: doings.quit },
  ];
}
