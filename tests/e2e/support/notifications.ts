// The notification daemon of the session, dunst: what it received, and how a person acts on it.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { requiredEnv } from "./environment.ts";

export interface Notification {
  summary: string;
  body: string;
}

/** An entry of dunst's history, as `dunstctl history` prints it. */
interface HistoryEntry {
  id: { data: number };
  summary: { data: string };
  body: { data: string };
}

let lastForgotten = 0;

/** Returns what the daemon received since the last `forgetNotifications`, newest first. */
export function notifications(): Notification[] {
  return history()
    .filter(({ id }) => id.data > lastForgotten)
    .map(({ summary, body }) => ({ summary: summary.data, body: body.data }));
}

/** Leaves what the daemon received so far out of account. */
export function forgetNotifications(): void {
  lastForgotten = Math.max(0, ...history().map(({ id }) => id.data));
}

function history(): HistoryEntry[] {
  // Only what is no longer on the screen is history.
  closeNotifications();
  const { data } = JSON.parse(execFileSync("dunstctl", ["history"], { encoding: "utf8" })) as {
    data: [HistoryEntry[]];
  };
  return data[0];
}

/** Closes every notification that is on the screen. */
export function closeNotifications(): void {
  execFileSync("dunstctl", ["close-all"]);
}

/** Clicks the newest notification. */
export function clickNotification(): void {
  execFileSync("dunstctl", ["action", "0"]);
}

/** Chooses an action of the notifications that are on the screen, by its label. */
export function chooseAction(label: string): void {
  writeFileSync(join(requiredEnv("HOME"), ".config/dunst/choice"), label);
  execFileSync("dunstctl", ["context"]);
}

/** Returns how many notifications are on the screen. */
export function onScreen(): number {
  return Number(execFileSync("dunstctl", ["count", "displayed"], { encoding: "utf8" }));
}
