// What Linux knows of a process and all that it started: its memory, its work and its start.

import { readdirSync, readFileSync } from "node:fs";
import { present } from "../support/wait.ts";

/** The clock ticks of a second in `/proc`. */
const TICKS = 100;

/** Returns the fields of `/proc/<pid>/stat` that follow the name in parentheses. */
function statFields(pid: number | string): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function numberIn(file: string, pattern: RegExp): number {
  return Number(present(pattern.exec(readFileSync(file, "utf8")), `${pattern} in ${file}`)[1]);
}

/** Returns a process and all that it started, directly or not. */
function family(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      parents.set(Number(name), Number(statFields(name)[1]));
    } catch {
      // The process has ended.
    }
  }
  const all = [pid];
  for (const parent of all) for (const [child, of] of parents) if (of === parent) all.push(child);
  return all;
}

/** Returns what a family holds in memory, in MiB: what is shared is counted once, among those who share it. */
export function memoryMebibytes(pid: number): number {
  const kib = family(pid).map((pid) => {
    try {
      return numberIn(`/proc/${pid}/smaps_rollup`, /^Pss:\s+(\d+)/m);
    } catch {
      return 0;
    }
  });
  return kib.reduce((sum, kib) => sum + kib, 0) / 1024;
}

/** Returns how long a family has worked, in seconds, and how often it woke up. */
export function workDone(pid: number): { seconds: number; wakes: number } {
  let [seconds, wakes] = [0, 0];
  for (const one of family(pid)) {
    try {
      const [user, system] = statFields(one).slice(11, 13).map(Number);
      seconds += (present(user) + present(system)) / TICKS;
      for (const thread of readdirSync(`/proc/${one}/task`)) {
        const status = `/proc/${one}/task/${thread}/status`;
        wakes += numberIn(status, /^voluntary_ctxt_switches:\s+(\d+)/m);
      }
    } catch {
      // The process has ended.
    }
  }
  return { seconds, wakes };
}

/** Returns when a process was started, in milliseconds since the epoch. */
export function startedAt(pid: number): number {
  const boot = numberIn("/proc/stat", /^btime (\d+)/m);
  const ticks = Number(statFields(pid)[19]);
  // `btime` has whole seconds; the uptime is more precise.
  const uptime = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
  const exact = Date.now() / 1000 - uptime;
  return (Math.abs(exact - boot) < 2 ? exact : boot) * 1000 + (ticks * 1000) / TICKS;
}
