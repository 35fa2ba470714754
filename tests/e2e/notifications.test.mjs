// Notifications at a real daemon: what they say, what can be done with them, and when they keep quiet.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { App, chooseAction, clickNotification, forgetNotifications, notifications, onScreen, videos, waitFor } from "./app.mjs";
import { drawPictures } from "./films.mjs";
import { startScripted } from "./scripted.mjs";

const job = (id, title, url) => ({
  id,
  status: "PROCESSING",
  progress_percent: 50,
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
  video_metadata: { title, thumbnails: [{ thumbnail_id: "t1", thumbnail_url: `${url}/pictures/0.jpg`, timestamp_seconds: 1 }] },
});

const gnome = { GSETTINGS_BACKEND: "keyfile" };

/** Listens to what is sent to the notification daemon. */
class Wire {
  constructor() {
    this.calls = [];
    this.monitor = spawn("dbus-monitor", ["--session", "interface='org.freedesktop.Notifications',member='Notify'"], { stdio: ["ignore", "pipe", "ignore"] });
    createInterface({ input: this.monitor.stdout }).on("line", (line) => {
      if (line.includes("member=Notify")) this.calls.push("");
      else if (this.calls.length > 0) this.calls.push(`${this.calls.pop()}${line}\n`);
    });
  }

  /** Waits for the whole call about something. */
  async call(words) {
    return waitFor(`the notification "${words}"`, () => this.calls.findLast((call) => call.includes(words) && /\n {3}int32 -?\d+\n/.test(call)));
  }
}

describe("notifications", { concurrency: false }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tallylight-notifications-"));
  let app;
  let backend;
  let wire;
  let minute = 0;

  const later = () => new Date(Date.parse("2026-01-02T00:00:00Z") + (minute += 1) * 60_000).toISOString();
  const end = (id, status) => {
    const at = later();
    const ended = backend.jobs.find((job) => job.id === id);
    Object.assign(ended, { status, progress_percent: status === "COMPLETED" ? 100 : 50, updated_at: at });
    backend.say({ type: "JOB_UPDATE", job_id: id, data: { status, progress_percent: 100 }, timestamp: at });
  };
  const again = (id) => {
    const at = later();
    Object.assign(backend.jobs.find((job) => job.id === id), { status: "PROCESSING", progress_percent: 1, updated_at: at });
    backend.say({ type: "JOB_UPDATE", job_id: id, data: { status: "PROCESSING", progress_percent: 1 }, timestamp: at });
  };
  const trouble = (id, error_message, recoverable) =>
    backend.say({ type: "ERROR", job_id: id, data: { error_code: "odd", error_message, recoverable }, timestamp: later() });
  const summaries = () => notifications().map(({ summary }) => summary);
  const shown = (summary) => waitFor(`"${summary}" on the screen`, () => onScreen() > 0 && wire.calls.some((call) => call.includes(summary)));

  before(async () => {
    wire = new Wire();
    backend = await startScripted([]);
    backend.pictures = drawPictures(1);
    backend.jobs = ["1", "2", "3", "4", "5", "6", "7", "8"].map((id) => job(id, `Film ${id}`, backend.url));
    // GNOME's settings, in a file: there is no GNOME here that would keep them.
    app = await App.start(dataDir, { world: gnome });
    await app.enter(backend);
    await app.sees("Film 8");
    await app.sees("Live");
    forgetNotifications();
  });
  after(async () => {
    wire.monitor.kill();
    await app?.close();
    backend?.stop();
  });

  it("says that a video is ready, with its thumbnail and what can be done", async () => {
    end("1", "COMPLETED");
    const call = await wire.call("Film 1 is ready");
    assert.match(call, /string "Everything is done, with 1 thumbnail to look at"/);
    const picture = /string "image-path"\s+variant\s+string "([^"]+)"/.exec(call)?.[1];
    assert.match(execFileSync("file", ["--brief", "--mime-type", picture], { encoding: "utf8" }), /image\/jpeg/);
    assert.deepEqual([...call.matchAll(/string "(default|open|copy|again|dismiss)"\s+string "([^"]+)"/g)].map((match) => match.slice(1)), [
      ["default", "Open"],
      ["open", "Open"],
      ["copy", "Copy title"],
    ]);
    assert.match(call, /string "desktop-entry"\s+variant\s+string "tallylight"/);
    assert.doesNotMatch(call, /sound-name/);
  });

  it("copies the title", async () => {
    await shown("Film 1 is ready");
    chooseAction("Copy title");
    const pasted = () => execFileSync("/usr/bin/python3", ["-c", PASTE], { encoding: "utf8" });
    await waitFor("the title on the clipboard", () => pasted().trim() === "Film 1");
    execFileSync("dunstctl", ["close-all"]);
  });

  it("says why a video failed, which takes the place of what was said of it before", async () => {
    again("1");
    end("1", "COMPLETED");
    const first = await wire.call("Film 1 is ready");
    await shown("Film 1 is ready");
    again("1");
    trouble("1", "The disk <b>broke</b>.", false);
    const call = await wire.call("Film 1 failed");
    assert.match(call, /The disk &lt;b&gt;broke&lt;\/b&gt;\./, "words, and no markup");
    assert.match(call, /string "urgency"\s+variant\s+byte 2/);
    assert.notEqual(/uint32 (\d+)/.exec(call)[1], "0", `it replaces one: ${first}`);
    assert.equal(onScreen(), 1);
  });

  it("opens the video from its action", async () => {
    assert.equal(await app.$("article h1").isExisting(), false);
    chooseAction("Open");
    await waitFor("the video", async () => (await app.text("article h1")) === "Film 1");
    await app.sees("The disk <b>broke</b>.");
  });

  it("puts a failure aside from its action", async () => {
    again("2");
    trouble("2", "It broke.", false);
    await shown("Film 2 failed");
    chooseAction("Dismiss");
    await waitFor("the failure to be put aside", async () => (await app.invoke("job", { jobId: "2" })).attention === null);
  });

  it("asks for a look at a warning, once", async () => {
    trouble("3", "No sound.", true);
    trouble("3", "No sound at all.", true);
    await waitFor("the warning", () => summaries().includes("Film 3 needs a look"));
    end("3", "COMPLETED");
    await waitFor("the end", () => summaries().includes("Film 3 is ready"));
    assert.equal(summaries().filter((summary) => summary === "Film 3 needs a look").length, 1);
  });

  it("makes one of many, which opens what happened, with marks of what was not seen", async () => {
    forgetNotifications();
    for (const id of ["4", "5", "6"]) end(id, "COMPLETED");
    await shown("3 videos are ready");
    clickNotification();
    await waitFor("what happened", async () => (await app.text("dialog h2")) === "What happened");
    assert.equal((await app.browser.$$("dialog .unread").getElements()).length, 5, "those that nobody has looked at");
    await app.screenshot("history");
    await app.button("Close").click();
    await waitFor("all to be seen", async () => (await app.invoke("status")).news.unread === 0);
    assert.deepEqual(summaries(), ["3 videos are ready"]);
  });

  it("says nothing of what nobody wants to hear, and makes a sound where they want one", async () => {
    forgetNotifications();
    await app.changeSettings((settings) => Object.assign(settings.notifications, { completed: false, sound: true }));
    end("7", "COMPLETED");
    again("4");
    trouble("4", "It broke.", false);
    const call = await wire.call("Film 4 failed");
    assert.match(call, /string "sound-name"\s+variant\s+string "dialog-error"/);
    assert.deepEqual(summaries(), ["Film 4 failed"]);
    await app.changeSettings((settings) => Object.assign(settings.notifications, { completed: true, failed: false, warning: false }));
    again("5");
    trouble("5", "Oh.", true);
    trouble("5", "It broke.", false);
    end("8", "COMPLETED");
    await waitFor("the other", () => summaries().includes("Film 8 is ready"));
    assert.deepEqual(summaries(), ["Film 8 is ready", "Film 4 failed"]);
    await app.changeSettings((settings) => Object.assign(settings.notifications, { failed: true, warning: true }));
  });

  const banners = (shown) =>
    execFileSync("gsettings", ["set", "org.gnome.desktop.notifications", "show-banners", shown], { env: { ...process.env, ...gnome } });
  const desktops = {
    dunst: { begin: () => execFileSync("dunstctl", ["set-paused", "true"]), end: () => execFileSync("dunstctl", ["set-paused", "false"]) },
    GNOME: { begin: () => banners("false"), end: () => banners("true") },
  };
  for (const [name, disturbing] of Object.entries(desktops)) it(`leaves a desktop alone that wants it, and tells it all as one afterwards: ${name}`, async () => {
    disturbing.begin();
    // After many at once the next ones are gathered for ten seconds.
    await sleep(10_500);
    forgetNotifications();
    wire.calls.length = 0;
    for (const id of ["4", "5"]) {
      again(id);
      end(id, "COMPLETED");
    }
    await waitFor("both in the history", async () => (await app.invoke("history")).filter(({ read }) => !read).length >= 2);
    // Past the moment in which what happens at once is gathered.
    await sleep(1500);
    const sent = () => wire.calls.filter((call) => /Film [45] is ready|2 videos/.test(call)).length;
    assert.equal(sent(), 0, `nothing was sent: ${wire.calls}`);
    disturbing.end();
    await waitFor("the digest", () => summaries().length > 0);
    assert.deepEqual(summaries(), ["2 videos are ready"]);
  });

  it("keeps quiet in quiet hours", async () => {
    forgetNotifications();
    const hour = (hours) => `${String((new Date().getHours() + hours + 24) % 24).padStart(2, "0")}:00`;
    await app.changeSettings((settings) => (settings.notifications.quiet_hours = { from: hour(-1), to: hour(2) }));
    again("6");
    end("6", "COMPLETED");
    await waitFor("it in the history", async () => (await app.invoke("history"))[0].job_id === "6");
    await sleep(1500);
    assert.equal(wire.calls.filter((call) => call.includes("Film 6 is ready")).length, 0);
    await app.changeSettings((settings) => (settings.notifications.quiet_hours = undefined));
    await waitFor("it to be told", () => summaries().includes("Film 6 is ready"));
  });

  it("sends the file of a failed video again", async () => {
    await app.close();
    app = await App.start(mkdtempSync(join(tmpdir(), "tallylight-again-")), { args: ["--this-computer"] });
    await app.sees("No videos yet");
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
