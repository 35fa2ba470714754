// The way from an upload to copied texts, by the keyboard and by ear: what a screen reader says at each step.

import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App } from "./support/app.ts";
import { videos } from "./support/environment.ts";
import { ScreenReader } from "./support/screen-reader.ts";
import { waitFor } from "./support/wait.ts";
import { findWindow, visibleWindows, xdotool } from "./support/x11.ts";

describe("with a screen reader", { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tallylight-reader-"));
  let app: App;
  let reader: ScreenReader;
  /** The processes of the page before anything is read. */
  let web: string[];

  const press = (...keys: string[]) => xdotool("key", "--clearmodifiers", ...keys);
  /** Presses a key until something is said that matches a pattern, and returns it. */
  const moveTo = async (pattern: RegExp, key = "Tab", most = 60) => {
    const heard: string[] = [];
    for (let left = most; left > 0; left -= 1) {
      reader.forget();
      press(key);
      await reader.waitFor(/./);
      // A group is said before what is in it.
      await reader.untilQuiet();
      const found = reader.said().find((text) => pattern.test(text));
      if (found) return found;
      heard.push(...reader.said());
    }
    return assert.fail(`${key} does not lead to ${pattern}, but to:\n${heard.join("\n")}`);
  };

  before(async () => {
    reader = await ScreenReader.start(folder);
    app = await App.start(join(folder, "data"));
    await app.waitForText("Use this computer");
    xdotool("windowactivate", "--sync", await findWindow("^Tallylight$"));
    await reader.waitFor(/Tallylight/);
    web = app.processes().web;
  });
  after(async () => {
    reader?.stop();
    await app?.close();
  });

  it("uses this computer", async () => {
    await moveTo(/Use this computer/);
    press("Return");
    await app.waitForText("No videos yet");
  });

  it("uploads a video, whose row says that it is ready", async () => {
    await moveTo(/^Upload push button/);
    press("Return");
    await reader.waitFor(/^Upload videos/);
    await reader.untilQuiet();
    // The field for a path is there before the first letter, so that none is lost.
    press("ctrl+l");
    await reader.untilQuiet();
    // Faster, the dialog's proposals mix with what is typed.
    xdotool("type", "--delay", 50, videos.complete);
    await reader.untilQuiet();
    const isClosed = () => visibleWindows("Upload videos").length === 0;
    const close = () => {
      press("Return");
      return waitFor("the dialog to close", isClosed, 8_000);
    };
    // The first key may choose what the dialog proposes. One too many would press "Upload" again.
    await close().catch(close);
    await reader.waitFor(/^Progress bar/);
    const isReady = async () => (await app.text("[data-job]")).includes("Ready");
    await waitFor("the video", isReady, 120_000);
    // What is read is as new as what is seen.
    await moveTo(/^A walk by the sea Ready/);
  });

  it("opens it, and reads every field on the way to its end", async () => {
    press("Return");
    await app.waitForText("Preview");
    const parts = [
      /^Copy for YouTube push button/,
      /^Copy and export options/,
      /^Play/,
      /thumbnail/i,
      /^Title entry A walk by the sea/,
      /^Description/,
      /^Title of chapter 1/,
    ];
    for (const part of parts) await moveTo(part);
  });

  it("changes the title, saves it and copies the description", async () => {
    await moveTo(/^Title entry/, "shift+Tab");
    press("ctrl+a");
    xdotool("type", "--delay", 50, "Our walk");
    press("ctrl+s");
    await app.waitForText("Saved");
    await moveTo(/^Copy for YouTube/, "shift+Tab");
    press("Return");
    await app.waitForText("Description with chapters copied");
    // The web view's process was not started anew.
    assert.deepEqual(app.processes().web, web);
  });
});
