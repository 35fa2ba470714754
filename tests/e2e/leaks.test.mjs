// Nothing leaks: canaries in place of secrets, looked for everywhere that they must not be.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App, waitFor } from "./app.mjs";
import { lookup } from "./keychain.mjs";
import { startScripted } from "./scripted.mjs";

const access = "canary-access-5f0c1d";
const refresh = "canary-refresh-93be77";
const password = "canary-password-20aa4e";
const canaries = [access, refresh, password];
const film = "Kingfisher in the reeds";

/** Returns every file under a folder. */
function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** Returns which words stand in the files of a folder, as UTF-8 or UTF-16. */
function inFiles(folder, words) {
  const holds = (file) => {
    const bytes = readFileSync(file);
    return words.filter((word) => bytes.includes(word) || bytes.includes(Buffer.from(word, "utf16le")));
  };
  return files(folder).flatMap((file) => holds(file).map((word) => `${word} in ${file}`));
}

function inMemory(pid, words) {
  const script = new URL("memory.py", import.meta.url).pathname;
  return JSON.parse(execFileSync("/usr/bin/python3", [script, pid, ...words], { encoding: "utf8" }));
}

describe("secrets", { concurrency: false }, () => {
  const data = mkdtempSync(join(tmpdir(), "tallylight-leaks-"));
  let app;
  let backend;

  before(async () => {
    const job = { id: "1", status: "PROCESSING", progress_percent: 5, video_metadata: { title: film } };
    backend = await startScripted([job], { access, refresh });
    app = await App.start(data);
    await app.type("#address", new URL(backend.url).host);
    await app.button("Connect").click();
    await app.sees("Sign in to Scripted");
    await app.signIn({ email: "me@acme.tv", password });
    await app.sees("Live");
    await app.sees(film);
    // An answer that says more than it should, and a message that cannot be read, must not put them into a log.
    backend.say(`{"type":"SURPRISE","token":"${access}","access_token":"${access}"}`);
    backend.say({ type: "JOB_UPDATE", job_id: "1", data: { status: "PROCESSING", progress_percent: 6 } });
    await app.sees("6 %");
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  it("are where they belong: in the keychain, and in the program that uses them", () => {
    assert.ok(lookup("desktop").includes(refresh));
    const { found, bytes } = inMemory(app.processes().own, [access]);
    assert.ok(bytes > 10_000_000, "all of its memory was looked at");
    assert.deepEqual(found, [access], "this test finds what is there");
  });

  it("are not in the memory of the window's process", () => {
    for (const pid of app.processes().web) {
      const { found, bytes } = inMemory(pid, [access, refresh, film]);
      assert.ok(bytes > 10_000_000, "all of its memory was looked at");
      assert.deepEqual(found, [film], "the window knows its videos, and no token");
    }
    assert.ok(app.processes().web.length > 0);
  });

  it("are not there after a restart either, nor is the password that was typed once", async () => {
    await app.close();
    app = await App.start(data);
    await app.sees("Live");
    await app.sees(film);
    for (const pid of app.processes().web) {
      assert.deepEqual(inMemory(pid, [...canaries, film]).found, [film]);
    }
  });

  it("are in no file: no log, no database, no storage of the window, no keychain in the clear", async () => {
    await waitFor("the jobs on the disk", () => inFiles(data, [film]).length > 0);
    for (const place of ["desktop/logs", "desktop/webview", "desktop/tallylight.db"]) {
      assert.ok(files(data).some((file) => file.startsWith(join(data, place))), `there is something in ${place}`);
    }
    assert.deepEqual(inFiles(data, canaries), []);
    assert.deepEqual(inFiles(process.env.HOME, canaries), []);
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
        for (const canary of canaries) assert.ok(!text.includes(canary), `${canary} in ${file} of ${pid}`);
      }
    }
  });

  it("would be in no core dump, because there is none", () => {
    const { own, web } = app.processes();
    for (const pid of [own, ...web]) {
      assert.match(readFileSync(`/proc/${pid}/limits`, "utf8"), /Max core file size\s+0\s+0/);
    }
  });

  it("and jobs are in a folder that nobody else of this computer may look into", () => {
    assert.equal(statSync(join(data, "desktop")).mode & 0o777, 0o700);
  });

  it("are gone from the keychain when somebody signs out, and the jobs from the disk", async () => {
    await app.choose("Sign out");
    await app.sees("Sign in to Scripted");
    await waitFor("an empty keychain", () => lookup("desktop") === null);
    await waitFor("nothing of a film on the disk", () => inFiles(join(data, "desktop"), [film]).length === 0);
  });
});
