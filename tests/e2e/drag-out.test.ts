// A thumbnail is dragged out of the window and dropped on another program, with a real mouse on a real screen.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { App } from "./support/app.ts";
import { videos } from "./support/environment.ts";
import { present, waitFor } from "./support/wait.ts";
import { startWindowScript, type WindowScript } from "./support/window-script.ts";
import { findWindow, xdotool } from "./support/x11.ts";

declare global {
  interface Window {
    /** What the mouse did in the page. */
    mouseEvents: string[];
  }
}

describe("dragging a thumbnail out of the window", { concurrency: false }, () => {
  let app: App;
  let target: WindowScript;

  before(async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "tallylight-drag-"));
    app = await App.start(dataDir, { args: ["--this-computer"] });
    await app.waitForText("No videos yet");
    app.upload(videos.complete);
    await app.$("[data-job]").waitForExist({ timeout: 20_000 });
    await app.$("[data-job]").click();
    await waitFor(
      "five thumbnails",
      async () => (await app.count("[data-thumbnail]")) === 5,
      60_000,
    );
    target = startWindowScript("drop_target.py");
  });
  after(async () => {
    target?.stop();
    await app?.close();
  });

  /** Returns what of the mouse the page has seen. */
  const seen = () => app.browser.execute(() => window.mouseEvents);

  /** Returns the middle of the first thumbnail on the screen, with the window at its place. */
  async function middleOfThumbnail(window: string): Promise<{ x: number; y: number }> {
    await app.$("[data-thumbnail]").scrollIntoView({ block: "center" });
    const place = await app.browser.execute(() => {
      const thumbnail = document.querySelector("[data-thumbnail]");
      if (!thumbnail) throw new Error("there is no thumbnail");
      const { left, top, width, height } = thumbnail.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    });
    const position = /Position: (\d+),(\d+)/.exec(xdotool("getwindowgeometry", window));
    const [, x, y] = present(position, "the window's position").map(Number);
    return { x: Math.round(present(x) + place.x), y: Math.round(present(y) + place.y) };
  }

  it("hands a file to the program that the thumbnail is dropped on", async () => {
    const [there, here] = [await findWindow("^Target$"), await findWindow("^Tallylight$")];
    xdotool("windowmove", "--sync", here, 300, 60);
    xdotool("windowmove", "--sync", there, 5, 5);
    xdotool("windowactivate", "--sync", here);
    const from = await middleOfThumbnail(here);
    await app.browser.execute(() => {
      window.mouseEvents = [];
      for (const type of ["pointermove", "pointerdown", "dragstart"]) {
        addEventListener(type, () => window.mouseEvents.push(type));
      }
    });
    xdotool("mousemove", from.x + 1, from.y + 1, "mousemove", from.x, from.y);
    await waitFor("the pointer on the thumbnail", async () =>
      (await seen()).includes("pointermove"),
    );
    xdotool("mousedown", 1);
    await waitFor("the button to be held", async () => (await seen()).includes("pointerdown"));
    // The page asks for the file when the button goes down, and cannot begin a drag before it has the answer. The same
    // request, made later, is answered later.
    const [row] = await app.invoke("rows");
    const jobId = present(row).job_id;
    const thumbnailId = await app.$("[data-thumbnail]").getAttribute("data-thumbnail");
    await app.invoke("picture_file", { jobId, thumbnailId });
    // Step by step, as a hand does: a drag begins with a small move.
    let { x, y } = from;
    await waitFor("the drag to begin", async () => {
      xdotool("mousemove", (x -= 8), (y -= 4));
      return (await seen()).includes("dragstart");
    });
    for (const part of [0.3, 0.6, 0.9]) {
      const step = (from: number) => Math.round(from + (100 - from) * part);
      xdotool("mousemove", step(from.x), step(from.y));
    }
    // The source sends a further move only after the target has accepted one, and a drop only then.
    await waitFor("the drag over the target", () => {
      xdotool("mousemove", (x = x === 100 ? 105 : 100), 100);
      return target.lines.length >= 3;
    });
    xdotool("mouseup", 1);
    const dropped = await waitFor("the drop", () =>
      target.lines.find((line) => line.endsWith(".jpg")),
    );
    const bytes = readFileSync(fileURLToPath(dropped));
    assert.deepEqual([...bytes.subarray(0, 2)], [0xff, 0xd8], "it is a JPEG");
  });
});
