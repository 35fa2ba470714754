// A list of ten thousand videos: all can be reached, and only those in sight are in the page.

import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Key } from "webdriverio";
import { App } from "./support/app.ts";
import { ScriptedBackend } from "./support/scripted-backend.ts";
import { present, waitFor } from "./support/wait.ts";

const JOBS = 10_000;
/** Rows in a page that shows about ten. */
const FEW = 100;
const minute = 60_000;
const newest = Date.now() - minute;
/** A few are not done. */
const unfinished: Record<number, [status: string, percent: number]> = {
  3: ["FAILED", 40],
  5: ["PROCESSING", 62],
  8: ["PROCESSING", 10],
  9: ["PENDING", 0],
};
const job = (number: number) => {
  const [status, progress_percent] = unfinished[number] ?? ["COMPLETED", 100];
  return {
    id: `${number}`,
    status,
    progress_percent,
    created_at: new Date(newest - number * minute).toISOString(),
    video: { id: `v${number}`, original_filename: `film-${number}.mp4` },
  };
};

describe("a list of ten thousand videos", { concurrency: false }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tallylight-long-list-"));
  let app: App;
  let backend: ScriptedBackend;
  const inPage = () => app.browser.execute(() => document.querySelectorAll("[data-job]").length);
  const scroll = (to: number) =>
    app.browser.execute((to: number) => {
      const list = document.querySelector(".rows");
      if (!list) throw new Error("there is no list");
      list.scrollTop = to;
    }, to);

  before(async () => {
    backend = await ScriptedBackend.start(Array.from({ length: JOBS }, (_, number) => job(number)));
    app = await App.start(dataDir);
    await app.connectAndSignIn(backend);
    await app.waitForText("film-0.mp4");
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  it("has only the rows in sight in the page, and reaches all by scrolling", async () => {
    const size = () =>
      app.browser.execute(() =>
        document.querySelector("[data-job]")?.closest("li")?.getAttribute("aria-setsize"),
      );
    await waitFor("the whole list", async () => (await size()) === `${JOBS}`);
    assert.ok((await inPage()) < FEW, `${await inPage()} rows are in the page`);
    await scroll(1e9);
    await app.waitForText(`film-${JOBS - 1}.mp4`);
    assert.ok((await inPage()) < FEW, `${await inPage()} rows are in the page`);
    await app.screenshot("long-list");
    await scroll(0);
    await app.waitForText("film-0.mp4");
  });

  it("groups videos by status with failures first, and finds one by its name", async () => {
    await scroll(0);
    await app.waitForText("film-0.mp4");
    const top = await app.text(".rows");
    // A minute after midnight the newest one is of yesterday: both are a day, and days come after what is open.
    const places = [
      /Failed 1/,
      /film-3/,
      /Processing 2/,
      /film-5/,
      /film-8/,
      /Queued 1/,
      /film-9/,
      /Today|Yesterday/,
      /film-0/,
    ];
    const found = places.map((text) => top.search(text));
    assert.deepEqual(
      found,
      found.toSorted((a, b) => a - b),
      top,
    );
    assert.ok(present(found[0]) >= 0, top);
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
    await app.waitForText("No results");
    await app.screenshot("list-none");
    await app.button("Clear filters").click();
    await app.waitForText("film-0.mp4");
    await app.$('//button[starts-with(normalize-space(), "Processing")]').click();
    await waitFor("two rows", async () => (await inPage()) === 2);
    await app.button("All").click();
    await app.waitForText("film-0.mp4");
  });

  it("moves through the list by keyboard", async () => {
    const focused = () =>
      app.browser.execute(
        () => (document.activeElement as HTMLElement | null)?.dataset?.job ?? null,
      );
    const press = async (...keys: string[]) => {
      for (const key of keys) await app.browser.keys(key);
    };
    const isAt = (job: string) =>
      waitFor(`the focus at ${job}`, async () => (await focused()) === job);
    await app.blur();
    await press("j");
    await isAt("3");
    await press("j", Key.ArrowDown, "k");
    await isAt("5");
    await press(Key.Enter);
    await waitFor("the video", async () => (await app.text(".detail h1")) === "film-5.mp4");
    await press(Key.Escape);
    await app.waitForText("Select a video");
    await isAt("5");
    await press(Key.End);
    await isAt(`${JOBS - 1}`);
    await app.waitForText(`film-${JOBS - 1}.mp4`);
    // The row with the focus stays in the page. The list may still be scrolling to the end, which a script cannot stop as
    // a person's wheel does.
    await waitFor("the top", async () => {
      await scroll(0);
      return (await app.text()).includes("film-0.mp4");
    });
    await isAt(`${JOBS - 1}`);
    await press(Key.Home);
    await isAt("3");
    await app.screenshot("list-keys");
  });

  it("keeps the scroll position when a video far down is opened and closed", async () => {
    await app.browser.setWindowSize(360, 480);
    await scroll(200_000);
    const middle = await waitFor("a row of the middle", () =>
      app.browser.execute(() => {
        const bottom = innerHeight / 2;
        const rows = [...document.querySelectorAll<HTMLElement>("[data-job]")];
        const job = rows.find((row) => row.getBoundingClientRect().top > bottom)?.dataset.job;
        return Number(job) > 1000 && job;
      }),
    );
    await app.$(`[data-job="${middle}"]`).click();
    await waitFor("the video", async () =>
      (await app.text(".detail h1")).includes(`film-${middle}.mp4`),
    );
    await app.button("All videos").click();
    await app.waitForText(`film-${middle}.mp4`);
    await app.browser.setWindowSize(960, 680);
  });
});
