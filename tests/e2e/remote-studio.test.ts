// A team's studio: signing in, and a connection that is lost and restored.

import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App } from "./support/app.ts";
import { videos } from "./support/environment.ts";
import { account, startStudio } from "./support/studio.ts";

describe("a team's studio", { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tallylight-remote-"));
  let app: App;
  let studio: ChildProcess;
  let url: string;

  before(async () => {
    ({ studio, url } = await startStudio(join(folder, "studio")));
    app = await App.start(join(folder, "data"));
  });
  after(async () => {
    await app?.close();
    studio?.kill();
  });

  it("is found by its address without a scheme", async () => {
    await app.waitForText("Connect to a studio");
    await app.$("#address").setValue(url.replace("http://", ""));
    await app.button("Connect").click();
    await app.waitForText("Sign in to Tallylight studio");
  });

  it("wrong password: shows an error at the field, and keeps the email", async () => {
    await app.$("#email").setValue(account.email);
    await app.$("#password").setValue("wrong horse");
    await app.button("Sign in").click();
    await app.waitForText("Incorrect email or password");
    assert.equal(await app.$("#email").getValue(), account.email);
    await app.screenshot("signed-out");
  });

  it("right password: signs in, and is live", async () => {
    await app.$("#password").setValue(account.password);
    await app.button("Sign in").click();
    await app.waitForText("No videos yet");
    await app.waitForText("Live");
  });

  it("killed and restarted: offline with the known videos, then live by itself", async () => {
    app.upload(videos.silent);
    await app.waitForText("City at night");
    studio.kill("SIGKILL");
    await app.waitForText("Reconnecting");
    assert.ok(!(await app.text("header")).includes("Live"));
    assert.ok((await app.text()).includes("City at night"), "known videos are still shown");
    await app.waitForText("Offline", 60_000);
    await app.screenshot("offline");
    ({ studio } = await startStudio(join(folder, "studio"), { port: new URL(url).port }));
    await app.waitForText("Live", 60_000);
    await app.waitForText("Ready", 120_000);
  });

  it("signed out: shows nothing of the account", async () => {
    await app.runCommand("Sign out");
    await app.waitForText("Sign in to Tallylight studio");
    assert.ok(!(await app.text()).includes("City at night"));
  });
});
