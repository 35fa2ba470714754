// The X server of the session: its windows, its mouse and its keyboard.

import { execFileSync, spawnSync } from "node:child_process";
import { waitFor } from "./wait.ts";

/** Runs xdotool and returns what it prints. */
export const xdotool = (...args: (string | number)[]): string =>
  execFileSync("xdotool", args.map(String), { encoding: "utf8" }).trim();

/** Returns the visible windows whose title matches a pattern. */
export function visibleWindows(title: string): string[] {
  const search = ["search", "--onlyvisible", "--name", title];
  const { stdout } = spawnSync("xdotool", search, { encoding: "utf8" });
  return stdout.trim().split("\n").filter(Boolean);
}

/** Returns the visible windows of the app. */
export const appWindows = (): string[] => visibleWindows("^Tallylight$");

/** Tells whether a window of the app is visible. */
export const isAppVisible = (): boolean => appWindows().length > 0;

/** Waits for a visible window with a title, and returns its id. */
export const findWindow = (title: string): Promise<string> =>
  waitFor(`the window ${title}`, () => visibleWindows(title)[0]);

/** Asks the window manager to close a window, as a person does. */
export function closeWindow(window: string): void {
  xdotool("windowactivate", "--sync", window, "key", "alt+F4");
}
