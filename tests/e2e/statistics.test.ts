// The statistics: from the list of a studio, in the window.

import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App } from "./support/app.ts";
import { ScriptedBackend, type Job } from "./support/scripted-backend.ts";
import { waitFor } from "./support/wait.ts";

const minutesAgo = (minutes: number) => new Date(Date.now() - 60_000 * minutes).toISOString();

/** A job whose only stage took two minutes. */
const ended = (id: string, status: string): Job => ({
  id,
  video_id: `v${id}`,
  status,
  created_at: minutesAgo(11),
  updated_at: minutesAgo(8),
  error_message: status === "FAILED" ? "The graphics card is on fire." : null,
  processing_stages: {
    TRANSCRIPTION: {
      status: "COMPLETED",
      started_at: minutesAgo(10),
      completed_at: minutesAgo(8),
    },
  },
  video_metadata: { title: `Video ${id}` },
});

describe("the statistics", { concurrency: false }, () => {
  let app: App;
  let backend: ScriptedBackend;

  before(async () => {
    backend = await ScriptedBackend.start([ended("1", "COMPLETED"), ended("2", "FAILED")]);
    app = await App.start(mkdtempSync(join(tmpdir(), "tallylight-statistics-")));
    await app.connectAndSignIn(backend);
    await app.waitForText("Video 2");
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  it("say what they are from, how long steps take, and why videos failed", async () => {
    await app.runCommand("Statistics");
    await app.waitForText("From 2 videos since");
    await app.waitForText("The graphics card is on fire.");
    const times = await app.text('//table[@aria-labelledby="statistics-time"]/tbody/tr[1]');
    assert.match(times, /Transcript\s+2:00\s+2:00\s+2/);
    await app.browser.keys("Escape");
    await waitFor("the end of the dialog", async () => (await app.count("dialog")) === 0);
  });
});
