// A real desktop, as a test uses it: its windows, its notifications, its tray and its clipboard.

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bin, requiredEnv, screenshotDir } from "../support/environment.ts";
import { PASSWORD } from "../support/keychain.ts";
import { waitFor } from "../support/wait.ts";

/** The place of a window. */
export interface Frame {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A desktop environment that runs in this session. */
export interface Desktop {
  /** Whether the app's window has the keyboard. */
  isInFront(): boolean;
  /** Whether the app's window is on the screen. */
  isOpen(): boolean;
  /** Returns where the app's window is, in pixels of the screen. */
  frame(): Frame;
  /** Clicks with the mouse. Wayland lets only a program copy that received such a click. */
  click(x: number, y: number): void;
  /** Asks the app's window to close, as its button does. */
  closeWindow(): Promise<void>;
  /** Clicks the notification with a summary, once it is on the screen. */
  clickNotification(summary: string): Promise<void>;
  /** Opens the window as a person does who clicks the tray icon, or "Open" in its menu. */
  openFromTray(): Promise<void>;
  /** Closes the desktop's own file dialog, once it is on the screen. */
  closeFileDialog(): Promise<void>;
  /** Makes the desktop prefer dark windows. */
  preferDark(): void;
  /** Draws everything in another size, where the desktop can do so in a running session. */
  scale?(factor: number): void;
  /** Returns what another program would paste. */
  clipboard(): string;
  /** Saves a picture of the screen. */
  takePicture(file: string): void;
}

/** Starts the desktop that the environment names. Its programs end with the session. */
export async function startDesktop(): Promise<Desktop> {
  const name = requiredEnv("TALLYLIGHT_DESKTOP");
  installEntry();
  await startKeychain();
  switch (name) {
    case "sway":
      return (await import("./sway.ts")).start();
    case "xfce":
      return (await import("./xfce.ts")).start();
    case "gnome":
      return (await import("./gnome.ts")).start();
    case "kde":
      return (await import("./kde.ts")).start();
    default:
      throw new Error(`${name} is not a desktop of these tests`);
  }
}

/** Starts a program of the desktop, whose output goes to a file beside the pictures. */
export function launch(program: string, args: string[] = []): void {
  mkdirSync(screenshotDir(), { recursive: true });
  const log = openSync(join(screenshotDir(), `${program.split("/").at(-1)}.log`), "a");
  const child = spawn(program, args, { stdio: ["ignore", log, log] });
  // It ends with the session, for which this process must not wait.
  child.unref();
}

/** Runs a program and returns what it prints. */
export const output = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { encoding: "utf8", timeout: 30_000, maxBuffer: 1 << 26 }).trim();

/** Sets the preference of GNOME, which the portal of GTK tells in other desktops, too. */
export const preferDarkInGnome = () =>
  output("gsettings", "set", "org.gnome.desktop.interface", "color-scheme", "prefer-dark");

/** Waits until a program owns a name on the session bus. */
export function waitForName(name: string): void {
  output("gdbus", "wait", "--session", "--timeout", "60", name);
}

/** Tells the programs that the bus starts which desktop they are on. */
export function shareEnvironment(variables: Record<string, string>): void {
  Object.assign(process.env, variables);
  output("dbus-update-activation-environment", ...Object.keys(variables));
}

/** Returns the name of a compositor's socket, once it is there. */
export async function waylandSocket(): Promise<string> {
  const find = () =>
    readdirSync(requiredEnv("XDG_RUNTIME_DIR")).find((name) => /^wayland-\d+$/.test(name));
  return waitFor("the compositor", find, 60_000);
}

/** Puts the app's desktop entry where the desktop finds it, as its package does. */
function installEntry(): void {
  const [packaging, share] = [join(import.meta.dirname, "../../../packaging"), ".local/share"];
  const install = (folder: string, name: string, content: string | Buffer) => {
    const place = join(requiredEnv("HOME"), share, folder);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, name), content);
  };
  const entry = readFileSync(join(packaging, "tv.tallylight.app.desktop"), "utf8");
  const started = entry.replace(/^Exec=tallylight/m, `Exec=${bin("tallylight")}`);
  install("applications", "tv.tallylight.app.desktop", started);
  const icon = readFileSync(join(packaging, "../icons/app.svg"));
  install("icons/hicolor/scalable/apps", "tv.tallylight.app.svg", icon);
}

async function startKeychain(): Promise<void> {
  const daemon = spawn(
    "gnome-keyring-daemon",
    ["--foreground", "--unlock", "--components=secrets"],
    {
      stdio: ["pipe", "ignore", "ignore"],
    },
  );
  // Waiting for the name below blocks this process, which must have written by then.
  await new Promise<void>((done) => daemon.stdin.end(PASSWORD, done));
  daemon.unref();
  waitForName("org.freedesktop.secrets");
}
