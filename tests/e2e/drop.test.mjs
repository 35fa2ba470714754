// A video is dragged from a file manager and dropped on the window, with a real mouse on a real screen.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { App, videos, waitFor } from "./app.mjs";

const xdotool = (...args) => execFileSync("xdotool", args.map(String), { encoding: "utf8" }).trim();

describe("dropping a video on the window", { concurrency: false }, () => {
  let app;
  let files;

  before(async () => {
    app = await App.start(mkdtempSync(join(tmpdir(), "tallylight-drop-")), { args: ["--this-computer"] });
    await app.sees("No videos yet");
    // Debian's Python, which has Debian's packages.
    files = spawn("/usr/bin/python3", [join(import.meta.dirname, "drag_source.py"), videos.silent], { stdio: "ignore" });
  });
  after(async () => {
    files?.kill();
    await app?.close();
  });

  it("says so while it hovers, and uploads it when it falls", async () => {
    const find = (name) => waitFor(`the window ${name}`, async () => {
      try {
        return xdotool("search", "--onlyvisible", "--name", name).split("\n")[0];
      } catch {
        return "";
      }
    });
    const [source, target] = [await find("^Files$"), await find("^Tallylight$")];
    xdotool("windowmove", "--sync", target, 300, 60);
    xdotool("windowmove", "--sync", source, 5, 5);
    xdotool("windowactivate", "--sync", source);
    xdotool("mousemove", 60, 60, "sleep", 0.3, "mousedown", 1, "sleep", 0.3);
    // Step by step, as a hand does: a drag begins with a small move.
    for (const x of [80, 120, 200, 300, 400, 500, 600]) {
      xdotool("mousemove", x, 400);
      await sleep(100);
    }
    await app.sees("Drop to upload");
    await app.screenshot("drop");
    xdotool("mousemove", 610, 405, "sleep", 0.2, "mouseup", 1);
    await app.sees("City at night");
    await waitFor("the hint to go", async () => !(await app.text()).includes("Drop to upload"));
  });
});
