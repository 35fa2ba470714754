// Signing in with a provider: the real window opens the real browser, which comes back with an answer.

import assert from "node:assert/strict";
import { execFile, execFileSync, type ChildProcess } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { App } from "./support/app.ts";
import { Chromium } from "./support/chromium.ts";
import { bin, screenshotDir } from "./support/environment.ts";
import { lookup } from "./support/keychain.ts";
import { account, startStudio } from "./support/studio.ts";
import { present } from "./support/wait.ts";

describe("signing in with a provider", { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tallylight-browser-"));
  let app: App;
  let chromium: Chromium;
  let studio: ChildProcess;
  let url: string;

  /** Starts the sign-in in the window, and returns the page that opened in the browser. */
  async function begin() {
    await app.button("Continue with Google").click();
    await app.waitForText("Finish signing in in your browser");
    const browser = await chromium.attach();
    await chromium.waitForText("Sign in to this studio");
    const page = new URL(await browser.getUrl());
    const redirect = new URL(present(page.searchParams.get("redirect_to")));
    return { browser, redirect, page };
  }

  async function fillIn(browser: WebdriverIO.Browser) {
    await browser.$("[name=email]").setValue(account.email);
    await browser.$("[name=password]").setValue(account.password);
    await browser.$("button=Sign in").click();
  }

  before(async () => {
    ({ studio, url } = await startStudio(join(folder, "studio")));
    chromium = await Chromium.install();
    app = await App.start(join(folder, "data"), { env: chromium.env });
    await app.fill("#address", new URL(url).host);
    await app.button("Connect").click();
    await app.waitForText("Sign in to Tallylight studio");
  });
  afterEach(() => chromium.close());
  after(async () => {
    await app?.close();
    studio?.kill();
  });

  it("cancelled in the window: a late answer of the browser is not taken", async () => {
    const { browser, redirect } = await begin();
    await app.screenshot("browser-waiting");
    await app.button("Cancel").click();
    await app.waitForText("Continue with Google");
    await fillIn(browser);
    await assert.rejects(fetch(redirect), "nothing listens any more");
    await app.assertNoText("Live");
    assert.equal(
      await app.$("[role=alert]").isExisting(),
      false,
      "a person who cancelled sees no error",
    );
  });

  it("cancelled in the browser: the browser and the window say so", async () => {
    const { browser } = await begin();
    await browser.$("button=Cancel").click();
    await chromium.waitForText("Sign-in failed");
    await app.waitForText("Sign-in cancelled in the browser");
    await app.screenshot("browser-denied");
  });

  it("refuses forged answers and keeps waiting, then signs in with the right one, once", async () => {
    const { browser, redirect, page } = await begin();
    assert.equal(redirect.hostname, "127.0.0.1");
    assert.equal(page.searchParams.get("code_challenge_method"), "s256");
    const forged = new URL(redirect);
    forged.searchParams.set("state", "guess");
    forged.searchParams.set("code", "stolen");
    assert.equal((await fetch(forged)).status, 403);
    forged.searchParams.delete("state");
    assert.equal((await fetch(forged)).status, 403);
    await app.waitForText("Finish signing in in your browser");

    await browser.$("[name=email]").setValue(account.email);
    await browser.$("[name=password]").setValue("wrong horse");
    await browser.$("button=Sign in").click();
    await chromium.waitForText("Incorrect email or password");
    await fillIn(browser);
    await chromium.waitForText("You're signed in");
    await chromium.waitForText("close this tab");
    await app.waitForText("Live");
    await app.waitForText(account.email);
    await browser.saveScreenshot(join(screenshotDir(), "browser-done.png"));
    await assert.rejects(fetch(await browser.getUrl()), "the same answer is not taken again");
  });

  it("signs in from the terminal", async () => {
    const env = { ...process.env, ...chromium.env };
    const tally = ["--data-dir", join(folder, "cli"), "--server", url];
    const login = promisify(execFile)(bin("tally"), [...tally, "login", "--provider", "google"], {
      env,
    });
    const browser = await chromium.attach();
    await chromium.waitForText("Sign in to this studio");
    await fillIn(browser);
    await chromium.waitForText("You're signed in");
    const { stdout, stderr } = await login;
    assert.equal(stdout, `Signed in to Tallylight studio as ${account.email}\n`);
    assert.match(stderr, /go to http:\/\/127\.0\.0\.1:\d+\/auth\/v1\/authorize\?provider=google/);
    const { stdout: status } = await promisify(execFile)(bin("tally"), [...tally, "status"], {
      env,
    });
    assert.match(status, /account +me@acme\.tv/);
    execFileSync(bin("tally"), [...tally, "logout"], { env });
    assert.equal(lookup("cli"), null);
  });
});
