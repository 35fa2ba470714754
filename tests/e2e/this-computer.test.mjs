// What this computer does for a creator: speech recognition that is set up, texts that are suggested, room that is made.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Key } from "webdriverio";
import { App, waitFor } from "./app.mjs";
import { Looks } from "./looks.mjs";

/** What the talk says, from which second on. */
const talk = [
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
const clock = (seconds) => `00:0${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")},000`;
const captions = talk.map(([start, words]) => `${clock(start)} --> ${clock(start + 6)}\n${words}\n`).join("\n");

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
  const world = {
    TALLYLIGHT_SPEECH_MODELS: join(folder, "models.json"),
    TALLYLIGHT_WHISPER: join(folder, "whisper-cli"),
  };
  /** What the language model was asked. */
  const asked = [];
  let app;
  let looks;
  let server;
  /** Lets the model's second half go. */
  let release;

  const models = (request, response) => {
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (from > 0) {
      response.writeHead(206, { "content-range": `bytes ${from}-${model.length - 1}/${model.length}` });
      return response.end(model.subarray(from));
    }
    response.writeHead(200, { "content-length": model.length });
    response.write(model.subarray(0, model.length / 2));
    release = () => response.end(model.subarray(model.length / 2));
  };
  const languageModel = async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    asked.push(body);
    const answer = { choices: [{ message: { content: JSON.stringify(texts) }, finish_reason: "stop" }] };
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer));
  };
  /** Waits until a video is done, and opens it. */
  const ended = async (name) => {
    await app.sees(name);
    const row = `//button[@data-job][contains(., "${name}")]`;
    await waitFor("its end", async () => (await app.text(row)).includes("Done"), 60_000);
    await app.$(row).click();
  };
  const section = async (name) => {
    if (!(await app.$("#settings-section").isExisting())) await app.browser.keys([Key.Ctrl, ","]);
    await app.$(`#section-${name}`).click();
    await waitFor(`the section ${name}`, async () => (await app.$(`#section-${name}`).getAttribute("aria-current")) === "page");
  };
  const shut = async () => {
    await app.button("Close").click();
    await waitFor("the dialog to close", async () => !(await app.$("dialog").isExisting()));
  };
  const model0 = async () => (await app.invoke("computer")).models[0];
  const field = (name) => app.browser.execute((name) => document.querySelector(`[data-field="${name}"]`)?.value ?? "", name);

  before(async () => {
    server = createServer((request, response) => void (request.method === "POST" ? languageModel : models)(request, response));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${server.address().port}/ggml-base.bin`;
    const sha256 = createHash("sha256").update(model).digest("hex");
    writeFileSync(world.TALLYLIGHT_SPEECH_MODELS, JSON.stringify([{ id: "base", url, size_bytes: model.length, sha256, languages: 99 }]));
    // Stands in for whisper.cpp: no model that hears can be had. It writes what it is told to, where it is told to.
    writeFileSync(join(folder, "captions.srt"), captions);
    const script = `#!/bin/sh\nwhile [ $# -gt 1 ]; do shift; done\ncp "${folder}/captions.srt" "$1.srt"\n`;
    writeFileSync(world.TALLYLIGHT_WHISPER, script);
    chmodSync(world.TALLYLIGHT_WHISPER, 0o755);
    const picture = ["-f", "lavfi", "-i", "color=gray:s=320x240:d=90:r=5", "-f", "lavfi", "-i", "sine=d=90"];
    const quick = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"];
    execFileSync("ffmpeg", ["-nostdin", "-v", "error", ...picture, ...quick, join(folder, "coffee-talk.mp4")]);
    app = await App.start(dataDir, { world });
    looks = new Looks(app, process.env.TALLYLIGHT_SCREENSHOTS);
    await app.button("Use this computer").click();
    await app.sees("No videos yet");
  });
  after(async () => {
    await app?.close();
    server?.closeAllConnections();
    server?.close();
  });

  it("offers transcripts at a video whose words nobody heard", async () => {
    app.upload(join(folder, "coffee-talk.mp4"));
    await ended("Coffee-talk");
    await app.sees("Want transcripts?");
    await looks.at("speech-offer");
    await app.button("Set up").click();
    await app.sees("Speech recognition");
    await looks.at("settings-computer");
  });

  it("downloads a model, stops, and goes on where it was after a kill", async () => {
    await app.button("Download base (3 MB)").click();
    await waitFor("half of it", async () => (await model0()).download?.received_bytes === model.length / 2);
    assert.equal((await app.invoke("settings")).settings.computer.speech_model, "base");
    await app.screenshot("model-downloading");
    await app.button("Stop the download of base").click();
    await app.sees("Stopped");
    release();
    await app.kill();
    // What comes from now on is copied, as it is where nothing can be linked to.
    app = await App.start(dataDir, { world: { ...world, TALLYLIGHT_STUDIO_LINK_UPLOADS: "0" } });
    looks.app = app;
    await app.sees("Coffee-talk");
    await section("computer");
    await app.sees("Stopped");
    await app.button("Resume the download of base").click();
    await waitFor("the model", async () => (await model0()).is_here);
    await app.sees("1 minute of video takes about");
    assert.deepEqual(readFileSync(join(dataDir, "studio/models/ggml-base.bin")), model);
    await looks.at("settings-computer-model");
    await shut();
  });

  it("recognises speech, and marks what it suggests until it is kept", async () => {
    execFileSync("cp", [join(folder, "coffee-talk.mp4"), join(folder, "second-talk.mp4")]);
    app.upload(join(folder, "second-talk.mp4"));
    await ended("Second-talk");
    await app.sees("Keep");
    const typed = await app.browser.execute(() =>
      [...document.querySelectorAll("article input, article textarea, article pre, article p")].map((it) => it.value ?? it.textContent).join("\n"),
    );
    assert.ok(typed.includes("We begin with the espresso machine."), typed);
    await looks.at("suggestions");
    await app.button("Keep the suggested Tags").click();
    await waitFor("the mark to go", async () => !(await app.button("Keep the suggested Tags").isExisting()));
    await app.sees("Suggested");
  });

  it("asks a language model with what was shown, and puts into the editor what is used", async () => {
    assert.equal(await app.button("Suggest texts…").isExisting(), false);
    await section("suggestions");
    await app.$("#language-model").click();
    await app.type("#language-model-address", `http://127.0.0.1:${server.address().port}/v1`);
    await app.type("#language-model-name", "llama3");
    await app.browser.keys("Tab");
    await waitFor("the settings", async () => (await app.invoke("settings")).settings.language_model.model === "llama3");
    await looks.at("settings-suggestions");
    await shut();
    await app.button("Suggest texts…").click();
    await app.sees("and nothing else:");
    const shown = await app.text('//*[@data-testid="suggestion-request"]');
    await looks.at("suggest-preview");
    assert.deepEqual(asked, [], "nothing is sent before it is said");
    await app.button("Send").click();
    await app.sees("From bean to foam");
    assert.deepEqual(asked, [shown]);
    assert.match(shown, /\[0:07\] The boiler heats the water/);
    await looks.at("suggest-texts");
    await app.button("Use the title “From bean to foam”").click();
    await app.sees("In the editor");
    await shut();
    assert.equal(await field("TITLE"), "From bean to foam");
    await app.button("Save").click();
    await app.sees("Saved");
    await waitFor("the row", async () => (await app.text(".rows")).includes("From bean to foam"));
  });

  it("counts no video that is only linked to, and deletes copies of what is finished", async () => {
    const source = (video) => join(dataDir, "studio/videos", video, "source.mp4");
    const copies = () => readdirSync(join(dataDir, "studio/videos")).filter((video) => existsSync(source(video)));
    assert.equal(copies().length, 2);
    const original = statSync(join(folder, "coffee-talk.mp4"));
    await section("computer");
    await app.sees("1 of them is finished");
    await app.button("Delete finished copies…").click();
    await app.button("Delete copies").click();
    await waitFor("the copy to go", () => copies().length === 1);
    await shut();
    assert.equal(original.nlink, 2, "the first video is another name of the original");
    assert.equal(statSync(join(folder, "coffee-talk.mp4")).size, original.size);
    await app.sees("From bean to foam");
  });
});
