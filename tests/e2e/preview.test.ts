// Playing a video in its detail: in the window if the web view has the codec, or else outside of it, saying why.

import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App } from "./support/app.ts";
import { videos } from "./support/environment.ts";
import { present, waitFor } from "./support/wait.ts";

describe("preview of a video", { concurrency: false }, () => {
  let app: App;
  let url: string;

  const row = '//button[@data-job][contains(., "City at night")]';
  const player = "[data-testid=player]";
  const problem = "[data-testid=playback-problem]";

  before(async () => {
    app = await App.start(join(mkdtempSync(join(tmpdir(), "tallylight-preview-")), "data"));
    await app.waitForText("Connect to a studio");
    await app.button("Use this computer").click();
    await app.waitForText("No videos yet");
    app.upload(videos.silent);
    await waitFor("its end", async () => (await app.text(row)).includes("Ready"), 120_000);
    await app.$(row).click();
    await app.waitForText("Preview");
    const [job] = await app.invoke("rows");
    const { playback_url } = await app.invoke("job", { jobId: present(job).job_id });
    url = present(playback_url, "a URL");
  });
  after(() => app?.close());

  it("is served in ranges, to whoever has its URL", async () => {
    const ask = (range: string) => fetch(url, { headers: { range } });
    const part = await ask("bytes=100-199");
    assert.equal(part.status, 206);
    assert.match(present(part.headers.get("content-range")), /^bytes 100-199\/\d+$/);
    assert.equal(part.headers.get("content-type"), "video/mp4");
    assert.equal((await part.arrayBuffer()).byteLength, 100);
    assert.equal((await ask("bytes=999999999-")).status, 416);
    const other = await fetch(url.replace(/[^/]+$/, "AAAA"));
    assert.equal(other.status, 404);
  });

  it("loads nothing before it is played", async () => {
    assert.equal(await app.count("video"), 0);
    await app.screenshot("preview");
  });

  it("plays in the window, or says which format it cannot play", async () => {
    await app.button("Play video").click();
    const outcome = await waitFor("the player or the reason", () =>
      app.browser.execute(
        (player: string, problem: string) => {
          if (document.querySelector(problem)) return "problem";
          const video = document.querySelector<HTMLVideoElement>(player);
          return video && video.currentTime > 0 ? "plays" : null;
        },
        player,
        problem,
      ),
    );
    await app.screenshot("preview-open");
    if (outcome === "plays") {
      assert.equal(await app.$(player).getAttribute("src"), url);
      assert.equal(await app.count(problem), 0);
      await app.button("Add chapter at playhead").waitForExist();
      return;
    }
    assert.equal(await app.count(player), 0);
    assert.match(await app.text(problem), /^Tallylight (can't|couldn't) play .*MP4 file/);
    assert.match(await app.text(problem), /gstreamer1\.0-libav/);
    // It was uploaded from a file on this computer.
    await app.button("Open in the system's player").waitForDisplayed();
    await app.button("Show file").waitForDisplayed();
  });
});
