// A recording of the screen as pictures: one a second, those that look like the one before left out.

import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "./wait.ts";

/** Records the screen into a folder, which it empties first. */
export class Recorder {
  private readonly folder: string;
  private process: ChildProcess | null = null;
  /** The steps, each with the number of pictures before it. */
  private readonly steps: { name: string; first: number }[] = [];

  constructor(folder: string) {
    this.folder = folder;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }

  /** Starts to record. */
  start(): void {
    const input = ["-f", "x11grab", "-framerate", "1", "-i", process.env.DISPLAY ?? ""];
    const output = ["-vf", "scale=960:-1", "-qscale:v", "4", "-y", join(this.folder, "%03d.jpg")];
    this.process = spawn("ffmpeg", ["-nostdin", "-v", "error", ...input, ...output], {
      stdio: ["ignore", "ignore", "inherit"],
    });
  }

  /** Begins a step. */
  begin(name: string): void {
    this.steps.push({ name, first: this.pictures().length });
  }

  /** Waits for more pictures. */
  async frames(count: number): Promise<void> {
    const wanted = this.pictures().length + count;
    await waitFor(`${count} pictures`, () => this.pictures().length >= wanted);
  }

  /** Ends the recording, removes repeated pictures, and writes a page with the others. */
  async stop(): Promise<void> {
    const { process } = this;
    process?.kill("SIGINT");
    await waitFor("the recorder's end", () => process === null || process.exitCode !== null);
    const all = this.pictures();
    const repeated = all.filter((name, index) => {
      const before = all[index - 1];
      const begins = this.steps.some(({ first }) => first === index);
      return before !== undefined && !begins && this.areSame(before, name);
    });
    this.writePage(all, new Set(repeated));
    for (const name of repeated) rmSync(join(this.folder, name));
  }

  private pictures(): string[] {
    return readdirSync(this.folder)
      .filter((name) => name.endsWith(".jpg"))
      .sort();
  }

  /** Returns whether two pictures look the same: no more than a blinking cursor differs. */
  private areSame(one: string, other: string): boolean {
    const files = [one, other].map((name) => join(this.folder, name));
    const script = ["-metric", "AE", "-fuzz", "8%", ...files, "null:"];
    try {
      execFileSync("compare", script, { stdio: ["ignore", "ignore", "pipe"] });
      return true;
    } catch (error) {
      // It fails if a pixel differs, and writes how many do.
      return Number((error as { stderr: Buffer }).stderr.toString()) < 150;
    }
  }

  private writePage(all: string[], repeated: ReadonlySet<string>): void {
    const parts = this.steps.map(({ name, first }, index) => {
      const end = this.steps[index + 1]?.first ?? all.length;
      const shown = all.slice(first, end).filter((picture) => !repeated.has(picture));
      const images = shown.map((picture) => `![${name}](${picture})`);
      return `## ${name}\n\n${images.join("\n")}\n`;
    });
    const head =
      "# The first minutes\n\nThe screen, once a second where it changes, while a script does what a newcomer does. " +
      "Made by `cargo xtask first-minutes`.\n";
    writeFileSync(join(this.folder, "README.md"), [head, ...parts].join("\n"));
  }
}
