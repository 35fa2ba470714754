import { isKeyTaken } from "../components/keyboard";
import { isDialogOpen } from "../components/openDialogs";
import { isCommand } from "../components/platform";
import type { ActionHandlers } from "../features/palette/actions";

/** The state and the callbacks that decide what a key does. */
export interface ShortcutContext {
  handlers: ActionHandlers;
  canUpload: boolean;
  isPaletteOpen: boolean;
  isVideoOpen: boolean;
  /** Returns whether keys act on rows: a row has the focus, or videos are selected. */
  isListActive: () => boolean;
  closePalette: () => void;
  closeVideo: () => void;
  dismissVideo: () => void;
}

/** Returns what a key of the workspace does; undefined for a key that is no shortcut. */
export function workspaceShortcut(
  event: KeyboardEvent,
  context: ShortcutContext,
): (() => void) | undefined {
  const { handlers, isVideoOpen } = context;
  if (isCommand(event, "k")) return context.isPaletteOpen ? context.closePalette : handlers.palette;
  if (isDialogOpen()) return undefined;
  if (isCommand(event, "u") && context.canUpload) return handlers.upload;
  if (isKeyTaken(event)) return undefined;
  if (event.key === "?") return handlers.shortcuts;
  if (event.key === "/") return handlers.search;
  if (event.key === "m") return handlers.strip;
  if (event.key === "Escape" && isVideoOpen) return context.closeVideo;
  if (event.key === "e" && isVideoOpen && !context.isListActive()) return context.dismissVideo;
  return undefined;
}
