// Edits and drafts are not lost: saved, offline, after a crash, rejected and in conflict.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Key } from "webdriverio";
import { App } from "./support/app.ts";
import { videos } from "./support/environment.ts";
import { ScriptedBackend, type Job } from "./support/scripted-backend.ts";
import { present, waitFor } from "./support/wait.ts";

const TRANSCRIPT = `WEBVTT

00:00:01.000 --> 00:00:05.000
We start at the harbour, long before the sun.

00:00:05.000 --> 00:00:12.000
Listen to that wind. Listen to it.

00:00:12.000 --> 00:00:20.000
And then over the cliffs, to the lighthouse.
`;

/** Returns frames of a sample video by file name. */
function pictures(): Record<string, Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "pictures-"));
  for (const [index, second] of [2, 9, 16, 24, 31].entries()) {
    const args = ["-v", "error", "-ss", String(second), "-i", videos.complete, "-frames:v", "1"];
    execFileSync("ffmpeg", [...args, "-s", "640x360", join(folder, `${index}.jpg`)]);
  }
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]),
  );
}

function job(url: string, id: number, title: string): Job {
  const thumbnails = [2, 9, 16, 24, 31].map((timestamp_seconds, index) => ({
    thumbnail_id: `t${index}`,
    thumbnail_url: `${url}/pictures/${index}.jpg`,
    width: 640,
    height: 360,
    timestamp_seconds,
  }));
  const yesterday = new Date(Date.now() - 86_400_000).toISOString();
  return {
    id,
    video_id: `v${id}`,
    status: "COMPLETED",
    progress_percent: 100,
    created_at: yesterday,
    updated_at: yesterday,
    video: { original_filename: "coast.mp4", size_bytes: 734_003_200 },
    video_metadata: {
      title,
      description: "A morning on the coast path, from the harbour to the lighthouse.",
      tags: ["sea", "walking", "slow travel"],
      transcript_text: TRANSCRIPT,
      chapters: [
        { start_seconds: 0, title: "Harbour" },
        { start_seconds: 12, title: "Over the cliffs" },
        { start_seconds: 24, title: "Lighthouse" },
      ],
      extracted_video_duration_seconds: 36,
      thumbnail_id: "t0",
      thumbnails,
    },
  };
}

describe("edits", { concurrency: false }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tallylight-e2e-"));
  const studio = {
    name: "Acme Studio",
    editable: ["TITLE", "DESCRIPTION", "TAGS", "CHAPTERS", "TRANSCRIPT"],
    features: ["select_thumbnail"],
  };
  let app: App;
  let backend: ScriptedBackend;

  const title = '[data-field="TITLE"]';
  const description = '[data-field="DESCRIPTION"]';
  const value = (selector: string) =>
    app.browser.execute(
      (selector: string) => document.querySelector<HTMLInputElement>(selector)?.value,
      selector,
    );
  const save = () => app.browser.keys([Key.Ctrl, "s"]);
  const open = async () => {
    await app.$('[data-job="7"]').click();
    await app.$('[data-testid="editor"]').waitForExist();
  };
  const restart = async (env: Record<string, string> = {}) => {
    app = await App.start(dataDir, { env });
    await app.$('[data-job="7"]').waitForExist({ timeout: 20_000 });
    await open();
  };

  before(async () => {
    backend = await ScriptedBackend.start([], { description: studio });
    backend.pictures = pictures();
    backend.jobs = [job(backend.url, 7, "A walk by the sea"), job(backend.url, 8, "City at night")];
    app = await App.start(dataDir);
    await app.fill("#address", backend.url);
    await app.button("Connect").click();
    await app.signIn({ email: "me@acme.tv", password: "x" });
    await app.$('[data-job="7"]').waitForExist();
    await open();
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  it("opens another video at its beginning, and keeps the focus in the list beside it", async () => {
    const scrollTo = (position: number | null) =>
      app.browser.execute((position: number | null) => {
        const area = document.querySelector("article")?.parentElement;
        if (!area) return null;
        if (position !== null) area.scrollTop = position;
        return area.scrollTop;
      }, position);
    assert.ok(present(await scrollTo(1e6)) > 0, "it is longer than the window");
    await app.$('[data-job="8"]').click();
    await waitFor("the other video", async () => (await value(title)) === "City at night");
    assert.equal(await scrollTo(null), 0);
    const isInVideo = () => document.activeElement?.closest("article") !== null;
    assert.equal(await app.browser.execute(isInVideo), false);
    await app.$('[data-job="7"]').click();
    await waitFor("the first video", async () => (await value(title)) === "A walk by the sea");
  });

  it("saves only what changed, in one request", async () => {
    await app.fill(title, "A walk along the sea");
    await app.$('[aria-label="Add tag"]').setValue("harbour, #cliffs,sea");
    await app.browser.keys(Key.Enter);
    await app.waitForText("Unsaved changes: Title, Tags");
    await app.screenshot("editor-unsaved");
    const isBarBelow = await app.browser.execute(() => {
      const area = document.querySelector("article")?.parentElement?.getBoundingClientRect();
      const bar = document.querySelector('[data-testid="save-bar"]')?.getBoundingClientRect();
      return area && bar ? area.bottom <= bar.top + 1 : false;
    });
    assert.ok(isBarBelow, "it covers nothing");
    await save();
    await app.waitForText("Saved");
    assert.deepEqual(backend.edits, [
      {
        title: "A walk along the sea",
        tags: ["sea", "walking", "slow travel", "harbour", "cliffs"],
      },
    ]);
    await app.button("Undo save").click();
    await waitFor("the undo", () => backend.edits.length === 2);
    assert.deepEqual(backend.edits[1], {
      title: "A walk by the sea",
      tags: ["sea", "walking", "slow travel"],
    });
  });

  it("sends an edit that was saved offline once, after a kill and a restart", async () => {
    const port = Number(new URL(backend.url).port);
    const { jobs, pictures } = backend;
    backend.stop();
    await app.waitForText("Reconnecting");
    await app.fill(title, "Written on a train");
    await save();
    await app.waitForText("Saved on this computer, will sync: Title");
    await app.screenshot("editor-offline");
    await app.kill();
    await restart();
    assert.equal(await value(title), "Written on a train", "before anything answers");
    await app.waitForText("Last updated");
    await app.screenshot("offline-start");
    await app.kill();
    backend = Object.assign(await ScriptedBackend.start(jobs, { port, description: studio }), {
      pictures,
    });
    await restart();
    await waitFor("the edit", () => backend.edits.length === 1);
    await waitFor("its answer", async () => (await app.count(".unsaved")) === 0);
    assert.deepEqual(backend.edits, [{ title: "Written on a train" }]);
    assert.equal(await value(title), "Written on a train");
  });

  it("keeps a draft when another video is opened, and after a kill", async () => {
    await app.fill(description, "Half a sent");
    await waitFor("it is kept", () => app.$('[data-job="7"] .unsaved').isExisting());
    await app.$('[data-job="8"]').click();
    await waitFor("the other video", async () => (await value(title)) === "City at night");
    await app.kill();
    await restart();
    assert.equal(await value(description), "Half a sent");
    await app.button("Discard changes").click();
    await waitFor("the text of before", async () =>
      (await value(description))?.startsWith("A morning"),
    );
    await app.button("Restore changes").click();
    await waitFor("the text again", async () => (await value(description)) === "Half a sent");
    await app.button("Discard changes").click();
  });

  it("in conflict: shows both versions, and saves the one that is chosen", async () => {
    backend.nextEditReplies = [
      () => [409, backend.change("v7", { title: "The studio's own title" })],
    ];
    await app.fill(title, "My title");
    await save();
    await app.$('[data-conflict="TITLE"]').waitForExist();
    const sides = await app.text('[data-conflict="TITLE"]');
    assert.match(sides, /My title[\s\S]*The studio's own title/);
    await app.screenshot("conflict");
    await app.kill();
    await restart({ GTK_THEME: "Adwaita:dark" });
    await app.$('[data-conflict="TITLE"]').waitForExist();
    await app.screenshot("conflict-dark");
    await app.button("Keep mine").click();
    await waitFor("it is saved", () => backend.edits.at(-1)?.title === "My title");
    await waitFor("it is over", async () => !(await app.$('[data-conflict="TITLE"]').isExisting()));
    assert.equal(await value(title), "My title");
  });

  it("keeps a draft when the studio changes the field, and offers the studio's version", async () => {
    await app.fill(description, "What I am typing");
    const data = { metadata_type: "DESCRIPTION", content: "What the machine wrote" };
    backend.send({
      type: "METADATA_UPDATE",
      job_id: "7",
      data,
      timestamp: new Date().toISOString(),
    });
    await app.$('[data-conflict="DESCRIPTION"]').waitForExist();
    await app.button("Edit theirs").click();
    await waitFor(
      "the studio's text",
      async () => (await value(description)) === "What the machine wrote",
    );
    await app.button("Discard changes").click();
  });

  it("rejected by the studio: shows the reason at the field, and keeps the text", async () => {
    const detail = [
      { loc: ["body", "title"], msg: "this title is not allowed", type: "value_error" },
    ];
    backend.nextEditReplies = [() => [422, { detail }]];
    await app.fill(title, "Forbidden");
    await save();
    await app.waitForText("This title is not allowed");
    assert.equal(await value(title), "Forbidden");
    await app.screenshot("editor-refused");
    await app.button("Discard changes").click();
    await waitFor("the title of before", async () => (await value(title)) === "My title");
  });

  it("validates chapters while they are typed, and searches the transcript", async () => {
    await app.fill('[aria-label="Start of chapter 2"]', "0:05");
    await app.browser.keys(Key.Tab);
    await app.waitForText("at least 10 seconds");
    await app.fill('[aria-label="Search transcript"]', "LISTEN");
    await app.waitForText("1 of 2");
    await app.browser.keys(Key.Enter);
    await app.waitForText("2 of 2");
    await app.$('[data-field="CHAPTERS"]').scrollIntoView();
    await app.screenshot("chapters");
    await app.button("Discard changes").click();
  });

  it("copies for YouTube, from the video and from the menu of its row", async () => {
    const pasteInto = async (field: string) => {
      await app.$(field).click();
      await app.browser.keys([Key.Ctrl, "a"]);
      await app.browser.keys([Key.Ctrl, "v"]);
      return present(await value(field));
    };
    await app.button("Copy for YouTube").click();
    await app.waitForText("Description with chapters copied");
    const lines = "0:00 Harbour\n0:12 Over the cliffs\n0:24 Lighthouse";
    assert.ok((await pasteInto(description)).endsWith(`\n\n${lines}`));
    await app.button("Discard changes").click();
    await app.$('[data-job="7"]').click({ button: "right" });
    await app.$('//*[@role="menuitem"][normalize-space()="Copy tags"]').click();
    await app.waitForText("Tags copied");
    assert.equal(await pasteInto(title), "sea, walking, slow travel");
    await app.button("Discard changes").click();
  });

  it("shows thumbnails large, moves with the arrow keys, and sets one", async () => {
    const loaded = (count: number) =>
      app.browser.execute(
        (count: number) =>
          [...document.querySelectorAll<HTMLImageElement>("[data-thumbnail] img")].filter(
            (image) => image.naturalWidth > 0,
          ).length === count,
        count,
      );
    await app.$('[data-thumbnail="t0"]').scrollIntoView();
    await waitFor("five pictures", () => loaded(5));
    await app.screenshot("gallery-dark");
    await app.$('[data-thumbnail="t0"]').click();
    await app.browser.keys(Key.ArrowRight);
    await app.browser.keys(Key.ArrowRight);
    await app.waitForText("Thumbnail at 0:16");
    await app.screenshot("viewer-dark");
    await app.button("Set as thumbnail").click();
    await waitFor("the choice", () => backend.edits.at(-1)?.thumbnail_id === "t2");
    await app.browser.keys(Key.Escape);
    await waitFor("it is marked", () => app.$('[data-thumbnail="t2"] .star').isExisting());
    const requests = backend.pictureRequests.length;
    await app.kill();
    await restart();
    await app.$('[data-thumbnail="t0"]').scrollIntoView();
    await waitFor("five pictures, from the disk", () => loaded(5));
    assert.equal(backend.pictureRequests.length, requests, "nothing is fetched twice");
    await app.screenshot("gallery");
  });

  it("retries a picture that could not be loaded", async () => {
    const job = present(backend.jobs[1]);
    const metadata = present(job.video_metadata);
    const missing = {
      thumbnail_id: "t9",
      thumbnail_url: `${backend.url}/pictures/9.jpg`,
      timestamp_seconds: 35,
    };
    metadata.thumbnails = [...(metadata.thumbnails as unknown[]), missing];
    job.updated_at = new Date().toISOString();
    await app.$('[data-job="8"]').click();
    await app.$('[data-thumbnail="t9"] .broken').waitForExist({ timeout: 20_000 });
    await app.$('[data-thumbnail="t9"]').click();
    await app.waitForText("Couldn't load thumbnail");
    backend.pictures["9.jpg"] = present(backend.pictures["3.jpg"]);
    await app.button("Try again").click();
    await waitFor("the picture", () =>
      app.browser.execute(() => {
        const picture = document.querySelector<HTMLImageElement>("dialog img");
        return picture !== null && picture.naturalWidth > 0;
      }),
    );
    await app.browser.keys(Key.Escape);
  });

  it("fits a narrow window", async () => {
    await app.$('[data-job="7"]').click();
    await app.browser.setWindowSize(360, 480);
    await app.$(title).scrollIntoView();
    const width = await app.browser.execute(
      () => document.documentElement.scrollWidth - window.innerWidth,
    );
    assert.ok(width <= 0, `nothing is cut off at the side: ${width}`);
    await app.screenshot("editor-narrow");
  });
});
