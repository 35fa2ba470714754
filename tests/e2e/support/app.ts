// The real app under WebDriver: started, driven, looked at and ended.

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { remote } from "webdriverio";
import { bin, requiredEnv, screenshotDir } from "./environment.ts";
import type { Answers, Command, Settings } from "./ipc.ts";
import { waitUntilStill } from "./page.ts";
import { childProcesses, processId } from "./processes.ts";
import { present, waitFor } from "./wait.ts";

export interface AppOptions {
  /** Arguments behind the data folder. */
  args?: string[];
  /** What the app's environment has beside that of the tests. */
  env?: Record<string, string>;
  /** Whether the app finds its data folder by itself, in place of being given one. */
  usesDefaultDataDir?: boolean;
  /** The program, in the folder of programs. */
  program?: string;
  /** The path of a program that starts it. */
  application?: string;
  /** Whether the first close points to the tray, in a notification that other tests do not expect. */
  hintsAtTray?: boolean;
}

export interface Credentials {
  email: string;
  password: string;
}

let nextPort = 4446;

/** The app in a window that a test drives. */
export class App {
  readonly dataDir: string;
  readonly browser: WebdriverIO.Browser;
  private readonly driver: ChildProcess;
  private readonly commandLine: string[];

  private constructor(
    dataDir: string,
    browser: WebdriverIO.Browser,
    driver: ChildProcess,
    commandLine: string[],
  ) {
    this.dataDir = dataDir;
    this.browser = browser;
    this.driver = driver;
    this.commandLine = commandLine;
  }

  /** Starts the app with a data folder, and returns once its window can be driven. */
  static async start(dataDir: string, options: AppOptions = {}): Promise<App> {
    const { args = [], env = {}, usesDefaultDataDir = false, program = "tallylight" } = options;
    const { application = bin(program) } = options;
    if (!options.hintsAtTray) {
      mkdirSync(join(dataDir, "desktop"), { recursive: true, mode: 0o700 });
      writeFileSync(join(dataDir, "desktop/tray.hinted"), "");
    }
    const dataDirArgs = usesDefaultDataDir ? [] : ["--data-dir", dataDir];
    const port = nextPort;
    nextPort += 2;
    const driver = spawn(
      requiredEnv("TALLYLIGHT_TAURI_DRIVER"),
      ["--port", String(port), "--native-port", String(port + 1)],
      { stdio: "ignore", env: { ...process.env, ...env } },
    );
    await waitFor("tauri-driver", async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/status`).catch(() => null);
      return answer?.ok;
    });
    const capabilities = {
      "wdio:enforceWebDriverClassic": true,
      "tauri:options": { application, args: [...dataDirArgs, ...args] },
    };
    const browser = await remote({
      hostname: "127.0.0.1",
      port,
      logLevel: "error",
      // WebdriverIO's types know no capabilities of Tauri's.
      capabilities: capabilities as WebdriverIO.Capabilities,
    });
    return new App(dataDir, browser, driver, [bin(program), ...dataDirArgs]);
  }

  $(selector: string) {
    return this.browser.$(selector);
  }

  $$(selector: string) {
    return this.browser.$$(selector);
  }

  /** Returns how many elements match a selector. */
  async count(selector: string): Promise<number> {
    return (await this.$$(selector).getElements()).length;
  }

  /** Finds a button by its text or its accessible name. */
  button(name: string) {
    return this.$(`//button[normalize-space()="${name}" or @aria-label="${name}"]`);
  }

  /**
   * Returns the text that an element shows, "" without such an element.
   *
   * WebDriver's own text leaves out what an ellipsis shortens.
   */
  async text(selector = "body"): Promise<string> {
    return this.browser.execute((selector: string) => {
      const byPath = () =>
        document.evaluate(selector, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE)
          .singleNodeValue;
      const element = selector.startsWith("//") ? byPath() : document.querySelector(selector);
      return (element as HTMLElement | null)?.innerText ?? "";
    }, selector);
  }

  /** Runs a command of the command palette. */
  async runCommand(name: string): Promise<void> {
    await this.button("Menu").click();
    await waitFor("the palette", () =>
      this.browser.execute(() => document.activeElement?.role === "combobox"),
    );
    // One after the other: together they would be a chord, in which a letter is pressed once.
    for (const letter of name) await this.browser.keys(letter);
    // Without the video that it concerns, which follows the label.
    const first = () =>
      this.browser.execute(() => {
        const label = document.querySelector('[role="option"][aria-selected="true"] .label');
        return label?.firstChild?.textContent?.trim();
      });
    await waitFor(`"${name}" to be offered first`, async () => (await first()) === name);
    await this.browser.keys("Enter");
  }

  /** Invokes a command of the core, as the page does. */
  async invoke<Name extends Command>(
    command: Name,
    args: Record<string, unknown> = {},
  ): Promise<Answers[Name]> {
    type Thrown = { code?: string; message?: string } | string;
    const [answer, error] = (await this.browser.executeAsync(
      (
        command: string,
        args: Record<string, unknown>,
        done: (result: [unknown, unknown]) => void,
      ) => {
        window.__TAURI_INTERNALS__.invoke(command, args).then(
          (answer) => done([answer, null]),
          (error) => done([null, error]),
        );
      },
      command,
      args,
    )) as [Answers[Name], Thrown | null];
    if (error !== null && error !== undefined) {
      const { code, message } = typeof error === "string" ? { message: error } : error;
      throw Object.assign(new Error(message ?? String(error)), { code });
    }
    return answer;
  }

  /** Changes settings, as the window's settings do. */
  async changeSettings(change: (settings: Settings) => void): Promise<void> {
    const { settings } = await this.invoke("settings");
    change(settings);
    await this.invoke("change_settings", { settings });
  }

  /** Returns the button that shows the state of the connection. */
  connection() {
    return this.$(".connection button");
  }

  /** Waits until the window shows a text. */
  async waitForText(text: string, limit = 20_000): Promise<void> {
    let shown = "";
    const isShown = async () => (shown = await this.text()).includes(text);
    await waitFor(`"${text}" in the window`, isShown, limit).catch(async (error: Error) => {
      await this.screenshot("lost").catch(() => undefined);
      throw new Error(`${error.message}; it shows:\n${shown}`);
    });
  }

  /** Checks that the window does not show a text now. */
  async assertNoText(text: string): Promise<void> {
    assert.ok(!(await this.text()).includes(text), `"${text}" is in the window`);
  }

  /** Starts the program a second time: the first one takes the videos. */
  upload(...files: string[]): void {
    execFileSync(bin("tallylight"), ["--data-dir", this.dataDir, ...files], { timeout: 20_000 });
  }

  /** Scrolls through the list and returns the text of each row by job: the page has only the rows in sight. */
  async rowTexts(): Promise<Map<string, string>> {
    const read = (part: number) =>
      this.browser.execute((part: number) => {
        const list = document.querySelector(".rows");
        if (!list) throw new Error("there is no list");
        list.scrollTop = part * list.clientHeight;
        return new Promise<{ rows: [string, string][]; isEnd: boolean }>((done) =>
          requestAnimationFrame(() =>
            requestAnimationFrame(() => {
              const jobs = [...list.querySelectorAll<HTMLElement>("[data-job]")];
              const rows = jobs.map((row): [string, string] => [
                row.dataset.job ?? "",
                row.innerText,
              ]);
              const isEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 1;
              done({ rows, isEnd });
            }),
          ),
        );
      }, part);
    const all = new Map<string, string>();
    for (let part = 0; ; part += 1) {
      const { rows, isEnd } = await read(part);
      for (const [job, text] of rows) all.set(job, text);
      if (!isEnd) continue;
      await read(0);
      return all;
    }
  }

  /** Replaces what is in a field. */
  async fill(selector: string, text: string): Promise<void> {
    await this.$(selector).setValue(text);
  }

  /** Takes the keyboard's focus from the element that has it. */
  async blur(): Promise<void> {
    await this.browser.execute(() => (document.activeElement as HTMLElement | null)?.blur());
  }

  /** Connects to a scripted backend, and signs in. */
  async connectAndSignIn(backend: { url: string }): Promise<void> {
    await this.waitForText("Connect to a studio");
    await this.fill("#address", backend.url);
    await this.button("Connect").click();
    await this.waitForText("Sign in to Scripted");
    await this.signIn({ email: "me@acme.tv", password: "x" });
  }

  async signIn({ email, password }: Credentials): Promise<void> {
    await this.fill("#email", email);
    await this.fill("#password", password);
    await this.button("Sign in").click();
  }

  /** Returns the ids of the app's own process and of those that render its window. */
  processes(): { own: string; web: string[] } {
    const own = processId(this.command());
    return { own, web: childProcesses(own, "WebKitWebProc") };
  }

  /** Returns a pattern for the command line of the app's process. */
  command(): string {
    return `^${this.commandLine.join(" ")}`;
  }

  /**
   * Saves a screenshot of the window, once nothing in it moves.
   *
   * WebDriver's own waits, for ever, until something changes in the page.
   */
  async screenshot(name: string): Promise<void> {
    const folder = screenshotDir();
    mkdirSync(folder, { recursive: true });
    await waitUntilStill(this.browser);
    const { window, info } = this.window();
    execFileSync("xdotool", ["windowraise", window]);
    const number = (name: string) => {
      const found = new RegExp(`${name}:\\s+(-?\\d+)`).exec(info);
      return Number(present(found, `${name} in ${info}`)[1]);
    };
    const [x, y] = [number("Absolute upper-left X"), number("Absolute upper-left Y")];
    // Relative to the screen: a window may be partly outside of it.
    const position = `${x < 0 ? "" : "+"}${x}${y < 0 ? "" : "+"}${y}`;
    const area = `${number("Width")}x${number("Height")}${position}`;
    const file = join(folder, `${name}.png`);
    execFileSync("import", ["-window", "root", "-crop", area, "+repage", file]);
  }

  /** Returns the app's window, with what the X server knows about it. */
  private window(): { window: string; info: string } {
    const pid = processId(this.command());
    const search = ["search", "--all", "--onlyvisible", "--pid", pid, "--name", "^Tallylight$"];
    const found = execFileSync("xdotool", search, { encoding: "utf8" }).trim().split("\n");
    const windows = found.map((window) => ({
      window,
      info: execFileSync("xwininfo", ["-id", window], { encoding: "utf8" }),
    }));
    // What is dragged over it has a window of a pixel, which is called almost the same.
    const isIt = ({ info }: { info: string }) => info.includes('"Tallylight"');
    return present(windows.find(isIt), "the app's window");
  }

  /** Ends the app as a power cut would. */
  async kill(): Promise<void> {
    execFileSync("pkill", ["-9", "-f", this.command()]);
    await this.close();
  }

  async close(): Promise<void> {
    await this.browser.deleteSession().catch(() => undefined);
    this.driver.kill();
    // A process that lingers would take over the next start. It has the time that it needs to save everything.
    const isLingering = () => spawnSync("pkill", ["-f", this.command()]).status === 0;
    await waitFor("the app's end", () => !isLingering());
  }
}
