// A title that is changed in the studio. docs/testing.md shows this file as its example.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App } from "./support/app.ts";
import { ScriptedBackend } from "./support/scripted-backend.ts";

describe("a title", { concurrency: false }, () => {
  let app: App;
  let backend: ScriptedBackend;

  before(async () => {
    const job = { id: "7", status: "PROCESSING", video_metadata: { title: "The old title" } };
    backend = await ScriptedBackend.start([job]);
    app = await App.start(mkdtempSync(join(tmpdir(), "tallylight-title-")));
    await app.connectAndSignIn(backend);
    await app.waitForText("Live");
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  it("changed in the studio: the list shows it", async () => {
    await app.waitForText("The old title");
    const data = { metadata_type: "TITLE", content: "The new title" };
    const timestamp = new Date().toISOString();
    backend.send({ type: "METADATA_UPDATE", job_id: "7", data, timestamp });
    await app.waitForText("The new title");
  });
});
