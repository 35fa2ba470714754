// The app as its package installs it, with everything where the system has it. Run in two phases, of which the second
// finds what the first one left.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App, bin, videos, waitFor } from "./app.mjs";

const phase = process.env.TALLYLIGHT_PHASE;
const dataDir = join(process.env.XDG_DATA_HOME, "tallylight");
const text = (command, ...args) => execFileSync(command, args, { encoding: "utf8" });

describe(`the package, ${phase}`, { concurrency: false }, () => {
  let app;

  before(async () => {
    app = await App.start(dataDir, { folderless: true });
  });
  after(async () => {
    await app?.close();
  });

  if (phase === "installed") {
    it("starts, and processes a video that a file manager names", async () => {
      await app.sees("How is every upload doing?");
      await app.button("Use this computer").click();
      await app.sees("No videos yet");
      text("gio", "launch", "/usr/share/applications/tallylight.desktop", `file://${videos.complete}`);
      await waitFor("the end of the job", async () => (await app.text("[data-job]")).includes("Done"), 120_000);
    });
  } else {
    it("has everything that the version before had", async () => {
      await waitFor("the video", async () => (await app.text("[data-job]")).includes("Done"));
    });

    it("opens a link of a browser", async () => {
      const job = await app.browser.execute(() => document.querySelector("[data-job]").dataset.job);
      text("gio", "open", `tallylight://job/${job}`);
      await app.sees("Thumbnails");
      await app.screenshot("installed");
    });
  }

  it("comes with tally, its manual and its completions", () => {
    assert.match(text(bin("tally"), "--version"), /^tally \d/);
    assert.match(text("man", "tally-upload"), /Sends videos/);
    assert.match(text("bash", "-c", "source /usr/share/bash-completion/completions/tally && complete -p tally"), /tally/);
  });

  it("is what a desktop opens links and videos with", () => {
    assert.match(text("gio", "mime", "x-scheme-handler/tallylight"), /tallylight\.desktop/);
    assert.match(text("gio", "mime", "video/mp4"), /tallylight\.desktop/);
  });
});
