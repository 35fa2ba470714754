// A team's studio: signing in, and a connection that comes and goes.

import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App, videos } from "./app.mjs";
import { account, startStudio } from "./studio.mjs";

describe("a team's studio", { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tallylight-remote-"));
  let app;
  let studio;
  let url;

  before(async () => {
    ({ studio, url } = await startStudio(join(folder, "studio")));
    app = await App.start(join(folder, "data"));
  });
  after(async () => {
    await app?.close();
    studio?.kill();
  });

  it("is found by its address alone", async () => {
    await app.sees("Connect to a studio");
    await app.$("#address").setValue(url.replace("http://", ""));
    await app.button("Connect").click();
    await app.sees("Sign in to Tallylight studio");
  });

  it("says what is wrong with a password beside the field, and keeps what was typed", async () => {
    await app.$("#email").setValue(account.email);
    await app.$("#password").setValue("wrong horse");
    await app.button("Sign in").click();
    await app.sees("Email or password is wrong");
    assert.equal(await app.$("#email").getValue(), account.email);
    await app.screenshot("signed-out");
  });

  it("lets in with the right one, live", async () => {
    await app.$("#password").setValue(account.password);
    await app.button("Sign in").click();
    await app.sees("No videos yet");
    await app.sees("Live");
  });

  it("is never called live while it is away, and comes back by itself", async () => {
    app.upload(videos.silent);
    await app.sees("City at night");
    studio.kill("SIGKILL");
    await app.sees("Reconnecting");
    assert.ok(!(await app.text("header")).includes("Live"));
    assert.ok((await app.text()).includes("City at night"), "what is known is still shown");
    await app.sees("Offline", 60_000);
    await app.screenshot("offline");
    ({ studio } = await startStudio(join(folder, "studio"), { port: new URL(url).port }));
    await app.sees("Live", 60_000);
    await app.sees("Done", 120_000);
  });

  it("signs out, and shows nothing of the account", async () => {
    await app.choose("Sign out");
    await app.sees("Sign in to Tallylight studio");
    assert.ok(!(await app.text()).includes("City at night"));
  });
});
