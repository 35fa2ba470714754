// XFCE on X11: its window manager, its panel with the tray, and its notification daemon.

import { copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { requiredEnv } from "../support/environment.ts";
import { TrayIcon } from "../support/tray.ts";
import { waitFor } from "../support/wait.ts";
import { appWindows, closeWindow, visibleWindows, xdotool } from "../support/x11.ts";
import { launch, output, shareEnvironment, waitForName, type Desktop } from "./desktop.ts";

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

function size(window: string): { width: number; height: number } {
  const found = /Geometry: (\d+)x(\d+)/.exec(xdotool("getwindowgeometry", window));
  return { width: Number(found?.[1]), height: Number(found?.[2]) };
}

class Xfce implements Desktop {
  isInFront(): boolean {
    const [window] = appWindows();
    return window !== undefined && xdotool("getactivewindow") === window;
  }

  isOpen(): boolean {
    return appWindows().length > 0;
  }

  async closeWindow(): Promise<void> {
    closeWindow(await waitFor("the app's window", () => appWindows()[0]));
  }

  async clickNotification(): Promise<void> {
    const window = await waitFor("the notification", () => visibleWindows("^Xfce4-notifyd$").at(-1));
    // A click beside the buttons only closes it: "Open" is the left one of two, at the bottom right.
    const { width, height } = size(window);
    xdotool("mousemove", "--window", window, width - 148, height - 31, "click", 1);
  }

  async openFromTray(): Promise<void> {
    const tray = await TrayIcon.find();
    tray.activate();
  }

  clipboard(): string {
    return output("xclip", "-selection", "clipboard", "-o");
  }

  takePicture(file: string): void {
    output("import", "-window", "root", file);
  }
}
