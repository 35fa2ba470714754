// A tray icon, read and clicked as a desktop does: over the session bus.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { present, waitFor } from "./wait.ts";

const gdbus = (...args: string[]): string =>
  execFileSync("gdbus", ["call", "--session", ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
const call = (dest: string, path: string, method: string, ...args: string[]): string =>
  gdbus("--dest", dest, "--object-path", path, "--method", method, "--", ...args);

const GET_PROPERTY = "org.freedesktop.DBus.Properties.Get";
const WATCHER = "org.kde.StatusNotifierWatcher";

export interface MenuItem {
  id: string;
  label: string;
  /** Whether it can be chosen. */
  enabled: boolean;
}

/** A picture of the tray icon. */
export interface Picture {
  /** Its width and height in pixels. */
  size: number;
  argb: Buffer;
}

/** The tray icon of the app that registered last. */
export class TrayIcon {
  private readonly owner: string;
  private readonly path: string;

  private constructor(owner: string, path: string) {
    this.owner = owner;
    this.path = path;
  }

  static async find(): Promise<TrayIcon> {
    const items = () => {
      const path = "/StatusNotifierWatcher";
      const answer = call(WATCHER, path, GET_PROPERTY, WATCHER, "RegisteredStatusNotifierItems");
      // Some watchers list an icon without its path.
      return [...answer.matchAll(/'([:\w][^'/]*)(\/[^']+)?'/g)].filter(([, owner]) =>
        owner?.includes("."),
      );
    };
    const [, owner, path] = await waitFor("a tray icon", () => items().at(-1));
    return new TrayIcon(present(owner), path ?? "/StatusNotifierItem");
  }

  /** Clicks it with the left button. */
  activate(): void {
    call(this.owner, this.path, "org.kde.StatusNotifierItem.Activate", "0", "0");
  }

  /** Returns its pictures: their sizes, and their pixels as alpha, red, green and blue. */
  pictures(): Picture[] {
    const all = this.property("IconPixmap");
    const found = [...all.matchAll(/\((\d+), (\d+), \[(?:byte )?([^\]]*)\]\)/g)];
    return found.map(([, width, , bytes = ""]) => ({
      size: Number(width),
      argb: Buffer.from(bytes.split(", ").map(Number)),
    }));
  }

  /** Returns the text that a panel shows while the pointer is on it. */
  toolTip(): string {
    const [, title = "", description = ""] =
      /\[\], '([^']*)', '([^']*)'\)/.exec(this.property("ToolTip")) ?? [];
    return [title, description].filter(Boolean).join(": ");
  }

  /** Returns the items of its menu, in order. */
  menu(): MenuItem[] {
    const items = [...this.layout().matchAll(/\((\d+), \{([^}]*)\}/g)];
    return items.flatMap(([, id = "", properties = ""]) => {
      const labels = /'label': <(?:'([^']*)'|"([^"]*)")>/.exec(properties)?.slice(1);
      // Of two underscores one is shown; a single one underlines the next letter.
      const label = labels?.find((label) => label !== undefined)?.replaceAll("__", "_");
      const enabled = !properties.includes("'enabled': <false>");
      return label ? [{ id, label, enabled }] : [];
    });
  }

  labels(): string[] {
    return this.menu().map(({ label }) => label);
  }

  click(label: string): void {
    const item = this.menu().find((item) => item.label === label);
    assert.ok(item, `${label} is in ${this.labels().join(" | ")}`);
    assert.ok(item.enabled, `${label} can be chosen`);
    const event = [item.id, "clicked", "<''>", "0"];
    call(this.owner, this.menuPath(), "com.canonical.dbusmenu.Event", ...event);
  }

  private menuPath(): string {
    return present(/objectpath '([^']+)'|<'(\/[^']+)'>/.exec(this.property("Menu")), "a menu")
      .slice(1)
      .find(Boolean) as string;
  }

  private property(name: string): string {
    return call(this.owner, this.path, GET_PROPERTY, "org.kde.StatusNotifierItem", name);
  }

  private layout(): string {
    return call(
      this.owner,
      this.menuPath(),
      "com.canonical.dbusmenu.GetLayout",
      "0",
      "-1",
      "@as []",
    );
  }
}
