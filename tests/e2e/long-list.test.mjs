// More videos than a screen, or a year, holds: all of them can be reached, and few of them are in the page.

import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Key } from "webdriverio";
import { App, waitFor } from "./app.mjs";
import { startScripted } from "./scripted.mjs";

const JOBS = 10_000;
/** Rows in a page that shows about ten. */
const FEW = 100;
const minute = 60_000;
const newest = Date.now() - minute;
/** A few are not done. */
const unlike = { 3: ["FAILED", 40], 5: ["PROCESSING", 62], 8: ["PROCESSING", 10], 9: ["PENDING", 0] };
const standing = (number) => unlike[number] ?? ["COMPLETED", 100];
const job = (number) => ({
  id: `${number}`,
  status: standing(number)[0],
  progress_percent: standing(number)[1],
  created_at: new Date(newest - number * minute).toISOString(),
  video: { id: `v${number}`, original_filename: `film-${number}.mp4` },
});

describe("a list of ten thousand videos", { concurrency: false }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tallylight-long-list-"));
  let app;
  let backend;
  const inPage = () => app.browser.execute(() => document.querySelectorAll("[data-job]").length);
  const scroll = (to) => app.browser.execute((to) => (document.querySelector(".rows").scrollTop = to), to);

  before(async () => {
    backend = await startScripted(Array.from({ length: JOBS }, (_, number) => job(number)));
    app = await App.start(dataDir);
    await app.enter(backend);
    await app.sees("film-0.mp4");
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  it("has only what is in sight in the page, and all of it within reach", async () => {
    const size = () =>
      app.browser.execute(() => document.querySelector("[data-job]").closest("li").getAttribute("aria-setsize"));
    await waitFor("the whole list", async () => (await size()) === `${JOBS}`);
    assert.ok((await inPage()) < FEW, `${await inPage()} rows are in the page`);
    await scroll(1e9);
    await app.sees(`film-${JOBS - 1}.mp4`);
    assert.ok((await inPage()) < FEW, `${await inPage()} rows are in the page`);
    await app.screenshot("long-list");
    await scroll(0);
    await app.sees("film-0.mp4");
  });

  it("shows first what a person must know of, and finds what they look for", async () => {
    await scroll(0);
    await app.sees("film-0.mp4");
    const top = await app.text(".rows");
    // A minute after midnight the newest one is of yesterday: both are a day, and days come after what is open.
    const places = [/Failed 1/, /film-3/, /Working 2/, /film-5/, /film-8/, /Waiting 1/, /film-9/, /Today|Yesterday/, /film-0/];
    const found = places.map((text) => top.search(text));
    assert.deepEqual(found, found.toSorted((a, b) => a - b), top);
    assert.ok(found[0] >= 0, top);
    await app.screenshot("list");
    await app.browser.setWindowSize(360, 480);
    await app.screenshot("list-narrow");
    await app.browser.setWindowSize(960, 680);
    await app.browser.keys("/");
    await app.browser.keys([..."9876"]);
    await waitFor("one row", async () => (await inPage()) === 1);
    assert.match(await app.text(".rows"), /film-9876\.mp4/);
    await app.screenshot("list-search");
    await app.browser.keys("x");
    await app.sees("No video matches");
    await app.screenshot("list-none");
    await app.button("Show all videos").click();
    await app.sees("film-0.mp4");
    await app.$('//button[starts-with(normalize-space(), "Working")]').click();
    await waitFor("two rows", async () => (await inPage()) === 2);
    await app.button("All").click();
    await app.sees("film-0.mp4");
  });

  it("is walked through by the keyboard alone", async () => {
    const focused = () => app.browser.execute(() => document.activeElement?.dataset?.job ?? null);
    const press = async (...keys) => {
      for (const key of keys) await app.browser.keys(key);
    };
    const isAt = (job) => waitFor(`the focus at ${job}`, async () => (await focused()) === job);
    await app.browser.execute(() => document.activeElement.blur());
    await press("j");
    await isAt("3");
    await press("j", Key.ArrowDown, "k");
    await isAt("5");
    await press(Key.Enter);
    await waitFor("the video", async () => (await app.text(".detail h1")) === "film-5.mp4");
    await press(Key.Escape);
    await app.sees("Choose a video");
    await isAt("5");
    await press(Key.End);
    await isAt(`${JOBS - 1}`);
    await app.sees(`film-${JOBS - 1}.mp4`);
    // What has the focus is not taken out of the page under it.
    // The list may still be on its way to the end, which a script can't stop as a person's wheel does.
    await waitFor("the top", async () => {
      await scroll(0);
      return (await app.text()).includes("film-0.mp4");
    });
    await isAt(`${JOBS - 1}`);
    await press(Key.Home);
    await isAt("3");
    await app.screenshot("list-keys");
  });

  it("opens what is far down, and is where it was when one comes back to it", async () => {
    await app.browser.setWindowSize(360, 480);
    await scroll(200_000);
    const middle = await waitFor("a row of the middle", () =>
      app.browser.execute(() => {
        const bottom = innerHeight / 2;
        const row = [...document.querySelectorAll("[data-job]")].find((row) => row.getBoundingClientRect().top > bottom);
        return Number(row?.dataset.job) > 1000 && row.dataset.job;
      }),
    );
    await app.$(`[data-job="${middle}"]`).click();
    await waitFor("the video", async () => (await app.text(".detail h1")).includes(`film-${middle}.mp4`));
    await app.button("All videos").click();
    await app.sees(`film-${middle}.mp4`);
    await app.browser.setWindowSize(960, 680);
  });
});
