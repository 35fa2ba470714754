// sway: a tiling compositor of wlroots, with dunst and a bar that has a tray.

import { spawnSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { requiredEnv } from "../support/environment.ts";
import { clickNotification, closeNotifications, onScreen } from "../support/notifications.ts";
import { TrayIcon } from "../support/tray.ts";
import { present, waitFor } from "../support/wait.ts";
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
import { Pointer } from "./pointer.ts";

const CONFIG = `
output HEADLESS-1 resolution 1280x800 position 0 0
output * bg #335577 solid_color
bar {
  position top
}
`;

interface Node {
  app_id?: string;
  focused: boolean;
  rect: Frame;
  nodes: Node[];
  floating_nodes: Node[];
}

export async function start(): Promise<Desktop> {
  const runtime = requiredEnv("XDG_RUNTIME_DIR");
  const config = join(requiredEnv("HOME"), "sway.conf");
  writeFileSync(config, CONFIG);
  Object.assign(process.env, {
    WLR_BACKENDS: "headless",
    WLR_RENDERER: "pixman",
    WLR_LIBINPUT_NO_DEVICES: "1",
  });
  launch("sway", ["--unsupported-gpu", "-c", config]);
  const find = (pattern: RegExp) => readdirSync(runtime).find((name) => pattern.test(name));
  const socket = await waitFor("the socket of sway", () => find(/^sway-ipc\./));
  shareEnvironment({
    WAYLAND_DISPLAY: await waylandSocket(),
    SWAYSOCK: join(runtime, socket),
    XDG_CURRENT_DESKTOP: "sway",
    XDG_SESSION_TYPE: "wayland",
    GDK_BACKEND: "wayland",
  });
  launch("dunst");
  waitForName("org.freedesktop.Notifications");
  waitForName("org.kde.StatusNotifierWatcher");
  return new Sway(await Pointer.start("wlroots"));
}

class Sway implements Desktop {
  private readonly pointer: Pointer;

  constructor(pointer: Pointer) {
    this.pointer = pointer;
  }

  isInFront(): boolean {
    return this.window()?.focused ?? false;
  }

  isOpen(): boolean {
    return this.window() !== undefined;
  }

  frame(): Frame {
    return present(this.window(), "the app's window").rect;
  }

  click(x: number, y: number): void {
    this.pointer.click(x, y);
  }

  async closeWindow(): Promise<void> {
    output("swaymsg", '[app_id="^tv.tallylight.app$"] kill');
  }

  async clickNotification(summary: string): Promise<void> {
    await waitFor(`the notification "${summary}"`, () => onScreen() > 0);
    clickNotification();
    // dunst keeps it on the screen.
    closeNotifications();
  }

  async openFromTray(): Promise<void> {
    const tray = await TrayIcon.find();
    tray.activate();
  }

  async closeFileDialog(): Promise<void> {
    const isDialog = ({ app_id }: Node) => app_id?.startsWith("xdg-desktop-portal") ?? false;
    await waitFor("the file dialog", () => this.windows().some(isDialog));
    output("swaymsg", '[app_id="^xdg-desktop-portal"] kill');
    await waitFor("its end", () => !this.windows().some(isDialog));
  }

  preferDark(): void {
    preferDarkInGnome();
  }

  scale(factor: number): void {
    output("swaymsg", "output", "HEADLESS-1", "scale", String(factor));
  }

  clipboard(): string {
    const pasted = spawnSync("wl-paste", ["--no-newline"], { encoding: "utf8", timeout: 20_000 });
    // It fails as long as nothing was copied.
    return pasted.status === 0 ? pasted.stdout : "";
  }

  takePicture(file: string): void {
    output("grim", file);
  }

  private window(): Node | undefined {
    return this.windows().find(({ app_id }) => app_id === "tv.tallylight.app");
  }

  private windows(): Node[] {
    const windows = (node: Node): Node[] => [
      node,
      ...[...node.nodes, ...node.floating_nodes].flatMap(windows),
    ];
    const root = JSON.parse(output("swaymsg", "-t", "get_tree")) as Node;
    return windows(root);
  }
}
