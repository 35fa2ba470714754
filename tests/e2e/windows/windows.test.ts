// The programs for Windows, run by Wine: a studio with ffmpeg.exe, tally, and the app without a window.

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { bin, screenshotDir, videos } from "../support/environment.ts";
import { waitFor } from "../support/wait.ts";

interface Job {
  job_id: string;
  status: string;
}

const PASSWORD = "correct horse";
const folder = (name: string) => mkdtempSync(join(tmpdir(), `tallylight-${name}-`));
/** Returns how Windows programs name a file of this system. */
const windowsPath = (path: string) => `Z:${path.replaceAll("/", "\\")}`;

const picture = (name: string) =>
  execFileSync("import", ["-window", "root", join(screenshotDir(), `${name}.png`)]);

describe("Tallylight on Windows", { concurrency: false }, () => {
  const [studioDir, tallyDir, appDir] = [folder("studio"), folder("tally"), folder("app")];
  let studio: ChildProcess;
  let url: string;

  const tally = (...args: string[]) => {
    const all = ["--data-dir", windowsPath(tallyDir), "--server", url, ...args];
    const ran = spawnSync("wine", [bin("tally.exe"), ...all], {
      encoding: "utf8",
      timeout: 120_000,
      env: { ...process.env, TALLYLIGHT_PASSWORD: PASSWORD },
    });
    assert.equal(ran.status, 0, `tally ${args.join(" ")}: ${ran.stdout}${ran.stderr}`);
    return ran.stdout;
  };
  const jobs = () => {
    const lines = tally("jobs", "--json").trim().split(/\r?\n/);
    return lines.map((line) => JSON.parse(line) as Job);
  };
  const startStudio = async (port: number) => {
    const args = [
      "--port",
      String(port),
      "--data-dir",
      windowsPath(studioDir),
      "--user",
      "me@acme.tv",
    ];
    const started = spawn("wine", [bin("tallylight-studio.exe"), ...args], {
      env: { ...process.env, TALLYLIGHT_PASSWORD: PASSWORD },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(createInterface({ input: started.stdout }), "line")) as [string];
    url = /^studio ready on (\S+)/.exec(line)?.[1] ?? assert.fail(line);
    return started;
  };
  /** Ends a program as the task manager does. */
  const kill = (program: string) =>
    spawnSync("wine", ["taskkill", "/f", "/im", program], { timeout: 60_000 });

  before(async () => {
    studio = await startStudio(0);
  });
  after(() => {
    kill("tallylight.exe");
    kill("tallylight-studio.exe");
    studio?.kill();
  });

  it("signs in, with the credential in the system's store", () => {
    tally("login", "--email", "me@acme.tv");
    assert.match(tally("status"), /me@acme\.tv/);
    const files = readdirSync(tallyDir, { recursive: true, encoding: "utf8" });
    const texts = files.filter((name) => /\.(json|toml|log)$/.test(name));
    for (const name of texts)
      assert.doesNotMatch(readFileSync(join(tallyDir, name), "utf8"), /refresh_token/);
  });

  it("processes a video with ffmpeg.exe", () => {
    tally("upload", windowsPath(videos.complete));
    assert.deepEqual(
      jobs().map(({ status }) => status),
      ["COMPLETED"],
    );
  });

  it("names what is wrong with a file that is cut off", () => {
    const all = [
      "--data-dir",
      windowsPath(tallyDir),
      "--server",
      url,
      "upload",
      windowsPath(videos.truncated),
    ];
    const ran = spawnSync("wine", [bin("tally.exe"), ...all], {
      encoding: "utf8",
      timeout: 120_000,
    });
    // Seen in Wine 10: the exit code of a program that fails is not always passed on.
    assert.match(ran.stderr, /1 failed/);
    assert.match(ran.stdout + ran.stderr, /incomplete/);
    assert.doesNotMatch(ran.stderr, /\u001b\[/, "no color codes in a redirected output");
  });

  it("edits a video", () => {
    const id = jobs().find(({ status }) => status === "COMPLETED")?.job_id ?? assert.fail();
    tally("edit", id, "--title", "A walk – 50 % Q&A, ü");
    assert.match(tally("jobs"), /A walk – 50 % Q&A, ü/);
  });

  it("has everything after the studio was killed", async () => {
    const port = Number(new URL(url).port);
    kill("tallylight-studio.exe");
    await once(studio, "exit");
    studio = await startStudio(port);
    assert.equal(jobs().length, 2);
    tally("doctor");
  });

  it("refuses a second studio on the same data", () => {
    const args = ["--port", "0", "--data-dir", windowsPath(studioDir)];
    const second = spawnSync("wine", [bin("tallylight-studio.exe"), ...args], {
      encoding: "utf8",
      timeout: 60_000,
    });
    assert.notEqual(second.status, 0);
    assert.match(second.stderr, /Another studio is already using/);
  });

  it("says that WebView2 is missing", async () => {
    const app = spawn("wine", [bin("tallylight.exe"), "--data-dir", windowsPath(appDir)], {
      stdio: "ignore",
    });
    const log = () => {
      const logs = join(appDir, "desktop/logs");
      const files = existsSync(logs) ? readdirSync(logs) : [];
      return files.map((name) => readFileSync(join(logs, name), "utf8")).join("");
    };
    await waitFor("the log", () => log().includes("WebView2 is missing"));
    await waitFor(
      "the dialog",
      () => spawnSync("xdotool", ["search", "--name", "^Tallylight$"]).status === 0,
    );
    picture("webview2");
    kill("tallylight.exe");
    await once(app, "exit");
  });

  it("runs in the tray", async () => {
    const app = spawn(
      "wine",
      [bin("tallylight.exe"), "--hidden", "--data-dir", windowsPath(appDir)],
      {
        stdio: ["ignore", "ignore", "inherit"],
      },
    );
    await waitFor("its data", () => readdirSync(appDir).includes("desktop"));
    picture("tray");
    assert.equal(app.exitCode, null);
  });
});
