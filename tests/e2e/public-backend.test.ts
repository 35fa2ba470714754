// A backend with the public message shapes, in the real window: with texts that once ended the app, and a file whose name
// is no valid UTF-8.

import assert from "node:assert/strict";
import { execFileSync, spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { after, before, describe, it } from "node:test";
import { App } from "./support/app.ts";
import { bin, videos } from "./support/environment.ts";
import { notifications } from "./support/notifications.ts";
import { present, waitFor } from "./support/wait.ts";

describe("a backend of the public shapes", { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tallylight-public-"));
  const data = join(folder, "data");
  let app: App;
  let backend: ChildProcessByStdio<Writable, Readable, null>;
  let url: string;
  const send = (message: unknown) => backend.stdin.write(`${JSON.stringify(message)}\n`);

  before(async () => {
    backend = spawn(bin("public-backend"), [], { stdio: ["pipe", "pipe", "ignore"] });
    const [line] = (await once(createInterface({ input: backend.stdout }), "line")) as [string];
    url = present(line.split(" ").at(-1));
    app = await App.start(data);
  });
  after(async () => {
    await app?.close();
    backend?.kill();
  });

  it("shows the jobs that it can read, and says why others are missing", async () => {
    await app.waitForText("Connect to a studio");
    await app.$("#address").setValue(url);
    await app.button("Connect").click();
    await app.waitForText("Sign in to Public");
    await app.signIn({ email: "me@acme.tv", password: "x" });
    await app.waitForText("Live");
    await app.waitForText("Showing the newest 100");
    await app.waitForText("moov atom not found");
    await app.waitForText("nul\ufffd and [31mred.mp4");
    assert.ok(!(await app.text()).includes("0 %"), "no percentage is shown");
    await app.screenshot("public-backend");
  });

  it("shows a title with a NUL in the window, the tray and a notification", async () => {
    send({
      type: "job_update",
      job_id: 134,
      status: "PROCESSING",
      title: "Nul \u0000 and \u001b]0;bell\u0007 \u202eend",
    });
    await app.waitForText("Nul \ufffd and ]0;bell");
    send({
      type: "job_update",
      job_id: 134,
      status: "FAILED",
      processing_stages: ["Error: no\u0000 \u202ereason"],
    });
    const shown = await waitFor("the notification", () =>
      notifications().find(({ summary }) => summary.includes("Nul")),
    );
    assert.equal(shown.summary, "\u2068Nul \ufffd and ]0;bell \u202eend\u2069 failed");
    assert.equal(shown.body, "\u2068no\ufffd \u202ereason\u2069");
  });

  it("saves an edit whose answer is empty", async () => {
    await app.$('[data-job="131"]').click();
    await waitFor("the video", () => app.$('[data-field="TITLE"]').isExisting());
    assert.equal((await app.$$('[data-field="TAGS"] .tag')).length, 1, "each tag once");
    await app.fill('[data-field="TITLE"]', "Mine");
    await app.button("Save").click();
    await waitFor("the row", async () => (await app.text('[data-job="131"]')).includes("Mine"));
  });

  it("uploads a file whose name is no valid UTF-8", async () => {
    const path = join(folder, "film.mp4");
    copyFileSync(videos.silent, path);
    execFileSync("sh", ["-c", `mv "$1" "$2/$(printf 'caf\\351.mp4')"`, "sh", path, folder]);
    execFileSync(
      "sh",
      [
        "-c",
        `"$1" --data-dir "$2" "$3/$(printf 'caf\\351.mp4')"`,
        "sh",
        bin("tallylight"),
        data,
        folder,
      ],
      { timeout: 20_000 },
    );
    await app.waitForText("caf\ufffd.mp4");
  });

  it("restarted without the backend: shows the stored jobs", async () => {
    await app.kill();
    backend.kill();
    app = await App.start(data);
    await app.waitForText("Nul \ufffd and ]0;bell", 60_000);
  });
});
