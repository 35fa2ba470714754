// Secrets do not leak: canaries in place of them are searched for in memory, files, arguments and environments.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App } from "./support/app.ts";
import { SYSTEM_PYTHON, requiredEnv, supportScript } from "./support/environment.ts";
import { lookup } from "./support/keychain.ts";
import { ScriptedBackend } from "./support/scripted-backend.ts";
import { waitFor } from "./support/wait.ts";

const access = "canary-access-5f0c1d";
const refresh = "canary-refresh-93be77";
const password = "canary-password-20aa4e";
const canaries = [access, refresh, password];
const title = "Kingfisher in the reeds";

/** Returns every file under a folder. */
function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Returns which words are in the files of a folder, as UTF-8 or UTF-16. */
function inFiles(folder: string, words: string[]): string[] {
  const holds = (file: string) => {
    const bytes = readFileSync(file);
    return words.filter(
      (word) => bytes.includes(word) || bytes.includes(Buffer.from(word, "utf16le")),
    );
  };
  return files(folder).flatMap((file) => holds(file).map((word) => `${word} in ${file}`));
}

/** Returns which words are in the memory of a process, and how much of it was searched. */
function inMemory(pid: string, words: string[]): { found: string[]; bytes: number } {
  const args = [supportScript("process_memory.py"), pid, ...words];
  return JSON.parse(execFileSync(SYSTEM_PYTHON, args, { encoding: "utf8" }));
}

describe("secrets", { concurrency: false }, () => {
  const data = mkdtempSync(join(tmpdir(), "tallylight-leaks-"));
  let app: App;
  let backend: ScriptedBackend;

  before(async () => {
    const job = {
      id: "1",
      status: "PROCESSING",
      progress_percent: 5,
      video_metadata: { title },
    };
    backend = await ScriptedBackend.start([job], { access, refresh });
    app = await App.start(data);
    await app.fill("#address", new URL(backend.url).host);
    await app.button("Connect").click();
    await app.waitForText("Sign in to Scripted");
    await app.signIn({ email: "me@acme.tv", password });
    await app.waitForText("Live");
    await app.waitForText(title);
    // An answer that says more than it should, and a message that cannot be read, must not put them into a log.
    backend.send(`{"type":"SURPRISE","token":"${access}","access_token":"${access}"}`);
    backend.send({
      type: "JOB_UPDATE",
      job_id: "1",
      data: { status: "PROCESSING", progress_percent: 6 },
    });
    await app.waitForText("6 %");
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  it("are in the keychain, and in the memory of the program that uses them", () => {
    assert.ok(lookup("desktop")?.includes(refresh));
    const { found, bytes } = inMemory(app.processes().own, [access]);
    assert.ok(bytes > 10_000_000, "all of its memory was looked at");
    assert.deepEqual(found, [access], "this test finds what is there");
  });

  it("are not in the memory of the window's process", () => {
    for (const pid of app.processes().web) {
      const { found, bytes } = inMemory(pid, [access, refresh, title]);
      assert.ok(bytes > 10_000_000, "all of its memory was looked at");
      assert.deepEqual(found, [title], "the window knows its videos, and no token");
    }
    assert.ok(app.processes().web.length > 0);
  });

  it("restarted: neither tokens nor the password are in the memory of the window's process", async () => {
    await app.close();
    app = await App.start(data);
    await app.waitForText("Live");
    await app.waitForText(title);
    for (const pid of app.processes().web) {
      assert.deepEqual(inMemory(pid, [...canaries, title]).found, [title]);
    }
  });

  it("are in no file: log, database, storage of the window, keychain in plain text", async () => {
    await waitFor("the jobs on the disk", () => inFiles(data, [title]).length > 0);
    for (const place of ["desktop/logs", "desktop/webview", "desktop/tallylight.db"]) {
      assert.ok(
        files(data).some((file) => file.startsWith(join(data, place))),
        `there is something in ${place}`,
      );
    }
    assert.deepEqual(inFiles(data, canaries), []);
    assert.deepEqual(inFiles(requiredEnv("HOME"), canaries), []);
  });

  it("are in no argument and in no environment of any process", () => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      for (const file of ["cmdline", "environ"]) {
        let text = "";
        try {
          text = readFileSync(`/proc/${pid}/${file}`, "utf8");
        } catch {
          continue;
        }
        for (const canary of canaries)
          assert.ok(!text.includes(canary), `${canary} in ${file} of ${pid}`);
      }
    }
  });

  it("are in no core dump: every process has a limit of 0 bytes for it", () => {
    const { own, web } = app.processes();
    for (const pid of [own, ...web]) {
      assert.match(readFileSync(`/proc/${pid}/limits`, "utf8"), /Max core file size\s+0\s+0/);
    }
  });

  it("are in a data folder that only its owner may read", () => {
    assert.equal(statSync(join(data, "desktop")).mode & 0o777, 0o700);
  });

  it("signed out: tokens are deleted from the keychain, and jobs from the disk", async () => {
    await app.runCommand("Sign out");
    await app.waitForText("Sign in to Scripted");
    await waitFor("an empty keychain", () => lookup("desktop") === null);
    await waitFor(
      "no title on the disk",
      () => inFiles(join(data, "desktop"), [title]).length === 0,
    );
  });
});
