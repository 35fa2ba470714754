// A session: begun once, renewed in silence, taken up at every start, and ended for good.

import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { App, bin, waitFor } from "./app.mjs";
import { answerPrompt, busWithoutKeychain, lock, lookup, prompts, store, unlockElsewhere } from "./keychain.mjs";
import { account, startStudio } from "./studio.mjs";

describe("a session", { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tallylight-session-"));
  const data = join(folder, "data");
  let app;
  let studio;
  let url;

  const token = () => JSON.parse(lookup("desktop")).refresh_token;
  /** Asks the studio as whoever has its public key. */
  async function auth(path, body, bearer) {
    const apikey = (await (await fetch(`${url}/.well-known/tallylight.json`)).json()).auth_key;
    const authorization = bearer ? { authorization: `Bearer ${bearer}` } : {};
    const headers = { apikey, "content-type": "application/json", ...authorization };
    return fetch(`${url}/auth/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  }

  before(async () => {
    // Tokens that live for two seconds are renewed every second.
    ({ studio, url } = await startStudio(join(folder, "studio"), { more: ["--token-ttl", "2"] }));
    app = await App.start(data);
  });
  after(async () => {
    await app?.close();
    studio?.kill();
  });

  it("begins with an address and a password", async () => {
    await app.sees("Connect to a studio");
    await app.type("#address", new URL(url).host);
    await app.button("Connect").click();
    await app.sees("Sign in to Tallylight studio");
    await app.signIn(account);
    await app.sees("Live");
  });

  it("is renewed again and again, while the connection stays", async () => {
    const first = token();
    await app.connection().click();
    const renewed = async () => Number(/Sessions renewed\s+(\d+)/.exec(await app.text("dialog"))?.[1]);
    await waitFor("three renewals", async () => (await renewed()) >= 3);
    assert.match(await app.text("dialog"), /Connections\s+1 of 1 attempts/);
    await app.browser.keys("Escape");
    await app.sees("Live");
    assert.notEqual(token(), first, "the token in the keychain is the newest");
  });

  it("goes on at the next start, even after a power cut", async () => {
    await app.kill();
    app = await App.start(data);
    await app.sees("Live");
  });

  it("waits for a keychain that is locked, in quiet, and goes on when somebody unlocks it", async () => {
    await app.close();
    lock();
    app = await App.start(data);
    await app.sees("Waiting for the keychain");
    await app.sees("The keychain is locked");
    await app.screenshot("keychain-locked");
    assert.equal((await app.$("#password").isExisting()), false, "nobody is asked to sign in again");
    assert.deepEqual(prompts(), [], "or for the keychain's password");
    await unlockElsewhere();
    await app.sees("Live", 60_000);
  });

  it("asks for the keychain's password when the person wants it", async () => {
    await app.close();
    lock();
    app = await App.start(data);
    await app.sees("Waiting for the keychain");
    await app.button("Unlock the keychain").click();
    await answerPrompt();
    await app.sees("Live");
  });

  it("that was ended elsewhere leads to the login, which says why and knows the email", async () => {
    const other = await (await auth("token?grant_type=password", account)).json();
    assert.equal((await auth("logout?scope=global", {}, other.access_token)).status, 204);
    await app.sees("Sign in to Tallylight studio");
    await app.sees("The session has ended: sign in again");
    assert.equal(await app.$("#email").getValue(), account.email);
    assert.equal(await app.$("#password").getValue(), "");
    await app.screenshot("session-ended");
    await app.type("#password", account.password);
    await app.browser.keys("Enter");
    await app.sees("Live");
  });

  it("that cannot be read is asked for again, with the reason", async () => {
    await app.close();
    store("desktop", '{"server":"half an en');
    app = await App.start(data);
    await app.sees("The session in the keychain cannot be read: sign in again");
    await app.type("#password", account.password);
    await app.button("Sign in").click();
    await app.sees("Live");
    assert.ok(token(), "and the entry is whole again");
  });

  it("that was ended while the keychain was locked does not come back", async () => {
    lock();
    await app.choose("Sign out");
    await app.sees("Sign in to Tallylight studio");
    await app.close();
    app = await App.start(data);
    await app.sees("Sign in to Tallylight studio");
    await unlockElsewhere();
    await waitFor("an empty keychain", () => lookup("desktop") === null, 60_000);
    await app.doesNotSee("Live");
    await app.type("#password", account.password);
    await app.browser.keys("Enter");
    await app.sees("Live");
  });

  it("ends here, in the keychain and at the studio", async () => {
    const last = token();
    await app.choose("Sign out");
    await app.sees("Sign in to Tallylight studio");
    await waitFor("an empty keychain", () => lookup("desktop") === null);
    const refused = async () => (await auth("token?grant_type=refresh_token", { refresh_token: last })).status === 400;
    await waitFor("the end at the studio", refused);
    await app.close();
    app = await App.start(data);
    await app.sees("Sign in to Tallylight studio");
  });

  it("is shared by two terminals without one ending the other's", async () => {
    const env = { ...process.env, TALLYLIGHT_PASSWORD: account.password };
    const tally = ["--data-dir", join(folder, "cli"), "--server", url];
    execFileSync(bin("tally"), [...tally, "login", "--email", account.email], { env });
    // Each refreshes the one session every second, and each refresh spends the token of the other.
    const watch = () => promisify(execFile)(bin("tally"), [...tally, "--json", "watch", "--for", "8"], { env });
    const watched = await Promise.all([watch(), watch()]);
    for (const { stdout } of watched) {
      const states = stdout.split("\n").filter((line) => line.includes('"event":"session"')).map((line) => JSON.parse(line).state);
      assert.ok(states.filter((state) => state === "refreshed").length >= 3, states.join());
      assert.ok(!states.includes("signed_out"), states.join());
    }
    execFileSync(bin("tally"), [...tally, "logout"], { env });
    assert.equal(lookup("cli"), null);
  });

  it("works without any keychain, and says so", async () => {
    await app.close();
    const { bus, world } = await busWithoutKeychain();
    try {
      app = await App.start(data, { world });
      await app.sees("Sign in to Tallylight studio");
      await app.signIn(account);
      await app.sees("Live");
      await app.sees("install and unlock gnome-keyring or KWallet");
      await app.screenshot("no-keychain");
      await app.close();
      app = await App.start(data, { world });
      await app.sees("Sign in to Tallylight studio");
    } finally {
      bus.kill();
    }
  });
});
