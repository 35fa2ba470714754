// Everything without a mouse: from the first run to a saved title and a dismissed failure. And the window comes back as it was.

import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Key } from "webdriverio";
import { App, waitFor } from "./app.mjs";
import { drawPictures, films } from "./films.mjs";
import { startScripted } from "./scripted.mjs";

describe("by the keyboard alone", { concurrency: false }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tallylight-keyboard-"));
  let app;
  let backend;

  const press = async (...keys) => {
    for (const key of keys) await app.browser.keys(key);
  };
  const chord = (key) => app.browser.keys([Key.Ctrl, key]);
  /** Returns the name of what has the focus, which must be something, and be seen to have it. */
  const focused = () =>
    app.browser.execute(() => {
      const held = document.activeElement;
      const name = held?.getAttribute("aria-label") ?? held?.labels?.[0]?.innerText ?? held?.innerText ?? "";
      const isSeen = held?.matches(":focus-visible") ?? false;
      return held === null || held === document.body ? null : { name: name.trim().split("\n")[0], isSeen };
    });
  /** Goes on with Tab until something of this name has the focus. */
  const tabTo = async (name, most = 40) => {
    const passed = [];
    for (let left = most; left > 0; left -= 1) {
      await press(Key.Tab);
      const held = await focused();
      passed.push(held?.name);
      assert.ok(held === null || held.isSeen, `the focus at "${held?.name}" is not seen`);
      if (held?.name.startsWith(name)) return;
    }
    assert.fail(`Tab does not lead to "${name}", but to ${passed.join(", ")}`);
  };

  before(async () => {
    backend = await startScripted([], { more: { name: "Harbour", editable: ["TITLE", "TAGS"], features: [] } });
    backend.pictures = drawPictures(12);
    backend.jobs = films(backend.url);
    app = await App.start(dataDir);
    await app.sees("Connect to a studio");
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  it("connects and signs in", async () => {
    await tabTo("Address of the studio");
    await press(...backend.url, Key.Enter);
    await app.sees("Sign in to Harbour");
    // The first field waits to be typed into.
    await waitFor("the focus", async () => (await focused())?.name === "Email");
    await press(..."me@acme.tv", Key.Tab, ..."secret", Key.Enter);
    await app.sees("Coast path, day one");
  });

  it("walks to a video and opens it", async () => {
    await tabTo("Mark ");
    await press(Key.Home, "j", "j");
    await waitFor("the third row", async () => (await focused())?.name === "How I pack for a week");
    await press(Key.Enter);
    await app.sees("Activity");
  });

  it("writes a title, and saves it", async () => {
    await press(Key.Escape);
    await press(..."/", ..."three days", Key.Tab);
    await waitFor("one row", async () => (await app.browser.$$("[data-job]").getElements()).length === 1);
    await app.browser.execute(() => document.activeElement.blur());
    await press("j", Key.Enter);
    await app.sees("Coast path: three days");
    await tabTo("Title", 80);
    await press(Key.End, ..." (new)");
    await chord("s");
    await waitFor("the edit", () => backend.edits.length === 1);
    assert.match(backend.edits[0].title, /\(new\)$/);
  });

  it("finds and dismisses a failure by the palette, and takes that back", async () => {
    await chord("k");
    await press(..."drone");
    await app.sees("drone-sunset-final.mp4");
    await press(Key.Enter);
    await waitFor("the video", async () => (await app.text("article h1")) === "drone-sunset-final.mp4");
    await app.browser.execute(() => document.activeElement.blur());
    await press("e");
    await app.sees("Dismissed");
    const offered = () => app.$('//article//button[normalize-space()="Dismiss"]').isExisting();
    await waitFor("the failure to be put aside", async () => !(await offered()));
    await tabTo("Undo", 80);
    await press(Key.Enter);
    await waitFor("the failure to be taken up", offered);
  });

  it("opens and closes every dialog, and the focus comes back", async () => {
    // The video that was looked at is not among those that are searched for: the focus goes to what is.
    await press(Key.Escape);
    const row = await waitFor("the focus at a row", async () => (await focused())?.name);
    assert.match(row, /^Coast path: three days/);
    for (const [open, shows] of [[() => press("?"), "Keyboard shortcuts"], [() => chord(","), "Language"], [() => chord("k"), "Sign out"]]) {
      await open();
      await app.sees(shows);
      assert.equal(await app.browser.execute(() => document.activeElement.closest("dialog") !== null), true);
      await press(Key.Escape);
      await waitFor("the focus back", async () => (await focused())?.name === row);
    }
  });

  it("reads at twice the size", async () => {
    // As a zoom of 200 % does: half as many pixels of the page in the same window.
    await app.browser.setWindowSize(480, 385);
    const cut = await app.browser.execute(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(cut <= 0, `${cut} pixels are cut off`);
    await app.browser.setWindowSize(960, 680);
  });

  it("comes back in the size that it had", async () => {
    await app.browser.setWindowSize(700, 560);
    const width = await app.browser.execute(() => innerWidth);
    process.kill(Number(app.processes().own), "SIGTERM");
    await waitFor("the end", () => {
      try {
        return !app.processes().own;
      } catch {
        return true;
      }
    });
    await app.close();
    app = await App.start(dataDir);
    await app.sees("Coast path, day one");
    await waitFor("the size", async () => (await app.browser.execute(() => innerWidth)) === width);
  });
});
