// Starts the real app under WebDriver, and helps to look at what it shows and what it told the desktop.

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { remote } from "webdriverio";

const env = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run \`cargo xtask test\``);
  return value;
};

export const bin = (name) => join(env("TALLYLIGHT_BIN"), name);
export const videos = {
  complete: env("TALLYLIGHT_COMPLETE"),
  silent: env("TALLYLIGHT_SILENT"),
  truncated: env("TALLYLIGHT_TRUNCATED"),
};

let port = 4444;

/** Is the app in a window that a test drives. */
export class App {
  /** Starts it on a data folder; with more in its environment, where a test has it in another world. */
  static async start(dataDir, { args = [], world = {}, folderless = false, program = "tallylight" } = {}) {
    const app = new App();
    app.dataDir = dataDir;
    app.program = program;
    // What finds its own place is told of none.
    app.place = folderless ? [] : ["--data-dir", dataDir];
    port += 2;
    app.driver = spawn(
      env("TALLYLIGHT_TAURI_DRIVER"),
      ["--port", String(port), "--native-port", String(port + 1)],
      { stdio: "ignore", env: { ...process.env, ...world } },
    );
    await waitFor("tauri-driver", async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/status`).catch(() => null);
      return answer?.ok;
    });
    app.browser = await remote({
      hostname: "127.0.0.1",
      port,
      logLevel: "error",
      capabilities: {
        "wdio:enforceWebDriverClassic": true,
        "tauri:options": { application: bin(program), args: [...app.place, ...args] },
      },
    });
    return app;
  }

  $(selector) {
    return this.browser.$(selector);
  }

  $$(selector) {
    return this.browser.$$(selector);
  }

  /** Finds a button by its words or its name for screen readers. */
  button(name) {
    return this.$(`//button[normalize-space()="${name}" or @aria-label="${name}"]`);
  }

  /** Returns what a person reads there. WebDriver's own text leaves out what an ellipsis shortens. */
  async text(selector = "body") {
    return this.browser.execute((selector) => {
      const path = () => document.evaluate(selector, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE).singleNodeValue;
      const element = selector.startsWith("//") ? path() : document.querySelector(selector);
      return element?.innerText ?? "";
    }, selector);
  }

  /** Chooses what the palette offers. */
  async choose(name) {
    await this.button("Menu").click();
    await waitFor("the palette", () => this.browser.execute(() => document.activeElement?.role === "combobox"));
    // One after the other: together they would be a chord, in which a letter is pressed once.
    for (const letter of name) await this.browser.keys(letter);
    const first = '//*[@role="option"][@aria-selected="true"]';
    await waitFor(`"${name}" to be offered first`, async () => (await this.text(first)).trim() === name);
    await this.browser.keys("Enter");
  }

  /** Asks the core, as the page does. */
  async invoke(command, args = {}) {
    const [answer, error] = await this.browser.executeAsync((command, args, done) => {
      window.__TAURI_INTERNALS__.invoke(command, args).then((answer) => done([answer, null]), (error) => done([null, error]));
    }, command, args);
    if (error) throw Object.assign(new Error(error.message ?? error), { code: error.code });
    return answer;
  }

  /** Chooses something, as the settings do. */
  async changeSettings(change) {
    const { settings } = await this.invoke("settings");
    change(settings);
    await this.invoke("change_settings", { settings });
  }

  /** Returns how the connection stands, in the window's words. */
  connection() {
    return this.$(".connection button");
  }

  async sees(text, limit = 20_000) {
    let shown = "";
    const look = async () => (shown = await this.text()).includes(text);
    await waitFor(`"${text}" in the window`, look, limit).catch(async (error) => {
      await this.screenshot("lost");
      throw new Error(`${error.message}; it shows:\n${shown}`);
    });
  }

  /** Starts the program a second time: the first one takes the videos. */
  upload(...files) {
    execFileSync(bin("tallylight"), ["--data-dir", this.dataDir, ...files], { timeout: 20_000 });
  }

  /** Returns what a person reads who scrolls through the list, by job: only what is in sight is in the page. */
  async rows() {
    const read = (part) => this.browser.execute((part) => {
      const list = document.querySelector(".rows");
      list.scrollTop = part * list.clientHeight;
      return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
        const rows = [...list.querySelectorAll("[data-job]")].map((row) => [row.dataset.job, row.innerText]);
        done({ rows, isEnd: list.scrollTop + list.clientHeight >= list.scrollHeight - 1 });
      })));
    }, part);
    const all = new Map();
    for (let part = 0; ; part += 1) {
      const { rows, isEnd } = await read(part);
      for (const [job, text] of rows) all.set(job, text);
      if (!isEnd) continue;
      await read(0);
      return all;
    }
  }

  async doesNotSee(text) {
    assert.ok(!(await this.text()).includes(text), `"${text}" is in the window`);
  }

  /** Types over whatever is in a field. */
  async type(selector, text) {
    await this.$(selector).setValue(text);
  }

  /** Connects to a backend of the test's own, and signs in. */
  async enter(backend) {
    await this.sees("Connect to a studio");
    await this.$("#address").setValue(backend.url);
    await this.button("Connect").click();
    await this.sees("Sign in to Scripted");
    await this.signIn({ email: "me@acme.tv", password: "x" });
  }

  async signIn({ email, password }) {
    await this.type("#email", email);
    await this.type("#password", password);
    await this.button("Sign in").click();
  }

  /** Returns the ids of this app's own process and those of its window. */
  processes() {
    const pids = (pattern) => execFileSync("pgrep", ["-f", pattern], { encoding: "utf8" }).trim().split("\n");
    const [own] = pids(this.command());
    const children = execFileSync("pgrep", ["-P", own, "-l"], { encoding: "utf8" }).trim().split("\n");
    const named = (name) => children.filter((line) => line.includes(name)).map((line) => line.split(" ")[0]);
    return { own, web: named("WebKitWebProc") };
  }

  /** Returns how its process is called. */
  command() {
    return [`^${bin(this.program)}`, ...this.place].join(" ");
  }

  /** Takes a picture of its window. WebDriver's own waits, for ever, until something changes in the page. */
  async screenshot(name) {
    const folder = env("TALLYLIGHT_SCREENSHOTS");
    mkdirSync(folder, { recursive: true });
    await sleep(200);
    const [pid] = execFileSync("pgrep", ["-f", this.command()], { encoding: "utf8" }).trim().split("\n");
    const found = execFileSync("xdotool", ["search", "--all", "--onlyvisible", "--pid", pid, "--name", "^Tallylight$"], { encoding: "utf8" });
    const described = found.trim().split("\n").map((window) => [window, execFileSync("xwininfo", ["-id", window], { encoding: "utf8" })]);
    // What is dragged over it has a window of a pixel, which is called almost the same.
    const [window, told] = described.find(([, told]) => told.includes('"Tallylight"'));
    execFileSync("xdotool", ["windowraise", window]);
    const number = (name) => Number(new RegExp(`${name}:\\s+(-?\\d+)`).exec(told)[1]);
    const [x, y] = [number("Absolute upper-left X"), number("Absolute upper-left Y")];
    // Of the screen: it may hang out of it.
    const place = `${number("Width")}x${number("Height")}${x < 0 ? "" : "+"}${x}${y < 0 ? "" : "+"}${y}`;
    execFileSync("import", ["-window", "root", "-crop", place, "+repage", join(folder, `${name}.png`)]);
  }

  /** Ends the app as a power cut would. */
  async kill() {
    execFileSync("pkill", ["-9", "-f", this.command()]);
    await this.close();
  }

  async close() {
    await this.browser.deleteSession().catch(() => undefined);
    this.driver.kill();
    // One that lingers would take over the next start. It is given the time that it has to save everything.
    const lingering = () => spawnSync("pkill", ["-f", this.command()]).status === 0;
    await waitFor("the app's end", () => !lingering());
  }
}

/** Asks again and again until there is an answer. */
export async function waitFor(what, ask, limit = 20_000) {
  const end = Date.now() + limit;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`${what} did not happen within ${limit / 1000} s`);
    await sleep(100);
  }
}

let heard = 0;

/** Returns what the notification daemon received since the last `forgetNotifications`, newest first. */
export function notifications() {
  return history()
    .filter(({ id }) => id.data > heard)
    .map(({ summary, body }) => ({ summary: summary.data, body: body.data }));
}

/** Leaves what the notification daemon received so far out of account. */
export function forgetNotifications() {
  heard = Math.max(0, ...history().map(({ id }) => id.data));
}

function history() {
  // Only what is no longer on the screen is history.
  execFileSync("dunstctl", ["close-all"]);
  return JSON.parse(execFileSync("dunstctl", ["history"], { encoding: "utf8" })).data[0];
}

/** Clicks the newest notification. */
export function clickNotification() {
  execFileSync("dunstctl", ["action", "0"]);
}

/** Chooses an action of those notifications that are on the screen, by its label. */
export function chooseAction(label) {
  writeFileSync(join(process.env.HOME, ".config/dunst/choice"), label);
  execFileSync("dunstctl", ["context"]);
}

/** Returns how many notifications are on the screen. */
export function onScreen() {
  return Number(execFileSync("dunstctl", ["count", "displayed"], { encoding: "utf8" }));
}
