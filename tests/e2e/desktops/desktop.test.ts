// The app in a real desktop: its window comes to the front, its tray icon and its notifications are clicked.

import assert from "node:assert/strict";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { App } from "../support/app.ts";
import { bin, requiredEnv, screenshotDir, SYSTEM_PYTHON } from "../support/environment.ts";
import { drawPictures, sampleJobs } from "../support/sample-jobs.ts";
import { ScriptedBackend } from "../support/scripted-backend.ts";
import { waitUntilStill } from "../support/page.ts";
import { present, waitFor } from "../support/wait.ts";
import { startDesktop, type Desktop } from "./desktop.ts";

/** The desktops whose scale can be changed in a running session. */
const SCALING = ["sway", "xfce"];

describe(`the app in ${requiredEnv("TALLYLIGHT_DESKTOP")}`, { concurrency: false }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tallylight-desktop-"));
  let app: App;
  let backend: ScriptedBackend;
  let desktop: Desktop;
  let other: ChildProcess | undefined;

  const picture = async (name: string) => {
    await waitUntilStill(app.browser);
    desktop.takePicture(join(screenshotDir(), `${name}.png`));
  };
  const inFront = () => waitFor("the window in front", () => desktop.isInFront());
  const startAgain = () =>
    execFileSync(bin("tallylight"), ["--data-dir", dataDir], { timeout: 20_000 });
  /** Puts the window of another program in front. */
  const cover = async () => {
    other ??= spawn(SYSTEM_PYTHON, [join(import.meta.dirname, "other_window.py")], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    await waitFor("another window in front", () => !desktop.isInFront());
  };
  /** Clicks a button as a person does: its place in the page is that of the window's lower part on the screen. */
  const clickWithMouse = async (name: string) => {
    const page = await app.browser.execute((name: string) => {
      const buttons = [...document.querySelectorAll("button")];
      const area = buttons
        .find((button) => button.innerText.trim() === name)
        ?.getBoundingClientRect();
      if (!area) throw new Error(`there is no button ${name}`);
      const [x, y] = [area.x + area.width / 2, area.y + area.height / 2];
      return { x, y, width: innerWidth, height: innerHeight };
    }, name);
    const frame = desktop.frame();
    const left = frame.x + (frame.width - page.width) / 2;
    const top = frame.y + frame.height - page.height;
    desktop.click(Math.round(left + page.x), Math.round(top + page.y));
  };
  const uncover = () => {
    other?.kill();
    other = undefined;
  };
  const close = async () => {
    await desktop.closeWindow();
    await waitFor("the window to be gone", () => !desktop.isOpen());
  };
  const complete = (id: string) => {
    const at = new Date().toISOString();
    Object.assign(backend.job(id), { status: "COMPLETED", progress_percent: 100, updated_at: at });
    backend.send({
      type: "JOB_UPDATE",
      job_id: id,
      data: { status: "COMPLETED", progress_percent: 100 },
      timestamp: at,
    });
  };

  before(async () => {
    desktop = await startDesktop();
    backend = await ScriptedBackend.start([], {
      description: { editable: ["TITLE"], features: ["upload"] },
    });
    backend.pictures = drawPictures(12);
    backend.jobs = sampleJobs(backend.url);
    app = await App.start(dataDir);
  });
  afterEach(async (context) => {
    const isFailed = "passed" in context && !context.passed;
    if (isFailed) await picture(`failed-${context.name.replaceAll(/\W+/g, "-")}`);
  });
  after(async () => {
    uncover();
    await app?.close();
    backend?.stop();
  });

  it("signs in, and shows its videos", async () => {
    await app.connectAndSignIn(backend);
    await app.waitForText("Live");
    await waitFor("the videos", async () => (await app.count("[data-job]")) > 3);
    await picture("window");
  });

  it("copies what another program pastes", async () => {
    await inFront();
    await app.browser.execute(() => {
      const rows = [...document.querySelectorAll<HTMLElement>("[data-job]")];
      rows.find((row) => row.innerText.includes("Ready"))?.click();
    });
    const title = await waitFor("a video", () => app.text("article h1"));
    await clickWithMouse("Copy title");
    await waitFor("the title", () => desktop.clipboard() === title);
  });

  it("shows the desktop's own file dialog", async () => {
    await app.button("Upload").click();
    await desktop.closeFileDialog();
  });

  it("is dark when the desktop prefers it", async () => {
    const isDark = () =>
      app.browser.execute(() => matchMedia("(prefers-color-scheme: dark)").matches);
    assert.equal(await isDark(), false);
    desktop.preferDark();
    await waitFor("a dark window", isDark);
    await picture("dark");
  });

  if (SCALING.includes(requiredEnv("TALLYLIGHT_DESKTOP"))) {
    it("is drawn sharp at another scale, with everything in its width", async () => {
      const scale = (factor: number) => present(desktop.scale?.bind(desktop))(factor);
      const ratio = () => app.browser.execute(() => devicePixelRatio);
      scale(1.5);
      // GTK draws at the next whole number, and the compositor makes it smaller.
      await waitFor("the larger scale", async () => (await ratio()) === 2);
      const isCut = await app.browser.execute(
        () => document.documentElement.scrollWidth > innerWidth,
      );
      assert.ok(!isCut, "nothing is cut off at the side");
      await picture("scaled");
      scale(1);
      await waitFor("the usual scale", async () => (await ratio()) === 1);
    });
  }

  it("comes to the front when it is started again", async () => {
    await cover();
    startAgain();
    await inFront();
    uncover();
  });

  it("opens from the tray", async () => {
    await close();
    await desktop.openFromTray();
    await waitFor("the window", () => desktop.isOpen());
    await inFront();
  });

  for (const state of ["behind another window", "closed"]) {
    it(`${state}: a click on a notification opens its video in front`, async () => {
      await (state === "closed" ? close() : cover());
      const { id } = backend.jobs.find(({ status }) => status === "PROCESSING") ?? {};
      assert.ok(id);
      complete(String(id));
      const title = backend.job(String(id)).video_metadata?.title as string;
      await desktop.clickNotification(`${title} is ready`);
      await inFront();
      await waitFor("the video", async () => (await app.text("article h1")) === title);
      await picture(`notification-${state.replaceAll(" ", "-")}`);
      uncover();
    });
  }
});
