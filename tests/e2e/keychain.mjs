// The real keychain of the session: looked into, locked, and unlocked as a person does it.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { once } from "node:events";
import { waitFor } from "./app.mjs";

const entry = (account) => ["service", "tallylight", "username", account];
const LOGIN = "/org/freedesktop/secrets/collection/login";
/** Whoever runs the session set it: see xtask's desktop.rs. */
const PASSWORD = "a password of this session";

/** Returns what the keychain holds for an account of ours, or null. */
export function lookup(account) {
  const { status, stdout } = spawnSync("secret-tool", ["lookup", ...entry(account)], { encoding: "utf8" });
  return status === 0 ? stdout : null;
}

export function store(account, secret) {
  execFileSync("secret-tool", ["store", "--label=Tallylight", ...entry(account)], { input: secret });
}

export function lock() {
  const call = ["--dest", "org.freedesktop.secrets", "--object-path", "/org/freedesktop/secrets"];
  const method = ["--method", "org.freedesktop.Secret.Service.Lock", `['${LOGIN}']`];
  execFileSync("gdbus", ["call", "--session", ...call, ...method]);
}

/** Types the password into the system's own dialog, once it is there. */
export async function answerPrompt() {
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
export async function unlockElsewhere() {
  const asks = spawn("secret-tool", ["lookup", ...entry("desktop")], { stdio: "ignore" });
  await answerPrompt();
  asks.kill();
}

/** Tells whether the system asks for the keychain's password. */
export function prompts() {
  const found = spawnSync("xdotool", ["search", "--onlyvisible", "--class", "gcr-prompter"], { encoding: "utf8" });
  return found.stdout.trim().split("\n").filter(Boolean);
}

/** Starts a message bus on which there is no keychain, and nothing that could start one. */
export async function busWithoutKeychain() {
  const file = join(mkdtempSync(join(tmpdir(), "tallylight-bus-")), "bus.conf");
  writeFileSync(
    file,
    `<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context="default">
     <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`,
  );
  const bus = spawn("dbus-daemon", [`--config-file=${file}`, "--nofork", "--print-address"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [address] = await once(createInterface({ input: bus.stdout }), "line");
  return { bus, world: { DBUS_SESSION_BUS_ADDRESS: address } };
}
