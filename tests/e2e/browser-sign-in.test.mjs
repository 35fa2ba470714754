// Signing in with a provider: the real window opens the real browser, which comes back with an answer.

import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { App, bin } from "./app.mjs";
import { Chromium } from "./chromium.mjs";
import { lookup } from "./keychain.mjs";
import { account, startStudio } from "./studio.mjs";

describe("signing in with a provider", { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tallylight-browser-"));
  let app;
  let chromium;
  let studio;
  let url;

  /** Begins in the window, and returns the page that opened in the browser. */
  async function begin() {
    await app.button("Continue with Google").click();
    await app.sees("Finish signing in in your browser");
    const browser = await chromium.attach();
    await chromium.sees("Sign in to this studio");
    const page = new URL(await browser.getUrl());
    return { browser, redirect: new URL(page.searchParams.get("redirect_to")), page };
  }

  async function fillIn(browser) {
    await browser.$("[name=email]").setValue(account.email);
    await browser.$("[name=password]").setValue(account.password);
    await browser.$("button=Sign in").click();
  }

  before(async () => {
    ({ studio, url } = await startStudio(join(folder, "studio")));
    chromium = await Chromium.install();
    app = await App.start(join(folder, "data"), { world: chromium.world });
    await app.type("#address", new URL(url).host);
    await app.button("Connect").click();
    await app.sees("Sign in to Tallylight studio");
  });
  afterEach(() => chromium.close());
  after(async () => {
    await app?.close();
    studio?.kill();
  });

  it("can be cancelled in the window, and a late answer finds nobody", async () => {
    const { browser, redirect } = await begin();
    await app.screenshot("browser-waiting");
    await app.button("Cancel").click();
    await app.sees("Continue with Google");
    await fillIn(browser);
    await assert.rejects(fetch(redirect), "nothing listens any more");
    await app.doesNotSee("Live");
    assert.equal(await app.$("[role=alert]").isExisting(), false, "whoever cancelled knows");
  });

  it("can be cancelled in the browser, and both say so", async () => {
    const { browser } = await begin();
    await browser.$("button=Cancel").click();
    await chromium.sees("You are not signed in");
    await app.sees("The sign-in was cancelled in the browser");
    await app.screenshot("browser-denied");
  });

  it("refuses forged answers and goes on waiting, then lets in with the right one, once", async () => {
    const { browser, redirect, page } = await begin();
    assert.equal(redirect.hostname, "127.0.0.1");
    assert.equal(page.searchParams.get("code_challenge_method"), "s256");
    const forged = new URL(redirect);
    forged.searchParams.set("state", "guess");
    forged.searchParams.set("code", "stolen");
    assert.equal((await fetch(forged)).status, 403);
    forged.searchParams.delete("state");
    assert.equal((await fetch(forged)).status, 403);
    await app.sees("Finish signing in in your browser");

    await browser.$("[name=email]").setValue(account.email);
    await browser.$("[name=password]").setValue("wrong horse");
    await browser.$("button=Sign in").click();
    await chromium.sees("Email or password is wrong");
    await fillIn(browser);
    await chromium.sees("You are signed in");
    await chromium.sees("close this tab");
    await app.sees("Live");
    await app.sees(account.email);
    await browser.saveScreenshot(join(process.env.TALLYLIGHT_SCREENSHOTS, "browser-done.png"));
    await assert.rejects(fetch(await browser.getUrl()), "the same answer again finds nobody");
  });

  it("works from the terminal, too", async () => {
    const env = { ...process.env, ...chromium.world };
    const tally = ["--data-dir", join(folder, "cli"), "--server", url];
    const login = promisify(execFile)(bin("tally"), [...tally, "login", "--provider", "google"], { env });
    const browser = await chromium.attach();
    await chromium.sees("Sign in to this studio");
    await fillIn(browser);
    await chromium.sees("You are signed in");
    const { stdout, stderr } = await login;
    assert.equal(stdout, `signed in to Tallylight studio as ${account.email}\n`);
    assert.match(stderr, /this is the page: http:\/\/127\.0\.0\.1:\d+\/auth\/v1\/authorize\?provider=google/);
    const { stdout: status } = await promisify(execFile)(bin("tally"), [...tally, "status"], { env });
    assert.match(status, /account +me@acme\.tv/);
    execFileSync(bin("tally"), [...tally, "logout"], { env });
    assert.equal(lookup("cli"), null);
  });
});
