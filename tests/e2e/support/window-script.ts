// Other programs' windows: Python scripts that print, line by line, what happens to them.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { SYSTEM_PYTHON, supportScript } from "./environment.ts";

/** A script of this folder that shows a window. */
export interface WindowScript {
  /** The lines that it has printed. */
  readonly lines: string[];
  stop(): void;
}

export function startWindowScript(name: string, ...args: string[]): WindowScript {
  const script = spawn(SYSTEM_PYTHON, [supportScript(name), ...args], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const lines: string[] = [];
  createInterface({ input: script.stdout }).on("line", (line) => lines.push(line));
  return { lines, stop: () => void script.kill() };
}
