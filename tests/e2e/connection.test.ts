// The connection as a person sees it, and a window that hangs while the studio does not.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App } from "./support/app.ts";
import { forgetNotifications, notifications } from "./support/notifications.ts";
import { ScriptedBackend } from "./support/scripted-backend.ts";
import { present, waitFor } from "./support/wait.ts";

const JOBS = 40;
const ids = Array.from({ length: JOBS }, (_, n) => String(n));
const job = (id: string) => ({
  id,
  status: "PROCESSING",
  progress_percent: 1,
  updated_at: "2026-01-01T00:00:00Z",
  video: { id: `v${id}`, original_filename: `film-${id}.mp4` },
});
const update = (id: string, status: string, progress_percent: number, second: number) => ({
  type: "JOB_UPDATE",
  job_id: id,
  data: { status, progress_percent },
  timestamp: new Date(Date.UTC(2026, 0, 1, 0, 1) + second * 1000).toISOString(),
});
const kib = (file: string, name: string) => {
  const found = new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(file, "utf8"));
  return Number(present(found, `${name} in ${file}`)[1]);
};
/** Returns the memory of a process that is its own, and what it shares with the window's process, in KiB. */
const memory = (pid: string) =>
  kib(`/proc/${pid}/status`, "RssAnon") + kib("/proc/meminfo", "Shmem");

describe("the connection", { concurrency: false }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tallylight-connection-"));
  let app: App;
  let backend: ScriptedBackend;

  before(async () => {
    backend = await ScriptedBackend.start(ids.map(job));
    app = await App.start(dataDir);
    await app.waitForText("Connect to a studio");
    await app.$("#address").setValue(backend.url);
    await app.button("Connect").click();
    await app.waitForText("Sign in to Scripted");
    await app.$("#email").setValue("me@acme.tv");
    await app.$("#password").setValue("x");
    await app.button("Sign in").click();
    await waitFor("every video", async () => (await app.rowTexts()).size === JOBS);
    await app.waitForText("Live");
    await waitFor("the subscriptions", () => backend.subscribed === JOBS);
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  it("shows the connection's state and events in its dialog", async () => {
    backend.send("this is no message");
    await app.connection().click();
    await app.waitForText("Updates arrive instantly.");
    await app.waitForText("1 × not_a_message");
    await app.waitForText("WebSocket connected");
    await app.screenshot("connection");
    await app.browser.setWindowSize(360, 480);
    const fits = () =>
      app.browser.execute(() => {
        const { width, bottom } = document.querySelector("dialog")?.getBoundingClientRect() ?? {
          width: Infinity,
          bottom: Infinity,
        };
        return width <= innerWidth && bottom <= innerHeight && innerWidth < 400;
      });
    await waitFor("the dialog to fit", fits);
    await app.screenshot("connection-narrow");
    await app.browser.setWindowSize(960, 680);
    await app.button("Close").click();
    await waitFor(
      "the dialog to close",
      async () => !(await app.text()).includes("Since Tallylight started"),
    );
  });

  it("answers pings with constant memory while the window hangs, and shows the last update after", async () => {
    const { own: core, web } = app.processes();
    assert.ok(web.length > 0, "the window's own process");
    const flood = async (from: number, to: number) => {
      for (let second = from; second < to; second += 1) {
        for (const id of ids) backend.send(update(id, "PROCESSING", second % 100, second));
        // No faster than the app reads.
        if (second % 20 === 0) await backend.ping();
      }
      await backend.ping();
    };
    // Long texts, so that a pile of them would show in the memory.
    const content = "words ".repeat(3000);
    const timestamp = "2026-01-01T00:00:30Z";
    for (const job_id of ids) {
      backend.send({
        type: "METADATA_UPDATE",
        job_id,
        data: { metadata_type: "DESCRIPTION", content },
        timestamp,
      });
    }
    for (const pid of web) process.kill(Number(pid), "SIGSTOP");
    try {
      await flood(0, 300);
      const early = memory(core);
      await flood(300, 1500);
      const late = memory(core);
      assert.ok(late < early + 32 * 1024, `from ${early} to ${late} KiB`);
    } finally {
      for (const pid of web) process.kill(Number(pid), "SIGCONT");
    }
    for (const id of ids) backend.send(update(id, "PROCESSING", 77, 2000));
    await app.waitForText("77");
    const last = async () =>
      [...(await app.rowTexts()).values()].filter((text) => /77\s?%/.test(text));
    await waitFor("the last update of every video", async () => (await last()).length === JOBS);
  });

  it("many jobs that end at once make one notification, and none notifies twice", async () => {
    forgetNotifications();
    backend.jobs = ids.map((id) => ({
      ...job(id),
      status: "FAILED",
      updated_at: "2026-01-02T00:00:00Z",
    }));
    backend.closeSockets(1012);
    await app.waitForText("Reconnecting");
    await app.waitForText("Live");
    await waitFor("the notification", () => notifications().length > 0);
    // A run that ends later is notified of after whatever else there was to say.
    const rerun = (status: string, percent: number, at: string) => {
      Object.assign(backend.job("0"), { status, progress_percent: percent, updated_at: at });
      const data = { status, progress_percent: percent };
      backend.send({ type: "JOB_UPDATE", job_id: "0", data, timestamp: at });
    };
    rerun("PROCESSING", 1, "2026-01-03T00:00:00Z");
    rerun("COMPLETED", 100, "2026-01-03T00:01:00Z");
    const later = "film-0.mp4 is ready";
    await waitFor("the later notification", () => notifications()[0]?.summary === later, 30_000);
    const received = notifications();
    assert.deepEqual(
      received.map(({ summary }) => summary),
      [later, `${JOBS} videos failed`],
    );
  });

  it("shows why it is offline when the studio stays away", async () => {
    backend.stop();
    await app.waitForText("Offline", 60_000);
    await app.waitForText("Couldn't connect to");
    await app.screenshot("not-live");
  });

  it("logs the connection to a file, without tokens or names of videos", () => {
    const logs = join(dataDir, "desktop", "logs");
    const text = readdirSync(logs)
      .map((file) => readFileSync(join(logs, file), "utf8"))
      .join("");
    assert.match(text, /connection.*Live/);
    assert.doesNotMatch(text, /film-|Bearer/);
  });
});
