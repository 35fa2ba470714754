// Processes of this computer, by what they are called and by who started them.

import { execFileSync, spawnSync } from "node:child_process";
import { present } from "./wait.ts";

const lines = (text: string): string[] => text.trim().split("\n");

/** Returns the ids of the processes whose command line matches a pattern; there must be one. */
export const processIds = (pattern: string): string[] =>
  lines(execFileSync("pgrep", ["-f", pattern], { encoding: "utf8" }));

/** Returns the id of the first process whose command line matches a pattern. */
export const processId = (pattern: string): string => present(processIds(pattern)[0], pattern);

/** Tells whether a process has a command line that matches a pattern. */
export const isStarted = (pattern: string): boolean =>
  spawnSync("pgrep", ["-f", pattern]).status === 0;

/** Tells whether a process runs. */
export const isRunning = (pid: string): boolean => spawnSync("kill", ["-0", pid]).status === 0;

/** Returns the ids of the child processes with a name. */
export function childProcesses(pid: string, name: string): string[] {
  const children = lines(execFileSync("pgrep", ["-P", pid, "-l"], { encoding: "utf8" }));
  return children
    .filter((line) => line.includes(name))
    .map((line) => present(line.split(" ")[0], "an id"));
}
