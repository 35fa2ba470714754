// A newer version, signed and served by a test that is the other side: found, checked, fetched, and installed.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App, bin, videos, waitFor } from "./app.mjs";
import { startScripted } from "./scripted.mjs";

/** Makes a file an AppImage, which it is by how it begins; a program stays one. */
const asImage = (bytes) => {
  const image = Buffer.from(bytes);
  image.set([0x41, 0x49, 2], 8);
  return image;
};
/** The newer version. */
const NEWER = asImage(Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]), Buffer.alloc(4096, 7)]));

describe("updates", { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tallylight-updates-"));
  const image = join(folder, "Tallylight.AppImage");
  const asked = [];
  let served = NEWER;
  let keys;
  let world;
  let server;
  let app;
  let backend;

  const state = async (wanted) => {
    let last;
    await waitFor(`the state ${wanted}`, async () => (last = await app.invoke("update")).state === wanted).catch((error) => {
      throw new Error(`${error.message}: ${JSON.stringify(last)}`);
    });
    return last;
  };

  const signed = (bytes) => JSON.parse(execFileSync(bin("sign-update"), [], { input: bytes, encoding: "utf8" }));

  before(async () => {
    keys = signed(NEWER);
    server = createServer((request, response) => {
      asked.push(request.url);
      if (request.url === "/latest.json") {
        const platforms = { "linux-x86_64": { url: `http://127.0.0.1:${server.address().port}/image`, signature: keys.signature } };
        response.end(JSON.stringify({ version: "99.0.0", notes: "Better.", platforms }));
      } else response.end(served);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    copyFileSync(bin("tallylight"), image);
    chmodSync(image, 0o700);
    backend = await startScripted([], { more: { features: ["upload"] } });
    const address = `http://127.0.0.1:${server.address().port}/latest.json`;
    world = { APPIMAGE: image, TALLYLIGHT_UPDATE_URL: address, TALLYLIGHT_UPDATE_KEY: keys.key };
    app = await App.start(join(folder, "data"), { world });
    await app.enter(backend);
    await app.sees("Live");
  });
  after(async () => {
    await app?.close();
    server?.close();
    backend?.stop();
  });

  it("is asked for when the person wants, and says what there is", async () => {
    assert.deepEqual(asked, []);
    await app.choose("Check for updates");
    await state("available");
    await app.sees("Version 99.0.0 is available.");
  });

  it("is refused where its signature is another's", async () => {
    served = Buffer.concat([NEWER, Buffer.from("and something else")]);
    await app.button("Download").click();
    const { reason } = await state("failed");
    assert.match(reason.message, /signature/i);
    assert.notDeepEqual(readFileSync(image), served);
  });

  it("is fetched, and waits for a running upload", async () => {
    served = NEWER;
    await app.button("Check for updates").click();
    await state("available");
    await app.button("Download").click();
    await state("ready");
    const film = join(folder, "long.mp4");
    writeFileSync(film, "");
    truncateSync(film, 3e9);
    app.upload(film);
    await app.sees("restart when they are done");
    assert.equal(await app.button("Restart now").isEnabled(), false);
    await assert.rejects(app.invoke("restart"), /being uploaded/);
    const [{ upload_id: uploadId }] = await app.invoke("uploads");
    await app.invoke("cancel_upload", { uploadId });
    await waitFor("the way to be free", () => app.button("Restart now").isEnabled());
    assert.notDeepEqual(readFileSync(image), NEWER, "it is not installed under somebody's hands");
  });

  it("is installed at the end", async () => {
    const { own } = app.processes();
    execFileSync("kill", ["-TERM", own]);
    await waitFor("its end", () => spawnSync("kill", ["-0", own]).status !== 0);
    assert.ok(readFileSync(image).equals(NEWER), "the newer version is in its place");
    await app.close();
  });

  it("starts the newer version when the person wants, without doing again what the start before was for", async () => {
    Object.assign(backend, { takes: true, uploads: 0 });
    served = asImage(readFileSync(bin("tallylight")));
    keys = signed(served);
    world.TALLYLIGHT_UPDATE_KEY = keys.key;
    app = await App.start(join(folder, "data"), { world, args: [videos.silent] });
    await waitFor("the upload", async () => backend.uploads === 1 && (await app.invoke("uploads")).length === 0);
    await app.invoke("check_for_update");
    await app.invoke("fetch_update");
    // WebDriver may lose it before it has the answer.
    await app.invoke("restart").catch(() => undefined);
    const next = await waitFor("the newer version", () => {
      const { stdout } = spawnSync("pgrep", ["-f", "-a", `^${image}`], { encoding: "utf8" });
      return stdout.trim().match(/^([0-9]+) (.*)$/);
    });
    assert.equal(next[2], `${image} --data-dir ${join(folder, "data")}`);
    const isVisible = () => spawnSync("xdotool", ["search", "--onlyvisible", "--name", "^Tallylight$"]).status === 0;
    await waitFor("its window", isVisible);
    assert.equal(backend.uploads, 1);
    execFileSync("kill", ["-TERM", next[1]]);
    await waitFor("its end", () => spawnSync("kill", ["-0", next[1]]).status !== 0);
  });
});
