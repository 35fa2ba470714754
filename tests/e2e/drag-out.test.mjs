// A thumbnail is dragged out of the window and dropped on another program, with a real mouse on a real screen.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { App, videos, waitFor } from "./app.mjs";

const xdotool = (...args) => execFileSync("xdotool", args.map(String), { encoding: "utf8" }).trim();

describe("dragging a thumbnail out of the window", { concurrency: false }, () => {
  let app;
  let target;
  let dropped = "";

  before(async () => {
    app = await App.start(mkdtempSync(join(tmpdir(), "tallylight-drag-")), { args: ["--this-computer"] });
    await app.sees("No videos yet");
    app.upload(videos.complete);
    await app.$("[data-job]").waitForExist({ timeout: 20_000 });
    await app.$("[data-job]").click();
    await waitFor("five thumbnails", async () => (await app.browser.$$("[data-thumbnail]").length) === 5, 60_000);
    // Debian's Python, which has Debian's packages.
    target = spawn("/usr/bin/python3", [join(import.meta.dirname, "drop_target.py")], { stdio: ["ignore", "pipe", "ignore"] });
    target.stdout.on("data", (text) => (dropped += text));
  });
  after(async () => {
    target?.kill();
    await app?.close();
  });

  it("hands a file to the program that it falls on", async () => {
    const find = (name) => waitFor(`the window ${name}`, async () => {
      try {
        return xdotool("search", "--onlyvisible", "--name", name).split("\n")[0];
      } catch {
        return "";
      }
    });
    const [there, here] = [await find("^Target$"), await find("^Tallylight$")];
    xdotool("windowmove", "--sync", here, 300, 60);
    xdotool("windowmove", "--sync", there, 5, 5);
    xdotool("windowactivate", "--sync", here);
    await app.$("[data-thumbnail]").scrollIntoView({ block: "center" });
    const place = await app.browser.execute(() => {
      const { left, top, width, height } = document.querySelector("[data-thumbnail]").getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    });
    const [, x, y] = /Position: (\d+),(\d+)/.exec(xdotool("getwindowgeometry", here)).map(Number);
    const from = { x: Math.round(x + place.x), y: Math.round(y + place.y) };
    xdotool("mousemove", from.x, from.y, "sleep", 0.3, "mousedown", 1, "sleep", 0.3);
    // Step by step, as a hand does: a drag begins with a small move.
    for (const part of [0.02, 0.05, 0.1, 0.3, 0.6, 0.9, 1]) {
      xdotool("mousemove", Math.round(from.x + (100 - from.x) * part), Math.round(from.y + (100 - from.y) * part));
      await sleep(150);
    }
    xdotool("mousemove", 105, 105, "sleep", 0.3, "mouseup", 1);
    await waitFor("the drop", () => dropped.trim().endsWith(".jpg"));
    const bytes = readFileSync(fileURLToPath(dropped.trim()));
    assert.deepEqual([...bytes.subarray(0, 2)], [0xff, 0xd8], "it is a JPEG");
  });
});
