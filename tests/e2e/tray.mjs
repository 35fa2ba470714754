// Reads and clicks a tray icon as a desktop does: over the session bus.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { waitFor } from "./app.mjs";

const gdbus = (...args) =>
  execFileSync("gdbus", ["call", "--session", ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
const call = (dest, path, method, ...args) =>
  gdbus("--dest", dest, "--object-path", path, "--method", method, "--", ...args);

/** Is the icon of the app that registered last. */
export class TrayIcon {
  static async find() {
    const watcher = ["org.kde.StatusNotifierWatcher", "/StatusNotifierWatcher"];
    const items = () => {
      const get = "org.freedesktop.DBus.Properties.Get";
      const answer = call(...watcher, get, watcher[0], "RegisteredStatusNotifierItems");
      return [...answer.matchAll(/'(:[^'/]+)(\/[^']+)'/g)];
    };
    const found = await waitFor("a tray icon", () => items().at(-1));
    return Object.assign(new TrayIcon(), { owner: found[1], path: found[2] });
  }

  /** Returns the file of the picture that it shows. */
  picture() {
    const get = (name) =>
      /<'(.*)'>/.exec(call(this.owner, this.path, "org.freedesktop.DBus.Properties.Get", "org.kde.StatusNotifierItem", name))?.[1];
    const name = get("IconName");
    return name.startsWith("/") ? name : `${get("IconThemePath")}/${name}.png`;
  }

  layout() {
    return call(this.owner, `${this.path}/Menu`, "com.canonical.dbusmenu.GetLayout", "0", "-1", "@as []");
  }

  /** Returns what the menu offers: its lines, in order, with whether they can be chosen. */
  menu() {
    return [...this.layout().matchAll(/\((\d+), \{([^}]*)\}/g)]
      .map(([, id, properties]) => ({
        id,
        label: /'label': <(?:'([^']*)'|"([^"]*)")>/.exec(properties)?.slice(1).find((label) => label !== undefined),
        enabled: !properties.includes("'enabled': <false>"),
      }))
      .filter(({ label }) => label);
  }

  labels() {
    return this.menu().map(({ label }) => label);
  }

  click(label) {
    const item = this.menu().find((item) => item.label === label);
    assert.ok(item, `${label} is in ${this.labels().join(" | ")}`);
    assert.ok(item.enabled, `${label} can be chosen`);
    call(this.owner, `${this.path}/Menu`, "com.canonical.dbusmenu.Event", item.id, "clicked", "<''>", "0");
  }
}
