// A hostile page: in our window, and in the browser of somebody who runs a studio.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App, waitFor } from "./app.mjs";
import { Chromium } from "./chromium.mjs";
import { account, startStudio } from "./studio.mjs";

describe("a page of another origin", { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tallylight-foreign-"));
  let page;
  let hits = 0;
  let server;
  let studio;
  let url;

  before(async () => {
    server = createServer((_request, response) => {
      hits += 1;
      response.writeHead(200, { "content-type": "text/html" });
      response.end("<title>Elsewhere</title><h1>Elsewhere</h1>");
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    page = `http://127.0.0.1:${server.address().port}/`;
    ({ studio, url } = await startStudio(join(folder, "studio")));
  });
  after(() => {
    server?.close();
    studio?.kill();
  });

  describe("in our window", { concurrency: false }, () => {
    let app;
    before(async () => {
      app = await App.start(join(folder, "data"));
      await app.sees("Connect to a studio");
    });
    after(() => app?.close());

    it("cannot take its place", async () => {
      await app.browser.execute((page) => void (location.href = page), page);
      await app.browser.execute((page) => void window.open(page), page);
      await app.sees("Connect to a studio");
      assert.match(await app.browser.getUrl(), /^(tauri|https?):\/\/(tauri\.)?localhost/);
      assert.equal(hits, 0, "it was not even asked for");
    });

    it("cannot be put into a frame of it, nor can a script or a form lead there", async () => {
      const tried = await app.browser.executeAsync((page, done) => {
        const blocked = [];
        document.addEventListener("securitypolicyviolation", (event) => blocked.push(event.effectiveDirective));
        const frame = document.createElement("iframe");
        frame.src = page;
        const script = document.createElement("script");
        script.src = `${page}evil.js`;
        document.body.append(frame, script);
        fetch(page).catch(() => undefined);
        setTimeout(() => done(blocked), 500);
      }, page).catch((error) => error.message);
      for (const directive of ["frame-src", "script-src", "connect-src"]) {
        assert.ok(String(tried).includes(directive), `${directive} in ${tried}`);
      }
      assert.equal(hits, 0);
    });

    it("and no code in it reaches a command that the window was not granted", async () => {
      const call = (command) =>
        app.browser.executeAsync((command, done) => {
          window.__TAURI_INTERNALS__.invoke(command, {}).then(
            (value) => done({ value }),
            (error) => done({ refused: String(error) }),
          );
        }, command);
      assert.equal((await call("status")).value.session.state, "signed_out");
      for (const command of ["plugin:dialog|open", "plugin:window|close", "plugin:webview|create_webview_window"]) {
        assert.match((await call(command)).refused, /not allowed|denied|not found/i, command);
      }
    });
  });

  describe("in the browser of whoever runs a studio", { concurrency: false }, () => {
    let chromium;
    let browser;
    before(async () => {
      chromium = await Chromium.install();
      spawn("xdg-open", [page], { env: { ...process.env, ...chromium.world }, stdio: "ignore" });
      browser = await chromium.attach();
      await chromium.sees("Elsewhere");
    });
    after(() => chromium?.close());

    it("can neither read from it nor write to it, nor open its socket", async () => {
      const { auth_key: apikey } = await (await fetch(`${url}/.well-known/tallylight.json`)).json();
      const session = await fetch(`${url}/auth/v1/token?grant_type=password`, {
        method: "POST",
        headers: { apikey, "content-type": "application/json" },
        body: JSON.stringify(account),
      });
      const { access_token: token } = await session.json();
      const tried = await browser.executeAsync(
        async (url, token, done) => {
          const read = (path, init) => fetch(url + path, init).then((answer) => answer.status, () => "blocked");
          const simple = await fetch(`${url}/auth/v1/signup`, { method: "POST", mode: "no-cors", body: "{}" }).then(
            (answer) => answer.type,
          );
          const socket = await new Promise((resolve) => {
            const socket = new WebSocket(`${url.replace("http", "ws")}/ws?token=${token}`);
            socket.onopen = () => resolve("open");
            socket.onerror = () => resolve("refused");
          });
          const authorized = { headers: { authorization: `Bearer ${token}` } };
          done([await read("/.well-known/tallylight.json"), await read("/api/v1/jobs/", authorized), simple, socket]);
        },
        url,
        token,
      );
      assert.deepEqual(tried, ["blocked", "blocked", "opaque", "refused"]);
    });

    it("nor by a name that was rebound to this computer", async () => {
      const { port } = new URL(url);
      // Chromium resolves every name below localhost to this computer, as a rebound one would be.
      await browser.url(`http://evil.localhost:${port}/.well-known/tallylight.json`);
      await waitFor("the refusal", async () => (await chromium.text()).includes("127.0.0.1 and localhost only"));
    });
  });
});
