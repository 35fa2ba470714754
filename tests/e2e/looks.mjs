// Looks at a view as everybody may see it: at three sizes, light and dark, with a picture and axe's opinion of each.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export const sizes = { narrow: [360, 480], usual: [960, 680], full: [1280, 770] };
export const themes = ["light", "dark"];

const axe = createRequire(import.meta.url)("axe-core").source;
/** WCAG 2.2, A and AA, and what axe's makers hold for good practice. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Chooses colours as the settings do. */
export async function wear(app, theme) {
  await app.changeSettings((settings) => (settings.appearance.theme = theme));
  const isDark = () => app.browser.execute(() => matchMedia("(prefers-color-scheme: dark)").matches);
  for (let left = 50; (await isDark()) !== (theme === "dark"); left -= 1) {
    assert.ok(left > 0, `the window did not become ${theme}`);
    await sleep(50);
  }
}

export class Looks {
  constructor(app, folder) {
    Object.assign(this, { app, folder, taken: [] });
  }

  /** Looks at what the window shows now, and leaves it at its usual size. */
  async at(name) {
    const wrong = [];
    for (const theme of themes) {
      await wear(this.app, theme);
      for (const [size, [width, height]] of Object.entries(sizes)) {
        await this.app.browser.setWindowSize(width, height);
        // What glides is where it belongs, and pictures are painted.
        await sleep(250);
        const shown = `${name}-${size}-${theme}`;
        // A notification may lie over the window.
        execFileSync("dunstctl", ["close-all"]);
        await this.app.screenshot(shown);
        this.taken.push(shown);
        wrong.push(...(await this.judge()).map((words) => `${shown}: ${words}`));
      }
    }
    await wear(this.app, "light");
    await this.app.browser.setWindowSize(...sizes.usual);
    assert.deepEqual(wrong, []);
  }

  /** Returns what axe finds, and whether anything is cut off at the side. */
  async judge() {
    const isThere = await this.app.browser.execute(() => "axe" in window);
    if (!isThere) await this.app.browser.execute(axe);
    const found = await this.app.browser.executeAsync((rules, done) => {
      window.axe.run(document, { runOnly: rules, resultTypes: ["violations"] }).then(
        ({ violations }) => done(violations.flatMap(({ id, help, nodes }) => nodes
          // What is scrolled halfway under the bar that saves is as large as ever.
          .filter((node) => !(id === "target-size" && node.any[0]?.message.includes("partially obscured")))
          .map((node) => `${id} (${help}): ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`))),
        (error) => done([String(error)]),
      );
    }, RULES);
    const cut = await this.app.browser.execute(() => document.documentElement.scrollWidth - window.innerWidth);
    return cut > 0 ? [...found, `${cut} pixels are cut off at the side`] : found;
  }

  /** Puts every picture on one sheet, a row for each view. */
  sheet(name) {
    const files = this.taken.flatMap((shown) => ["-label", shown, join(this.folder, `${shown}.png`)]);
    const row = String(themes.length * Object.keys(sizes).length);
    const look = ["-tile", `${row}x`, "-geometry", "300x210+6+4", "-background", "#8d939e", "-pointsize", "11"];
    execFileSync("montage", [...files, ...look, "-quality", "82", join(this.folder, name)]);
  }
}
