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
      return [...answer.matchAll(/'(:[^'/]+)(\/[^']+)'/g)];
    };
    const [, owner, path] = await waitFor("a tray icon", () => items().at(-1));
    return new TrayIcon(present(owner), present(path));
  }

  /** Returns the file of the picture that it shows. */
  picture(): string {
    const get = (name: string) => {
      const answer = call(this.owner, this.path, GET_PROPERTY, "org.kde.StatusNotifierItem", name);
      return /<'(.*)'>/.exec(answer)?.[1];
    };
    const name = present(get("IconName"), "the icon's name");
    return name.startsWith("/") ? name : `${get("IconThemePath")}/${name}.png`;
  }

  /** Returns the items of its menu, in order. */
  menu(): MenuItem[] {
    const items = [...this.layout().matchAll(/\((\d+), \{([^}]*)\}/g)];
    return items.flatMap(([, id = "", properties = ""]) => {
      const labels = /'label': <(?:'([^']*)'|"([^"]*)")>/.exec(properties)?.slice(1);
      const label = labels?.find((label) => label !== undefined);
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
    call(this.owner, `${this.path}/Menu`, "com.canonical.dbusmenu.Event", ...event);
  }

  private layout(): string {
    const menu = `${this.path}/Menu`;
    return call(this.owner, menu, "com.canonical.dbusmenu.GetLayout", "0", "-1", "@as []");
  }
}
