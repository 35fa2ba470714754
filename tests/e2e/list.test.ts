// The list as it is used: keys wherever the focus is, the menu of a video, selection, and the width beside the video.

import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Key } from "webdriverio";
import { App } from "./support/app.ts";
import { drawPictures, sampleJobs } from "./support/sample-jobs.ts";
import { ScriptedBackend } from "./support/scripted-backend.ts";
import { present, waitFor } from "./support/wait.ts";
import { appWindows, xdotool } from "./support/x11.ts";

describe("the list", { concurrency: false }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tallylight-list-"));
  let app: App;
  let backend: ScriptedBackend;

  const row = (title: string) => app.$(`//button[@data-job][contains(., "${title}")]`);
  const heading = () => app.text("article h1");
  const isMenuOpen = () => app.$('[role="menu"]').isExisting();
  const listWidth = () =>
    app.browser.execute(() => document.querySelector("#list")?.getBoundingClientRect().width ?? 0);

  before(async () => {
    backend = await ScriptedBackend.start([]);
    backend.pictures = drawPictures(12);
    backend.jobs = sampleJobs(backend.url);
    app = await App.start(dataDir);
    await app.connectAndSignIn(backend);
    await app.waitForText("Coast path, day one");
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  it("after a click into the open video: j opens the next one, and k this one again", async () => {
    await row("Coast path, day one").click();
    await waitFor("the video", async () => (await heading()) === "Coast path, day one");
    await app.$("article h1").click();
    await app.browser.keys("j");
    await waitFor("the next video", async () => (await heading()) !== "Coast path, day one");
    await app.browser.keys("k");
    await waitFor("the video again", async () => (await heading()) === "Coast path, day one");
  });

  it("after a click into the open video: Ctrl+A selects all videos, and no text", async () => {
    await app.$("article h1").click();
    await app.browser.keys([Key.Ctrl, "a"]);
    await app.waitForText(`${backend.jobs.length} selected`);
    assert.equal(await app.browser.execute(() => String(getSelection())), "");
    await app.browser.keys(Key.Escape);
    await waitFor("no selection", async () => !(await app.text()).includes("selected"));
  });

  it("right click: opens the menu of the video, and nowhere that of the web view", async () => {
    await app.browser.execute(() => {
      // Added after the window's own listeners, so that it sees what they did.
      window.addEventListener("contextmenu", (event) => {
        document.body.dataset.prevented = String(event.defaultPrevented);
      });
    });
    const prevented = () => app.browser.execute(() => document.body.dataset.prevented);
    await row("Coast path, day one").click({ button: "right" });
    await waitFor("the menu", isMenuOpen);
    assert.equal(await prevented(), "true");
    await app.screenshot("row-menu");
    await app.browser.keys(Key.Escape);
    await waitFor("the end of the menu", async () => !(await isMenuOpen()));
    await app.browser.execute(() => delete document.body.dataset.prevented);
    await app.$("header").click({ button: "right" });
    await waitFor("the right click", async () => (await prevented()) === "true");
    assert.equal(await isMenuOpen(), false);
  });

  it("menu key: opens the menu, and Escape returns the focus to the row", async () => {
    await row("Coast path, day one").click();
    await app.browser.keys([Key.Shift, Key.F10]);
    await waitFor("the focus in the menu", () =>
      app.browser.execute(() => document.activeElement?.getAttribute("role") === "menuitem"),
    );
    await app.browser.keys(Key.Escape);
    await waitFor("the focus at the row", () =>
      app.browser.execute(() => document.activeElement?.hasAttribute("data-job") ?? false),
    );
  });

  it("the checkbox of a video: large enough to hit, in a corner of the picture", async () => {
    const [box, picture] = await app.browser.execute(() => {
      const line = document.querySelector("[data-job]:has(img)")?.parentElement;
      const area = (selector: string) => {
        const { left, top, right, bottom } = line
          ?.querySelector(selector)
          ?.getBoundingClientRect() ?? {
          left: 0,
          top: 0,
          right: 0,
          bottom: 0,
        };
        return { left, top, width: right - left, height: bottom - top };
      };
      return [area("label"), area("img")];
    });
    assert.ok(box && picture);
    assert.ok(box.width >= 24 && box.height >= 24, JSON.stringify(box));
    assert.ok(Math.abs(box.left - picture.left) < 2, `${box.left} and ${picture.left}`);
    assert.ok(Math.abs(box.top - picture.top) < 2, `${box.top} and ${picture.top}`);
    assert.ok(box.width * box.height < (picture.width * picture.height) / 4);
  });

  it("every filter is in sight, in every language", async () => {
    for (const language of ["de", "es", "en"] as const) {
      await app.changeSettings((settings) => (settings.appearance.language = language));
      await waitFor(language, () =>
        app.browser.execute((tag: string) => document.documentElement.lang === tag, language),
      );
      const cut = await app.browser.execute(() => {
        const end = document.querySelector("#list")?.getBoundingClientRect().right ?? 0;
        const filters = [...document.querySelectorAll<HTMLElement>("search [aria-pressed]")];
        return filters
          .filter((filter) => filter.getBoundingClientRect().right > end)
          .map((filter) => filter.innerText);
      });
      assert.deepEqual(cut, [], language);
    }
  });

  it("the splitter: dragged and moved by keys, and remembered over a restart", async () => {
    const initial = await listWidth();
    const splitter = app.$('[role="separator"]');
    // A real mouse: the pointer of WebDriver leaves no moves between its ends.
    const place = await app.browser.execute(() => {
      const box = document.querySelector('[role="separator"]')?.getBoundingClientRect();
      return { x: (box?.left ?? 0) + (box?.width ?? 0) / 2, y: (box?.top ?? 0) + 100 };
    });
    // A tooltip is a window of the app, too.
    const geometries = appWindows().map((window) => xdotool("getwindowgeometry", window));
    const geometry = geometries.find((geometry) => geometry.includes("Geometry: 960x")) ?? "";
    const [, left, top] = present(/Position: (\d+),(\d+)/.exec(geometry)).map(Number);
    const [x, y] = [Math.round(present(left) + place.x), Math.round(present(top) + place.y)];
    xdotool("mousemove", x, y);
    xdotool("mousedown", 1);
    // Step by step, as a hand does.
    let distance = 0;
    await waitFor("a wider list", async () => {
      xdotool("mousemove", x + (distance += 5), y);
      return (await listWidth()) > initial + 40;
    });
    xdotool("mouseup", 1);
    await splitter.click();
    await app.browser.keys(Key.Home);
    await waitFor("the least width", async () => (await listWidth()) < initial);
    const least = await listWidth();
    await app.close();
    app = await App.start(dataDir);
    await app.waitForText("Coast path, day one");
    assert.equal(await listWidth(), least);
  });
});
