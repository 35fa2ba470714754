// A view in several looks (sizes, light and dark, languages): a screenshot of each, and what axe finds in it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { AxeResults, RunOptions } from "axe-core";
import type { App } from "./app.ts";
import { requiredEnv } from "./environment.ts";
import type { Settings } from "./ipc.ts";
import { closeNotifications, onScreen } from "./notifications.ts";
import { waitUntilStill } from "./page.ts";
import { waitFor } from "./wait.ts";

const SIZES = {
  narrow: [360, 480],
  small: [640, 600],
  usual: [960, 680],
  full: [1280, 770],
  wide: [1440, 900],
} as const;
type Size = keyof typeof SIZES;
const THEMES = ["light", "dark"] as const;
type Theme = (typeof THEMES)[number];
type Language = Settings["appearance"]["language"];

/** How a view is looked at. */
interface Look {
  size: Size;
  theme: Theme;
  language: Language;
}

/** The look in which a view is left: the tests look for English texts. */
const USUAL: Look = { size: "usual", theme: "light", language: "en" };

/** Which looks are wanted: some in every run; all, or those of large text, by `cargo xtask screenshots --all`. */
const LOOKS = process.env.TALLYLIGHT_LOOKS ?? "some";

function looks(): Look[] {
  if (LOOKS === "large-text")
    return (["small", "usual", "wide"] as const).map((size) => ({ ...USUAL, size }));
  const isAll = LOOKS === "all";
  const sizes: Size[] = isAll
    ? ["narrow", "small", "usual", "full", "wide"]
    : ["narrow", "usual", "full"];
  const english = THEMES.flatMap((theme) =>
    sizes.map((size): Look => ({ size, theme, language: "en" })),
  );
  const translated = (["de", "es"] as const).flatMap((language) =>
    (["narrow", "usual"] as const).map((size): Look => ({ size, theme: "light", language })),
  );
  return isAll ? [...english, ...translated] : english;
}

const { source: AXE } = createRequire(import.meta.url)("axe-core") as { source: string };
/** WCAG 2.2, A and AA, and what axe's makers hold for good practice. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

declare global {
  interface Window {
    axe: { run(context: Document, options: RunOptions): Promise<AxeResults> };
  }
}

/**
 * Scales texts as the settings of a desktop do. WebDriver clicks beside what it means to click while they are scaled.
 */
async function scaleTexts(app: App, scale: number): Promise<void> {
  const file = join(requiredEnv("HOME"), "xsettingsd.conf");
  const dpi = String(96 * 1024 * scale);
  writeFileSync(file, readFileSync(file, "utf8").replace(/(?<=Xft\/DPI )\d+/, dpi));
  execFileSync("pkill", ["-HUP", "xsettingsd"]);
  const isScaled = () =>
    app.browser.execute((scale) => Math.abs(outerWidth / innerWidth - scale) < 0.1, scale);
  await waitFor(`texts ${scale} times as large`, isScaled);
}

/** Chooses a look as the settings and a drag of the window's border do, and waits until the page has it. */
async function setLook(app: App, { size, theme, language }: Look): Promise<void> {
  await app.changeSettings((settings) => {
    settings.appearance.theme = theme;
    settings.appearance.language = language;
  });
  const isDark = () =>
    app.browser.execute(() => matchMedia("(prefers-color-scheme: dark)").matches);
  await waitFor(`the theme ${theme}`, async () => (await isDark()) === (theme === "dark"));
  const lang = () => app.browser.execute(() => document.documentElement.lang);
  await waitFor(`the language ${language}`, async () => (await lang()).startsWith(language));
  const [width, height] = SIZES[size];
  await app.browser.setWindowSize(width, height);
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
    try {
      if (LOOKS === "large-text") await scaleTexts(this.app, 2);
      for (const look of looks()) wrong.push(...(await this.inspectLook(name, look)));
    } finally {
      if (LOOKS === "large-text") await scaleTexts(this.app, 1);
    }
    await setLook(this.app, USUAL);
    assert.deepEqual(wrong, []);
  }

  /** Takes a screenshot of a look, and returns what is wrong with it. */
  private async inspectLook(name: string, look: Look): Promise<string[]> {
    await setLook(this.app, look);
    await waitUntilStill(this.app.browser);
    const { size, theme, language } = look;
    const others = [
      ...(language === "en" ? [] : [language]),
      ...(LOOKS === "large-text" ? [LOOKS] : []),
    ];
    const shown = [name, size, theme, ...others].join("-");
    // A notification may lie over the window.
    closeNotifications();
    await waitFor("no notification on the screen", () => onScreen() === 0);
    await this.app.screenshot(shown);
    this.screenshots.push(shown);
    return (await this.problems()).map((problem) => `${shown}: ${problem}`);
  }

  /** Puts every screenshot on one sheet, a row for each view. */
  contactSheet(name: string): void {
    const pictures = this.screenshots.flatMap((shown) => [
      "-label",
      shown,
      // Made small when it is read: hundreds of screenshots are more than ImageMagick may hold.
      `${join(this.folder, `${shown}.png`)}[300x210]`,
    ]);
    const columns = String(looks().length);
    const layout = ["-tile", `${columns}x`, "-geometry", "300x210+6+4"];
    const look = ["-background", "#8d939e", "-pointsize", "11", "-quality", "82"];
    execFileSync("montage", [...pictures, ...layout, ...look, join(this.folder, name)]);
  }

  /** Returns what axe finds, what crashes the web view, and whether anything is cut off at the side. */
  private async problems(): Promise<string[]> {
    const { browser } = this.app;
    const isThere = await browser.execute(() => "axe" in window);
    if (!isThere) await browser.execute(AXE);
    const found = await browser.executeAsync(runAxe, RULES);
    const cut = await browser.execute(
      () => document.documentElement.scrollWidth - window.innerWidth,
    );
    const silent = await browser.execute(() =>
      [...document.querySelectorAll("button, a, div:has(> video)")]
        .filter((element) => element.textContent?.trim() === "" && !element.querySelector("img"))
        .map((element) => `no UnseenText in ${element.outerHTML.slice(0, 160)}`),
    );
    return [...found, ...silent, ...(cut > 0 ? [`${cut} pixels are cut off at the side`] : [])];
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
