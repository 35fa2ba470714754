// A review that is snoozed: hidden from what needs review, also after a restart, until it is ended.

import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App } from "./support/app.ts";
import { ScriptedBackend } from "./support/scripted-backend.ts";
import { waitFor } from "./support/wait.ts";

describe("a snoozed review", { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tallylight-snooze-"));
  let app: App;
  let backend: ScriptedBackend;

  before(async () => {
    const updated_at = "2026-01-01T00:00:00Z";
    const video_metadata = { title: "The broken one" };
    backend = await ScriptedBackend.start([
      { id: "7", video_id: "v7", status: "FAILED", updated_at, video_metadata },
    ]);
    app = await App.start(folder);
    await app.connectAndSignIn(backend);
    await app.waitForText("The broken one");
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  /** Waits until the video needs review for a reason, or for none. */
  const waitForAttention = (attention: string | null) =>
    waitFor(`the attention ${attention}`, async () => {
      const [row] = await app.invoke("rows");
      return row?.attention === attention;
    });

  it("needs nobody, and says until when", async () => {
    await app.$('[data-job="7"]').click();
    await app.runCommand("Snooze until tomorrow morning");
    await app.waitForText("Snoozed until");
    await waitForAttention(null);
  });

  it("stays so after a restart", async () => {
    await app.close();
    app = await App.start(folder);
    await app.waitForText("Snoozed until");
    const [row] = await app.invoke("rows");
    assert.equal(row?.attention, null);
  });

  it("needs review again once it is ended", async () => {
    await app.$('[data-job="7"]').click();
    await app.button("End snooze").click();
    await waitForAttention("failed");
    await app.assertNoText("Snoozed until");
  });
});
