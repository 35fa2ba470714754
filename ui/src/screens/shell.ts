import { asError, type Backend, type Pause } from "../backend";
import { said } from "../format";
import { refused } from "../toasts";
import type { View } from "../view.svelte";
import type { Doings } from "./actions";
import type { Unfinished } from "./unfinished.svelte";

type OfShell = "settings" | "keys" | "palette" | "connection" | "history" | "releases";

/** Returns what a person can do that is about no video. */
export function ofShell(
  backend: Backend,
  view: View,
  unfinished: Unfinished,
): Pick<Doings, OfShell | "pause" | "renew" | "quit"> {
  const complain = (thrown: unknown) => refused(said(asError(thrown)));
  return {
    settings: () => (view.dialog = "settings"),
    keys: () => (view.dialog = "keys"),
    palette: () => (view.dialog = "palette"),
    connection: () => (view.dialog = "connection"),
    history: () => (view.dialog = "history"),
    releases: () => (view.dialog = "releases"),
    pause: (pause: Pause) => void backend.pause(pause).catch(complain),
    // What comes of it is told where it stands.
    renew: () => {
      view.section = "advanced";
      view.dialog = "settings";
      void backend.checkForUpdate().catch(() => undefined);
    },
    // Quitting breaks uploads off: that is asked about.
    quit: () => {
      if (unfinished.uploads > 0) view.dialog = "quitting";
      else void backend.quit().catch(complain);
    },
  };
}
