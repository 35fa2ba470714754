// The first steps: what a studio is, and a sample video to try it with.

import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App } from "./support/app.ts";
import { waitFor } from "./support/wait.ts";

const folder = () => mkdtempSync(join(tmpdir(), "tallylight-first-"));

describe("the first run", { concurrency: false }, () => {
  let app: App;

  before(async () => {
    // On a computer without certificates: nothing here needs one.
    const env = { SSL_CERT_FILE: "/nowhere", SSL_CERT_DIR: "/nowhere" };
    app = await App.start(folder(), { env });
  });
  after(async () => {
    await app?.close();
  });

  it("says what one gets, what a studio is, and where the sign-in is kept", async () => {
    await app.waitForText("Track every upload");
    await app.waitForText("Every video gets thumbnails, chapters");
    await app.waitForText("A studio is the server");
    await app.waitForText("keychain");
    await app.screenshot("first-welcome");
  });

  it("makes a sample video, and processes it to the end", async () => {
    await app.button("Use this computer").click();
    await app.waitForText("No videos yet");
    await app.screenshot("first-empty");
    await app.button("Try it with a sample video").click();
    await waitFor("the video", async () => (await app.text("[data-job]")).includes("Sample video"));
    const isReady = async () => (await app.text("[data-job]")).includes("Ready");
    await waitFor("the end of the job", isReady, 120_000);
    await app.$("[data-job]").click();
    await waitFor("the video", async () => (await app.text("article h1")) === "Sample video");
    await app.waitForText("This is a sample video, made on your computer.");
    const chapter = '[aria-label="Title of chapter 2"]';
    assert.equal(await app.$(chapter).getValue(), "What a video gets");
    assert.ok((await app.count("article img")) >= 3, "it has thumbnails");
    await app.screenshot("first-sample");
  });

  it("finds what is said in it, with the time", async () => {
    await app.fill("search input", "notification");
    await waitFor("the excerpt", async () => /0:24/.test(await app.text("[data-job]")));
    await app.$("[data-job]").click();
    await app.waitForText("1 of 1");
    assert.equal(await app.text("mark[data-current]"), "notification");
  });

  it("says that ffmpeg is missing", async () => {
    await app.close();
    app = await App.start(folder(), { env: { TALLYLIGHT_FFMPEG: "/nowhere/ffmpeg" } });
    await app.waitForText("Track every upload");
    await app.button("Use this computer").click();
    await app.waitForText("No videos yet");
    await app.button("Try it with a sample video").click();
    await app.waitForText("The sample video needs ffmpeg");
    await app.screenshot("first-no-ffmpeg");
  });
});
