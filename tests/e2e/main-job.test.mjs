// The main job, as a creator does it: first run, this computer, a real video, watched from upload to done.

import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { App, clickNotification, forgetNotifications, notifications, videos, waitFor } from "./app.mjs";

describe("the main job", { concurrency: false }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tallylight-e2e-"));
  let app;

  before(async () => {
    app = await App.start(dataDir);
  });
  after(async () => {
    await app?.close();
  });

  it("offers two ways at the first run, and this computer needs nothing more", async () => {
    await app.sees("How is every upload doing?");
    await app.screenshot("welcome");
    await app.button("Use this computer").click();
    await app.sees("No videos yet");
    await app.sees("Live");
    await app.screenshot("empty");
  });

  it("refuses an address that would send passwords in the clear, and goes on", async () => {
    // Seen on the way back to the choice.
    await app.choose("Leave this studio");
    await app.sees("Connect to a studio");
    await app.$("#address").setValue("http://example.com");
    await app.button("Connect").click();
    await app.sees("use https");
    await app.screenshot("insecure-address");
    await app.button("Use this computer").click();
    await app.sees("No videos yet");
  });

  it("shows a video moving from upload to done", async () => {
    forgetNotifications();
    app.upload(videos.complete);
    const seen = new Set();
    await waitFor("the end of the job", async () => {
      const [percent, status] = await app.browser.execute(() => {
        const bar = document.querySelector("[data-job] [role=progressbar]");
        return [bar?.getAttribute("aria-valuenow"), document.querySelector("[data-job]")?.textContent ?? ""];
      });
      if (percent) seen.add(Number(percent));
      if (seen.size === 3) await app.screenshot("working");
      return status.includes("Done");
    }, 120_000);
    const steps = [...seen];
    assert.ok(steps.length >= 3, `the progress moved: ${steps}`);
    assert.deepEqual(steps, [...steps].sort((a, b) => a - b), "and never back");
  });

  it("tells the desktop, once, and a click opens the job", async () => {
    await waitFor("the click", async () => {
      clickNotification();
      return (await app.$("article h1").isExisting()) && (await app.text("article h1")) === "A walk by the sea";
    });
    const told = notifications().filter(({ summary }) => summary.includes("A walk by the sea"));
    assert.equal(told.length, 1);
    assert.equal(told[0].summary, "A walk by the sea is ready");
  });

  it("shows the thumbnails, chapters, tags and words of the video", async () => {
    await waitFor("five loaded thumbnails", () =>
      app.browser.execute(
        () => [...document.querySelectorAll("article img")].filter((image) => image.naturalWidth > 0).length === 5,
      ),
    );
    const typed = await app.browser.execute(() =>
      [...document.querySelectorAll("article input, article textarea")].map((input) => input.value).join("\n"),
    );
    const text = `${await app.text("article")}\n${typed}`;
    for (const words of ["The beach", "Over the cliffs", "0:24", "slow travel", "Listen to that wind.", "0:36"]) {
      assert.ok(text.includes(words), `${words} is in:\n${text}`);
    }
    // A picture that is loaded is painted a little later.
    await sleep(500);
    await app.screenshot("done");
  });

  it("survives a power cut: signed in, the job still there, and not told again", async () => {
    forgetNotifications();
    await app.kill();
    app = await App.start(dataDir);
    await app.sees("A walk by the sea");
    await app.sees("Live");
    await app.sees("Done");
    assert.deepEqual(notifications(), []);
  });

  it("says in plain words why a cut-off file failed, in the window and on the desktop", async () => {
    app.upload(videos.truncated);
    await app.sees("Failed");
    await app.$('//button[@data-job][contains(., "cut-off.mp4") or contains(., "Cut off")]').click();
    await app.sees("The video file is incomplete");
    await app.$("article summary").click();
    await app.sees("moov atom not found");
    await app.screenshot("failed");
    const failed = () => notifications().find(({ summary }) => summary.includes("failed"));
    const told = await waitFor("the notification", failed);
    assert.match(told.body, /incomplete/);
  });

  it("finishes a silent video without a warning: nobody speaks, and nothing is wrong", async () => {
    app.upload(videos.silent);
    const row = '//button[@data-job][contains(., "City at night")]';
    await waitFor("its end", async () => (await app.$(row).isExisting()) && (await app.text(row)).includes("Done"), 120_000);
    await app.$(row).click();
    await app.sees("Thumbnails");
    assert.ok(!(await app.text("article")).includes("Warning"), "nothing to look at");
    await app.screenshot("silent");
  });

  it("refuses what is no video, saying why, and nothing else changes", async () => {
    const text = join(dataDir, "notes.mp4");
    const empty = join(dataDir, "empty.mp4");
    writeFileSync(text, "These are my notes.\n");
    writeFileSync(empty, "");
    app.upload(text, empty, join(dataDir, "nowhere.mp4"));
    await app.sees("it holds text");
    await app.sees("is empty (0 bytes)");
    await app.sees("cannot be read");
    await app.screenshot("refused");
    for (let left = 3; left > 0; left -= 1) await app.$('//button[starts-with(@aria-label, "Dismiss ")]').click();
    assert.equal((await app.browser.$$("[data-job]").getElements()).length, 3);
  });

  it("is a companion strip at 360 × 480, one view at a time", async () => {
    await app.browser.setWindowSize(360, 480);
    await app.button("All videos").click();
    await app.sees("A walk by the sea");
    await app.screenshot("narrow");
    const width = await app.browser.execute(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(width <= 0, `nothing is cut off at the side: ${width}`);
  });
});
