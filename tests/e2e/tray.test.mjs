// The tray icon on a real message bus: it shows the state, and its menu does everything.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App, waitFor } from "./app.mjs";
import { startScripted } from "./scripted.mjs";
import { TrayIcon } from "./tray.mjs";

const icons = realpathSync(join(import.meta.dirname, "../../src-tauri/icons/tray/colour"));
const now = () => new Date().toISOString();
const job = (id, status, percent, title) => ({
  id,
  status,
  progress_percent: percent,
  created_at: `2026-01-01T00:00:0${id}Z`,
  updated_at: `2026-01-01T00:00:0${id}Z`,
  video_metadata: { title },
});
const update = (id, status, percent) => ({
  type: "JOB_UPDATE",
  job_id: id,
  data: { status, progress_percent: percent },
  timestamp: now(),
});

describe("the tray", { concurrency: false }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tallylight-tray-"));
  let app;
  let backend;
  let tray;

  const visible = () => spawnSync("xdotool", ["search", "--onlyvisible", "--name", "^Tallylight$"]).status === 0;
  /** Closes the window as a person does: the window manager asks it to. */
  const close = async () => {
    const [window] = execFileSync("xdotool", ["search", "--onlyvisible", "--name", "^Tallylight$"], { encoding: "utf8" }).split("\n");
    execFileSync("xdotool", ["windowactivate", "--sync", window, "key", "alt+F4"]);
    await waitFor("the window to be gone", () => !visible());
  };
  /** Waits until it shows one of our pictures, pixel by pixel. */
  const shows = (name) =>
    waitFor(`the icon ${name}`, () => {
      const compared = spawnSync("compare", ["-metric", "AE", tray.picture(), join(icons, `${name}.png`), "null:"], { encoding: "utf8" });
      return compared.stderr.trim().split(" ")[0] === "0";
    });
  const lists = (label) =>
    waitFor(`"${label}" in the menu`, () => tray.labels().includes(label)).catch((error) => {
      throw new Error(`${error.message}; it has ${tray.labels().join(" | ")}`);
    });

  before(async () => {
    backend = await startScripted([
      job("1", "PROCESSING", 50, "Coast & path"),
      job("2", "COMPLETED", 100, "City at night"),
      job("3", "PENDING", 0, "Rain"),
      job("4", "COMPLETED", 100, "Harbour"),
      job("5", "COMPLETED", 100, "Dunes"),
      job("6", "COMPLETED", 100, "Lighthouse"),
    ], { more: { features: ["upload"] } });
    app = await App.start(dataDir);
    tray = await TrayIcon.find();
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  it("shows that nobody is signed in, and offers what can be done then", async () => {
    await app.sees("Connect to a studio");
    await shows("signed-out");
    assert.deepEqual(
      tray.menu().filter(({ enabled }) => !enabled).map(({ label }) => label),
      ["Tallylight: signed out", "Upload…", "Resume notifications"],
    );
  });

  it("names the five videos that matter most, with their progress, and shows it at a glance", async () => {
    await app.enter(backend);
    await app.sees("Live");
    await lists("Coast & path – 50 %");
    const named = () => tray.labels().filter((label) => label.includes(" – "));
    assert.deepEqual(named(), [
      "Coast & path – 50 %",
      "Rain – waiting",
      "Lighthouse – ready",
      "Dunes – ready",
      "Harbour – ready",
    ]);
    assert.ok(tray.labels().includes("Tallylight: 1 working, 1 waiting, 4 done"), tray.labels().join());
    await shows("working-4");
    backend.say(update("1", "PROCESSING", 90));
    await lists("Coast & path – 90 %");
    await shows("working-7");
  });

  it("puts a failure before all progress", async () => {
    backend.say(update("3", "FAILED", 10));
    await lists("Rain – failed");
    await shows("attention");
    assert.equal(tray.labels().filter((label) => label.includes(" – "))[0], "Rain – failed");
  });

  it("keeps the app when its window is closed, and brings it back", async () => {
    await waitFor("the window", visible);
    await close();
    tray.click("Open Tallylight");
    await waitFor("the window to be back", visible);
  });

  it("opens the video that is clicked", async () => {
    await close();
    tray.click("Rain – failed");
    await waitFor("the window", visible);
    await waitFor("the video", async () => (await app.text("article h1")) === "Rain");
  });

  it("opens what happened, and the settings", async () => {
    for (const label of ["What happened", "Settings"]) {
      await close();
      tray.click(label);
      await waitFor("the window", visible);
      await waitFor(label, async () => (await app.text("dialog h2")) === label);
      await app.button("Close").click();
    }
  });

  it("offers a file to upload", async () => {
    tray.click("Upload…");
    const dialog = () => spawnSync("xdotool", ["search", "--onlyvisible", "--class", "tallylight"], { encoding: "utf8" }).stdout.trim().split("\n").length > 1;
    await waitFor("the dialog of the system", dialog);
    await waitFor("its end", () => {
      execFileSync("xdotool", ["key", "Escape"]);
      return !dialog();
    });
  });

  it("pauses notifications, and says until when", async () => {
    const paused = () => tray.labels().find((label) => /^Resume notifications \(paused until (?:\w+, )?\d\d:\d\d\)$/.test(label));
    for (const label of ["Pause notifications for an hour", "Pause until tomorrow"]) {
      tray.click(label);
      await waitFor("the pause", paused);
      const { news } = await app.invoke("status");
      assert.ok(Date.parse(news.paused_until) > Date.now());
      if (label === "Pause until tomorrow") assert.equal(new Date(news.paused_until).getHours(), 8);
      tray.click(paused());
      await waitFor("the end of the pause", () => !paused());
    }
  });

  it("speaks the language that is chosen", async () => {
    await app.changeSettings((settings) => (settings.appearance.language = "de"));
    await lists("Beenden");
    await lists("Rain – fehlgeschlagen");
    await app.changeSettings((settings) => (settings.appearance.language = "en"));
    await lists("Quit");
  });

  it("shows that the studio is out of reach", async () => {
    backend.stop();
    await shows("offline");
  });

  it("quits", async () => {
    const { own } = app.processes();
    tray.click("Quit");
    await waitFor("its end", () => spawnSync("kill", ["-0", own]).status !== 0);
  });
});
