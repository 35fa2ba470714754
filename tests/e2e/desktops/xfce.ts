// XFCE on X11: its window manager, its panel with the tray, and its notification daemon.

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { requiredEnv } from "../support/environment.ts";
import { TrayIcon } from "../support/tray.ts";
import { present, waitFor } from "../support/wait.ts";
import { appWindows, closeWindow, visibleWindows, xdotool } from "../support/x11.ts";
import {
  launch,
  output,
  preferDarkInGnome,
  shareEnvironment,
  waitForName,
  type Desktop,
  type Frame,
} from "./desktop.ts";

const PANEL = "/etc/xdg/xfce4/panel/default.xml";

/** Starts the desktop on a screen in memory. */
export async function start(): Promise<Desktop> {
  const display = 60;
  launch("Xvfb", [`:${display}`, "-screen", "0", "1280x800x24", "-nolisten", "tcp"]);
  await waitFor("the screen", () => existsSync(`/tmp/.X11-unix/X${display}`));
  shareEnvironment({
    DISPLAY: `:${display}`,
    XDG_CURRENT_DESKTOP: "XFCE",
    XDG_SESSION_TYPE: "x11",
    GDK_BACKEND: "x11",
  });
  const settings = join(requiredEnv("HOME"), ".config/xfce4/xfconf/xfce-perchannel-xml");
  mkdirSync(settings, { recursive: true });
  // Without it the panel asks which layout to use.
  copyFileSync(PANEL, join(settings, "xfce4-panel.xml"));
  for (const program of ["xfsettingsd", "xfwm4", "xfce4-panel"]) launch(program);
  launch(notificationDaemon());
  waitForName("org.freedesktop.Notifications");
  waitForName("org.kde.StatusNotifierWatcher");
  return new Xfce();
}

/** Returns the path of a program that is in a folder of its processor's libraries. */
function notificationDaemon(): string {
  const libraries = readdirSync("/usr/lib").map((name) =>
    join("/usr/lib", name, "xfce4/notifyd/xfce4-notifyd"),
  );
  const found = libraries.find((path) => existsSync(path));
  if (!found) throw new Error("xfce4-notifyd is not installed");
  return found;
}

function frame(window: string): Frame {
  const info = output("xwininfo", "-id", window);
  const number = (name: string) => Number(new RegExp(`${name}:\\s+(-?\\d+)`).exec(info)?.[1]);
  const [x, y] = [number("Absolute upper-left X"), number("Absolute upper-left Y")];
  return { x, y, width: number("Width"), height: number("Height") };
}

class Xfce implements Desktop {
  isInFront(): boolean {
    const [window] = appWindows();
    return window !== undefined && xdotool("getactivewindow") === window;
  }

  isOpen(): boolean {
    return appWindows().length > 0;
  }

  frame(): Frame {
    return frame(present(appWindows()[0], "the app's window"));
  }

  click(x: number, y: number): void {
    xdotool("mousemove", x, y, "click", 1);
  }

  async closeWindow(): Promise<void> {
    closeWindow(await waitFor("the app's window", () => appWindows()[0]));
  }

  async clickNotification(): Promise<void> {
    const window = await waitFor("the notification", () =>
      visibleWindows("^Xfce4-notifyd$").at(-1),
    );
    // A click beside the buttons only closes it: "Open" is the left one of two, at the bottom right.
    const { width, height } = frame(window);
    xdotool("mousemove", "--window", window, width - 148, height - 31, "click", 1);
  }

  async openFromTray(): Promise<void> {
    const tray = await TrayIcon.find();
    tray.activate();
  }

  async closeFileDialog(): Promise<void> {
    const dialogs = () =>
      spawnSync("xdotool", ["search", "--onlyvisible", "--class", "xdg-desktop-portal"], {
        encoding: "utf8",
      }).stdout.trim();
    const dialog = await waitFor("the file dialog", () => dialogs().split("\n")[0]);
    xdotool("windowactivate", "--sync", dialog, "key", "Escape");
    await waitFor("its end", () => !dialogs());
  }

  preferDark(): void {
    preferDarkInGnome();
  }

  scale(factor: number): void {
    const setting = ["-c", "xsettings", "-p", "/Gdk/WindowScalingFactor"];
    output("xfconf-query", ...setting, "-n", "-t", "int", "-s", String(Math.ceil(factor)));
  }

  clipboard(): string {
    const pasted = spawnSync("xclip", ["-selection", "clipboard", "-target", "UTF8_STRING", "-o"], {
      encoding: "utf8",
    });
    // It fails as long as nothing was copied.
    return pasted.status === 0 ? pasted.stdout : "";
  }

  takePicture(file: string): void {
    output("import", "-window", "root", file);
  }
}
