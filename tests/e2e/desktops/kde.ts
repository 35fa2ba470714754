// KDE Plasma on Wayland. KWin's scripts tell which window is active; a fake input device clicks.

import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
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
  type Frame,
} from "./desktop.ts";
import { Pointer } from "./pointer.ts";

export async function start(): Promise<Desktop> {
  const home = requiredEnv("HOME");
  const write = (file: string, text: string) => {
    mkdirSync(join(home, file, ".."), { recursive: true });
    writeFileSync(join(home, file), text);
  };
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
    // The test takes pictures and has a pointer of its own.
    KWIN_SCREENSHOT_NO_PERMISSION_CHECKS: "1",
    KWIN_WAYLAND_NO_PERMISSION_CHECKS: "1",
    QT_LOGGING_RULES: "kwin_scripting.debug=true;js.debug=true",
  });
  launch("kwin_wayland", ["--virtual", "--width", "1280", "--height", "800", "--xwayland"]);
  const socket = await waylandSocket();
  shareEnvironment({ WAYLAND_DISPLAY: socket, GDK_BACKEND: "wayland" });
  output("kbuildsycoca5");
  launch("kded5");
  launch("plasmashell");
  waitForName("org.freedesktop.Notifications");
  waitForName("org.kde.StatusNotifierWatcher");
  return new Kde(await Pointer.start("kwin"));
}

/** The expression for the app's window. */
const APP_WINDOW = `workspace.clientList().find((window) => window.resourceClass == "tv.tallylight.app")`;
/** The red of the tray icon when a video needs attention. */
const ATTENTION = "#E5342B";
/** The panel, below everything. */
const PANEL = "1280x44+0+756";

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
    writeFileSync(
      file,
      `const answer = (value) => print("${mark}" + JSON.stringify(value));\n${code}`,
    );
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
    return (
      this.run(
        `answer(!!workspace.activeClient && workspace.activeClient.resourceClass == "tv.tallylight.app")`,
      ) === true
    );
  }

  isOpen(): boolean {
    return this.run(`answer(!!${APP_WINDOW})`) === true;
  }

  frame(): Frame {
    return this.run(
      `const { x, y, width, height } = ${APP_WINDOW}.frameGeometry; answer({ x, y, width, height })`,
    ) as Frame;
  }

  click(x: number, y: number): void {
    this.pointer.click(x, y);
  }

  async closeWindow(): Promise<void> {
    this.run(`${APP_WINDOW}.closeWindow(); answer(true)`);
  }

  async clickNotification(summary: string): Promise<void> {
    const find = `
      const popup = workspace.clientList().find((window) => window.notification || window.criticalNotification);
      const area = popup && popup.frameGeometry;
      answer(popup ? { x: area.x + area.width / 2, y: area.y + 50 } : null)`;
    const middle = () => this.run(find) as { x: number; y: number } | null;
    const { x, y } = await waitFor(`the notification "${summary}"`, middle);
    this.pointer.click(Math.round(x), Math.round(y));
  }

  async openFromTray(): Promise<void> {
    const { x, y } = await waitFor("the tray icon", () => this.find(ATTENTION, PANEL));
    this.pointer.click(x, y);
  }

  /** Returns where the screen has a color, in an area such as "1280x44+0+756". */
  private find(color: string, area: string): { x: number; y: number } | undefined {
    const file = join(mkdtempSync(join(tmpdir(), "kde-")), "screen.png");
    this.takePicture(file);
    const pixels = output("convert", file, "-crop", area, "txt:-").split("\n");
    const [, x, y] = /^(\d+),(\d+):/.exec(pixels.find((line) => line.includes(color)) ?? "") ?? [];
    const [, left, top] = /\+(\d+)\+(\d+)$/.exec(area) ?? [];
    return x && y ? { x: Number(x) + Number(left), y: Number(y) + Number(top) } : undefined;
  }

  async closeFileDialog(): Promise<void> {
    const find = `const dialog = workspace.clientList().find((window) => /portal/.test(window.resourceClass));`;
    await waitFor("the file dialog", () => this.run(`${find} answer(!!dialog)`));
    this.run(`${find} dialog.closeWindow(); answer(true)`);
    await waitFor("its end", () => this.run(`${find} answer(!dialog)`));
  }

  preferDark(): void {
    output("plasma-apply-colorscheme", "BreezeDark");
  }

  clipboard(): string {
    return output("qdbus", "org.kde.klipper", "/klipper", "getClipboardContents");
  }

  takePicture(file: string): void {
    output(SYSTEM_PYTHON, join(import.meta.dirname, "kwin_picture.py"), file);
  }
}
