// The real keychain of the session: read, locked, and unlocked as a person does it.

import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { waitFor } from "./wait.ts";

const attributes = (account: string) => ["service", "tallylight", "username", account];
const LOGIN = "/org/freedesktop/secrets/collection/login";
/** The password that xtask's desktop.rs unlocks the keychain with. */
export const PASSWORD = "a password of this session";

/** Returns what the keychain holds for one of the app's accounts, or null. */
export function lookup(account: string): string | null {
  const found = spawnSync("secret-tool", ["lookup", ...attributes(account)], { encoding: "utf8" });
  return found.status === 0 ? found.stdout : null;
}

export function store(account: string, secret: string): void {
  const label = "--label=Tallylight";
  execFileSync("secret-tool", ["store", label, ...attributes(account)], { input: secret });
}

export function lock(): void {
  const service = [
    "--dest",
    "org.freedesktop.secrets",
    "--object-path",
    "/org/freedesktop/secrets",
  ];
  const method = ["--method", "org.freedesktop.Secret.Service.Lock", `['${LOGIN}']`];
  execFileSync("gdbus", ["call", "--session", ...service, ...method]);
}

/** Types the password into the system's own dialog, once it is there. */
export async function answerPrompt(): Promise<void> {
  await waitFor("the dialog that asks for the keychain's password", () => prompts().length > 0);
  await waitFor("the keyboard in it", () => {
    const active = spawnSync("xdotool", ["getactivewindow", "getwindowname"], { encoding: "utf8" });
    return prompts().length === 0 || active.status === 0;
  });
  execFileSync("xdotool", ["type", "--delay", "5", PASSWORD]);
  execFileSync("xdotool", ["key", "Return"]);
  await waitFor("the dialog to be gone", () => prompts().length === 0);
}

/** Unlocks the keychain from somewhere else: another program asks for something in it. */
export async function unlockElsewhere(): Promise<void> {
  const program = spawn("secret-tool", ["lookup", ...attributes("desktop")], { stdio: "ignore" });
  await answerPrompt();
  program.kill();
}

/** Returns the windows in which the system asks for the keychain's password. */
export function prompts(): string[] {
  const search = ["search", "--onlyvisible", "--class", "gcr-prompter"];
  const found = spawnSync("xdotool", search, { encoding: "utf8" });
  return found.stdout.trim().split("\n").filter(Boolean);
}

const BUS_CONFIG = `<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context="default">
  <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`;

/** Starts a message bus on which there is no keychain, and nothing that could start one. */
export async function busWithoutKeychain(): Promise<{
  bus: ChildProcess;
  env: Record<string, string>;
}> {
  const file = join(mkdtempSync(join(tmpdir(), "tallylight-bus-")), "bus.conf");
  writeFileSync(file, BUS_CONFIG);
  const bus = spawn("dbus-daemon", [`--config-file=${file}`, "--nofork", "--print-address"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [address] = (await once(createInterface({ input: bus.stdout }), "line")) as [string];
  return { bus, env: { DBUS_SESSION_BUS_ADDRESS: address } };
}
