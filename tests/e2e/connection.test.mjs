// The connection as a person sees it, and a window that hangs while the studio does not.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { App, bin, forgetNotifications, notifications, waitFor } from "./app.mjs";
import { startScripted } from "./scripted.mjs";

const JOBS = 40;
const ids = Array.from({ length: JOBS }, (_, n) => String(n));
const job = (id) => ({
  id,
  status: "PROCESSING",
  progress_percent: 1,
  updated_at: "2026-01-01T00:00:00Z",
  video: { id: `v${id}`, original_filename: `film-${id}.mp4` },
});
const update = (id, status, progress_percent, second) => ({
  type: "JOB_UPDATE",
  job_id: id,
  data: { status, progress_percent },
  timestamp: new Date(Date.UTC(2026, 0, 1, 0, 1) + second * 1000).toISOString(),
});
const pids = (pattern) => execFileSync("pgrep", ["-f", pattern], { encoding: "utf8" }).trim().split("\n");
const kib = (file, name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(file, "utf8"))[1]);
/** Returns the memory of a process that is its own, and what it shares with the window's process, in KiB. */
const memory = (pid) => kib(`/proc/${pid}/status`, "RssAnon") + kib("/proc/meminfo", "Shmem");

describe("the connection", { concurrency: false }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tallylight-connection-"));
  let app;
  let backend;

  before(async () => {
    backend = await startScripted(ids.map(job));
    app = await App.start(dataDir);
    await app.sees("Connect to a studio");
    await app.$("#address").setValue(backend.url);
    await app.button("Connect").click();
    await app.sees("Sign in to Scripted");
    await app.$("#email").setValue("me@acme.tv");
    await app.$("#password").setValue("x");
    await app.button("Sign in").click();
    await waitFor("every video", async () => (await app.rows()).size === JOBS);
    await app.sees("Live");
    await waitFor("the subscriptions", () => backend.subscribed === JOBS);
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  it("tells its story to whoever asks", async () => {
    backend.say("this is no message");
    await app.connection().click();
    await app.sees("Every change arrives here the moment it happens.");
    await app.sees("1 × not_a_message");
    await app.sees("The socket is open");
    await app.screenshot("connection");
    await app.browser.setWindowSize(360, 480);
    const fits = () => app.browser.execute(() => {
      const { width, bottom } = document.querySelector("dialog").getBoundingClientRect();
      return width <= innerWidth && bottom <= innerHeight && innerWidth < 400;
    });
    await waitFor("the dialog to fit", fits);
    await app.screenshot("connection-narrow");
    await app.browser.setWindowSize(960, 680);
    await app.button("Close").click();
    await waitFor("the dialog to close", async () => !(await app.text()).includes("Since Tallylight was started"));
  });

  it("keeps answering, and its memory, while the window hangs, and shows the last word after", async () => {
    const [core] = pids(`^${bin("tallylight")} --data-dir ${dataDir}`);
    const children = execFileSync("pgrep", ["-P", core], { encoding: "utf8" }).trim().split("\n");
    const isWeb = (pid) => readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("WebKitWebProces");
    const web = children.filter(isWeb);
    assert.ok(web.length > 0, "the window's own process");
    const flood = async (from, to) => {
      for (let second = from; second < to; second += 1) {
        for (const id of ids) backend.say(update(id, "PROCESSING", second % 100, second));
        if (second % 20 === 0) await sleep(20);
      }
      const pongs = backend.pongs;
      backend.say({ type: "ping" });
      await waitFor("the answer to a ping", () => backend.pongs > pongs);
    };
    // Long texts, so that what piled up would weigh.
    const content = "words ".repeat(3000);
    const timestamp = "2026-01-01T00:00:30Z";
    for (const job_id of ids) {
      backend.say({ type: "METADATA_UPDATE", job_id, data: { metadata_type: "DESCRIPTION", content }, timestamp });
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
    for (const id of ids) backend.say(update(id, "PROCESSING", 77, 2000));
    await app.sees("77");
    const last = async () => [...(await app.rows()).values()].filter((text) => /77\s?%/.test(text));
    await waitFor("the last word about every video", async () => (await last()).length === JOBS);
  });

  it("tells of many ends at once in one notification, and of none twice", async () => {
    forgetNotifications();
    backend.jobs = ids.map((id) => ({ ...job(id), status: "FAILED", updated_at: "2026-01-02T00:00:00Z" }));
    backend.close(1012);
    await app.sees("Reconnecting");
    await app.sees("Live");
    await waitFor("the notification", () => notifications().length > 0);
    await sleep(1000);
    const told = notifications();
    assert.deepEqual(told.map(({ summary }) => summary), [`${JOBS} videos failed`]);
  });

  it("says why it is not live once that lasts", async () => {
    backend.stop();
    await app.sees("Offline", 60_000);
    await app.sees("Nothing answers at");
    await app.screenshot("not-live");
  });

  it("keeps a log of it in a file, without a token or a name of a film", () => {
    const logs = join(dataDir, "desktop", "logs");
    const text = readdirSync(logs).map((file) => readFileSync(join(logs, file), "utf8")).join("");
    assert.match(text, /connection.*Live/);
    assert.doesNotMatch(text, /film-|Bearer/);
  });
});
