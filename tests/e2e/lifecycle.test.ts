// The lifecycle of the app: one instance for a data folder, links, hidden starts, closing, quitting and crashes.

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Key } from "webdriverio";
import { App } from "./support/app.ts";
import { bin, requiredEnv } from "./support/environment.ts";
import {
  clickNotification,
  forgetNotifications,
  notifications,
  onScreen,
} from "./support/notifications.ts";
import { isRunning, isStarted } from "./support/processes.ts";
import { drawPictures, sampleJobs } from "./support/sample-jobs.ts";
import { ScriptedBackend } from "./support/scripted-backend.ts";
import { present, waitFor } from "./support/wait.ts";
import { appWindows, closeWindow, isAppVisible } from "./support/x11.ts";

const folder = (name: string) => mkdtempSync(join(tmpdir(), `tallylight-${name}-`));
/** Closes the app's one window, as a person does. */
const close = async () =>
  closeWindow(await waitFor("one window", () => appWindows().length === 1 && appWindows()[0]));
const start = (dataDir: string, args: string[] = []) =>
  spawn(bin("tallylight"), ["--data-dir", dataDir, ...args], { stdio: "ignore" });
/** Waits for the end of a process and returns its exit code. */
const exitCode = async (child: ChildProcess): Promise<number | null> =>
  child.exitCode === null && child.signalCode === null
    ? ((await once(child, "exit")) as [number | null])[0]
    : child.exitCode;

describe("the lifecycle of the app", { concurrency: false }, () => {
  const dataDir = folder("life");
  let app: App;
  let backend: ScriptedBackend;

  const title = () => backend.job("7").video_metadata?.title;

  before(async () => {
    backend = await ScriptedBackend.start([], {
      description: { editable: ["TITLE"], features: ["upload"] },
    });
    backend.pictures = drawPictures(12);
    backend.jobs = sampleJobs(backend.url);
    app = await App.start(dataDir);
    await app.connectAndSignIn(backend);
    await app.waitForText("Live");
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  it("prints its version", () => {
    assert.match(
      execFileSync(bin("tallylight"), ["--version"], { encoding: "utf8" }),
      /^tallylight \d+\.\d+\.\d+\n$/,
    );
  });

  it("started a second time: the first instance shows its window", async () => {
    await close();
    await waitFor("the window to be gone", () => !isAppVisible());
    execFileSync(bin("tallylight"), ["--data-dir", dataDir], { timeout: 20_000 });
    await waitFor("the window", isAppVisible);
  });

  it("started a second time on Wayland: the first instance gets the activation token", async () => {
    const filter = "interface='org.SingleInstance.DBus'";
    const monitor = spawn("dbus-monitor", ["--session", filter], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    let calls = "";
    monitor.stdout.on("data", (data: Buffer) => (calls += data.toString()));
    await waitFor("the monitor", () => calls.includes("NameAcquired"));
    const wayland = { WAYLAND_DISPLAY: "wayland-of-a-test", XDG_ACTIVATION_TOKEN: "token-7" };
    execFileSync(bin("tallylight"), ["--data-dir", dataDir], {
      timeout: 20_000,
      env: { ...process.env, ...wayland },
    });
    await waitFor("the token", () => calls.includes('string "--activation-token=token-7"'));
    monitor.kill();
  });

  it("started with another data folder: a second instance runs", async () => {
    const other = start(folder("other"));
    await waitFor("both windows", () => appWindows().length === 2);
    other.kill("SIGTERM");
    assert.equal(await exitCode(other), 0);
    await waitFor("the end of the other", () => appWindows().length === 1);
  });

  it("opens the video of a link that the system opens", async () => {
    const applications = join(requiredEnv("XDG_DATA_HOME"), "applications");
    mkdirSync(applications, { recursive: true });
    const entry = [
      "[Desktop Entry]",
      "Type=Application",
      "Name=Tallylight",
      `Exec=${bin("tallylight")} --data-dir ${dataDir} %u`,
      "MimeType=x-scheme-handler/tallylight;\n",
    ];
    writeFileSync(join(applications, "tallylight.desktop"), entry.join("\n"));
    execFileSync("xdg-mime", ["default", "tallylight.desktop", "x-scheme-handler/tallylight"]);
    await close();
    await waitFor("the window to be gone", () => !isAppVisible());
    execFileSync("gio", ["open", "tallylight://job/7"]);
    await waitFor("the window", isAppVisible);
    await waitFor("the video", async () => (await app.text("article h1")) === title());
  });

  it("ignores a link to anything but a video", async () => {
    execFileSync(bin("tallylight"), ["--data-dir", dataDir, "tallylight://delete/7"], {
      timeout: 20_000,
    });
    assert.equal(await app.text("article h1"), title());
    assert.deepEqual(await app.invoke("uploads"), []);
  });

  it("rebuilds the page when its process dies, and keeps the draft", async () => {
    await app.$('[data-field="TITLE"]').click();
    await app.browser.keys(Key.End);
    for (const letter of " (cut)") await app.browser.keys(letter);
    await waitFor(
      "the draft",
      async () => (await app.invoke("job", { jobId: "7" })).drafts.length === 1,
    );
    const { own, web } = app.processes();
    // WebDriver goes with the page; the app does not.
    execFileSync("kill", ["-9", ...web]);
    await waitFor("another page", () => {
      const children = spawnSync("pgrep", ["-P", own, "WebKitWebProc"], {
        encoding: "utf8",
      }).stdout.trim();
      return children !== "" && !web.includes(children);
    });
    await waitFor("what it shows", () => colours(present(appWindows()[0])) > 200);
    assert.ok(isRunning(own));
  });

  it("keeps the draft on SIGTERM and further signals", async () => {
    const { own } = app.processes();
    execFileSync("sh", ["-c", `kill -TERM ${own}; kill -HUP ${own}; kill -TERM ${own}`]);
    await waitFor("its end", () => !isRunning(own));
    await app.close();
    app = await App.start(dataDir);
    await app.waitForText("Live");
    const { drafts } = await app.invoke("job", { jobId: "7" });
    assert.equal(drafts[0]?.content, `${title()} (cut)`);
  });

  it("started while the first instance ends: waits, then handles its own arguments", async () => {
    const { own } = app.processes();
    execFileSync("kill", ["-TERM", own]);
    const next = start(dataDir, ["tallylight://job/7"]);
    await waitFor("the end of the first", () => !isRunning(own));
    await waitFor("its window", isAppVisible);
    assert.equal(next.exitCode, null, "it is the one that runs now");
    next.kill("SIGINT");
    assert.equal(await exitCode(next), 0);
    await app.close();
    app = await App.start(dataDir);
    await app.waitForText("Live");
  });

  it("started again while it starts: the first instance handles the arguments", async () => {
    await app.close();
    const starting = App.start(dataDir);
    await waitFor("the first to begin", () => isStarted(app.command()));
    const links = [1, 2, 3].map(() => start(dataDir, ["tallylight://job/7"]));
    app = await starting;
    await Promise.all(links.map(exitCode));
    await waitFor("the video", async () => (await app.text("article h1")) === title());
    assert.equal(appWindows().length, 1);
  });

  it("asks before it quits while a video is uploaded", async () => {
    const video = join(dataDir, "long.mp4");
    writeFileSync(video, "");
    truncateSync(video, 3e9);
    app.upload(video);
    await app.waitForText("long.mp4");
    await app.changeSettings((settings) => (settings.general.close = "quit"));
    await close();
    await app.waitForText("Quit Tallylight?");
    await app.screenshot("quitting");
    await app.button("Keep uploading").click();
    await app.assertNoText("Quit Tallylight?");
    const { own } = app.processes();
    await close();
    await app.waitForText("Quit Tallylight?");
    // The app may end before WebDriver has the answer to the click.
    await app
      .button("Quit anyway")
      .click()
      .catch(() => undefined);
    await waitFor("its end", () => !isRunning(own));
    await app.close();
  });

  it("started hidden: builds no window until the next start shows it", async () => {
    forgetNotifications();
    const before = backend.subscribed;
    const hidden = start(dataDir, ["--hidden"]);
    await waitFor("its name on the bus", () => busNames().includes("tv.tallylight.app"));
    await waitFor("the subscriptions", () => backend.subscribed > before);
    const hasPage = () =>
      spawnSync("pgrep", ["-P", String(hidden.pid), "WebKitWebProc"]).status === 0;
    // It notifies of a video that is finished: whatever it starts with is over by then.
    const at = new Date().toISOString();
    const finished = { status: "COMPLETED", progress_percent: 100 };
    Object.assign(backend.job("2"), finished, { updated_at: at });
    backend.send({ type: "JOB_UPDATE", job_id: "2", data: finished, timestamp: at });
    await waitFor("the notification", () =>
      notifications().some(({ summary }) => summary.includes("Coast path, day one")),
    );
    assert.ok(!isAppVisible() && !hasPage(), "a window that is not shown is not built");
    execFileSync(bin("tallylight"), ["--data-dir", dataDir], { timeout: 20_000 });
    await waitFor("the window", isAppVisible);
    assert.ok(hasPage());
    hidden.kill("SIGTERM");
    assert.equal(await exitCode(hidden), 0);
  });

  it("starts at login, hidden, with a valid desktop entry", async () => {
    // Where the system would keep everything: an app with a folder of its own is not started by the system.
    const home = folder("home");
    const env = { HOME: home, XDG_DATA_HOME: join(home, "data") };
    const own = await App.start(join(env.XDG_DATA_HOME, "tallylight"), {
      env,
      usesDefaultDataDir: true,
    });
    try {
      await own.waitForText("Connect to a studio");
      const entry = join(home, ".config/autostart/tallylight.desktop");
      await own.changeSettings((settings) => (settings.general.start_at_login = true));
      assert.match(
        readFileSync(entry, "utf8"),
        new RegExp(`^Exec=.*${bin("tallylight")}.* --hidden$`, "m"),
      );
      execFileSync("desktop-file-validate", [entry]);
      await own.changeSettings((settings) => (settings.general.start_at_login = false));
      assert.ok(!existsSync(entry));
    } finally {
      await own.close();
    }
  });

  it("closed for the first time: says once that it is still running", async () => {
    const own = await App.start(folder("hint"), { hintsAtTray: true });
    try {
      await own.waitForText("Connect to a studio");
      forgetNotifications();
      await close();
      await waitFor("the notification", () => onScreen() > 0);
      assert.ok(!isAppVisible());
      clickNotification();
      await waitFor("the window", isAppVisible);
      await close();
      await waitFor("the window to be gone", () => !isAppVisible());
      const [hint, ...others] = notifications();
      assert.equal(hint?.summary, "Tallylight is still running");
      assert.match(present(hint).body, /It stays in the tray.* To quit, use the tray's menu\./);
      assert.deepEqual(others, []);
    } finally {
      await own.close();
    }
  });

  it("starts without tray, keychain and notifications: says so once, and asks when it is closed", async () => {
    const printed = ["--print-address=1", "--print-pid=1"];
    const bus = execFileSync("dbus-daemon", ["--session", "--fork", ...printed], {
      encoding: "utf8",
    });
    const [address = "", pid = ""] = bus.trim().split("\n");
    const env = { DBUS_SESSION_BUS_ADDRESS: address };
    const bare = folder("bare");
    let own = await App.start(bare, { env });
    try {
      await own.waitForText("This desktop has no tray");
      await own.screenshot("no-tray");
      await own.button("Dismiss").click();
      await close();
      await own.waitForText("Keep running in the background?");
      await own.screenshot("closing");
      await own.$("#closing-remember").click();
      await own.button("Keep running").click();
      await waitFor("the window to be gone", () => !isAppVisible());
      assert.equal((await own.invoke("settings")).settings.general.close, "hide");
      await own.close();
      own = await App.start(bare, { env });
      await own.waitForText("Connect to a studio");
      // An app that starts later, in a new data folder, says it: by then this one would have, too.
      const later = await App.start(folder("bare-later"), { env });
      await later.waitForText("This desktop has no tray").finally(() => later.close());
      await own.assertNoText("This desktop has no tray");
    } finally {
      await own.close();
      execFileSync("kill", [pid]);
    }
  });
});

/** Returns the names that programs own on the session bus. */
function busNames(): string {
  const object = ["--dest", "org.freedesktop.DBus", "--object-path", "/"];
  const method = ["--method", "org.freedesktop.DBus.ListNames"];
  return execFileSync("gdbus", ["call", "--session", ...object, ...method], { encoding: "utf8" });
}

/** Returns how many colours a window shows: an empty one has few. */
function colours(window: string): number {
  const file = join(tmpdir(), "tallylight-shot.png");
  execFileSync("import", ["-window", window, file]);
  return Number(execFileSync("identify", ["-format", "%k", file], { encoding: "utf8" }));
}
