// The mini strip: the small form of the window, above others, and the shortcut that shows it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App } from "./support/app.ts";
import { ScriptedBackend } from "./support/scripted-backend.ts";
import { TrayIcon } from "./support/tray.ts";
import { present, waitFor } from "./support/wait.ts";
import { appWindows, isAppVisible, xdotool } from "./support/x11.ts";

const job = (id: string, status: string, percent: number, title: string) => ({
  id,
  status,
  progress_percent: percent,
  created_at: `2026-01-01T00:00:0${id}Z`,
  updated_at: `2026-01-01T00:00:0${id}Z`,
  video_metadata: { title },
});

describe("the mini strip", { concurrency: false }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tallylight-strip-"));
  let app: App;
  let backend: ScriptedBackend;

  const size = () => app.browser.execute(() => [innerWidth, innerHeight] as [number, number]);
  const isStrip = async () => (await size())[0] <= 400 && (await app.count("main.strip")) === 1;
  const becomesStrip = () => waitFor("the strip", isStrip);
  /** Waits until the full window has a size again. */
  const returnsTo = async (width: number, height: number) => {
    let now: unknown;
    const isBack = async () => {
      now = [...(await size()), await app.count("main.strip")];
      return JSON.stringify(now) === JSON.stringify([width, height, 0]);
    };
    await waitFor(`${width} × ${height}`, isBack).catch((error: Error) => {
      throw new Error(`${error.message}: it is ${JSON.stringify(now)}`);
    });
  };
  const windowState = () =>
    execFileSync("xprop", ["-id", present(appWindows()[0]), "_NET_WM_STATE"], { encoding: "utf8" });
  const isAbove = () => windowState().includes("_NET_WM_STATE_ABOVE");

  before(async () => {
    backend = await ScriptedBackend.start(
      [
        job("1", "PROCESSING", 42, "Coast path"),
        job("2", "PENDING", 0, "Rain"),
        job("3", "COMPLETED", 100, "City at night"),
      ],
      { description: { editable: ["TITLE"] } },
    );
    app = await App.start(dataDir);
    await app.connectAndSignIn(backend);
    await app.waitForText("Live");
    await app.waitForText("Coast path");
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  it("is small, and shows what is at work; back in the full window, everything is as it was", async () => {
    xdotool("windowsize", "--sync", present(appWindows()[0]), 900, 640);
    await returnsTo(900, 640);
    await app.$('[data-job="1"]').click();
    await app.$('[data-field="TITLE"]').click();
    for (const letter of " (cut)") await app.browser.keys(letter);
    const draft = await app.$('[data-field="TITLE"]').getValue();
    await app.runCommand("Mini strip");
    await becomesStrip();
    const text = await app.text("main.strip");
    assert.match(text, /Coast path\s+42 %/);
    assert.match(text, /Rain\s+Queued/);
    assert.ok(!text.includes("City at night"), text);
    await app.screenshot("strip");
    await app.browser.keys("Escape");
    await returnsTo(900, 640);
    assert.equal(await app.$('[data-field="TITLE"]').getValue(), draft);
  });

  it("pressed row: opens the full window on that video", async () => {
    await app.blur();
    await app.browser.keys("m");
    await becomesStrip();
    await app.$('//main[contains(@class, "strip")]//button[contains(., "Rain")]').click();
    await returnsTo(900, 640);
    await waitFor("the video", async () => (await app.text("article h1")) === "Rain");
  });

  it("stays above other windows on request", async () => {
    assert.ok(!isAbove(), windowState());
    await app.changeSettings((settings) => (settings.window.always_on_top = true));
    await waitFor("the window to be above", isAbove);
    await app.invoke("set_window_mode", { mode: "strip" });
    await becomesStrip();
    await app.button("Always on top").click();
    await waitFor("the window not to be above", () => !isAbove());
    await app.button("Always on top").click();
    await waitFor("the window to be above", isAbove);
  });

  it("is remembered by the next start, and so is the size of the full window", async () => {
    await app.close();
    app = await App.start(dataDir);
    await becomesStrip();
    await app.waitForText("Coast path");
    await waitFor("the window", isAppVisible);
    await waitFor("the window to be above", isAbove);
    await app.button("Open full window").click();
    await returnsTo(900, 640);
    await app.changeSettings((settings) => (settings.window.always_on_top = false));
    await waitFor("the window not to be above", () => !isAbove());
  });

  it("is shown and hidden by the global shortcut, once one is set", async () => {
    const state = async () => (await app.invoke("settings")).window.shortcut;
    assert.equal(await state(), "off");
    await app.changeSettings((settings) => (settings.window.shortcut = "Control+Alt+Y"));
    await waitFor("the shortcut", async () => (await state()) === "active");
    xdotool("windowactivate", "--sync", present(appWindows()[0]));
    // Pressed while another window has the focus, it shows the window.
    await waitFor("the focus", () => app.browser.execute(() => document.hasFocus()));
    xdotool("key", "ctrl+alt+y");
    await waitFor("the window to be gone", () => !isAppVisible());
    xdotool("key", "ctrl+alt+y");
    await waitFor("the window", isAppVisible);
    await app.changeSettings((settings) => (settings.window.shortcut = null));
    await waitFor("the shortcut to be off", async () => (await state()) === "off");
  });

  it("outcomes of a hidden window are counted in the tray, until the window is shown", async () => {
    const tray = await TrayIcon.find();
    const statusLine = () => tray.labels().find((label) => label.startsWith("Tallylight")) ?? "";
    await app.invoke("close", { choice: "hide", remember: false });
    await waitFor("the window to be gone", () => !isAppVisible());
    const data = { status: "FAILED", progress_percent: 42 };
    backend.send({
      type: "JOB_UPDATE",
      job_id: "1",
      data,
      timestamp: new Date().toISOString(),
    });
    await waitFor("the outcome in the tray", () => statusLine().includes("1 unseen"));
    tray.click("Open Tallylight");
    await waitFor("the window", isAppVisible);
    await waitFor("nothing to be unseen", () => !statusLine().includes("unseen"));
  });

  it("an invalid shortcut is refused", async () => {
    await assert.rejects(
      app.changeSettings((settings) => (settings.window.shortcut = "Shift+Y")),
      /Add Ctrl, Alt or the Super key/,
    );
  });
});
