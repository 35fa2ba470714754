// Everything without a mouse: from the first run to a saved title and a dismissed failure. Then a restart, after which
// the window has the size that it had.

import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Key } from "webdriverio";
import { App } from "./support/app.ts";
import { drawPictures, sampleJobs } from "./support/sample-jobs.ts";
import { ScriptedBackend } from "./support/scripted-backend.ts";
import { waitFor } from "./support/wait.ts";

describe("by the keyboard alone", { concurrency: false }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tallylight-keyboard-"));
  let app: App;
  let backend: ScriptedBackend;

  const press = async (...keys: string[]) => {
    for (const key of keys) await app.browser.keys(key);
  };
  const chord = (key: string) => app.browser.keys([Key.Ctrl, key]);
  /** Returns the accessible name of the element with the focus, and whether the focus is visible. */
  const focused = () =>
    app.browser.execute(() => {
      const held = document.activeElement as HTMLInputElement | null;
      const name =
        held?.getAttribute("aria-label") ?? held?.labels?.[0]?.innerText ?? held?.innerText ?? "";
      const isSeen = held?.matches(":focus-visible") ?? false;
      return held === null || held === document.body
        ? null
        : { name: name.trim().split("\n")[0] ?? "", isSeen };
    });
  /** Presses Tab until an element with this name has the focus. */
  const tabTo = async (name: string, most = 40) => {
    const passed: (string | undefined)[] = [];
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
    backend = await ScriptedBackend.start([], {
      description: { name: "Harbour", editable: ["TITLE", "TAGS"], features: [] },
    });
    backend.pictures = drawPictures(12);
    backend.jobs = sampleJobs(backend.url);
    app = await App.start(dataDir);
    await app.waitForText("Connect to a studio");
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  it("connects and signs in", async () => {
    await tabTo("Studio URL");
    await press(...backend.url, Key.Enter);
    await app.waitForText("Sign in to Harbour");
    // The first field waits to be typed into.
    await waitFor("the focus", async () => (await focused())?.name === "Email");
    await press(..."me@acme.tv", Key.Tab, ..."secret", Key.Enter);
    await app.waitForText("Coast path, day one");
  });

  it("moves to a video and opens it", async () => {
    await tabTo("Select ");
    await press(Key.Home, "j", "j");
    await waitFor("the third row", async () => (await focused())?.name === "How I pack for a week");
    await press(Key.Enter);
    await app.waitForText("Activity");
  });

  it("types a title, and saves it", async () => {
    await press(Key.Escape);
    await press(..."/", ..."three days", Key.Tab);
    await waitFor("one row", async () => (await app.count("[data-job]")) === 1);
    await app.blur();
    await press("j", Key.Enter);
    await app.waitForText("Coast path: three days");
    await tabTo("Title", 80);
    await press(Key.End, ..." (new)");
    await chord("s");
    await waitFor("the edit", () => backend.edits.length === 1);
    assert.match(String(backend.edits[0]?.title), /\(new\)$/);
  });

  it("dismisses a failure found by the palette, and undoes that", async () => {
    await chord("k");
    await press(..."drone");
    await app.waitForText("drone-sunset-final.mp4");
    await press(Key.Enter);
    await waitFor(
      "the video",
      async () => (await app.text("article h1")) === "drone-sunset-final.mp4",
    );
    await app.blur();
    await press("e");
    await app.waitForText("Dismissed");
    const offered = () => app.$('//article//button[normalize-space()="Dismiss"]').isExisting();
    await waitFor("the failure to be dismissed", async () => !(await offered()));
    await tabTo("Undo", 80);
    await press(Key.Enter);
    await waitFor("the failure to be restored", offered);
  });

  it("closing a dialog returns the focus to the row", async () => {
    // The video that was looked at is not among those that are searched for: the focus goes to what is.
    await press(Key.Escape);
    const row = await waitFor("the focus at a row", async () => (await focused())?.name);
    assert.match(row, /^Coast path: three days/);
    for (const { open, shows } of [
      { open: () => press("?"), shows: "Keyboard shortcuts" },
      { open: () => chord(","), shows: "Language" },
      { open: () => chord("k"), shows: "Sign out" },
    ]) {
      await open();
      await app.waitForText(shows);
      assert.equal(
        await app.browser.execute(() => Boolean(document.activeElement?.closest("dialog"))),
        true,
      );
      await press(Key.Escape);
      await waitFor("the focus back", async () => (await focused())?.name === row);
    }
  });

  it("fits at a zoom of 200 %", async () => {
    // As a zoom of 200 % does: half as many pixels of the page in the same window.
    await app.browser.setWindowSize(480, 385);
    const cut = await app.browser.execute(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(cut <= 0, `${cut} pixels are cut off`);
    await app.browser.setWindowSize(960, 680);
  });

  it("restarted: the window has the size that it had", async () => {
    await app.browser.setWindowSize(700, 560);
    // The page learns of it a moment later.
    const usual = 960;
    const width = await waitFor("the smaller width", async () => {
      const now = await app.browser.execute(() => innerWidth);
      return now < usual && now;
    });
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
    await app.waitForText("Coast path, day one");
    await waitFor("the size", async () => (await app.browser.execute(() => innerWidth)) === width);
  });
});
