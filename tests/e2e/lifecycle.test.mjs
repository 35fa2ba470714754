// The life of the app: one at a time, links, hidden starts, closing and quitting, crashes, and the end of the session.

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Key } from "webdriverio";
import { App, bin, waitFor } from "./app.mjs";
import { drawPictures, films } from "./films.mjs";
import { startScripted } from "./scripted.mjs";

const folder = (name) => mkdtempSync(join(tmpdir(), `tallylight-${name}-`));
const windows = () =>
  spawnSync("xdotool", ["search", "--onlyvisible", "--name", "^Tallylight$"], { encoding: "utf8" }).stdout.trim().split("\n").filter(Boolean);
const isVisible = () => windows().length > 0;
/** Asks the window manager to close the window, as a person does. */
const close = async () => {
  const window = await waitFor("one window", () => windows().length === 1 && windows()[0]);
  execFileSync("xdotool", ["windowactivate", "--sync", window, "key", "alt+F4"]);
};
const isRunning = (pid) => spawnSync("kill", ["-0", pid]).status === 0;
const start = (dataDir, args = [], options = {}) => spawn(bin("tallylight"), ["--data-dir", dataDir, ...args], { stdio: "ignore", ...options });
const ended = async (child) => (child.exitCode === null && child.signalCode === null ? (await once(child, "exit"))[0] : child.exitCode);

describe("the life of the app", { concurrency: false }, () => {
  const dataDir = folder("life");
  let app;
  let backend;

  const title = () => backend.jobs.find(({ id }) => id === "7").video_metadata.title;

  before(async () => {
    backend = await startScripted([], { more: { editable: ["TITLE"], features: ["upload"] } });
    backend.pictures = drawPictures(12);
    backend.jobs = films(backend.url);
    app = await App.start(dataDir);
    await app.enter(backend);
    await app.sees("Live");
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  it("says its version", () => {
    assert.match(execFileSync(bin("tallylight"), ["--version"], { encoding: "utf8" }), /^tallylight \d+\.\d+\.\d+\n$/);
  });

  it("hands a second start to the first, which comes to the front", async () => {
    await close();
    await waitFor("the window to be gone", () => !isVisible());
    execFileSync(bin("tallylight"), ["--data-dir", dataDir], { timeout: 20_000 });
    await waitFor("the window", isVisible);
  });

  it("is another program in another folder", async () => {
    const other = start(folder("other"));
    await waitFor("both windows", () => windows().length === 2);
    other.kill("SIGTERM");
    assert.equal(await ended(other), 0);
    await waitFor("the other", () => windows().length === 1);
  });

  it("follows a link to a video, as the system opens it", async () => {
    const applications = join(process.env.XDG_DATA_HOME, "applications");
    mkdirSync(applications, { recursive: true });
    const entry = `[Desktop Entry]\nType=Application\nName=Tallylight\nExec=${bin("tallylight")} --data-dir ${dataDir} %u\nMimeType=x-scheme-handler/tallylight;\n`;
    writeFileSync(join(applications, "tallylight.desktop"), entry);
    execFileSync("xdg-mime", ["default", "tallylight.desktop", "x-scheme-handler/tallylight"]);
    await close();
    await waitFor("the window to be gone", () => !isVisible());
    execFileSync("gio", ["open", "tallylight://job/7"]);
    await waitFor("the window", isVisible);
    await waitFor("the video", async () => (await app.text("article h1")) === title());
  });

  it("does nothing for a link to anything else", async () => {
    execFileSync(bin("tallylight"), ["--data-dir", dataDir, "tallylight://delete/7"], { timeout: 20_000 });
    assert.equal(await app.text("article h1"), title());
    assert.deepEqual(await app.invoke("uploads"), []);
  });

  it("comes back with what was typed when the page's process dies", async () => {
    await app.$('[data-field="TITLE"]').click();
    await app.browser.keys(Key.End);
    for (const letter of " (cut)") await app.browser.keys(letter);
    await waitFor("the draft", async () => (await app.invoke("job", { jobId: "7" })).drafts.length === 1);
    const { own, web } = app.processes();
    // WebDriver goes with the page; the app does not.
    execFileSync("kill", ["-9", ...web]);
    await waitFor("another page", () => {
      const children = spawnSync("pgrep", ["-P", own, "WebKitWebProc"], { encoding: "utf8" }).stdout.trim();
      return children !== "" && !web.includes(children);
    });
    await waitFor("what it shows", () => shot(windows()[0]) > 200);
    assert.ok(isRunning(own));
  });

  it("loses nothing on SIGTERM, however often it is told", async () => {
    const { own } = app.processes();
    execFileSync("sh", ["-c", `kill -TERM ${own}; kill -HUP ${own}; kill -TERM ${own}`]);
    await waitFor("its end", () => !isRunning(own));
    await app.close();
    app = await App.start(dataDir);
    await app.sees("Live");
    const { drafts } = await app.invoke("job", { jobId: "7" });
    assert.equal(drafts[0].content, `${title()} (cut)`);
  });

  it("lets a start wait for the end of the one before, and takes what it was started with", async () => {
    const { own } = app.processes();
    execFileSync("kill", ["-TERM", own]);
    const next = start(dataDir, ["tallylight://job/7"]);
    await waitFor("the end of the first", () => !isRunning(own));
    await waitFor("its window", isVisible);
    assert.equal(next.exitCode, null, "it is the one that runs now");
    next.kill("SIGINT");
    assert.equal(await ended(next), 0);
    await app.close();
    app = await App.start(dataDir);
    await app.sees("Live");
  });

  it("takes a start that comes while it starts", async () => {
    await app.close();
    const starting = App.start(dataDir);
    await waitFor("the first to begin", () => spawnSync("pgrep", ["-f", app.command()]).status === 0);
    const links = [1, 2, 3].map(() => start(dataDir, ["tallylight://job/7"]));
    app = await starting;
    await Promise.all(links.map(ended));
    await waitFor("the video", async () => (await app.text("article h1")) === title());
    assert.equal(windows().length, 1);
  });

  it("asks before it quits while videos are uploaded", async () => {
    const film = join(dataDir, "long.mp4");
    writeFileSync(film, "");
    truncateSync(film, 3e9);
    app.upload(film);
    await app.sees("long.mp4");
    await app.changeSettings((settings) => (settings.general.close = "quit"));
    await close();
    await app.sees("Quit Tallylight?");
    await app.screenshot("quitting");
    await app.button("Keep uploading").click();
    await app.doesNotSee("Quit Tallylight?");
    const { own } = app.processes();
    await close();
    await app.sees("Quit Tallylight?");
    // It may end before it has told that it was clicked.
    await app.button("Quit anyway").click().catch(() => undefined);
    await waitFor("its end", () => !isRunning(own));
    await app.close();
  });

  it("starts hidden, and is shown by the next start", async () => {
    const hidden = start(dataDir, ["--hidden"]);
    await waitFor("its name on the bus", () => execFileSync("gdbus", ["call", "--session", "--dest", "org.freedesktop.DBus", "--object-path", "/", "--method", "org.freedesktop.DBus.ListNames"], { encoding: "utf8" }).includes("tv.tallylight.app"));
    const hasPage = () => spawnSync("pgrep", ["-P", String(hidden.pid), "WebKitWebProc"]).status === 0;
    await sleep(1000);
    assert.ok(!isVisible() && !hasPage(), "what nobody looks at is not built");
    execFileSync(bin("tallylight"), ["--data-dir", dataDir], { timeout: 20_000 });
    await waitFor("the window", isVisible);
    assert.ok(hasPage());
    hidden.kill("SIGTERM");
    assert.equal(await ended(hidden), 0);
  });

  it("is started at login, hidden, with an entry that is valid", async () => {
    // Where the system would keep everything: an app with a folder of its own is not started by the system.
    const home = folder("home");
    const world = { HOME: home, XDG_DATA_HOME: join(home, "data") };
    const own = await App.start(join(world.XDG_DATA_HOME, "tallylight"), { world, folderless: true });
    try {
      await own.sees("Connect to a studio");
      const entry = join(home, ".config/autostart/tallylight.desktop");
      await own.changeSettings((settings) => (settings.general.start_at_login = true));
      assert.match(readFileSync(entry, "utf8"), new RegExp(`^Exec=.*${bin("tallylight")}.* --hidden$`, "m"));
      execFileSync("desktop-file-validate", [entry]);
      await own.changeSettings((settings) => (settings.general.start_at_login = false));
      assert.ok(!existsSync(entry));
    } finally {
      await own.close();
    }
  });

  it("starts on a desktop with nothing: no tray, no keychain, no notifications; says so once, and closing asks", async () => {
    const bus = execFileSync("dbus-daemon", ["--session", "--fork", "--print-address=1", "--print-pid=1"], { encoding: "utf8" }).trim().split("\n");
    const world = { DBUS_SESSION_BUS_ADDRESS: bus[0] };
    const bare = folder("bare");
    let own = await App.start(bare, { world });
    try {
      await own.sees("This desktop has no tray");
      await own.screenshot("no-tray");
      await own.button("Dismiss").click();
      await close();
      await own.sees("Keep running in the background?");
      await own.screenshot("closing");
      await own.$("#closing-remember").click();
      await own.button("Keep running").click();
      await waitFor("the window to be gone", () => !isVisible());
      assert.equal((await own.invoke("settings")).settings.general.close, "hide");
      await own.close();
      own = await App.start(bare, { world });
      await own.sees("Connect to a studio");
      await new Promise((resolve) => setTimeout(resolve, 7000));
      await own.doesNotSee("This desktop has no tray");
    } finally {
      await own.close();
      execFileSync("kill", [bus[1]]);
    }
  });
});

/** Returns how many colours a window shows: an empty one has few. */
function shot(window) {
  const file = join(tmpdir(), "tallylight-shot.png");
  execFileSync("import", ["-window", window, file]);
  return Number(execFileSync("identify", ["-format", "%k", file], { encoding: "utf8" }));
}
