// Uploads to a team's studio, which takes videos in parts (tus): they survive a studio that goes away and a kill.

import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App } from "./support/app.ts";
import { videos } from "./support/environment.ts";
import { account, startStudio } from "./support/studio.ts";
import { present, waitFor } from "./support/wait.ts";

/** Has the bytes sent, although the studio is on this computer. */
const env = { TALLYLIGHT_STUDIO_LINK_UPLOADS: "0" };

describe("uploads to a team's studio", { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tallylight-uploads-"));
  const dataDir = join(folder, "data");
  let app: App;
  let studio: ChildProcess;
  let url: string;

  /** Limits the speed of uploads. */
  async function limitSpeed(kilobytes: number | null): Promise<void> {
    const { settings } = await app.invoke("settings");
    const uploads = { max_kilobytes_per_second: kilobytes };
    await app.invoke("change_settings", { settings: { ...settings, uploads } });
  }

  /** Returns how many bytes the studio has of the one upload that is not complete. */
  function receivedBytes(): number {
    const parts = join(folder, "studio/uploads");
    const files = readdirSync(parts, { recursive: true, encoding: "utf8" });
    return Math.max(0, ...files.map((name) => statSync(join(parts, name)).size));
  }

  const sentBytes = async () => (await app.invoke("uploads"))[0]?.sent_bytes ?? 0;

  before(async () => {
    ({ studio, url } = await startStudio(join(folder, "studio"), { env }));
    app = await App.start(dataDir);
    await app.waitForText("Connect to a studio");
    await app.$("#address").setValue(url.replace("http://", ""));
    await app.button("Connect").click();
    await app.waitForText("Sign in to Tallylight studio");
    await app.$("#email").setValue(account.email);
    await app.$("#password").setValue(account.password);
    await app.button("Sign in").click();
    await app.waitForText("No videos yet");
    // A video takes minutes, so that everything happens in its middle.
    await limitSpeed(16);
  });
  after(async () => {
    await app?.close();
    studio?.kill();
  });

  it("are rows of the list, with their progress and a filter", async () => {
    app.upload(videos.silent);
    await waitFor("a part of the video", async () => (await sentBytes()) > 100_000);
    await app.waitForText("Uploading 1");
    assert.ok(!(await app.text()).includes("No videos yet"));
    assert.match(await app.text("[data-upload]"), /kB of 1\.5 MB/);
    await app.screenshot("uploading");
  });

  it("wait while the studio is away, and go on by themselves", async () => {
    studio.kill("SIGKILL");
    await app.waitForText("Interrupted, continues by itself");
    const before = receivedBytes();
    assert.ok(before > 60_000);
    ({ studio } = await startStudio(join(folder, "studio"), { port: new URL(url).port, env }));
    await waitFor("more of the video", () => receivedBytes() > before, 60_000);
  });

  it("stay paused over a kill, and go on where they were", async () => {
    await app.button("Pause city_at_night.mp4").click();
    await app.waitForText("Paused");
    const before = receivedBytes();
    await app.kill();
    app = await App.start(dataDir);
    await app.waitForText("Paused");
    await app.screenshot("paused");
    assert.ok(receivedBytes() >= before && before > 60_000);
    await limitSpeed(null);
    await app.button("Continue city_at_night.mp4").click();
    await app.waitForText("Ready", 120_000);
    assert.deepEqual(await app.invoke("uploads"), []);
    assert.equal((await app.invoke("rows")).length, 1, "there is one video");
  });

  it("say what is wrong with a file, and can be dismissed", async () => {
    app.upload(join(folder, "missing.mp4"));
    const row = app.$("[data-upload]");
    await waitFor("the reason", async () => /missing\.mp4/.test(await app.text("[data-upload]")));
    await app.button("Dismiss missing.mp4").click();
    await waitFor("no upload", async () => !(await row.isExisting()));
  });
});

describe("after two crashes within a minute", { concurrency: false }, () => {
  it("the app starts without its cache, and says so", async () => {
    const dataDir = join(mkdtempSync(join(tmpdir(), "tallylight-crashes-")), "data");
    let app = await App.start(dataDir);
    for (let crashes = 0; crashes < 2; crashes += 1) {
      await app.waitForText("Connect to a studio");
      await app.kill();
      app = await App.start(dataDir);
    }
    try {
      await app.waitForText("Connect to a studio");
      const { incident } = (await app.invoke("status")).storage;
      assert.match(present(incident).message, /^Tallylight crashed twice/);
    } finally {
      await app.close();
    }
  });
});
