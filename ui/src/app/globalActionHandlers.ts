import { tick } from "svelte";
import { isDialogOpen } from "../components/openDialogs";
import { showFailure } from "../components/toasts";
import type { ActionHandlers } from "../features/palette/actions";
import type { Backend } from "../ipc/backend";
import type { Pause } from "../ipc/bindings";
import type { Navigation } from "../state/navigation.svelte";
import type { UnsavedWork } from "../state/unsavedWork.svelte";
import { useWindowForm } from "../features/strip/windowForm.svelte";

type WindowAction = "strip" | "alwaysOnTop";
type DialogAction =
  "settings" | "shortcuts" | "connection" | "history" | "statistics" | "releaseNotes";

/** Returns the handlers of the actions that do not concern the list or a video. Must be called while a component is created. */
export function globalActionHandlers(
  backend: Backend,
  navigation: Navigation,
  unsavedWork: UnsavedWork,
): Pick<
  ActionHandlers,
  DialogAction | WindowAction | "pause" | "checkForUpdate" | "signOut" | "quit"
> {
  const form = useWindowForm();
  return {
    settings: () => (navigation.dialog = "settings"),
    shortcuts: () => (navigation.dialog = "shortcuts"),
    connection: () => (navigation.dialog = "connection"),
    history: () => (navigation.dialog = "history"),
    statistics: () => (navigation.dialog = "statistics"),
    releaseNotes: () => (navigation.dialog = "release_notes"),
    // Once the palette is closed. Another dialog would stay above the strip.
    strip: () => void tick().then(() => isDialogOpen() || form.show("strip")),
    alwaysOnTop: () => form.toggleAlwaysOnTop(),
    pause: (pause: Pause) => void backend.pause(pause).catch(showFailure),
    checkForUpdate: () => {
      navigation.settingsSection = "advanced";
      navigation.dialog = "settings";
      // The section shows the result, and an error as well.
      void backend.checkForUpdate().catch(() => undefined);
    },
    signOut: () => void unsavedWork.requestSignOut(navigation),
    quit: () => {
      // Quitting cancels uploads, so it needs a confirmation.
      if (unsavedWork.uploads > 0) navigation.dialog = "quitting";
      else void backend.quit().catch(showFailure);
    },
  };
}
