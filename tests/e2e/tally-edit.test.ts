// The command line with its session in the real keychain: edits that are saved, refused, and queued while offline.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { bin } from "./support/environment.ts";
import { ScriptedBackend } from "./support/scripted-backend.ts";

describe("tally edit", { concurrency: false }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tallylight-e2e-"));
  let backend: ScriptedBackend;

  /** Runs `tally` to its end, while the backend answers. */
  async function tally(...args: string[]): Promise<{ code: number | null; text: string }> {
    const env = { ...process.env, TALLYLIGHT_PASSWORD: "x" };
    const child = spawn(bin("tally"), ["--data-dir", dataDir, ...args], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => (text += chunk));
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    return { code, text };
  }

  before(async () => {
    const updated_at = new Date(Date.now() - 86_400_000).toISOString();
    const job = {
      id: "7",
      video_id: "v7",
      status: "COMPLETED",
      updated_at,
      video_metadata: { title: "theirs" },
    };
    backend = await ScriptedBackend.start([job]);
    const login = await tally("--server", backend.url, "login", "--email", "me@acme.tv");
    assert.equal(login.code, 0, login.text);
  });
  after(async () => {
    await tally("logout", "--discard");
    backend.stop();
  });

  it("waits for the studio's answer", async () => {
    const { code, text } = await tally(
      "edit",
      "7",
      "--title",
      "mine",
      "--tag",
      "a",
      "--tag",
      "b c",
    );
    assert.equal(code, 0, text);
    assert.match(text, /TITLE +saved[\s\S]*TAGS +saved/);
    assert.deepEqual(backend.edits, [{ title: "mine", tags: ["a", "b c"] }]);
  });

  it("rejected: prints the reason, and keeps a draft", async () => {
    const detail = [{ loc: ["body", "title"], msg: "too short", type: "x" }];
    backend.nextEditReplies = [() => [422, { detail }]];
    const { code, text } = await tally("edit", "7", "--title", "");
    assert.deepEqual(
      [code, /TITLE not saved, kept as a draft: too short/.test(text)],
      [1, true],
      text,
    );
    const shown = await tally("show", "7");
    assert.match(shown.text, /Draft of TITLE \(too short\): ""/);
    for (const { args, message } of [
      { args: ["7"], message: "Nothing to change" },
      { args: ["7", "--chapter", "x"], message: "isn't a valid chapter" },
    ]) {
      const usage = await tally("edit", ...args);
      assert.deepEqual([usage.code, usage.text.includes(message)], [2, true], usage.text);
    }
    const missing = await tally("edit", "9", "--title", "x");
    assert.deepEqual(
      [missing.code, missing.text.includes("Video 9 not found")],
      [1, true],
      missing.text,
    );
  });

  it("offline: queues the edit, logs out only with --discard, and sends it once with the next command", async () => {
    const [port, { jobs }] = [Number(new URL(backend.url).port), backend];
    backend.stop();
    const queued = await tally("edit", "7", "--title", "later");
    assert.equal(queued.code, 0, queued.text);
    assert.match(queued.text, /TITLE +queued/);
    const logout = await tally("logout");
    assert.deepEqual([logout.code, logout.text.includes("--discard")], [1, true], logout.text);
    backend = await ScriptedBackend.start(jobs, { port });
    const listed = await tally("jobs");
    assert.match(listed.text, /later/);
    assert.deepEqual(backend.edits, [{ title: "later" }]);
  });
});
