// The command line with its session in the real keychain: edits that are saved, refused, and queued while offline.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { bin } from "./app.mjs";
import { startScripted } from "./scripted.mjs";

describe("tally edit", { concurrency: false }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tallylight-e2e-"));
  let backend;

  /** Runs it to its end, while the backend goes on answering. */
  async function tally(...args) {
    const env = { ...process.env, TALLYLIGHT_PASSWORD: "x" };
    const child = spawn(bin("tally"), ["--data-dir", dataDir, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += chunk));
    const code = await new Promise((resolve) => child.on("close", resolve));
    return { code, text };
  }

  before(async () => {
    const updated_at = new Date(Date.now() - 86_400_000).toISOString();
    const job = { id: "7", video_id: "v7", status: "COMPLETED", updated_at, video_metadata: { title: "theirs" } };
    backend = await startScripted([job]);
    const login = await tally("--server", backend.url, "login", "--email", "me@acme.tv");
    assert.equal(login.code, 0, login.text);
  });
  after(async () => {
    await tally("logout", "--discard");
    backend.stop();
  });

  it("waits for the answer", async () => {
    const { code, text } = await tally("edit", "7", "--title", "mine", "--tag", "a", "--tag", "b c");
    assert.equal(code, 0, text);
    assert.match(text, /TITLE +saved[\s\S]*TAGS +saved/);
    assert.deepEqual(backend.edits, [{ title: "mine", tags: ["a", "b c"] }]);
  });

  it("says what was refused, and keeps the words", async () => {
    const detail = [{ loc: ["body", "title"], msg: "too short", type: "x" }];
    backend.instead = [() => [422, { detail }]];
    const { code, text } = await tally("edit", "7", "--title", "");
    assert.deepEqual([code, /TITLE was not saved, and is kept as a draft: too short/.test(text)], [1, true], text);
    const shown = await tally("show", "7");
    assert.match(shown.text, /draft of TITLE \(too short\): ""/);
    for (const [args, words] of [
      [["7"], "nothing is to be changed"],
      [["7", "--chapter", "x"], "is no chapter"],
    ]) {
      const usage = await tally("edit", ...args);
      assert.deepEqual([usage.code, usage.text.includes(words)], [2, true], usage.text);
    }
    const missing = await tally("edit", "9", "--title", "x");
    assert.deepEqual([missing.code, missing.text.includes("there is no job 9")], [1, true], missing.text);
  });

  it("queues while the studio is away; logging out asks first; the next run sends it, once", async () => {
    const [port, { jobs }] = [Number(new URL(backend.url).port), backend];
    backend.stop();
    const queued = await tally("edit", "7", "--title", "later");
    assert.equal(queued.code, 0, queued.text);
    assert.match(queued.text, /TITLE +queued/);
    const logout = await tally("logout");
    assert.deepEqual([logout.code, logout.text.includes("--discard")], [1, true], logout.text);
    backend = await startScripted(jobs, { port });
    const listed = await tally("jobs");
    assert.match(listed.text, /later/);
    assert.deepEqual(backend.edits, [{ title: "later" }]);
  });
});
