// The studio on this computer: speech recognition, suggested texts, and disk space.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Key } from "webdriverio";
import { App } from "./support/app.ts";
import { screenshotDir } from "./support/environment.ts";
import { ViewInspector } from "./support/view-inspector.ts";
import { present, waitFor } from "./support/wait.ts";

/** What is said in the video, with the second that it begins at. */
const talk: [second: number, text: string][] = [
  [0, "We begin with the espresso machine."],
  [7, "The boiler heats the water."],
  [14, "The pump builds pressure."],
  [21, "A clean espresso machine makes better coffee."],
  [30, "Now the coffee grinder."],
  [37, "Burr grinders crush the beans evenly."],
  [44, "Adjust the grinder until the grind size is fine."],
  [51, "The grinder needs brushing every week."],
  [60, "Finally milk foam for latte art."],
  [67, "Steam the milk until it is silky."],
  [74, "Pour the foam slowly and draw a rosetta."],
  [81, "Practise latte art with cold milk."],
];
const clock = (seconds: number) =>
  `00:0${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")},000`;
const captions = talk
  .map(([start, text]) => `${clock(start)} --> ${clock(start + 6)}\n${text}\n`)
  .join("\n");

const texts = {
  titles: ["Better coffee at home", "From bean to foam", "Espresso, grinder, milk"],
  description: "How to make coffee at home.",
  tags: ["espresso", "grinder"],
  chapters: ["The machine", "The grinder", "The milk"],
};

describe("this computer", { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tallylight-computer-"));
  const dataDir = join(folder, "data");
  const model = Buffer.concat([Buffer.from("lmgg"), Buffer.alloc(3_000_000, 7)]);
  const env = {
    TALLYLIGHT_SPEECH_MODELS: join(folder, "models.json"),
    TALLYLIGHT_WHISPER: join(folder, "whisper-cli"),
  };
  /** The requests to the language model. */
  const asked: string[] = [];
  let app: App;
  let inspector: ViewInspector;
  let server: Server;
  /** Sends the second half of the model. */
  let release: () => void;

  const models = (request: IncomingMessage, response: ServerResponse) => {
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (from > 0) {
      response.writeHead(206, {
        "content-range": `bytes ${from}-${model.length - 1}/${model.length}`,
      });
      response.end(model.subarray(from));
      return;
    }
    response.writeHead(200, { "content-length": model.length });
    response.write(model.subarray(0, model.length / 2));
    release = () => void response.end(model.subarray(model.length / 2));
  };
  const languageModel = async (request: IncomingMessage, response: ServerResponse) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    asked.push(body);
    const answer = {
      choices: [{ message: { content: JSON.stringify(texts) }, finish_reason: "stop" }],
    };
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer));
  };
  /** Waits until a video is done, and opens it. */
  const openFinished = async (name: string) => {
    await app.waitForText(name);
    const row = `//button[@data-job][contains(., "${name}")]`;
    await waitFor("its end", async () => (await app.text(row)).includes("Ready"), 60_000);
    await app.$(row).click();
  };
  const section = async (name: string) => {
    if (!(await app.$("#settings-section").isExisting())) await app.browser.keys([Key.Ctrl, ","]);
    await app.$(`#section-${name}`).click();
    await waitFor(
      `the section ${name}`,
      async () => (await app.$(`#section-${name}`).getAttribute("aria-current")) === "page",
    );
  };
  const shut = async () => {
    await app.button("Close").click();
    await waitFor("the dialog to close", async () => !(await app.$("dialog").isExisting()));
  };
  const baseModel = async () => present((await app.invoke("computer")).models[0]);
  const field = (name: string) =>
    app.browser.execute(
      (name) => document.querySelector<HTMLInputElement>(`[data-field="${name}"]`)?.value ?? "",
      name,
    );

  before(async () => {
    server = createServer(
      (request, response) =>
        void (request.method === "POST" ? languageModel : models)(request, response),
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ggml-base.bin`;
    const sha256 = createHash("sha256").update(model).digest("hex");
    writeFileSync(
      env.TALLYLIGHT_SPEECH_MODELS,
      JSON.stringify([{ id: "base", url, size_bytes: model.length, sha256, languages: 99 }]),
    );
    // Stands in for whisper.cpp, because no speech model can be had here: it writes fixed captions.
    writeFileSync(join(folder, "captions.srt"), captions);
    const script = `#!/bin/sh\nwhile [ $# -gt 1 ]; do shift; done\ncp "${folder}/captions.srt" "$1.srt"\n`;
    writeFileSync(env.TALLYLIGHT_WHISPER, script);
    chmodSync(env.TALLYLIGHT_WHISPER, 0o755);
    const picture = [
      "-f",
      "lavfi",
      "-i",
      "color=gray:s=320x240:d=90:r=5",
      "-f",
      "lavfi",
      "-i",
      "sine=d=90",
    ];
    const quick = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"];
    execFileSync("ffmpeg", [
      "-nostdin",
      "-v",
      "error",
      ...picture,
      ...quick,
      join(folder, "coffee-talk.mp4"),
    ]);
    app = await App.start(dataDir, { env });
    inspector = new ViewInspector(app, screenshotDir());
    await app.button("Use this computer").click();
    await app.waitForText("No videos yet");
  });
  after(async () => {
    await app?.close();
    server?.closeAllConnections();
    server?.close();
  });

  it("offers to set up speech recognition at a video without a transcript", async () => {
    app.upload(join(folder, "coffee-talk.mp4"));
    await openFinished("Coffee-talk");
    await app.waitForText("Add transcripts");
    await inspector.inspect("speech-offer");
    await app.button("Set up").click();
    await app.waitForText("Speech recognition");
    await inspector.inspect("settings-computer");
  });

  it("downloads a model, and resumes the download after a kill", async () => {
    await app.button("Download base (3 MB)").click();
    await waitFor(
      "half of it",
      async () => (await baseModel()).download?.received_bytes === model.length / 2,
    );
    assert.equal((await app.invoke("settings")).settings.computer.speech_model, "base");
    await app.screenshot("model-downloading");
    await app.button("Stop downloading base").click();
    await app.waitForText("Stopped");
    release();
    await app.kill();
    // Uploads are copied from now on, as on a file system without links.
    app = await App.start(dataDir, { env: { ...env, TALLYLIGHT_STUDIO_LINK_UPLOADS: "0" } });
    inspector.app = app;
    await app.waitForText("Coffee-talk");
    await section("computer");
    await app.waitForText("Stopped");
    await app.button("Resume downloading base").click();
    await waitFor("the model", async () => (await baseModel()).is_here);
    await app.waitForText("per minute of video");
    assert.deepEqual(readFileSync(join(dataDir, "studio/models/ggml-base.bin")), model);
    await inspector.inspect("settings-computer-model");
    await shut();
  });

  it("recognises speech, and marks suggestions until they are kept", async () => {
    execFileSync("cp", [join(folder, "coffee-talk.mp4"), join(folder, "second-talk.mp4")]);
    app.upload(join(folder, "second-talk.mp4"));
    await openFinished("Second-talk");
    await app.waitForText("Keep");
    const typed = await app.browser.execute(() =>
      [...document.querySelectorAll("article input, article textarea, article pre, article p")]
        .map((element) => (element as HTMLInputElement).value ?? element.textContent)
        .join("\n"),
    );
    assert.ok(typed.includes("We begin with the espresso machine."), typed);
    await inspector.inspect("suggestions");
    await app.button("Keep suggested Tags").click();
    await waitFor(
      "the mark to go",
      async () => !(await app.button("Keep suggested Tags").isExisting()),
    );
    await app.waitForText("Suggested");
  });

  it("sends the language model what was previewed, and puts a used suggestion into the editor", async () => {
    assert.equal(await app.button("Suggest texts…").isExisting(), false);
    await section("suggestions");
    await app.$("#language-model").click();
    await app.fill(
      "#language-model-address",
      `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    );
    await app.fill("#language-model-name", "llama3");
    await app.browser.keys("Tab");
    await waitFor(
      "the settings",
      async () => (await app.invoke("settings")).settings.language_model.model === "llama3",
    );
    await inspector.inspect("settings-suggestions");
    await shut();
    await app.button("Suggest texts…").click();
    await app.waitForText("Only this is sent to");
    const shown = await app.text('//*[@data-testid="suggestion-request"]');
    await inspector.inspect("suggest-preview");
    assert.deepEqual(asked, [], "nothing is sent before the person agrees");
    await app.button("Send").click();
    await app.waitForText("From bean to foam");
    assert.deepEqual(asked, [shown]);
    assert.match(shown, /\[0:07\] The boiler heats the water/);
    await inspector.inspect("suggest-texts");
    await app.button("Use title “From bean to foam”").click();
    await app.waitForText("Added to editor");
    await shut();
    assert.equal(await field("TITLE"), "From bean to foam");
    await app.button("Save").click();
    await app.waitForText("Saved");
    await waitFor("the row", async () => (await app.text(".rows")).includes("From bean to foam"));
  });

  it("deletes copies of finished videos, and leaves linked originals", async () => {
    const source = (video: string) => join(dataDir, "studio/videos", video, "source.mp4");
    const copies = () =>
      readdirSync(join(dataDir, "studio/videos")).filter((video) => existsSync(source(video)));
    assert.equal(copies().length, 2);
    const original = statSync(join(folder, "coffee-talk.mp4"));
    await section("computer");
    await app.waitForText("1 finished copy uses");
    await app.button("Delete finished copies…").click();
    await app.button("Delete copies").click();
    await waitFor("the copy to go", () => copies().length === 1);
    await shut();
    assert.equal(original.nlink, 2, "the first video is another name of the original");
    assert.equal(statSync(join(folder, "coffee-talk.mp4")).size, original.size);
    await app.waitForText("From bean to foam");
  });
});
