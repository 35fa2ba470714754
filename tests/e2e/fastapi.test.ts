// A team's backend made from examples/fastapi, in the real window and in `tally`: over its own socket with two workers, and
// over Supabase Realtime.

import assert from "node:assert/strict";
import { execFileSync, type ChildProcess } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { App } from "./support/app.ts";
import { bin, videos } from "./support/environment.ts";
import { startFastApi, type FastApi } from "./support/fastapi.ts";
import { account, startStudio } from "./support/studio.ts";
import { waitFor } from "./support/wait.ts";

for (const transport of ["socket", "realtime"] as const) {
  describe(`a FastAPI backend over ${transport}`, { concurrency: false }, () => {
    const folder = mkdtempSync(join(tmpdir(), "tallylight-fastapi-"));
    let studio: ChildProcess;
    let backend: FastApi;
    let app: App;

    const tally = (...args: string[]): string =>
      execFileSync(bin("tally"), ["--data-dir", join(folder, "tally"), "--json", ...args], {
        encoding: "utf8",
        env: { ...process.env, TALLYLIGHT_PASSWORD: account.password },
        timeout: 60_000,
      });

    /** Returns the jobs that `tally` sees, one in a line. */
    const jobs = () =>
      tally("jobs")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { job_id: string; title: string; status: string });

    before(async () => {
      const projectFolder = join(folder, "project");
      const project = await startStudio(projectFolder);
      studio = project.studio;
      backend = await startFastApi(
        join(folder, "backend"),
        { url: project.url, folder: projectFolder },
        transport,
      );
      app = await App.start(join(folder, "data"));
    });
    after(async () => {
      await app?.close();
      backend?.stop();
      studio?.kill();
    });

    it("is found, signed in to, and live", async () => {
      await app.waitForText("Connect to a studio");
      await app.fill("#address", backend.url);
      await app.button("Connect").click();
      await app.waitForText("Sign in to Acme Studio");
      await app.signIn(account);
      await app.waitForText("No videos yet");
      await app.waitForText("Live");
    });

    it("takes an upload, and shows its progress", async () => {
      app.upload(videos.silent);
      await app.waitForText("city_at_night");
      await app.waitForText("Ready", 60_000);
      await waitFor("the row", async () => (await app.count("[data-job]")) === 1);
      await app.$("[data-job]").click();
      await waitFor("the description", async () =>
        (await app.$('[data-field="DESCRIPTION"]').getValue()).includes("bytes of video"),
      );
    });

    it("saves an edit, which tally sees", async () => {
      await app.fill('[data-field="TITLE"]', "Nights in the city");
      await app.button("Save").click();
      await waitFor("the row", async () =>
        (await app.text("[data-job]")).includes("Nights in the city"),
      );
      tally("--server", backend.url, "login", "--email", account.email);
      assert.deepEqual(
        jobs().map(({ title, status }) => [title, status]),
        [["Nights in the city", "COMPLETED"]],
      );
    });

    it("shows at once what another client uploads and edits", async () => {
      const uploads = [1, 2, 3, 4].map(() => tally("upload", videos.silent));
      assert.equal(uploads.length, 4);
      await waitFor("all rows", async () => (await app.count("[data-job]")) === 5, 60_000);
      const other = jobs().find(({ title }) => title !== "Nights in the city");
      assert.ok(other);
      // With two workers, the edit and the window are on different ones in some of these cases.
      for (const title of ["First", "Second", "Third", "Fourth"]) {
        tally("edit", other.job_id, "--title", title);
        await waitFor(`"${title}"`, async () =>
          (await app.text(`[data-job="${other.job_id}"]`)).includes(title),
        );
      }
      await app.waitForText("Live");
      await app.screenshot(`fastapi-${transport}`);
    });
  });
}
