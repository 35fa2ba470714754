// The installer for Windows: its contents, what it leaves in the system, and its removal, under Wine.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { requiredEnv } from "../support/environment.ts";
import { waitFor } from "../support/wait.ts";

const PROGRAMS = ["tallylight.exe", "tally.exe", "WebView2Loader.dll", "licences.txt"];
const UNINSTALL = String.raw`HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\Tallylight`;
const LINKS = String.raw`HKCU\Software\Classes\tallylight`;

const wine = (...args: string[]) =>
  execFileSync("wine", args, { encoding: "utf8", timeout: 120_000 }).trim();
const registry = (key: string, ...value: string[]) =>
  spawnSync("wine", ["reg", "query", key, ...value], { encoding: "utf8", timeout: 60_000 });

describe("the installer for Windows", { concurrency: false }, () => {
  const installer = requiredEnv("TALLYLIGHT_INSTALLER");
  const user = join(requiredEnv("WINEPREFIX"), "drive_c/users/root");
  const folder = join(user, "AppData/Local/Tallylight");
  const shortcut = join(
    user,
    "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Tallylight.lnk",
  );

  it("contains the programs", () => {
    const contents = execFileSync("7z", ["l", "-ba", installer], { encoding: "utf8" });
    for (const name of PROGRAMS) assert.ok(contents.includes(name), `${name} in ${contents}`);
  });

  it("installs without questions", () => {
    wine(installer, "/S");
    for (const name of PROGRAMS) assert.ok(existsSync(join(folder, name)), name);
    assert.ok(existsSync(shortcut), "the entry in the start menu");
    assert.match(wine(join(folder, "tally.exe"), "--version"), /^tally \d/);
  });

  it("registers links and its removal", () => {
    const command = registry(String.raw`${LINKS}\shell\open\command`).stdout;
    assert.match(command, /Tallylight\\tallylight\.exe" "%1"/);
    assert.equal(registry(LINKS, "/v", "URL Protocol").status, 0);
    const entry = registry(UNINSTALL).stdout;
    assert.match(entry, /DisplayName\s+REG_SZ\s+Tallylight/);
    assert.match(entry, /DisplayVersion\s+REG_SZ\s+\d+\.\d+\.\d+/);
    assert.match(entry, /QuietUninstallString\s+REG_SZ\s+".*uninstall\.exe" \/S/);
  });

  it("installs over itself", () => {
    wine(installer, "/S");
    assert.match(wine(join(folder, "tally.exe"), "--version"), /^tally \d/);
  });

  it("removes everything that it installed", async () => {
    wine(join(folder, "uninstall.exe"), "/S");
    // The removal goes on in a copy of the program.
    await waitFor("the end of the folder", () => !existsSync(folder));
    assert.ok(!existsSync(shortcut));
    assert.notEqual(registry(LINKS).status, 0);
    assert.notEqual(registry(UNINSTALL).status, 0);
  });
});
