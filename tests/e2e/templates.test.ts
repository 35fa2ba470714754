// A template is made and applied to a video, and the tags of two videos are edited together and restored.

import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Key } from "webdriverio";
import { App } from "./support/app.ts";
import { ScriptedBackend, type Job } from "./support/scripted-backend.ts";
import { waitFor } from "./support/wait.ts";

function job(id: string, title: string): Job {
  const yesterday = new Date(Date.now() - 86_400_000).toISOString();
  return {
    id,
    video_id: `v${id}`,
    status: "COMPLETED",
    progress_percent: 100,
    created_at: yesterday,
    updated_at: yesterday,
    video_metadata: { title, description: `About ${title}.`, tags: ["sea"] },
  };
}

describe("templates", { concurrency: false }, () => {
  let app: App;
  let backend: ScriptedBackend;

  before(async () => {
    backend = await ScriptedBackend.start([job("7", "a walk by the sea"), job("8", "The city")]);
    app = await App.start(mkdtempSync(join(tmpdir(), "tallylight-templates-")));
    await app.connectAndSignIn(backend);
    await app.waitForText("Live");
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  it("makes a template in the settings", async () => {
    await app.browser.keys([Key.Ctrl, ","]);
    await app.$("#section-templates").click();
    await app.waitForText("No templates yet.");
    await app.button("New template…").click();
    await app.fill("#template-name", "Usual");
    await app.fill("#template-description", "{description}");
    // Set as a value, line breaks are lost.
    for (const key of [Key.Enter, Key.Enter, ..."{links}"]) await app.browser.keys(key);
    await app.fill("#template-tags", "film");
    await app.fill("#template-links", "https://example.com/subscribe");
    await app.$("#template-title-rule").selectByAttribute("value", "title_case");
    await app.waitForText("A Walk by the Sea");
    await app.screenshot("template");
    await app.button("Save").click();
    await app.waitForText("Usual");
    await app.browser.keys(Key.Escape);
    const [template] = await app.invoke("templates");
    assert.deepEqual([template?.name, template?.tags], ["Usual", ["film"]]);
  });

  it("applies it in the editor; the studio gets it when it is saved", async () => {
    await app.$('[data-job="7"]').click();
    await app.$('[data-testid="editor"]').waitForExist();
    await app.button("Apply template…").click();
    await app.waitForText("https://example.com/subscribe");
    await app.screenshot("template-apply");
    await app.button("Apply").click();
    await app.waitForText("Unsaved changes");
    assert.deepEqual(backend.edits, []);
    await app.browser.keys([Key.Ctrl, "s"]);
    await waitFor("the edit", () => backend.edits.length === 1);
    assert.deepEqual(backend.edits, [
      {
        title: "A Walk by the Sea",
        description: "About a walk by the sea.\n\nhttps://example.com/subscribe",
        tags: ["sea", "film"],
      },
    ]);
  });

  it("adds a tag to two videos, and restores them", async () => {
    backend.edits.length = 0;
    for (const title of ["A Walk by the Sea", "The city"]) {
      const checkbox = `[aria-label="Select ${title}"]`;
      await app.$(checkbox).waitForExist();
      // It is visible under the pointer only.
      await app.browser.execute(
        (selector: string) => document.querySelector<HTMLInputElement>(selector)?.click(),
        checkbox,
      );
    }
    await app.button("Edit").click();
    await app.$('//*[@role="menuitem"][contains(., "Edit tags and description")]').click();
    await app.fill("#batch-add-tags", "coast");
    await app.waitForText("2 videos change.");
    await app.screenshot("batch");
    await app.button("Change 2 videos").click();
    await app.waitForText("2 videos changed");
    await waitFor("both edits", () => backend.edits.length === 2);
    assert.deepEqual(
      new Set(backend.edits.map((edit) => JSON.stringify(edit))),
      new Set(['{"tags":["sea","film","coast"]}', '{"tags":["sea","coast"]}']),
    );
    await app.button("Undo").click();
    await app.waitForText("2 videos restored.");
    await waitFor("both to be restored", () => backend.edits.length === 4);
    assert.deepEqual(
      new Set(backend.edits.slice(2).map((edit) => JSON.stringify(edit))),
      new Set(['{"tags":["sea","film"]}', '{"tags":["sea"]}']),
    );
  });
});
