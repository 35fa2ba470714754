// A newer version, which the test signs and serves: found, verified, downloaded and installed.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App } from "./support/app.ts";
import { bin, videos } from "./support/environment.ts";
import type { UpdateView } from "./support/ipc.ts";
import { isRunning } from "./support/processes.ts";
import { ScriptedBackend } from "./support/scripted-backend.ts";
import { present, waitFor } from "./support/wait.ts";
import { isAppVisible } from "./support/x11.ts";

/** Gives a program the first bytes of an AppImage; it still runs. */
const asImage = (bytes: Buffer): Buffer => {
  const image = Buffer.from(bytes);
  image.set([0x41, 0x49, 2], 8);
  return image;
};
/** The newer version. */
const NEWER = asImage(
  Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]), Buffer.alloc(4096, 7)]),
);

describe("updates", { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tallylight-updates-"));
  const image = join(folder, "Tallylight.AppImage");
  const requests: string[] = [];
  let served = NEWER;
  let keys: { key: string; signature: string };
  let env: Record<string, string>;
  let server: Server;
  let app: App;
  let backend: ScriptedBackend;

  /** Waits for a state of the update, and returns it. */
  const state = async <Name extends UpdateView["state"]>(wanted: Name) => {
    let last: UpdateView | undefined;
    await waitFor(
      `the state ${wanted}`,
      async () => (last = await app.invoke("update")).state === wanted,
    ).catch((error) => {
      throw new Error(`${error.message}: ${JSON.stringify(last)}`);
    });
    return last as unknown as Extract<UpdateView, { state: Name }>;
  };

  const signed = (bytes: Buffer) =>
    JSON.parse(execFileSync(bin("sign-update"), [], { input: bytes, encoding: "utf8" }));

  before(async () => {
    keys = signed(NEWER);
    server = createServer((request, response) => {
      requests.push(request.url ?? "");
      if (request.url === "/latest.json") {
        const platforms = {
          "linux-x86_64": {
            url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/image`,
            signature: keys.signature,
          },
        };
        response.end(JSON.stringify({ version: "99.0.0", notes: "Better.", platforms }));
      } else response.end(served);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    copyFileSync(bin("tallylight"), image);
    chmodSync(image, 0o700);
    backend = await ScriptedBackend.start([], { description: { features: ["upload"] } });
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/latest.json`;
    env = { APPIMAGE: image, TALLYLIGHT_UPDATE_URL: address, TALLYLIGHT_UPDATE_KEY: keys.key };
    app = await App.start(join(folder, "data"), { env });
    await app.connectAndSignIn(backend);
    await app.waitForText("Live");
  });
  after(async () => {
    await app?.close();
    server?.close();
    backend?.stop();
  });

  it("is checked for on request, and shown", async () => {
    assert.deepEqual(requests, []);
    await app.runCommand("Check for updates");
    await state("available");
    await app.waitForText("Version 99.0.0 is available.");
  });

  it("is rejected if its signature belongs to another file", async () => {
    served = Buffer.concat([NEWER, Buffer.from("and something else")]);
    await app.button("Download").click();
    const { reason } = await state("failed");
    assert.match(reason.message, /signature/i);
    assert.notDeepEqual(readFileSync(image), served);
  });

  it("is downloaded, and not installed while a video is uploaded", async () => {
    served = NEWER;
    await app.button("Check for updates").click();
    await state("available");
    await app.button("Download").click();
    await state("ready");
    const video = join(folder, "long.mp4");
    writeFileSync(video, "");
    truncateSync(video, 3e9);
    app.upload(video);
    await app.waitForText("Restart when they are complete");
    assert.equal(await app.button("Restart now").isEnabled(), false);
    await assert.rejects(app.invoke("restart"), /in progress/);
    const uploadId = present((await app.invoke("uploads"))[0]).upload_id;
    await app.invoke("cancel_upload", { uploadId });
    await waitFor("the restart to be allowed", () => app.button("Restart now").isEnabled());
    assert.notDeepEqual(readFileSync(image), NEWER, "it is not installed while the app runs");
  });

  it("is installed when the app ends", async () => {
    const { own } = app.processes();
    execFileSync("kill", ["-TERM", own]);
    await waitFor("its end", () => !isRunning(own));
    assert.ok(readFileSync(image).equals(NEWER), "the newer version is in its place");
    await app.close();
  });

  it("restarted into the newer version: does not repeat the upload of its arguments", async () => {
    Object.assign(backend, { acceptsUploads: true, uploads: 0 });
    served = asImage(readFileSync(bin("tallylight")));
    keys = signed(served);
    env.TALLYLIGHT_UPDATE_KEY = keys.key;
    app = await App.start(join(folder, "data"), { env, args: [videos.silent] });
    await waitFor(
      "the upload",
      async () => backend.uploads === 1 && (await app.invoke("uploads")).length === 0,
    );
    await app.invoke("check_for_update");
    await app.invoke("fetch_update");
    // WebDriver may lose it before it has the answer.
    await app.invoke("restart").catch(() => undefined);
    const next = await waitFor("the newer version", () => {
      const { stdout } = spawnSync("pgrep", ["-f", "-a", `^${image}`], { encoding: "utf8" });
      return stdout.trim().match(/^([0-9]+) (.*)$/);
    });
    assert.equal(next[2], `${image} --data-dir ${join(folder, "data")}`);
    await waitFor("its window", isAppVisible);
    assert.equal(backend.uploads, 1);
    const pid = present(next[1]);
    execFileSync("kill", ["-TERM", pid]);
    await waitFor("its end", () => !isRunning(pid));
  });
});
