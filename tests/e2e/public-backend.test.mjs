// A backend of the public shapes, in the real window: with texts that ended the app, and a file whose name is no text.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { App, bin, notifications, videos, waitFor } from "./app.mjs";

describe("a backend of the public shapes", { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tallylight-public-"));
  const data = join(folder, "data");
  let app;
  let backend;
  let url;
  const say = (message) => backend.stdin.write(`${JSON.stringify(message)}\n`);

  before(async () => {
    backend = spawn(bin("public-backend"), [], { stdio: ["pipe", "pipe", "ignore"] });
    const [line] = await once(createInterface({ input: backend.stdout }), "line");
    url = line.split(" ").at(-1);
    app = await App.start(data);
  });
  after(async () => {
    await app?.close();
    backend?.kill();
  });

  it("is live, shows what can be had, and says what cannot", async () => {
    await app.sees("Connect to a studio");
    await app.$("#address").setValue(url);
    await app.button("Connect").click();
    await app.sees("Sign in to Public");
    await app.signIn({ email: "me@acme.tv", password: "x" });
    await app.sees("Live");
    await app.sees("Showing the newest 100");
    await app.sees("moov atom not found");
    await app.sees("nul\ufffd and [31mred.mp4");
    assert.ok(!(await app.text()).includes("0 %"), "no percentage is told");
    await app.screenshot("public-backend");
  });

  it("goes on where a title with a NUL comes to the tray and to a notification", async () => {
    say({ type: "job_update", job_id: 134, status: "PROCESSING", title: "Nul \u0000 and \u001b]0;bell\u0007 \u202eend" });
    await app.sees("Nul \ufffd and ]0;bell");
    say({ type: "job_update", job_id: 134, status: "FAILED", processing_stages: ["Error: no\u0000 \u202ereason"] });
    const told = await waitFor("the notification", () => notifications().find(({ summary }) => summary.includes("Nul")));
    assert.equal(told.summary, "\u2068Nul \ufffd and ]0;bell \u202eend\u2069 failed");
    assert.equal(told.body, "\u2068no\ufffd \u202ereason\u2069");
  });

  it("saves an edit that is answered with nothing", async () => {
    await app.$('[data-job="131"]').click();
    await waitFor("the video", () => app.$('[data-field="TITLE"]').isExisting());
    assert.equal((await app.$$('[data-field="TAGS"] .tag')).length, 1, "each tag once");
    await app.type('[data-field="TITLE"]', "Mine");
    await app.button("Save").click();
    await waitFor("the row", async () => (await app.text('[data-job="131"]')).includes("Mine"));
  });

  it("takes a file whose name is no text", async () => {
    const path = join(folder, "film.mp4");
    copyFileSync(videos.silent, path);
    execFileSync("sh", ["-c", `mv "$1" "$2/$(printf 'caf\\351.mp4')"`, "sh", path, folder]);
    execFileSync("sh", ["-c", `"$1" --data-dir "$2" "$3/$(printf 'caf\\351.mp4')"`, "sh", bin("tallylight"), data, folder], { timeout: 20_000 });
    await app.sees("caf\ufffd.mp4");
  });

  it("starts again from what it kept", async () => {
    await app.kill();
    backend.kill();
    app = await App.start(data);
    await app.sees("Nul \ufffd and ]0;bell", 60_000);
  });
});
