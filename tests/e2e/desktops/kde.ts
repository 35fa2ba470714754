// KDE Plasma on Wayland. KWin's scripts tell which window is active; a fake input device clicks.

import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requiredEnv, screenshotDir, SYSTEM_PYTHON } from "../support/environment.ts";
import { present, waitFor } from "../support/wait.ts";
import {
  launch,
  output,
  shareEnvironment,
  waitForName,
  waylandSocket,
  type Desktop,
} from "./desktop.ts";

/** A program may fake input only if its desktop entry asks for it. */
const INPUT_ENTRY = `[Desktop Entry]
Type=Application
Name=Input of a test
Exec=/usr/bin/python3.11
NoDisplay=true
X-KDE-Wayland-Interfaces=org_kde_kwin_fake_input
`;

export async function start(): Promise<Desktop> {
  const [runtime, home] = [requiredEnv("XDG_RUNTIME_DIR"), requiredEnv("HOME")];
  const write = (file: string, text: string) => {
    mkdirSync(join(home, file, ".."), { recursive: true });
    writeFileSync(join(home, file), text);
  };
  write(".local/share/applications/test-input.desktop", INPUT_ENTRY);
  write(".config/kscreenlockerrc", "[Daemon]\nAutolock=false\n");
  write(".config/baloofilerc", "[Basic Settings]\nIndexing-Enabled=false\n");
  shareEnvironment({
    XDG_CURRENT_DESKTOP: "KDE",
    XDG_SESSION_TYPE: "wayland",
    XDG_MENU_PREFIX: "plasma-",
    KDE_FULL_SESSION: "true",
    KDE_SESSION_VERSION: "5",
    QT_QPA_PLATFORM: "wayland",
    QT_QUICK_BACKEND: "software",
    LIBGL_ALWAYS_SOFTWARE: "1",
    KWIN_COMPOSE: "O2",
    KWIN_SCREENSHOT_NO_PERMISSION_CHECKS: "1",
    QT_LOGGING_RULES: "kwin_scripting.debug=true;js.debug=true",
  });
  launch("kwin_wayland", ["--virtual", "--width", "1280", "--height", "800", "--xwayland"]);
  const socket = await waylandSocket(() => readdirSync(runtime));
  shareEnvironment({ WAYLAND_DISPLAY: socket, GDK_BACKEND: "wayland" });
  output("kbuildsycoca5");
  launch("kded5");
  launch("plasmashell");
  waitForName("org.freedesktop.Notifications");
  waitForName("org.kde.StatusNotifierWatcher");
  return new Kde(await Pointer.start());
}

/** A pointer whose movements and clicks are a test's. */
class Pointer {
  private readonly input: ChildProcess;

  private constructor(input: ChildProcess) {
    this.input = input;
  }

  static async start(): Promise<Pointer> {
    const script = join(import.meta.dirname, "wayland_pointer.py");
    const input = spawn(SYSTEM_PYTHON, [script], { stdio: ["pipe", "pipe", "inherit"] });
    let said = "";
    input.stdout.on("data", (data: Buffer) => (said += data.toString()));
    await waitFor("the pointer", () => said.includes("ready"));
    return new Pointer(input);
  }

  click(x: number, y: number): void {
    present(this.input.stdin).write(`${x} ${y}\n`);
  }
}

class Kde implements Desktop {
  private readonly pointer: Pointer;
  private scripts = 0;

  constructor(pointer: Pointer) {
    this.pointer = pointer;
  }

  /** Runs JavaScript inside KWin, and returns what it hands to `answer`. */
  private run(code: string): unknown {
    const mark = `answer ${(this.scripts += 1)}:`;
    const file = join(mkdtempSync(join(tmpdir(), "kwin-")), "script.js");
    writeFileSync(file, `const answer = (value) => print("${mark}" + JSON.stringify(value));\n${code}`);
    const call = (path: string, method: string, ...args: string[]) =>
      output("qdbus", "org.kde.KWin", path, method, ...args);
    const id = call("/Scripting", "org.kde.kwin.Scripting.loadScript", file, file);
    call(`/${id}`, "org.kde.kwin.Script.run");
    call("/Scripting", "org.kde.kwin.Scripting.unloadScript", file);
    const log = readFileSync(join(screenshotDir(), "kwin_wayland.log"), "utf8");
    const line = log.split("\n").findLast((line) => line.includes(mark));
    return JSON.parse(present(line, `KWin's answer to ${code}`).split(mark)[1] ?? "null");
  }

  isInFront(): boolean {
    return this.run(`answer(workspace.activeClient?.resourceClass == "tv.tallylight.app")`) === true;
  }

  isOpen(): boolean {
    return (
      this.run(
        `answer(workspace.clientList().some((window) => window.resourceClass == "tv.tallylight.app"))`,
      ) === true
    );
  }

  async closeWindow(): Promise<void> {
    this.run(
      `workspace.clientList().find((window) => window.resourceClass == "tv.tallylight.app").closeWindow(); answer(true)`,
    );
  }

  async clickNotification(summary: string): Promise<void> {
    void summary;
    this.pointer.click(1100, 650);
  }

  async clickTray(): Promise<void> {
    this.pointer.click(1100, 780);
  }

  clipboard(): string {
    return output("qdbus", "org.kde.klipper", "/klipper", "getClipboardContents");
  }

  takePicture(file: string): void {
    output(SYSTEM_PYTHON, join(import.meta.dirname, "kwin_picture.py"), file);
  }
}
