// What can be done with videos of this computer's studio: process again, cancel, upload again, delete and undo.

import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Key } from "webdriverio";
import { App } from "./support/app.ts";
import { videos } from "./support/environment.ts";
import { present, waitFor } from "./support/wait.ts";

describe("actions on videos", { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tallylight-actions-"));
  const dataDir = join(folder, "data");
  let app: App;

  const rows = () => app.invoke("rows");
  const rowOf = async (name: string) => (await rows()).find((row) => row.filename === name);
  const element = async (name: string) =>
    app.$(`[data-job="${present((await rowOf(name))?.job_id)}"]`);
  const isShown = async (name: string) => (await element(name)).isExisting();
  const item = (name: string) => app.$(`//*[@role="menuitem"][contains(., "${name}")]`);

  /** Chooses an action in the menu of a row. */
  async function act(name: string, action: string): Promise<void> {
    await (await element(name)).click({ button: "right" });
    await item(action).waitForExist();
    await item(action).click();
  }

  /** Copies a sample video. */
  function copy(source: string, name: string): string {
    const path = join(folder, name);
    copyFileSync(source, path);
    return path;
  }

  before(async () => {
    app = await App.start(dataDir, { args: ["--this-computer"] });
    await app.waitForText("No videos yet");
  });
  after(async () => {
    await app?.close();
  });

  it("a failed video is processed again from its failure", async () => {
    app.upload(copy(videos.truncated, "broken.mp4"));
    await waitFor(
      "its failure",
      async () => (await rowOf("broken.mp4"))?.status === "FAILED",
      60_000,
    );
    const jobId = present(await rowOf("broken.mp4")).job_id;
    const { ended_at: firstEnd } = await app.invoke("job", { jobId });
    await (await element("broken.mp4")).click();
    await app.button("Process again").click();
    await waitFor(
      "the end of another run",
      async () => {
        const job = await app.invoke("job", { jobId });
        return job.status === "FAILED" && job.ended_at !== firstEnd;
      },
      60_000,
    );
  });

  it("its file is shown in the menu, and uploaded again", async () => {
    await act("broken.mp4", "Upload again");
    await waitFor(
      "another video",
      async () => (await rows()).filter((row) => row.filename === "broken.mp4").length === 2,
    );
  });

  it("a video that waits is cancelled, and is no failure", async () => {
    const names = Array.from({ length: 6 }, (_, index) => `film-${index}.mp4`);
    app.upload(...names.map((name) => copy(videos.complete, name)));
    const last = present(names.at(-1));
    await waitFor("its row", async () => Boolean(await rowOf(last)), 60_000);
    await act(last, "Cancel processing");
    await waitFor("its end", async () => (await rowOf(last))?.is_cancelled === true);
    const row = present(await rowOf(last));
    assert.deepEqual([row.status, row.attention], ["FAILED", null]);
    await waitFor("its status", async () =>
      (await (await element(last)).getText()).includes("Cancelled"),
    );
    await app.screenshot("cancelled");
  });

  it("a deleted video comes back by Undo", async () => {
    await act("film-5.mp4", "Delete video");
    await waitFor("its row to disappear", async () => !(await isShown("film-5.mp4")));
    await app.screenshot("deleted");
    await app.button("Undo").click();
    await waitFor("its row", () => isShown("film-5.mp4"));
  });

  it("without Undo it is deleted with its files", async () => {
    const { video_id: videoId, job_id: jobId } = await app.invoke("job", {
      jobId: present(await rowOf("film-5.mp4")).job_id,
    });
    const videoFolder = join(dataDir, "studio/videos", present(videoId));
    assert.ok(existsSync(videoFolder), `${readdirSync(join(dataDir, "studio"))}`);
    await app.browser.execute((id) => {
      document.querySelector<HTMLElement>(`[data-job="${id}"]`)?.focus();
    }, jobId);
    await app.browser.keys(Key.Delete);
    await waitFor("the deletion", async () => !(await rowOf("film-5.mp4")), 30_000);
    await waitFor("its files to be deleted", () => !existsSync(videoFolder));
    // The file from which it was made is not the studio's.
    assert.ok(existsSync(join(folder, "film-5.mp4")));
  });
});
