// The main job of a creator: first run, this computer, and a real video from upload to the end of its processing.

import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App } from "./support/app.ts";
import { videos } from "./support/environment.ts";
import { clickNotification, forgetNotifications, notifications } from "./support/notifications.ts";
import { waitFor } from "./support/wait.ts";

describe("the main job", { concurrency: false }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tallylight-e2e-"));
  let app: App;

  before(async () => {
    app = await App.start(dataDir);
  });
  after(async () => {
    await app?.close();
  });

  it("first run: this computer needs no more settings", async () => {
    await app.waitForText("Track every upload");
    await app.screenshot("welcome");
    await app.button("Use this computer").click();
    await app.waitForText("No videos yet");
    await app.waitForText("Live");
    await app.screenshot("empty");
  });

  it("rejects an http address of another computer", async () => {
    // Seen on the way back to the choice.
    await app.runCommand("Disconnect");
    await app.waitForText("Connect to a studio");
    await app.$("#address").setValue("http://example.com");
    await app.button("Connect").click();
    await app.waitForText("HTTPS is required");
    await app.screenshot("insecure-address");
    await app.button("Use this computer").click();
    await app.waitForText("No videos yet");
  });

  it("shows the progress of a video, which never goes back", async () => {
    forgetNotifications();
    app.upload(videos.complete);
    const seen = new Set<number>();
    await waitFor(
      "the end of the job",
      async () => {
        const [percent, status] = await app.browser.execute(() => {
          const bar = document.querySelector("[data-job] [role=progressbar]");
          return [
            bar?.getAttribute("aria-valuenow"),
            document.querySelector("[data-job]")?.textContent ?? "",
          ];
        });
        if (percent) seen.add(Number(percent));
        if (seen.size === 3) await app.screenshot("working");
        return status.includes("Ready");
      },
      120_000,
    );
    const steps = [...seen];
    assert.ok(steps.length >= 3, `the progress moved: ${steps}`);
    assert.deepEqual(
      steps,
      [...steps].sort((a, b) => a - b),
      "and never back",
    );
  });

  it("notifies once that the video is ready, and a click opens it", async () => {
    await waitFor("the click", async () => {
      clickNotification();
      return (
        (await app.$("article h1").isExisting()) &&
        (await app.text("article h1")) === "A walk by the sea"
      );
    });
    const received = notifications().filter(({ summary }) => summary.includes("A walk by the sea"));
    assert.equal(received.length, 1);
    assert.equal(received[0]?.summary, "A walk by the sea is ready");
  });

  it("shows the thumbnails, chapters, tags and transcript of the video", async () => {
    await waitFor("five loaded thumbnails", () =>
      app.browser.execute(
        () =>
          [...document.querySelectorAll<HTMLImageElement>("article [data-thumbnail] img")].filter(
            (image) => image.naturalWidth > 0,
          ).length === 5,
      ),
    );
    const typed = await app.browser.execute(() =>
      [...document.querySelectorAll<HTMLInputElement>("article input, article textarea")]
        .map((input) => input.value)
        .join("\n"),
    );
    const text = `${await app.text("article")}\n${typed}`;
    for (const words of [
      "The beach",
      "Over the cliffs",
      "0:24",
      "slow travel",
      "Listen to that wind.",
      "0:36",
    ]) {
      assert.ok(text.includes(words), `${words} is in:\n${text}`);
    }
    await app.screenshot("done");
  });

  it("restarted after a power cut: signed in, with the job, and without a second notification", async () => {
    forgetNotifications();
    await app.kill();
    app = await App.start(dataDir);
    await app.waitForText("A walk by the sea");
    await app.waitForText("Live");
    await app.waitForText("Ready");
    assert.deepEqual(notifications(), []);
  });

  it("explains in the window and in a notification why a truncated file failed", async () => {
    app.upload(videos.truncated);
    await app.waitForText("Failed");
    await app
      .$('//button[@data-job][contains(., "cut-off.mp4") or contains(., "Cut off")]')
      .click();
    await app.waitForText("The video file is incomplete");
    await app.$("article summary").click();
    await app.waitForText("moov atom not found");
    await app.screenshot("failed");
    const failed = () => notifications().find(({ summary }) => summary.includes("failed"));
    const { body } = await waitFor("the notification", failed);
    assert.match(body, /incomplete/);
  });

  it("finishes a video without speech and shows no warning", async () => {
    app.upload(videos.silent);
    const row = '//button[@data-job][contains(., "City at night")]';
    await waitFor(
      "its end",
      async () => (await app.$(row).isExisting()) && (await app.text(row)).includes("Ready"),
      120_000,
    );
    await app.$(row).click();
    await app.waitForText("Thumbnails");
    assert.ok(!(await app.text("article")).includes("Warning"), "nothing to look at");
    await app.screenshot("silent");
  });

  it("rejects files that are no videos with a reason, and adds no job", async () => {
    const text = join(dataDir, "notes.mp4");
    const empty = join(dataDir, "empty.mp4");
    writeFileSync(text, "These are my notes.\n");
    writeFileSync(empty, "");
    app.upload(text, empty, join(dataDir, "nowhere.mp4"));
    await app.waitForText("it contains text");
    await app.waitForText("is empty (0 bytes)");
    await app.waitForText("Couldn't read");
    await app.screenshot("refused");
    for (let left = 3; left > 0; left -= 1)
      await app.$('//button[starts-with(@aria-label, "Dismiss ")]').click();
    assert.equal(await app.count("[data-job]"), 3);
  });

  it("shows one view at a time at 360 × 480", async () => {
    await app.browser.setWindowSize(360, 480);
    await app.button("All videos").click();
    await app.waitForText("A walk by the sea");
    await app.screenshot("narrow");
    const width = await app.browser.execute(
      () => document.documentElement.scrollWidth - window.innerWidth,
    );
    assert.ok(width <= 0, `nothing is cut off at the side: ${width}`);
  });
});
