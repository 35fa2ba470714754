// The person's own browser: Debian's Chromium, which the desktop opens pages in, and which a test then drives.

import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { remote } from "webdriverio";
import { waitFor } from "./app.mjs";

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Makes a program the default browser, as a person's settings do; returns the environment in which it is. */
function makeDefault(folder, program) {
  const [applications, config] = [join(folder, "share/applications"), join(folder, "config")];
  mkdirSync(applications, { recursive: true });
  mkdirSync(config);
  const entry = `[Desktop Entry]\nType=Application\nName=Browser\nExec=${program} %u\nMimeType=x-scheme-handler/http;\n`;
  writeFileSync(join(applications, "default-browser.desktop"), entry);
  const schemes = ["http", "https"].map((scheme) => `x-scheme-handler/${scheme}=default-browser.desktop\n`);
  writeFileSync(join(config, "mimeapps.list"), `[Default Applications]\n${schemes.join("")}`);
  const shared = process.env.XDG_DATA_DIRS || "/usr/local/share:/usr/share";
  return { XDG_CONFIG_HOME: config, XDG_DATA_DIRS: `${join(folder, "share")}:${shared}` };
}

/** Is a Chromium that is not started here, but by whoever opens a page. */
export class Chromium {
  static async install() {
    const chromium = new Chromium();
    chromium.folder = mkdtempSync(join(tmpdir(), "tallylight-chromium-"));
    chromium.port = await freePort();
    const starter = join(chromium.folder, "browser");
    const options = [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      `--remote-debugging-port=${chromium.port}`,
      `--user-data-dir=${chromium.folder}/profile`,
    ];
    writeFileSync(starter, `#!/bin/sh\nexec chromium ${options.join(" ")} "$1" >/dev/null 2>&1\n`);
    chmodSync(starter, 0o755);
    chromium.world = makeDefault(chromium.folder, starter);
    return chromium;
  }

  /** Takes hold of the browser, once somebody has opened a page in it. */
  async attach() {
    await waitFor("a page in the browser", async () => {
      const pages = await fetch(`http://127.0.0.1:${this.port}/json/list`).then((list) => list.json(), () => []);
      return pages.some(({ type, url }) => type === "page" && url.startsWith("http"));
    });
    const driverPort = await freePort();
    this.driver = spawn("chromedriver", [`--port=${driverPort}`], { stdio: "ignore" });
    await waitFor("chromedriver", async () => {
      const answer = await fetch(`http://127.0.0.1:${driverPort}/status`).catch(() => null);
      return answer?.ok;
    });
    this.browser = await remote({
      hostname: "127.0.0.1",
      port: driverPort,
      logLevel: "error",
      capabilities: {
        browserName: "chrome",
        "wdio:enforceWebDriverClassic": true,
        "goog:chromeOptions": { debuggerAddress: `127.0.0.1:${this.port}` },
      },
    });
    return this.browser;
  }

  async text() {
    return this.browser.execute(() => document.body?.innerText ?? "");
  }

  async sees(text) {
    await waitFor(`"${text}" in the browser`, async () => (await this.text()).includes(text));
  }

  /** Ends the browser, as whoever closes its last window. */
  async close() {
    const version = await fetch(`http://127.0.0.1:${this.port}/json/version`).then((answer) => answer.json(), () => null);
    if (version) {
      const socket = new (await import("ws")).WebSocket(version.webSocketDebuggerUrl);
      await new Promise((resolve) => socket.once("open", resolve));
      socket.send(JSON.stringify({ id: 1, method: "Browser.close" }));
      await waitFor("the end of the browser", async () => {
        const answer = await fetch(`http://127.0.0.1:${this.port}/json/version`).catch(() => null);
        return answer === null;
      });
    }
    this.driver?.kill();
  }
}
