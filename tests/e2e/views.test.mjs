// Every view, as it is looked at: empty, full, loading, offline, signed out; narrow and wide, light and dark.

import assert from "node:assert/strict";
import { mkdtempSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Key } from "webdriverio";
import { App, waitFor } from "./app.mjs";
import { drawPictures, films } from "./films.mjs";
import { Looks } from "./looks.mjs";
import { startScripted } from "./scripted.mjs";

const more = {
  name: "Harbour Studio",
  auth_providers: ["email", "google"],
  features: ["upload", "select_thumbnail"],
  editable: ["TITLE", "DESCRIPTION", "TAGS", "CHAPTERS", "TRANSCRIPT"],
};

describe("every view", { concurrency: false }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tallylight-views-"));
  let app;
  let backend;
  let looks;

  const press = async (...keys) => {
    for (const key of keys) await app.browser.keys(key);
  };
  const chord = (key) => app.browser.keys([Key.Ctrl, key]);
  const open = async (words) => {
    const row = `//button[@data-job][contains(., "${words}")]`;
    // A list that is scrolled draws its rows anew, and what was just there may be elsewhere: look, and click again.
    await waitFor(`the video ${words}`, async () => {
      await app.$(row).click().catch(() => undefined);
      return (await app.text("article h1")).includes(words);
    });
  };
  const close = async () => {
    await press(Key.Escape);
    await waitFor("the dialog to close", () => app.browser.execute(() => !document.querySelector("dialog[open]")));
  };
  const painted = () =>
    waitFor("the pictures", () =>
      app.browser.execute(() =>
        [...document.querySelectorAll("img")]
          // Those out of sight are not loaded before they come into it.
          .filter((image) => image.checkVisibility() && image.getBoundingClientRect().top < innerHeight)
          .every((image) => image.complete && image.naturalWidth > 0),
      ),
    );

  before(async () => {
    backend = await startScripted([], { more });
    backend.pictures = drawPictures(12);
    app = await App.start(dataDir);
    looks = new Looks(app, process.env.TALLYLIGHT_SCREENSHOTS);
    await app.sees("Connect to a studio");
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  it("the first run", () => looks.at("welcome"));

  it("an address that is refused", async () => {
    await app.type("#address", "http://example.com");
    await app.button("Connect").click();
    await app.sees("use https");
    await looks.at("welcome-refused");
  });

  it("a studio that is described by hand", async () => {
    await app.$("summary").click();
    await looks.at("welcome-advanced");
    await app.$("summary").click();
  });

  it("signing in", async () => {
    await app.type("#address", backend.url);
    await app.button("Connect").click();
    await app.sees("Sign in to Harbour Studio");
    await looks.at("sign-in");
  });

  it("signing in with nothing typed", async () => {
    await app.button("Sign in").click();
    await app.sees("Type your email");
    await looks.at("sign-in-refused");
  });

  it("a list that is on its way", async () => {
    const held = backend.hold();
    await app.signIn({ email: "me@acme.tv", password: "x" });
    await waitFor("the skeleton", () => app.$('[aria-label="Loading videos"]').isExisting());
    await app.doesNotSee("No videos yet");
    await looks.at("loading");
    held.release();
  });

  it("no videos yet", async () => {
    await app.sees("No videos yet");
    await app.sees("Live");
    await looks.at("empty");
  });

  it("the list", async () => {
    backend.jobs = films(backend.url);
    await chord("k");
    await press(..."refresh", Key.Enter);
    await app.sees("Coast path, day one");
    await painted();
    await app.sees("left");
    await looks.at("list");
  });

  it("a search that finds nothing", async () => {
    await press("/", ..."walrus");
    await app.sees("No video matches");
    await looks.at("none");
    await app.button("Show all videos").click();
    // A word that no row shows: the core knows it.
    await press("/", ..."camping");
    await waitFor("one video", async () => (await app.browser.$$("[data-job]").getElements()).length === 1);
    await press(Key.Escape, Key.Escape);
  });

  it("videos that are marked", async () => {
    await app.sees("City at night");
    await app.browser.execute(() => document.querySelector('[data-job="0"]').focus());
    await press("x", "j", "x");
    await app.sees("2 marked");
    await looks.at("marked");
    await press(Key.Escape);
    await app.doesNotSee("2 marked");
  });

  it("a video at work", async () => {
    await open("Coast path, day one");
    await painted();
    await looks.at("working");
  });

  it("a video that failed, with the technical words", async () => {
    await open("drone-sunset-final.mp4");
    await app.$("article summary").click();
    await app.sees("moov atom not found");
    await looks.at("failed");
  });

  it("a video with a warning", async () => {
    await open("A quiet hour in the rain");
    await app.sees("This video has no sound");
    await looks.at("warning");
  });

  it("a video that is done", async () => {
    await open("Coast path: three days");
    await painted();
    await looks.at("done");
  });

  it("a thumbnail, large", async () => {
    await app.$("article [data-thumbnail]").click();
    await painted();
    await looks.at("viewer");
    await close();
  });

  it("words that are not saved", async () => {
    const title = app.$('//input[@id="TITLE" or @aria-label="Title"] | //*[@data-field="TITLE"]//input | //*[@data-field="TITLE"]//textarea');
    await title.click();
    await press(Key.End, ..." (remastered)");
    await app.sees("Not saved yet: Title");
    await looks.at("unsaved");
  });

  it("two versions, and nothing decided", async () => {
    backend.change("v7", { title: "Coast path (cut)" });
    const content = "Coast path (cut)";
    const data = { metadata_type: "TITLE", content };
    backend.say({ type: "METADATA_UPDATE", job_id: "7", data, timestamp: new Date().toISOString() });
    await app.sees("It was changed in the studio while you wrote yours.");
    await looks.at("conflict");
    await app.button("Take the studio’s").click();
  });

  it("the palette", async () => {
    await chord("k");
    await press(..."co");
    await app.sees("Coast path");
    await painted();
    await looks.at("palette");
    await close();
  });

  it("the keys", async () => {
    await app.browser.execute(() => document.activeElement.blur());
    await press("?");
    await app.sees("Keyboard shortcuts");
    await looks.at("keys");
    await close();
  });

  it("the connection", async () => {
    backend.say("this is no message");
    await app.connection().click();
    await app.sees("What happened last");
    await looks.at("connection");
    await close();
  });

  it("uploads, in turns, and one that is no video", async () => {
    const file = (name, bytes) => {
      const path = join(dataDir, name);
      writeFileSync(path, "");
      truncateSync(path, bytes);
      return path;
    };
    const notes = join(dataDir, "notes.mp4");
    writeFileSync(notes, "These are my notes.\n");
    const large = ["harbour-day-2.mp4", "harbour-day-3.mp4", "harbour-extras.mp4"].map((name) => file(name, 3e9));
    app.upload(...large, notes);
    await app.sees("it holds text");
    await app.sees("Waits for its turn");
    await looks.at("uploads");
    const ends = '//button[starts-with(@aria-label, "Cancel the upload") or starts-with(@aria-label, "Dismiss ")]';
    const count = (ends) => document.evaluate(`count(${ends})`, document, null, XPathResult.NUMBER_TYPE).numberValue;
    for (let left = 4; left > 0; left -= 1) {
      await app.$(ends).click();
      // One that leaves while another is looked for is no longer there to be found.
      await waitFor(`${left - 1} of them`, async () => (await app.browser.execute(count, ends)) === left - 1);
    }
    await app.doesNotSee("harbour-extras");
  });

  it("the settings, and another language at once", async () => {
    await chord(",");
    await app.sees("Match system");
    await looks.at("settings");
    await app.$("dialog select").selectByAttribute("value", "de");
    await app.sees("Einstellungen");
    await close();
    await app.sees("Fehlgeschlagen");
    await looks.at("german");
    await chord(",");
    await app.$("dialog select").selectByAttribute("value", "es");
    await app.sees("Ajustes");
    await close();
    await looks.at("spanish");
    await chord(",");
    await app.$("dialog select").selectByAttribute("value", "en");
    await app.sees("Settings");
    await close();
  });

  it("each part of the settings", async () => {
    await app.changeSettings((settings) => {
      settings.notifications.quiet_hours = { from: "22:00", to: "07:00" };
      settings.automation = [
        { enabled: true, when: ["completed"], run: ["/usr/bin/say", "the video is ready"], webhook: null },
        { enabled: false, when: ["completed", "failed"], run: null, webhook: "https://hooks.example.com/video" },
      ];
    });
    await chord(",");
    for (const part of ["account", "notifications", "data", "network", "automation", "advanced"]) {
      await app.$(`#section-${part}`).click();
      await waitFor(part, async () => (await app.$(`#section-${part}`).getAttribute("aria-current")) === "page");
      await looks.at(`settings-${part}`);
    }
    await app.button("What’s new").click();
    await app.sees("The core");
    await looks.at("whats-new");
    await close();
  });

  it("what happened, and what was not seen of it", async () => {
    const working = backend.jobs.find(({ status }) => status === "PROCESSING");
    const say = (type, data) => backend.say({ type, job_id: working.id, data, timestamp: new Date().toISOString() });
    const odd = { error_code: "no_audio", error_message: "This video has no sound, so there is no transcript.", recoverable: true };
    say("ERROR", odd);
    await waitFor("the warning", async () => (await app.invoke("history")).length === 1);
    say("JOB_UPDATE", { status: "COMPLETED", progress_percent: 100 });
    await waitFor("the end", async () => (await app.invoke("history")).length === 2);
    await app.button("What happened, 2 new").click();
    await app.sees("Needs a look");
    await looks.at("history");
    await close();
  });

  it("a studio that is out of reach, with what was known", async () => {
    backend.stop();
    await app.sees("last known");
    await looks.at("offline");
  });

  it("signed out, with the reason", async () => {
    const port = Number(new URL(backend.url).port);
    backend = await startScripted([], { more, port, refuse: true });
    await app.sees("Sign in to Harbour Studio", 60_000);
    await looks.at("signed-out");
  });

  it("makes one sheet of all of it", () => {
    looks.sheet("contact-sheet.jpg");
    assert.ok(looks.taken.length > 100);
  });
});
