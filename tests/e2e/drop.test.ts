// A video is dragged from a file manager and dropped on the window, with a real mouse on a real screen.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App } from "./support/app.ts";
import { videos } from "./support/environment.ts";
import { waitFor } from "./support/wait.ts";
import { startWindowScript, type WindowScript } from "./support/window-script.ts";
import { findWindow, xdotool } from "./support/x11.ts";

describe("dropping a video on the window", { concurrency: false }, () => {
  let app: App;
  let files: WindowScript;

  before(async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "tallylight-drop-"));
    app = await App.start(dataDir, { args: ["--this-computer"] });
    await app.waitForText("No videos yet");
    files = startWindowScript("drag_source.py", videos.silent);
  });
  after(async () => {
    files?.stop();
    await app?.close();
  });

  it("shows a hint while the video hovers, and uploads it when it is dropped", async () => {
    const [source, target] = [await findWindow("^Files$"), await findWindow("^Tallylight$")];
    xdotool("windowmove", "--sync", target, 300, 60);
    xdotool("windowmove", "--sync", source, 5, 5);
    xdotool("windowactivate", "--sync", source);
    xdotool("mousemove", 60, 60, "mousedown", 1);
    await waitFor("the button to be held", () => files.lines.includes("pressed"));
    // Step by step, as a hand does: a drag begins with a small move.
    let x = 60;
    await waitFor("the drag to begin", () => {
      xdotool("mousemove", (x += 10), 60);
      return files.lines.includes("began");
    });
    for (const x of [120, 200, 300, 400, 500]) xdotool("mousemove", x, 400);
    const move = () => xdotool("mousemove", (x = x === 600 ? 610 : 600), 400);
    await waitFor("the hint", async () => {
      move();
      return (await app.text()).includes("Drop to upload");
    });
    await app.screenshot("drop");
    // Whoever lets go before the window has accepted the drag cancels it.
    await waitFor("the window to accept it", () => {
      move();
      return files.lines.at(-1) === "accepted";
    });
    xdotool("mouseup", 1);
    await app.waitForText("City at night");
    await waitFor("the hint to go", async () => !(await app.text()).includes("Drop to upload"));
  });
});
