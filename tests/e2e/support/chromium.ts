// The person's own browser: Debian's Chromium, which the desktop opens pages in, and which a test then drives.

import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { remote } from "webdriverio";
import { WebSocket } from "ws";
import { present, waitFor } from "./wait.ts";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Makes a program the default browser, as a person's settings do; returns the environment in which it is. */
function makeDefault(folder: string, program: string): Record<string, string> {
  const [applications, config] = [join(folder, "share/applications"), join(folder, "config")];
  mkdirSync(applications, { recursive: true });
  mkdirSync(config);
  const entry = [
    "[Desktop Entry]",
    "Type=Application",
    "Name=Browser",
    `Exec=${program} %u`,
    "MimeType=x-scheme-handler/http;\n",
  ];
  writeFileSync(join(applications, "default-browser.desktop"), entry.join("\n"));
  const schemes = ["http", "https"].map(
    (scheme) => `x-scheme-handler/${scheme}=default-browser.desktop\n`,
  );
  writeFileSync(join(config, "mimeapps.list"), `[Default Applications]\n${schemes.join("")}`);
  const shared = process.env.XDG_DATA_DIRS || "/usr/local/share:/usr/share";
  return { XDG_CONFIG_HOME: config, XDG_DATA_DIRS: `${join(folder, "share")}:${shared}` };
}

/** A Chromium that is not started here, but by the program that opens a page. */
export class Chromium {
  /** The environment in which it is the default browser. */
  readonly env: Record<string, string>;
  private readonly port: number;
  private driver: ChildProcess | undefined;
  private browser: WebdriverIO.Browser | undefined;

  private constructor(port: number, env: Record<string, string>) {
    this.port = port;
    this.env = env;
  }

  static async install(): Promise<Chromium> {
    const folder = mkdtempSync(join(tmpdir(), "tallylight-chromium-"));
    const port = await freePort();
    const starter = join(folder, "browser");
    const options = [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      `--remote-debugging-port=${port}`,
      `--user-data-dir=${folder}/profile`,
    ];
    writeFileSync(starter, `#!/bin/sh\nexec chromium ${options.join(" ")} "$1" >/dev/null 2>&1\n`);
    chmodSync(starter, 0o755);
    return new Chromium(port, makeDefault(folder, starter));
  }

  /** Starts to drive the browser, once a page has been opened in it. */
  async attach(): Promise<WebdriverIO.Browser> {
    await waitFor("a page in the browser", async () => {
      const pages = (await fetch(`http://127.0.0.1:${this.port}/json/list`).then(
        (list) => list.json(),
        () => [],
      )) as { type: string; url: string }[];
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

  async text(): Promise<string> {
    const browser = present(this.browser, "a browser that is attached");
    // What is being loaded has no body.
    return browser.execute(() => (document.body as HTMLElement | null)?.innerText ?? "");
  }

  /** Waits until the browser shows a text. */
  async waitForText(text: string): Promise<void> {
    await waitFor(`"${text}" in the browser`, async () => (await this.text()).includes(text));
  }

  /** Ends the browser, as closing its last window does. */
  async close(): Promise<void> {
    const address = `http://127.0.0.1:${this.port}/json/version`;
    const version = (await fetch(address).then(
      (answer) => answer.json(),
      () => null,
    )) as { webSocketDebuggerUrl: string } | null;
    if (version) {
      const socket = new WebSocket(version.webSocketDebuggerUrl);
      await new Promise<void>((resolve) => socket.once("open", resolve));
      socket.send(JSON.stringify({ id: 1, method: "Browser.close" }));
      await waitFor("the end of the browser", async () => {
        const answer = await fetch(address).catch(() => null);
        return answer === null;
      });
    }
    this.driver?.kill();
  }
}
