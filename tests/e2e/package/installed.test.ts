// The app as its package installs it. It runs in two phases: with an older version, and after the upgrade with the data
// of the first phase.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App } from "../support/app.ts";
import { bin, requiredEnv, videos } from "../support/environment.ts";
import { waitFor } from "../support/wait.ts";

const phase = requiredEnv("TALLYLIGHT_PHASE");
const dataDir = join(requiredEnv("XDG_DATA_HOME"), "tallylight");
const output = (command: string, ...args: string[]) =>
  execFileSync(command, args, { encoding: "utf8" });

describe(`the package, ${phase}`, { concurrency: false }, () => {
  let app: App;

  before(async () => {
    app = await App.start(dataDir, { usesDefaultDataDir: true });
  });
  after(async () => {
    await app?.close();
  });

  if (phase === "installed") {
    it("processes a video that the file manager opens with it", async () => {
      await app.waitForText("Track every upload");
      await app.button("Use this computer").click();
      await app.waitForText("No videos yet");
      output(
        "gio",
        "launch",
        "/usr/share/applications/tv.tallylight.app.desktop",
        `file://${videos.complete}`,
      );
      await waitFor(
        "the end of the job",
        async () => (await app.text("[data-job]")).includes("Ready"),
        120_000,
      );
    });
  } else {
    it("upgraded: has the data of the version before", async () => {
      await waitFor("the video", async () => (await app.text("[data-job]")).includes("Ready"));
    });

    it("opens a link", async () => {
      const job = await app.browser.execute(
        () => document.querySelector<HTMLElement>("[data-job]")?.dataset.job,
      );
      output("gio", "open", `tallylight://job/${job}`);
      await app.waitForText("Thumbnails");
      await app.screenshot("installed");
    });
  }

  it("installs tally, its manual and its completions", () => {
    assert.match(output(bin("tally"), "--version"), /^tally \d/);
    assert.match(output("man", "tally-upload"), /Upload videos/);
    assert.match(
      output(
        "bash",
        "-c",
        "source /usr/share/bash-completion/completions/tally && complete -p tally",
      ),
      /tally/,
    );
  });

  it("is registered for links and videos", () => {
    assert.match(
      output("gio", "mime", "x-scheme-handler/tallylight"),
      /tv\.tallylight\.app\.desktop/,
    );
    assert.match(output("gio", "mime", "video/mp4"), /tv\.tallylight\.app\.desktop/);
  });
});
