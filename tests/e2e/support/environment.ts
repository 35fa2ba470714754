// What `cargo xtask test` hands to the tests: programs, sample videos, tools.

import { join } from "node:path";

/** Returns an environment variable that the tests cannot run without. */
export function requiredEnv(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run \`cargo xtask test\``);
  return value;
}

/** Returns the path of one of the project's programs. */
export const bin = (name: string): string => join(requiredEnv("TALLYLIGHT_BIN"), name);

/** The sample videos: one with all that the studio can find, one without speech, one that is cut off. */
export const videos = {
  complete: requiredEnv("TALLYLIGHT_COMPLETE"),
  silent: requiredEnv("TALLYLIGHT_SILENT"),
  truncated: requiredEnv("TALLYLIGHT_TRUNCATED"),
};

/** The folder that screenshots are written to. */
export const screenshotDir = (): string => requiredEnv("TALLYLIGHT_SCREENSHOTS");

/** Debian's Python, which has Debian's packages. */
export const SYSTEM_PYTHON = "/usr/bin/python3";

/** Returns the path of a script in this folder. */
export const supportScript = (name: string): string => join(import.meta.dirname, name);
