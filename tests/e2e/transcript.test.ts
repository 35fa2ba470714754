// The search in transcripts: the time of what is said in the list, and the words in the opened video.

import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Key } from "webdriverio";
import { App } from "./support/app.ts";
import { type Job, ScriptedBackend } from "./support/scripted-backend.ts";
import { waitFor } from "./support/wait.ts";

/** A video with so many lines, the last of which has the word; one line every ten seconds. */
const video = (id: string, title: string, lines: number, metadata: (said: string[]) => object) => {
  const said = Array.from({ length: lines }, (_, line) => `Line ${line} of ${title}.`);
  said[lines - 2] = "There we saw a Wálrus,";
  said[lines - 1] = "and another walrus 👨‍👩‍👧 in 東京タワー.";
  const job: Job = {
    id,
    status: "COMPLETED",
    progress_percent: 100,
    // Not older than the history is kept.
    updated_at: new Date().toISOString(),
    video_metadata: { title, ...metadata(said) },
  };
  return job;
};
const clock = (line: number) =>
  `${Math.floor(line / 6)}:${String((line * 10) % 60).padStart(2, "0")}`;
const captions = (said: string[]) =>
  said.map((text, line) => ({ start: line * 10 + 1.5, end: line * 10 + 8, text }));

describe("transcripts", { concurrency: false }, () => {
  let app: App;
  let backend: ScriptedBackend;

  const search = "search input";
  const find = '[aria-label="Search transcript"]';
  const row = (id: string) => app.text(`[data-job="${id}"]`);
  const value = () =>
    app.browser.execute(
      (selector) => document.querySelector<HTMLInputElement>(selector)?.value,
      find,
    );
  /** Returns whether the current match is in sight, in the window and in the box of the transcript. */
  const isMatchInSight = () =>
    app.browser.execute(() => {
      const mark = document.querySelector("mark[data-current]")?.getBoundingClientRect();
      const box = document.querySelector(".transcript")?.getBoundingClientRect();
      if (!mark || !box) return false;
      return mark.top >= Math.max(0, box.top) && mark.bottom <= Math.min(innerHeight, box.bottom);
    });

  before(async () => {
    backend = await ScriptedBackend.start([
      video("1", "Stamped", 400, (said) => ({
        transcript_text: said.map((text, line) => `[${clock(line)}] ${text}`).join("\n"),
      })),
      video("2", "Captioned", 12, (said) => ({
        transcript_text: said.join("\n"),
        transcript: captions(said),
      })),
      video("3", "Plain", 12, (said) => ({ transcript_text: said.join("\n") })),
    ]);
    app = await App.start(mkdtempSync(join(tmpdir(), "tallylight-transcript-")));
    await app.connectAndSignIn(backend);
    await app.waitForText("Live");
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  it("shows in the list when a word is said, if the transcript tells it", async () => {
    await app.fill(search, "walrus");
    await waitFor("the excerpts", async () => (await app.count("[data-job] mark")) === 3);
    await waitFor("the time of captions", async () => (await row("2")).includes("1:41"));
    assert.match(await row("1"), /1:06:20/);
    assert.doesNotMatch(await row("3"), /\d:\d\d/);
    for (const id of ["1", "2", "3"]) assert.match(await row(id), /Wálrus.*\+1 more/s);
    await app.screenshot("transcript-excerpts");
  });

  it("opens a found video at the words", async () => {
    await app.$('[data-job="1"]').click();
    await app.waitForText("1 of 2");
    assert.equal(await value(), "walrus");
    await waitFor("the match in sight", isMatchInSight);
    assert.equal(await app.text("mark[data-current]"), "Wálrus");
    await app.screenshot("transcript-opened");
  });

  it("goes on with F3, and back with Shift+F3", async () => {
    await app.browser.keys(Key.F3);
    await app.waitForText("2 of 2");
    assert.equal(await app.text("mark[data-current]"), "walrus");
    await waitFor("the match in sight", isMatchInSight);
    await app.browser.keys([Key.Shift, Key.F3]);
    await app.waitForText("1 of 2");
  });

  it("finds other words with Ctrl+F, and ends with Esc", async () => {
    await app.browser.keys([Key.Ctrl, "f"]);
    await waitFor("the field", () =>
      app.browser.execute(
        (selector) => document.activeElement === document.querySelector(selector),
        find,
      ),
    );
    await app.fill(find, "line 7");
    await app.waitForText("1 of 11");
    await app.browser.keys(Key.Enter);
    await app.waitForText("2 of 11");
    await waitFor("the match in sight", isMatchInSight);
    await app.fill(find, "タワー");
    await app.waitForText("1 of 1");
    await app.browser.keys(Key.Escape);
    await waitFor("the end of the search", async () => (await value()) === "");
    assert.equal(await app.text("article h1"), "Stamped", "the video stays open");
  });

  it("shows the times of captions beside a plain transcript", async () => {
    await app.$('[data-job="2"]').click();
    await app.waitForText("1 of 2");
    await waitFor("the time", async () => (await app.text(".transcript")).includes("1:41"));
    await app.$('[data-job="3"]').click();
    await waitFor("the video", async () => (await app.text("article h1")) === "Plain");
    assert.doesNotMatch(await app.text(".transcript"), /\d:\d\d/);
  });
});
