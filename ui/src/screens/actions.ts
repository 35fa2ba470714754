import Cable from "@lucide/svelte/icons/cable";
import Keyboard from "@lucide/svelte/icons/keyboard";
import ListFilter from "@lucide/svelte/icons/list-filter";
import LogOut from "@lucide/svelte/icons/log-out";
import RefreshCw from "@lucide/svelte/icons/refresh-cw";
import Search from "@lucide/svelte/icons/search";
import Settings from "@lucide/svelte/icons/settings";
import Upload from "@lucide/svelte/icons/upload";
import Zap from "@lucide/svelte/icons/zap";
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
  signOut: () => void;
}

/** Returns what the palette offers. */
export function actions(
  doings: Doings,
  { here, canUpload }: { here: boolean; canUpload: boolean },
): Action[] {
  const texts = messages.actions;
  const upload: Action = {
    id: "upload",
    label: texts.upload,
    icon: Upload,
    keys: mod("U"),
    run: doings.upload,
  };
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
    { id: "connection", label: texts.connection, icon: Cable, run: doings.connection },
    { id: "refresh", label: texts.refresh, icon: RefreshCw, run: doings.refresh },
    { id: "reconnect", label: texts.reconnect, icon: Zap, run: doings.reconnect },
    {
      id: "sign_out",
      label: here ? messages.leaveStudio : messages.signOut,
      icon: LogOut,
      run: doings.signOut,
    },
  ];
}
