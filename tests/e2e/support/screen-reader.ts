// Orca, the screen reader of Linux desktops. What it says is written to a file, in place of being spoken.

import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { holdFor, waitFor } from "./wait.ts";

/** What Orca writes for each thing that it says. */
const UTTERANCE = /SPEECH OUTPUT: '(.*)' ?(?:\{|$)/gm;

/** A key that is pressed: one or two words with a space behind them, as a line of a longer text may have, too. */
const KEY = /^\S+(?: \S+)? $/;

/** What Orca runs at its start: without it, the end of the file is kept back. */
const CUSTOMIZATIONS = "import orca.debug\norca.debug.debugFile.reconfigure(line_buffering=True)\n";

/** A screen reader that reads every window of the session: `cargo xtask` gives it a session of its own. */
export class ScreenReader {
  private readonly orca: ChildProcess;
  private readonly log: string;
  private heard = 0;

  private constructor(orca: ChildProcess, log: string) {
    this.orca = orca;
    this.log = log;
  }

  /** Starts Orca with a folder of its own, and returns once it reads. */
  static async start(folder: string): Promise<ScreenReader> {
    const log = join(folder, "orca.log");
    writeFileSync(join(folder, "orca-customizations.py"), CUSTOMIZATIONS);
    silence(folder);
    const orca = spawn("orca", ["--replace", "--user-prefs", folder, "--debug-file", log], {
      stdio: "ignore",
      env: { ...process.env, HOME: folder },
    });
    const reader = new ScreenReader(orca, log);
    try {
      await waitFor("the screen reader", () => reader.all().length > 0, 30_000);
    } catch (error) {
      // It would keep the session open.
      reader.stop();
      throw error;
    }
    return reader;
  }

  /** Returns what was said since the last `forget`. */
  said(): string[] {
    return this.all().slice(this.heard);
  }

  /** Leaves what was said so far out of account. */
  forget(): void {
    this.heard = this.all().length;
  }

  /** Waits until something is said that matches a pattern, and returns it. */
  async waitFor(pattern: RegExp, limit = 20_000): Promise<string> {
    const find = () => this.said().find((text) => pattern.test(text));
    return waitFor(`${pattern} to be said`, find, limit).catch((error: Error) => {
      throw new Error(`${error.message}; it said:\n${this.said().join("\n")}`);
    });
  }

  /** Waits until it is silent: nothing marks the end of what it says about one event. */
  async untilQuiet(): Promise<void> {
    let before = -1;
    await waitFor("the screen reader to be silent", async () => {
      const now = this.all().length;
      const isQuiet = now === before;
      before = now;
      if (!isQuiet) await holdFor(300);
      return isQuiet;
    });
  }

  stop(): void {
    this.orca.kill("SIGKILL");
  }

  private all(): string[] {
    if (!existsSync(this.log)) return [];
    const said = [...readFileSync(this.log, "utf8").matchAll(UTTERANCE)].map(
      ([, text = ""]) => text,
    );
    return said.filter((text) => !KEY.test(text));
  }
}

/** Writes settings of Speech Dispatcher, which Orca starts: it speaks to nobody, on a machine that has no sound. */
function silence(home: string): void {
  const folder = join(home, ".config/speech-dispatcher");
  mkdirSync(join(folder, "modules"), { recursive: true });
  writeFileSync(join(home, ".libao"), "default_driver=null\n");
  const settings = [
    'AudioOutputMethod "libao"',
    'AddModule "silence" "sd_generic" "silence.conf"',
    "DefaultModule silence",
    "DefaultLanguage en",
  ];
  writeFileSync(join(folder, "speechd.conf"), settings.join("\n") + "\n");
  const module = ['GenericExecuteSynth "true"', 'AddVoice "en" "MALE1" "en"'];
  writeFileSync(join(folder, "modules/silence.conf"), module.join("\n") + "\n");
}
