// A view in three sizes, light and dark: a screenshot of each, and what axe finds in it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { AxeResults, RunOptions } from "axe-core";
import type { App } from "./app.ts";
import { closeNotifications, onScreen } from "./notifications.ts";
import { waitUntilStill } from "./page.ts";
import { waitFor } from "./wait.ts";

const SIZES = { narrow: [360, 480], usual: [960, 680], full: [1280, 770] } as const;
const THEMES = ["light", "dark"] as const;
type Theme = (typeof THEMES)[number];

const { source: AXE } = createRequire(import.meta.url)("axe-core") as { source: string };
/** WCAG 2.2, A and AA, and what axe's makers hold for good practice. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

declare global {
  interface Window {
    axe: { run(context: Document, options: RunOptions): Promise<AxeResults> };
  }
}

/** Chooses a theme as the settings do, and waits until the page has it. */
async function setTheme(app: App, theme: Theme): Promise<void> {
  await app.changeSettings((settings) => {
    settings.appearance.theme = theme;
  });
  const isDark = () =>
    app.browser.execute(() => matchMedia("(prefers-color-scheme: dark)").matches);
  await waitFor(`the theme ${theme}`, async () => (await isDark()) === (theme === "dark"));
}

/** Inspects the views of an app. */
export class ViewInspector {
  /** The app that is inspected: another one after a restart. */
  app: App;
  /** The names of the screenshots so far. */
  readonly screenshots: string[] = [];
  private readonly folder: string;

  constructor(app: App, folder: string) {
    this.app = app;
    this.folder = folder;
  }

  /** Inspects what the window shows now, and leaves it in its usual size. */
  async inspect(name: string): Promise<void> {
    const wrong: string[] = [];
    for (const theme of THEMES) {
      await setTheme(this.app, theme);
      for (const [size, [width, height]] of Object.entries(SIZES)) {
        await this.app.browser.setWindowSize(width, height);
        await waitUntilStill(this.app.browser);
        const shown = `${name}-${size}-${theme}`;
        // A notification may lie over the window.
        closeNotifications();
        await waitFor("no notification on the screen", () => onScreen() === 0);
        await this.app.screenshot(shown);
        this.screenshots.push(shown);
        wrong.push(...(await this.problems()).map((problem) => `${shown}: ${problem}`));
      }
    }
    await setTheme(this.app, "light");
    await this.app.browser.setWindowSize(...SIZES.usual);
    assert.deepEqual(wrong, []);
  }

  /** Puts every screenshot on one sheet, a row for each view. */
  contactSheet(name: string): void {
    const pictures = this.screenshots.flatMap((shown) => [
      "-label",
      shown,
      join(this.folder, `${shown}.png`),
    ]);
    const columns = String(THEMES.length * Object.keys(SIZES).length);
    const layout = ["-tile", `${columns}x`, "-geometry", "300x210+6+4"];
    const look = ["-background", "#8d939e", "-pointsize", "11", "-quality", "82"];
    execFileSync("montage", [...pictures, ...layout, ...look, join(this.folder, name)]);
  }

  /** Returns what axe finds, and whether anything is cut off at the side. */
  private async problems(): Promise<string[]> {
    const { browser } = this.app;
    const isThere = await browser.execute(() => "axe" in window);
    if (!isThere) await browser.execute(AXE);
    const found = await browser.executeAsync(runAxe, RULES);
    const cut = await browser.execute(
      () => document.documentElement.scrollWidth - window.innerWidth,
    );
    return cut > 0 ? [...found, `${cut} pixels are cut off at the side`] : found;
  }
}

/** Runs axe in the page. */
function runAxe(rules: string[], done: (found: string[]) => void): void {
  const describe = ({ violations }: AxeResults) =>
    violations.flatMap(({ id, help, nodes }) =>
      nodes
        // What is scrolled halfway under the bar that saves is as large as ever.
        .filter(
          ({ any: [check] }) =>
            !(id === "target-size" && check?.message.includes("partially obscured")),
        )
        .map(
          ({ html, any: [check] }) =>
            `${id} (${help}): ${html.slice(0, 160)} ${check?.message ?? ""}`,
        ),
    );
  window.axe.run(document, { runOnly: rules, resultTypes: ["violations"] }).then(
    (results) => done(describe(results)),
    (error: unknown) => done([String(error)]),
  );
}
