// A session: signed in once, refreshed in the background, restored at every start, and signed out.

import assert from "node:assert/strict";
import { execFile, execFileSync, type ChildProcess } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { App } from "./support/app.ts";
import { bin } from "./support/environment.ts";
import {
  answerPrompt,
  busWithoutKeychain,
  lock,
  lookup,
  prompts,
  store,
  unlockElsewhere,
} from "./support/keychain.ts";
import { account, publicKey, startStudio } from "./support/studio.ts";
import { present, waitFor } from "./support/wait.ts";

describe("a session", { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tallylight-session-"));
  const data = join(folder, "data");
  let app: App;
  let studio: ChildProcess;
  let url: string;

  const token = () =>
    (JSON.parse(present(lookup("desktop"))) as { refresh_token: string }).refresh_token;
  /** Sends an auth request with the studio's public key. */
  async function auth(path: string, body: unknown, bearer?: string) {
    const apikey = await publicKey(url);
    const headers: Record<string, string> = { apikey, "content-type": "application/json" };
    if (bearer) headers.authorization = `Bearer ${bearer}`;
    return fetch(`${url}/auth/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  }

  before(async () => {
    // Tokens that live for two seconds are renewed every second.
    ({ studio, url } = await startStudio(join(folder, "studio"), { args: ["--token-ttl", "2"] }));
    app = await App.start(data);
  });
  after(async () => {
    await app?.close();
    studio?.kill();
  });

  it("signs in with an address and a password", async () => {
    await app.waitForText("Connect to a studio");
    await app.fill("#address", new URL(url).host);
    await app.button("Connect").click();
    await app.waitForText("Sign in to Tallylight studio");
    await app.signIn(account);
    await app.waitForText("Live");
  });

  it("is refreshed repeatedly on one connection", async () => {
    const first = token();
    await app.connection().click();
    const renewed = async () =>
      Number(/Token refreshes\s+(\d+)/.exec(await app.text("dialog"))?.[1]);
    await waitFor("three renewals", async () => (await renewed()) >= 3);
    assert.match(await app.text("dialog"), /Connections\s+1 of 1 attempts/);
    await app.browser.keys("Escape");
    await app.waitForText("Live");
    assert.notEqual(token(), first, "the token in the keychain is the newest");
  });

  it("is restored by the next start after a power cut", async () => {
    await app.kill();
    app = await App.start(data);
    await app.waitForText("Live");
  });

  it("locked keychain: waits without a prompt, and is restored when it is unlocked", async () => {
    await app.close();
    lock();
    app = await App.start(data);
    await app.waitForText("Waiting for the keychain");
    await app.waitForText("The keychain is locked");
    await app.screenshot("keychain-locked");
    assert.equal(await app.$("#password").isExisting(), false, "nobody is asked to sign in again");
    assert.deepEqual(prompts(), [], "or for the keychain's password");
    await unlockElsewhere();
    await app.waitForText("Live", 60_000);
  });

  it("shows the prompt for the keychain's password when it is asked to", async () => {
    await app.close();
    lock();
    app = await App.start(data);
    await app.waitForText("Waiting for the keychain");
    await app.button("Unlock keychain").click();
    await answerPrompt();
    await app.waitForText("Live");
  });

  it("ended elsewhere: the sign-in page says why and has the email", async () => {
    const other = await (await auth("token?grant_type=password", account)).json();
    assert.equal((await auth("logout?scope=global", {}, other.access_token)).status, 204);
    await app.waitForText("Sign in to Tallylight studio");
    await app.waitForText("Your session has expired. Sign in again.");
    assert.equal(await app.$("#email").getValue(), account.email);
    assert.equal(await app.$("#password").getValue(), "");
    await app.screenshot("session-ended");
    await app.fill("#password", account.password);
    await app.browser.keys("Enter");
    await app.waitForText("Live");
  });

  it("unreadable in the keychain: the sign-in page says why", async () => {
    await app.close();
    store("desktop", '{"server":"half an en');
    app = await App.start(data);
    await app.waitForText("The saved session is unreadable. Sign in again.");
    await app.fill("#password", account.password);
    await app.button("Sign in").click();
    await app.waitForText("Live");
    assert.ok(token(), "the entry is valid again");
  });

  it("signed out while the keychain is locked: is not restored", async () => {
    lock();
    await app.runCommand("Sign out");
    await app.waitForText("Sign in to Tallylight studio");
    await app.close();
    app = await App.start(data);
    await app.waitForText("Sign in to Tallylight studio");
    await unlockElsewhere();
    await waitFor("an empty keychain", () => lookup("desktop") === null, 60_000);
    await app.assertNoText("Live");
    await app.fill("#password", account.password);
    await app.browser.keys("Enter");
    await app.waitForText("Live");
  });

  it("signed out: is deleted from the keychain and ended at the studio", async () => {
    const last = token();
    await app.runCommand("Sign out");
    await app.waitForText("Sign in to Tallylight studio");
    await waitFor("an empty keychain", () => lookup("desktop") === null);
    const refused = async () =>
      (await auth("token?grant_type=refresh_token", { refresh_token: last })).status === 400;
    await waitFor("the end at the studio", refused);
    await app.close();
    app = await App.start(data);
    await app.waitForText("Sign in to Tallylight studio");
  });

  it("is shared by two terminals that refresh it at the same time", async () => {
    const env = { ...process.env, TALLYLIGHT_PASSWORD: account.password };
    const tally = ["--data-dir", join(folder, "cli"), "--server", url];
    execFileSync(bin("tally"), [...tally, "login", "--email", account.email], { env });
    // Each refreshes the one session every second, and each refresh spends the token of the other.
    const watch = () =>
      promisify(execFile)(bin("tally"), [...tally, "--json", "watch", "--for", "8"], { env });
    const watched = await Promise.all([watch(), watch()]);
    for (const { stdout } of watched) {
      const states = stdout
        .split("\n")
        .filter((line) => line.includes('"event":"session"'))
        .map((line) => JSON.parse(line).state);
      assert.ok(states.filter((state) => state === "refreshed").length >= 3, states.join());
      assert.ok(!states.includes("signed_out"), states.join());
    }
    execFileSync(bin("tally"), [...tally, "logout"], { env });
    assert.equal(lookup("cli"), null);
  });

  it("works without a keychain until the app is closed, and says so", async () => {
    await app.close();
    const { bus, env } = await busWithoutKeychain();
    try {
      app = await App.start(data, { env });
      await app.waitForText("Sign in to Tallylight studio");
      await app.signIn(account);
      await app.waitForText("Live");
      await app.waitForText("Install and unlock gnome-keyring or KWallet");
      await app.screenshot("no-keychain");
      await app.close();
      app = await App.start(data, { env });
      await app.waitForText("Sign in to Tallylight studio");
    } finally {
      bus.kill();
    }
  });
});
