// Every view: empty, full, loading, offline, signed out; narrow and wide, light and dark.

import assert from "node:assert/strict";
import { mkdtempSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Key } from "webdriverio";
import { App } from "./support/app.ts";
import { screenshotDir } from "./support/environment.ts";
import { drawPictures, sampleJobs } from "./support/sample-jobs.ts";
import { ScriptedBackend } from "./support/scripted-backend.ts";
import { ViewInspector } from "./support/view-inspector.ts";
import { present, waitFor } from "./support/wait.ts";

const description = {
  name: "Harbour Studio",
  auth_providers: ["email", "google"],
  features: ["upload", "select_thumbnail"],
  editable: ["TITLE", "DESCRIPTION", "TAGS", "CHAPTERS", "TRANSCRIPT"],
};

describe("every view", { concurrency: false }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tallylight-views-"));
  let app: App;
  let backend: ScriptedBackend;
  let inspector: ViewInspector;

  const press = async (...keys: string[]) => {
    for (const key of keys) await app.browser.keys(key);
  };
  const chord = (key: string) => app.browser.keys([Key.Ctrl, key]);
  const open = async (title: string) => {
    const row = `//button[@data-job][contains(., "${title}")]`;
    // A list that is scrolled draws its rows anew, and what was just there may be elsewhere: look, and click again.
    await waitFor(`the video ${title}`, async () => {
      await app
        .$(row)
        .click()
        .catch(() => undefined);
      return (await app.text("article h1")).includes(title);
    });
  };
  const close = async () => {
    await press(Key.Escape);
    await waitFor("the dialog to close", () =>
      app.browser.execute(() => !document.querySelector("dialog[open]")),
    );
  };
  const painted = () =>
    waitFor("the pictures", () =>
      app.browser.execute(() =>
        [...document.querySelectorAll("img")]
          // Those out of sight are not loaded before they come into it.
          .filter(
            (image) => image.checkVisibility() && image.getBoundingClientRect().top < innerHeight,
          )
          .every((image) => image.complete && image.naturalWidth > 0),
      ),
    );

  before(async () => {
    backend = await ScriptedBackend.start([], { description });
    backend.pictures = drawPictures(12);
    app = await App.start(dataDir);
    inspector = new ViewInspector(app, screenshotDir());
    await app.waitForText("Connect to a studio");
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  it("the first run", () => inspector.inspect("welcome"));

  it("an address that is refused", async () => {
    await app.fill("#address", "http://example.com");
    await app.button("Connect").click();
    await app.waitForText("HTTPS is required");
    await inspector.inspect("welcome-refused");
  });

  it("a studio whose endpoints are typed in", async () => {
    await app.$("summary").click();
    await inspector.inspect("welcome-advanced");
    await app.$("summary").click();
  });

  it("signing in", async () => {
    await app.fill("#address", backend.url);
    await app.button("Connect").click();
    await app.waitForText("Sign in to Harbour Studio");
    await inspector.inspect("sign-in");
  });

  it("signing in with nothing typed", async () => {
    await app.button("Sign in").click();
    await app.waitForText("Enter your email");
    await inspector.inspect("sign-in-refused");
  });

  it("a list that loads", async () => {
    const release = backend.holdList();
    await app.signIn({ email: "me@acme.tv", password: "x" });
    await waitFor("the skeleton", () => app.$('[aria-label="Loading videos…"]').isExisting());
    await app.assertNoText("No videos yet");
    await inspector.inspect("loading");
    release();
  });

  it("no videos yet", async () => {
    await app.waitForText("No videos yet");
    await app.waitForText("Live");
    await inspector.inspect("empty");
  });

  it("the list", async () => {
    backend.jobs = sampleJobs(backend.url);
    await chord("k");
    await press(..."refresh", Key.Enter);
    await app.waitForText("Coast path, day one");
    await painted();
    await app.waitForText("left");
    await inspector.inspect("list");
  });

  it("a search that finds nothing", async () => {
    await press("/", ..."walrus");
    await app.waitForText("No results");
    await inspector.inspect("none");
    await app.button("Clear filters").click();
    // A word that no row shows: the core knows it.
    await press("/", ..."camping");
    await waitFor("one video", async () => (await app.count("[data-job]")) === 1);
    await press(Key.Escape, Key.Escape);
  });

  it("a search that finds a word of a transcript", async () => {
    await press("/", ..."listen");
    await app.waitForText("Listen");
    await waitFor("the excerpt", () => app.$("[data-job] mark").isExisting());
    const isVisible = await app.browser.execute(() => {
      const found = document.querySelector("[data-job] mark");
      const excerpt = found?.parentElement?.getBoundingClientRect();
      return (
        found !== null &&
        excerpt !== undefined &&
        found.getBoundingClientRect().right <= excerpt.right
      );
    });
    assert.ok(isVisible, "the found word is not cut off");
    await inspector.inspect("search-transcript");
    await press(Key.Escape, Key.Escape);
  });

  it("selected videos", async () => {
    await app.waitForText("City at night");
    await app.browser.execute(() => document.querySelector<HTMLElement>('[data-job="0"]')?.focus());
    await press("x", "j", "x");
    await app.waitForText("2 selected");
    await inspector.inspect("marked");
    await press(Key.Escape);
    await app.assertNoText("2 selected");
  });

  it("a video that is processed", async () => {
    await open("Coast path, day one");
    await painted();
    await inspector.inspect("working");
  });

  it("a video that failed, with technical details", async () => {
    await open("drone-sunset-final.mp4");
    await app.$("article summary").click();
    await app.waitForText("moov atom not found");
    await inspector.inspect("failed");
  });

  it("a video with a warning", async () => {
    await open("A quiet hour in the rain");
    await app.waitForText("Review the transcript");
    await inspector.inspect("warning");
  });

  it("a finished video", async () => {
    await open("Coast path: three days");
    await painted();
    await inspector.inspect("done");
  });

  it("a thumbnail, large", async () => {
    await app.$("article [data-thumbnail]").click();
    await painted();
    await inspector.inspect("viewer");
    await close();
  });

  it("an edit that is not saved", async () => {
    const title = app.$(
      '//input[@id="TITLE" or @aria-label="Title"] | //*[@data-field="TITLE"]//input | //*[@data-field="TITLE"]//textarea',
    );
    await title.click();
    await press(Key.End, ..." (remastered)");
    await app.waitForText("Unsaved changes: Title");
    await inspector.inspect("unsaved");
  });

  it("a conflict of two versions", async () => {
    backend.change("v7", { title: "Coast path (cut)" });
    const content = "Coast path (cut)";
    const data = { metadata_type: "TITLE", content };
    backend.send({
      type: "METADATA_UPDATE",
      job_id: "7",
      data,
      timestamp: new Date().toISOString(),
    });
    await app.waitForText("Conflict: choose a version");
    await inspector.inspect("conflict");
    await app.button("Use theirs").click();
  });

  it("the command palette", async () => {
    await chord("k");
    await press(..."co");
    await app.waitForText("Coast path");
    await painted();
    await inspector.inspect("palette");
    await close();
  });

  it("the keyboard shortcuts", async () => {
    await app.blur();
    await press("?");
    await app.waitForText("Keyboard shortcuts");
    await inspector.inspect("keys");
    await close();
  });

  it("the connection", async () => {
    backend.send("this is no message");
    await app.connection().click();
    await app.waitForText("Event log");
    await inspector.inspect("connection");
    await close();
  });

  it("uploads, of which one is no video", async () => {
    const file = (name: string, bytes: number) => {
      const path = join(dataDir, name);
      writeFileSync(path, "");
      truncateSync(path, bytes);
      return path;
    };
    await app.browser.keys(Key.Escape);
    await waitFor("the list alone", async () => !(await app.$("article").isExisting()));
    const notes = join(dataDir, "notes.mp4");
    writeFileSync(notes, "These are my notes.\n");
    const large = ["harbour-day-2.mp4", "harbour-day-3.mp4", "harbour-extras.mp4"].map((name) =>
      file(name, 3e9),
    );
    app.upload(...large, notes);
    await app.waitForText("it contains text");
    await app.waitForText("Queued");
    await inspector.inspect("uploads");
    const ends =
      '//button[starts-with(@aria-label, "Cancel upload") or starts-with(@aria-label, "Dismiss ")]';
    const count = (ends: string) =>
      document.evaluate(`count(${ends})`, document, null, XPathResult.NUMBER_TYPE).numberValue;
    for (let left = 4; left > 0; left -= 1) {
      await app.$(ends).click();
      // One that leaves while another is looked for is no longer there to be found.
      await waitFor(
        `${left - 1} of them`,
        async () => (await app.browser.execute(count, ends)) === left - 1,
      );
    }
    await app.assertNoText("harbour-extras");
  });

  it("the settings, and a change of the language", async () => {
    await chord(",");
    await app.waitForText("Match system");
    await inspector.inspect("settings");
    await app.$("dialog select").selectByAttribute("value", "de");
    await app.waitForText("Einstellungen");
    await close();
    await app.waitForText("Fehlgeschlagen");
    await inspector.inspect("german");
    await chord(",");
    await app.$("dialog select").selectByAttribute("value", "es");
    await app.waitForText("Ajustes");
    await close();
    await inspector.inspect("spanish");
    await chord(",");
    await app.$("dialog select").selectByAttribute("value", "en");
    await app.waitForText("Settings");
    await close();
  });

  it("each section of the settings", async () => {
    await app.changeSettings((settings) => {
      settings.notifications.quiet_hours = { from: "22:00", to: "07:00" };
      settings.automation = [
        {
          enabled: true,
          when: ["completed"],
          run: ["/usr/bin/say", "the video is ready"],
          webhook: null,
        },
        {
          enabled: false,
          when: ["completed", "failed"],
          run: null,
          webhook: "https://hooks.example.com/video",
        },
      ];
    });
    await chord(",");
    for (const part of ["account", "notifications", "data", "network", "automation", "advanced"]) {
      await app.$(`#section-${part}`).click();
      await waitFor(
        part,
        async () => (await app.$(`#section-${part}`).getAttribute("aria-current")) === "page",
      );
      await inspector.inspect(`settings-${part}`);
    }
    await app.button("What's new").click();
    await app.waitForText("tolerant decoding");
    await inspector.inspect("whats-new");
    await close();
  });

  it("the history with unread entries", async () => {
    const working = backend.jobs.filter(({ status }) => status === "PROCESSING");
    const send = (type: string, id: string | number, data: unknown) =>
      backend.send({ type, job_id: String(id), data, timestamp: new Date().toISOString() });
    const odd = {
      error_code: "subtitles_damaged",
      error_message: "Some subtitles couldn't be read. Review the transcript.",
      recoverable: true,
    };
    send("ERROR", present(working[0]).id, odd);
    for (const { id } of working.slice(0, 2))
      send("JOB_UPDATE", id, { status: "COMPLETED", progress_percent: 100 });
    await waitFor("both ends", async () => (await app.invoke("history")).length === 2);
    await app.button("Notifications, 2 unread").click();
    await app.waitForText("Ready with a warning");
    await inspector.inspect("history");
    await close();
  });

  it("an offline studio, with the last known videos", async () => {
    backend.stop();
    await app.waitForText("Last updated");
    await inspector.inspect("offline");
  });

  it("signed out, with the reason", async () => {
    const port = Number(new URL(backend.url).port);
    backend = await ScriptedBackend.start([], { description, port, rejectsSessions: true });
    await app.waitForText("Sign in to Harbour Studio", 60_000);
    await inspector.inspect("signed-out");
  });

  it("makes a contact sheet of all views", () => {
    inspector.contactSheet("contact-sheet.jpg");
    assert.ok(inspector.screenshots.length > 90);
  });
});
