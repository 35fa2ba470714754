// Notifications at a real daemon: their texts and actions, and when they are held back.

import assert from "node:assert/strict";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { App } from "./support/app.ts";
import { SYSTEM_PYTHON, videos } from "./support/environment.ts";
import {
  chooseAction,
  clickNotification,
  closeNotifications,
  forgetNotifications,
  notifications,
  onScreen,
} from "./support/notifications.ts";
import { drawPictures } from "./support/sample-jobs.ts";
import { ScriptedBackend, type Job } from "./support/scripted-backend.ts";
import { holdFor, present, waitFor } from "./support/wait.ts";

const job = (id: string, title: string, url: string): Job => ({
  id,
  status: "PROCESSING",
  progress_percent: 50,
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
  video_metadata: {
    title,
    thumbnails: [
      { thumbnail_id: "t1", thumbnail_url: `${url}/pictures/0.jpg`, timestamp_seconds: 1 },
    ],
  },
});

const gnome = { GSETTINGS_BACKEND: "keyfile" };

/** How long outcomes are gathered before a notification is due: three times the core's 500 ms. */
const GATHERING_MS = 1_500;

/** The calls that the notification daemon receives. */
class Wire {
  readonly calls: string[] = [];
  private readonly monitor: ChildProcess;

  constructor() {
    const monitor = spawn(
      "dbus-monitor",
      ["--session", "interface='org.freedesktop.Notifications',member='Notify'"],
      { stdio: ["ignore", "pipe", "ignore"] },
    );
    this.monitor = monitor;
    createInterface({ input: monitor.stdout }).on("line", (line) => {
      if (line.includes("member=Notify")) this.calls.push("");
      else if (this.calls.length > 0) this.calls.push(`${this.calls.pop()}${line}\n`);
    });
  }

  /** Waits for a call that contains a text, and returns it once it is complete. */
  async call(text: string): Promise<string> {
    return waitFor(`the notification "${text}"`, () =>
      this.calls.findLast((call) => call.includes(text) && /\n {3}int32 -?\d+\n/.test(call)),
    );
  }

  stop(): void {
    this.monitor.kill();
  }
}

/** GNOME's setting that shows notifications, and what programs that listen to it hear. */
class Banners {
  private readonly monitor: ChildProcess;
  private last = "";

  constructor() {
    const monitor = this.spawn("monitor");
    this.monitor = monitor;
    createInterface({ input: monitor.stdout }).on("line", (line) => (this.last = line));
  }

  /** Changes it, and waits until programs have heard of it. */
  async set(shown: "true" | "false"): Promise<void> {
    this.spawn("set", shown);
    await waitFor(`the banners ${shown}`, () => this.last.includes(shown));
  }

  stop(): void {
    this.monitor.kill();
  }

  private spawn(command: string, ...args: string[]) {
    const key = ["org.gnome.desktop.notifications", "show-banners"];
    return spawn("gsettings", [command, ...key, ...args], {
      env: { ...process.env, ...gnome },
      stdio: ["ignore", "pipe", "ignore"],
    });
  }
}

describe("notifications", { concurrency: false }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tallylight-notifications-"));
  let app: App;
  let backend: ScriptedBackend;
  let wire: Wire;
  let banners: Banners;
  let minute = 0;

  const later = () =>
    new Date(Date.parse("2026-01-02T00:00:00Z") + (minute += 1) * 60_000).toISOString();
  const end = (id: string, status: string) => {
    const at = later();
    Object.assign(backend.job(id), {
      status,
      progress_percent: status === "COMPLETED" ? 100 : 50,
      updated_at: at,
    });
    backend.send({
      type: "JOB_UPDATE",
      job_id: id,
      data: { status, progress_percent: 100 },
      timestamp: at,
    });
  };
  const rerun = (id: string) => {
    const at = later();
    const data = { status: "PROCESSING", progress_percent: 1 };
    Object.assign(backend.job(id), data, { updated_at: at });
    backend.send({ type: "JOB_UPDATE", job_id: id, data, timestamp: at });
  };
  const fault = (id: string, error_message: string, recoverable: boolean) =>
    backend.send({
      type: "ERROR",
      job_id: id,
      data: { error_code: "odd", error_message, recoverable },
      timestamp: later(),
    });
  const summaries = () => notifications().map(({ summary }) => summary);
  const shown = (summary: string) =>
    waitFor(
      `"${summary}" on the screen`,
      () => onScreen() > 0 && wire.calls.some((call) => call.includes(summary)),
    );

  before(async () => {
    wire = new Wire();
    banners = new Banners();
    backend = await ScriptedBackend.start([]);
    backend.pictures = drawPictures(1);
    backend.jobs = ["1", "2", "3", "4", "5", "6", "7", "8"].map((id) =>
      job(id, `Film ${id}`, backend.url),
    );
    // GNOME's settings, in a file: there is no GNOME here that would keep them.
    app = await App.start(dataDir, { env: gnome });
    await app.connectAndSignIn(backend);
    await app.waitForText("Film 8");
    await app.waitForText("Live");
    forgetNotifications();
  });
  after(async () => {
    wire?.stop();
    banners?.stop();
    await app?.close();
    backend?.stop();
  });

  it("completed: names the video, with its thumbnail and actions", async () => {
    end("1", "COMPLETED");
    const call = await wire.call("Film 1 is ready");
    assert.match(call, /string "Processing finished, 1 thumbnail available"/);
    const picture = /string "image-path"\s+variant\s+string "([^"]+)"/.exec(call)?.[1];
    const type = ["--brief", "--mime-type", present(picture, "the picture")];
    assert.match(execFileSync("file", type, { encoding: "utf8" }), /image\/jpeg/);
    assert.deepEqual(
      [...call.matchAll(/string "(default|open|copy|again|dismiss)"\s+string "([^"]*)"/g)].map(
        (match) => match.slice(1),
      ),
      [
        ["default", ""],
        ["open", "Open"],
        ["copy", "Copy title"],
      ],
    );
    assert.match(call, /string "desktop-entry"\s+variant\s+string "tv\.tallylight\.app"/);
    assert.doesNotMatch(call, /sound-name/);
  });

  it("copies the title from its action", async () => {
    await shown("Film 1 is ready");
    chooseAction("Copy title");
    const pasted = () => execFileSync(SYSTEM_PYTHON, ["-c", PASTE], { encoding: "utf8" });
    await waitFor("the title on the clipboard", () => pasted().trim() === "Film 1");
    closeNotifications();
  });

  it("failed: says why, and replaces the notification of the run before", async () => {
    rerun("1");
    end("1", "COMPLETED");
    const first = await wire.call("Film 1 is ready");
    await shown("Film 1 is ready");
    rerun("1");
    fault("1", "The disk <b>broke</b>.", false);
    const call = await wire.call("Film 1 failed");
    assert.match(call, /The disk &lt;b&gt;broke&lt;\/b&gt;\./, "text, not markup");
    assert.match(call, /string "urgency"\s+variant\s+byte 2/);
    assert.notEqual(/uint32 (\d+)/.exec(call)?.[1] ?? "0", "0", `it replaces one: ${first}`);
    assert.equal(onScreen(), 1);
  });

  it("opens the video from its action", async () => {
    assert.equal(await app.$("article h1").isExisting(), false);
    chooseAction("Open");
    await waitFor("the video", async () => (await app.text("article h1")) === "Film 1");
    await app.waitForText("The disk <b>broke</b>.");
    const isFocused = () => document.activeElement === document.querySelector("article h1");
    await waitFor("the focus at its title", () => app.browser.execute(isFocused));
  });

  it("dismisses a failure from its action", async () => {
    rerun("2");
    fault("2", "It broke.", false);
    await shown("Film 2 failed");
    chooseAction("Dismiss");
    await waitFor(
      "the failure to be dismissed",
      async () => (await app.invoke("job", { jobId: "2" })).attention === null,
    );
  });

  it("warned: notifies once, at the end of the run", async () => {
    fault("3", "Look at it.", true);
    fault("3", "Look at this, too.", true);
    end("3", "COMPLETED");
    await waitFor("the end", () => summaries().includes("Film 3 is ready with 2 warnings"));
    assert.equal(summaries().filter((summary) => summary.startsWith("Film 3")).length, 1);
  });

  it("many at once: one summary, which opens the history with unread marks", async () => {
    forgetNotifications();
    for (const id of ["4", "5", "6"]) end(id, "COMPLETED");
    await shown("3 videos are ready");
    clickNotification();
    await waitFor("the history", async () => (await app.text("dialog h2")) === "Notifications");
    assert.equal(await app.count("dialog .unread"), 4, "those that were not opened");
    await app.screenshot("history");
    await app.button("Close").click();
    await waitFor("all to be read", async () => (await app.invoke("status")).news.unread === 0);
    assert.deepEqual(summaries(), ["3 videos are ready"]);
  });

  it("notifies only of the chosen outcomes, with a sound if that is chosen", async () => {
    forgetNotifications();
    await app.changeSettings((settings) =>
      Object.assign(settings.notifications, { completed: false, sound: true }),
    );
    end("7", "COMPLETED");
    rerun("4");
    fault("4", "It broke.", false);
    const call = await wire.call("Film 4 failed");
    assert.match(call, /string "sound-name"\s+variant\s+string "dialog-error"/);
    assert.deepEqual(summaries(), ["Film 4 failed"]);
    await app.changeSettings((settings) =>
      Object.assign(settings.notifications, { completed: true, failed: false, warning: false }),
    );
    rerun("5");
    fault("5", "Oh.", true);
    fault("5", "It broke.", false);
    end("8", "COMPLETED");
    await waitFor("the other", () => summaries().includes("Film 8 is ready"));
    assert.deepEqual(summaries(), ["Film 8 is ready", "Film 4 failed"]);
    await app.changeSettings((settings) =>
      Object.assign(settings.notifications, { failed: true, warning: true }),
    );
  });

  /** Each desktop's "do not disturb". */
  const desktops = {
    dunst: async (on: boolean) => {
      execFileSync("dunstctl", ["set-paused", String(on)]);
    },
    GNOME: async (on: boolean) => banners.set(on ? "false" : "true"),
  };
  for (const [name, setDoNotDisturb] of Object.entries(desktops))
    it(`holds notifications back during "do not disturb", then shows one summary: ${name}`, async () => {
      // After a summary the next outcomes are gathered for ten seconds. The notification of one says that these are over.
      forgetNotifications();
      rerun("1");
      end("1", "COMPLETED");
      await waitFor("the end of the gathering", () => summaries().includes("Film 1 is ready"));
      await setDoNotDisturb(true);
      forgetNotifications();
      wire.calls.length = 0;
      for (const id of ["4", "5"]) {
        rerun(id);
        end(id, "COMPLETED");
      }
      await waitFor("both in the history", async () => {
        const newest = (await app.invoke("history")).slice(0, 2).map(({ job_id }) => job_id);
        return newest.toSorted().join() === "4,5";
      });
      // The app emits nothing when it holds a notification back: until it would have been due, only time can pass.
      await holdFor(GATHERING_MS);
      const sent = () =>
        wire.calls.filter((call) => /Film [45] is ready|2 videos/.test(call)).length;
      assert.equal(sent(), 0, `nothing was sent: ${wire.calls}`);
      await setDoNotDisturb(false);
      await waitFor("the digest", () => summaries().length > 0);
      assert.deepEqual(summaries(), ["2 videos are ready"]);
    });

  it("holds notifications back during quiet hours", async () => {
    forgetNotifications();
    const hour = (hours: number) =>
      `${String((new Date().getHours() + hours + 24) % 24).padStart(2, "0")}:00`;
    await app.changeSettings(
      (settings) => (settings.notifications.quiet_hours = { from: hour(-1), to: hour(2) }),
    );
    rerun("6");
    end("6", "COMPLETED");
    await waitFor(
      "it in the history",
      async () => (await app.invoke("history"))[0]?.job_id === "6",
    );
    // As above: nothing is emitted while a notification is held back.
    await holdFor(GATHERING_MS);
    assert.equal(wire.calls.filter((call) => call.includes("Film 6 is ready")).length, 0);
    await app.changeSettings((settings) => (settings.notifications.quiet_hours = null));
    await waitFor("the notification", () => summaries().includes("Film 6 is ready"));
  });

  it("uploads the file of a failed video again from its action", async () => {
    await app.close();
    app = await App.start(mkdtempSync(join(tmpdir(), "tallylight-again-")), {
      args: ["--this-computer"],
    });
    await app.waitForText("No videos yet");
    app.upload(videos.truncated);
    await shown("ut-off.mp4 failed");
    chooseAction("Upload again");
    await waitFor("a second video", async () => (await app.invoke("rows")).length === 2);
  });
});

/** Reads the clipboard as another program does. */
const PASTE = `
import gi
gi.require_version("Gtk", "3.0")
from gi.repository import Gtk, Gdk
print(Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).wait_for_text() or "")
`;
