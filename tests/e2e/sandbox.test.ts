// The app in a sandbox with what the Flatpak's manifest grants, and no more: bubblewrap in place of Flatpak, whose runtime
// is in no package registry, and Flatpak's own filter of the session bus.

import assert from "node:assert/strict";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App } from "./support/app.ts";
import { bin, requiredEnv, videos } from "./support/environment.ts";
import { account, startStudio } from "./support/studio.ts";
import { TrayIcon } from "./support/tray.ts";
import { present, waitFor } from "./support/wait.ts";
import { appWindows, closeWindow } from "./support/x11.ts";

const MANIFEST = join(import.meta.dirname, "../../packaging/flatpak/tv.tallylight.app.yml");
const ID = "tv.tallylight.app";

/** Returns the names on the bus that the manifest lets the app talk to. */
function granted(): string[] {
  const shown = execFileSync("flatpak-builder", ["--show-manifest", MANIFEST], {
    encoding: "utf8",
  });
  const { "finish-args": access } = JSON.parse(shown) as { "finish-args": string[] };
  return access.flatMap((option) => /^--talk-name=(.*)$/.exec(option)?.[1] ?? []);
}

describe("the app in Flatpak's sandbox", { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tallylight-sandbox-"));
  const dataDir = join(folder, "data");
  const secret = join(folder, "a-file-of-the-user.mp4");
  let proxy: ChildProcess;
  let studio: ChildProcess;
  let url: string;
  let app: App;
  let options: string[];

  /** Returns the arguments of bubblewrap: as Flatpak, without the user's files. */
  function sandbox(bus: string): string[] {
    const [runtime, authority] = [requiredEnv("XDG_RUNTIME_DIR"), requiredEnv("XAUTHORITY")];
    const info = join(folder, "flatpak-info");
    writeFileSync(info, `[Application]\nname=${ID}\n`);
    mkdirSync(dataDir, { recursive: true });
    const programs = dirname(bin("tallylight"));
    return [
      ...[
        "--ro-bind",
        "/usr",
        "/usr",
        "--ro-bind",
        "/etc",
        "/etc",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
      ],
      ...["bin", "sbin", "lib", "lib64"].flatMap((name) => [
        "--symlink",
        `usr/${name}`,
        `/${name}`,
      ]),
      ...["--tmpfs", "/tmp", "--ro-bind", "/tmp/.X11-unix", "/tmp/.X11-unix"],
      ...["--tmpfs", runtime, "--ro-bind", bus, join(runtime, "bus")],
      ...["--ro-bind", authority, authority, "--ro-bind", info, "/.flatpak-info"],
      ...["--ro-bind", programs, programs, "--bind", dataDir, dataDir, "--setenv", "HOME", dataDir],
      ...["--setenv", "DBUS_SESSION_BUS_ADDRESS", `unix:path=${join(runtime, "bus")}`],
      ...["--setenv", "FLATPAK_ID", ID, "--unshare-pid", "--unshare-ipc", "--die-with-parent"],
    ];
  }

  /** Writes a program that starts the app in the sandbox. */
  function sandboxedApp(): string {
    const program = join(folder, "tallylight-sandboxed");
    const command = ["exec", "bwrap", ...options, bin("tallylight")].join(" ");
    writeFileSync(program, `#!/bin/sh\n${command} "$@"\n`, { mode: 0o755 });
    return program;
  }

  before(async () => {
    writeFileSync(secret, readFileSync(videos.silent));
    ({ studio, url } = await startStudio(join(folder, "studio")));
    const bus = join(folder, "bus");
    const rules = ["--filter", `--own=${ID}`, `--own=${ID}.*`, "--talk=org.freedesktop.portal.*"];
    const names = granted().map((name) => `--talk=${name}`);
    const address = requiredEnv("DBUS_SESSION_BUS_ADDRESS");
    proxy = spawn("xdg-dbus-proxy", [address, bus, ...rules, ...names], { stdio: "inherit" });
    await waitFor("the filter of the bus", () => existsSync(bus));
    options = sandbox(bus);
    app = await App.start(dataDir, { application: sandboxedApp() });
  });
  after(async () => {
    await app?.close();
    proxy?.kill();
    studio?.kill();
  });

  it("signs in, with the session in the keychain", async () => {
    await app.waitForText("Connect to a studio");
    await app.fill("#address", url);
    await app.button("Connect").click();
    await app.waitForText("Sign in to Tallylight studio");
    await app.signIn(account);
    await app.waitForText("Live");
    await app.assertNoText("keychain");
  });

  it("is in the tray, and opens from it", async () => {
    const tray = await TrayIcon.find();
    closeWindow(present(appWindows()[0], "the app's window"));
    await waitFor("the window to be gone", () => appWindows().length === 0);
    tray.activate();
    await waitFor("the window", () => appWindows().length > 0);
  });

  it("sees no files of the user", () => {
    const list = (file: string) =>
      execFileSync("bwrap", [...options, "ls", file], { stdio: "pipe" });
    assert.ok(existsSync(secret));
    assert.throws(() => list(secret), /No such file/);
    list(dataDir);
  });
});
