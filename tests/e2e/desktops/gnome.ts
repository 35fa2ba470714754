// GNOME Shell on Wayland, with the extension that shows tray icons. A test extension runs JavaScript inside the shell.

import { cpSync } from "node:fs";
import { join } from "node:path";
import { requiredEnv } from "../support/environment.ts";
import { waitFor } from "../support/wait.ts";
import {
  launch,
  output,
  preferDarkInGnome,
  shareEnvironment,
  waitForName,
  waylandSocket,
  type Desktop,
  type Frame,
} from "./desktop.ts";

const EXTENSION = "test@tallylight.tv";
const TRAY_EXTENSION = "ubuntu-appindicators@ubuntu.com";
const SETTINGS: [schema: string, key: string, value: string][] = [
  ["org.gnome.shell", "enabled-extensions", `['${TRAY_EXTENSION}', '${EXTENSION}']`],
  ["org.gnome.shell", "disable-user-extensions", "false"],
  ["org.gnome.shell", "welcome-dialog-last-shown-version", "99"],
  ["org.gnome.desktop.interface", "enable-animations", "false"],
  ["org.gnome.desktop.session", "idle-delay", "0"],
];

export async function start(): Promise<Desktop> {
  const extensions = join(requiredEnv("HOME"), ".local/share/gnome-shell/extensions");
  cpSync(join(import.meta.dirname, "gnome-extension"), join(extensions, EXTENSION), {
    recursive: true,
  });
  shareEnvironment({ XDG_CURRENT_DESKTOP: "GNOME", XDG_SESSION_TYPE: "wayland" });
  for (const [schema, key, value] of SETTINGS) output("gsettings", "set", schema, key, value);
  launch("gnome-shell", ["--headless", "--virtual-monitor", "1280x800", "--wayland"]);
  const socket = await waylandSocket();
  waitForName("org.gnome.Shell");
  waitForName("tv.tallylight.Test");
  // Without systemd, Xwayland does not come up: this is a session with Wayland only.
  delete process.env.DISPLAY;
  shareEnvironment({ WAYLAND_DISPLAY: socket, GDK_BACKEND: "wayland" });
  const gnome = new Gnome();
  await gnome.showDesktop();
  return gnome;
}

/** Writes a text as gdbus reads it. */
const gvariant = (text: string) =>
  `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", " ")}'`;

/** Returns the expression for the window of a program. */
const windowOf = (name: string) =>
  `global.get_window_actors().map((actor) => actor.meta_window)
    .find((window) => window.get_wm_class()?.startsWith("${name}"))`;
const APP_WINDOW = windowOf("tv.tallylight.app");

class Gnome implements Desktop {
  /** Runs JavaScript inside the shell, and returns what it returns. */
  run(code: string): unknown {
    const service = ["--dest", "tv.tallylight.Test", "--object-path", "/tv/tallylight/Test"];
    const method = ["--method", "tv.tallylight.Test.Run", "--", gvariant(code)];
    const answer = output("gdbus", "call", "--session", ...service, ...method);
    const json = Buffer.from(/'(.*)'/.exec(answer)?.[1] ?? "", "base64").toString("utf8");
    const { value, error } = JSON.parse(json) as { value?: unknown; error?: string };
    if (error) throw new Error(`${error}\nin ${code}`);
    return value;
  }

  /** Leaves the overview, in which no window has the keyboard, and closes the shell's own notifications. */
  async showDesktop(): Promise<void> {
    const isDone = `if (Main.layoutManager._startingUp) return false;
      Main.overview.hide();
      for (const source of Main.messageTray.getSources()) source.destroy();
      return !Main.overview.visible && !Main.messageTray._banner`;
    await waitFor("the desktop", () => this.run(isDone));
  }

  isInFront(): boolean {
    return (
      this.run(`return global.display.focus_window?.get_wm_class() === "tv.tallylight.app"`) ===
      true
    );
  }

  isOpen(): boolean {
    return this.run(`return !!${APP_WINDOW}`) === true;
  }

  frame(): Frame {
    const read = `const { x, y, width, height } = ${APP_WINDOW}.get_frame_rect();
      return { x, y, width, height }`;
    return this.run(read) as Frame;
  }

  click(x: number, y: number): void {
    this.run(`clickAt(${x}, ${y})`);
  }

  async closeWindow(): Promise<void> {
    this.run(`${APP_WINDOW}.delete(global.get_current_time())`);
  }

  async clickNotification(summary: string): Promise<void> {
    const banner = `Main.messageTray._banner`;
    // It moves before.
    const SHOWN = 2;
    await waitFor(`the notification "${summary}"`, () =>
      this.run(
        `return ${banner}?.notification.title === ${JSON.stringify(summary)} && Main.messageTray._notificationState === ${SHOWN}`,
      ),
    );
    this.run(`click(${banner})`);
  }

  async openFromTray(): Promise<void> {
    const icon = `Object.entries(Main.panel.statusArea).find(([name]) => name.startsWith("appindicator"))?.[1]`;
    await waitFor("the tray icon", () => this.run(`return !!${icon}`));
    // A click opens the menu; only a double click is handed to the app.
    this.run(`click(${icon})`);
    const item = `${icon}.menu._getMenuItems().find((item) => item.label?.text === "Open Tallylight")`;
    await waitFor("its menu", () => this.run(`return ${icon}.menu.isOpen && !!${item}?.mapped`));
    this.run(`click(${item})`);
  }

  async closeFileDialog(): Promise<void> {
    const dialog = windowOf("xdg-desktop-portal");
    await waitFor("the file dialog", () => this.run(`return !!${dialog}`));
    this.run(`${dialog}.delete(global.get_current_time())`);
    await waitFor("its end", () => this.run(`return !${dialog}`));
  }

  preferDark(): void {
    preferDarkInGnome();
  }

  clipboard(): string {
    const read = `return new Promise((done) => St.Clipboard.get_default()
      .get_text(St.ClipboardType.CLIPBOARD, (_, text) => done(text)))`;
    return String(this.run(read));
  }

  takePicture(file: string): void {
    this.run(
      `const stream = Gio.File.new_for_path(${JSON.stringify(file)}).replace(null, false, 0, null);
       await new Promise((done, failed) => new Shell.Screenshot().screenshot(false, stream, (shot, result) => {
         try { shot.screenshot_finish(result); stream.close(null); done(); } catch (error) { failed(error); }
       }))`,
    );
  }
}
