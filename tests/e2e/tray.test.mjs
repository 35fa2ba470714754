// The tray icon on a real message bus: closing the window keeps the app, the menu opens and quits it.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { bin, waitFor } from "./app.mjs";

const run = (program, ...args) => execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

describe("the tray", { concurrency: false }, () => {
  let host;
  let app;
  let owner;
  let path;

  before(async () => {
    // Debian's Python, which has Debian's packages.
    host = spawn("/usr/bin/python3", [join(import.meta.dirname, "tray_host.py")], { stdio: ["ignore", "pipe", "inherit"] });
    const lines = createInterface({ input: host.stdout });
    run("gdbus", "wait", "--session", "--timeout", "20", "org.kde.StatusNotifierWatcher");
    const dataDir = mkdtempSync(join(tmpdir(), "tallylight-tray-"));
    app = spawn(bin("tallylight"), ["--data-dir", dataDir], { stdio: "ignore" });
    const [line] = await once(lines, "line");
    [owner, path] = line.split(" ");
  });
  after(() => {
    app?.kill("SIGKILL");
    host?.kill();
  });

  const menuPath = () => `${path}/Menu`;
  const call = (method, ...args) =>
    run("gdbus", "call", "--session", "--dest", owner, "--object-path", menuPath(), "--method", `com.canonical.dbusmenu.${method}`, "--", ...args);
  const click = (label) => {
    const layout = call("GetLayout", "0", "-1", "@as []");
    const id = new RegExp(`\\((\\d+), \\{[^}]*'label': <'${label}'>`).exec(layout)?.[1];
    assert.ok(id, `${label} is in ${layout}`);
    call("Event", id, "clicked", "<''>", "0");
  };
  const visible = () => {
    try {
      return run("xdotool", "search", "--onlyvisible", "--name", "^Tallylight$").trim();
    } catch {
      return "";
    }
  };

  it("has Open and Quit", () => {
    const layout = call("GetLayout", "0", "-1", "@as []");
    assert.match(layout, /'Open Tallylight'/);
    assert.match(layout, /'Quit'/);
  });

  it("keeps the app when its window is closed, and brings it back", async () => {
    const window = await waitFor("the window", () => visible());
    // As a person closes it: the window manager asks it to.
    run("xdotool", "windowactivate", "--sync", window.split("\n")[0], "key", "alt+F4");
    await waitFor("the window to be gone", () => !visible());
    assert.equal(app.exitCode, null, "the app runs on");
    click("Open Tallylight");
    await waitFor("the window to be back", () => visible());
  });

  it("quits", async () => {
    const ended = once(app, "exit");
    click("Quit");
    const [code] = await ended;
    assert.equal(code, 0);
  });
});
