// The tray icon on a real message bus: its picture and its menu.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App } from "./support/app.ts";
import { isRunning } from "./support/processes.ts";
import { ScriptedBackend } from "./support/scripted-backend.ts";
import { TrayIcon, type Picture } from "./support/tray.ts";
import { present, waitFor } from "./support/wait.ts";
import { appWindows, closeWindow, isAppVisible } from "./support/x11.ts";

const icons = realpathSync(join(import.meta.dirname, "../../src-tauri/icons/tray/colour"));
/** Returns the pixels of a picture as the bus carries them. */
const argbOf = (file: string) => {
  const rgba = execFileSync("convert", [file, "-depth", "8", "rgba:-"]);
  return Buffer.from(rgba.map((_, at) => present(rgba[at % 4 === 0 ? at + 3 : at - 1])));
};
const now = () => new Date().toISOString();
const job = (id: string, status: string, percent: number, title: string) => ({
  id,
  status,
  progress_percent: percent,
  created_at: `2026-01-01T00:00:0${id}Z`,
  updated_at: `2026-01-01T00:00:0${id}Z`,
  video_metadata: { title },
});
const update = (id: string, status: string, percent: number) => ({
  type: "JOB_UPDATE",
  job_id: id,
  data: { status, progress_percent: percent },
  timestamp: now(),
});

describe("the tray", { concurrency: false }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tallylight-tray-"));
  let app: App;
  let backend: ScriptedBackend;
  let tray: TrayIcon;

  /** Closes the window as a person does. */
  const close = async () => {
    closeWindow(present(appWindows()[0]));
    await waitFor("the window to be gone", () => !isAppVisible());
  };
  /** Waits until the icon is one of the app's pictures, pixel by pixel and in every size. */
  const shows = (name: string) =>
    waitFor(`the icon ${name}`, () => {
      const pictures = tray.pictures();
      const isSame = ({ size, argb }: Picture) =>
        argb.equals(argbOf(join(icons, String(size), `${name}.png`)));
      return pictures.length === 4 && pictures.every(isSame);
    });
  const lists = (label: string) =>
    waitFor(`"${label}" in the menu`, () => tray.labels().includes(label)).catch((error) => {
      throw new Error(`${error.message}; it has ${tray.labels().join(" | ")}`);
    });

  before(async () => {
    backend = await ScriptedBackend.start(
      [
        job("1", "PROCESSING", 50, "Coast & path_1_"),
        job("2", "COMPLETED", 100, "City at night"),
        job("3", "PENDING", 0, "Rain"),
        job("4", "COMPLETED", 100, "Harbour"),
        job("5", "COMPLETED", 100, "Dunes"),
        job("6", "COMPLETED", 100, "Lighthouse"),
      ],
      { description: { features: ["upload"] } },
    );
    app = await App.start(dataDir);
    tray = await TrayIcon.find();
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  it("signed out: shows so, and disables what needs an account", async () => {
    await app.waitForText("Connect to a studio");
    await shows("signed-out");
    assert.deepEqual(
      tray
        .menu()
        .filter(({ enabled }) => !enabled)
        .map(({ label }) => label),
      ["Tallylight: signed out", "Upload…", "Resume notifications"],
    );
  });

  it("lists the five most important videos with their progress, and shows it in the icon", async () => {
    await app.connectAndSignIn(backend);
    await app.waitForText("Live");
    await lists("Coast & path_1_ – 50 %");
    const named = () => tray.labels().filter((label) => label.includes(" – "));
    assert.deepEqual(named(), [
      "Coast & path_1_ – 50 %",
      "Rain – Queued",
      "Lighthouse – Ready",
      "Dunes – Ready",
      "Harbour – Ready",
    ]);
    assert.ok(
      tray.labels().includes("Tallylight: 1 processing, 1 queued, 4 ready"),
      tray.labels().join(),
    );
    assert.equal(tray.toolTip(), "Tallylight: 1 processing, 1 queued, 4 ready");
    await shows("working-4");
    backend.send(update("1", "PROCESSING", 90));
    await lists("Coast & path_1_ – 90 %");
    await shows("working-7");
  });

  it("a failure comes first", async () => {
    backend.send(update("3", "FAILED", 10));
    await lists("Rain – Failed");
    await shows("attention");
    assert.equal(tray.labels().filter((label) => label.includes(" – "))[0], "Rain – Failed");
  });

  it("closed: the app runs on, and the menu shows its window", async () => {
    await waitFor("the window", isAppVisible);
    await close();
    tray.click("Open Tallylight");
    await waitFor("the window to be back", isAppVisible);
  });

  it("opens the video that is clicked", async () => {
    await close();
    tray.click("Rain – Failed");
    await waitFor("the window", isAppVisible);
    await waitFor("the video", async () => (await app.text("article h1")) === "Rain");
  });

  it("opens the history, and the settings", async () => {
    for (const label of ["Notifications", "Settings"]) {
      await close();
      tray.click(label);
      await waitFor("the window", isAppVisible);
      await waitFor(label, async () => (await app.text("dialog h2")) === label);
      await app.button("Close").click();
    }
  });

  it("offers a file to upload", async () => {
    tray.click("Upload…");
    const dialog = () =>
      spawnSync("xdotool", ["search", "--onlyvisible", "--class", "tallylight"], {
        encoding: "utf8",
      })
        .stdout.trim()
        .split("\n").length > 1;
    await waitFor("the dialog of the system", dialog);
    await waitFor("its end", () => {
      execFileSync("xdotool", ["key", "Escape"]);
      return !dialog();
    });
  });

  it("pauses notifications, and shows until when", async () => {
    const paused = () =>
      tray
        .labels()
        .find((label) => /^Resume notifications \(paused until (?:\w+, )?\d\d:\d\d\)$/.test(label));
    for (const label of ["Pause notifications for 1 hour", "Pause until tomorrow"]) {
      tray.click(label);
      await waitFor("the pause", paused);
      const { news } = await app.invoke("status");
      assert.ok(Date.parse(present(news.paused_until)) > Date.now());
      if (label === "Pause until tomorrow")
        assert.equal(new Date(present(news.paused_until)).getHours(), 8);
      tray.click(present(paused()));
      await waitFor("the end of the pause", () => !paused());
    }
  });

  it("uses the chosen language", async () => {
    await app.changeSettings((settings) => (settings.appearance.language = "de"));
    await lists("Beenden");
    await lists("Rain – Fehlgeschlagen");
    await app.changeSettings((settings) => (settings.appearance.language = "en"));
    await lists("Quit");
  });

  it("shows that the studio is offline", async () => {
    backend.stop();
    await shows("offline");
  });

  it("quits", async () => {
    const { own } = app.processes();
    tray.click("Quit");
    await waitFor("its end", () => !isRunning(own));
  });
});
