// A newcomer's first minutes with the real window, recorded as pictures of the screen, one a second: start, upload,
// watch, notification, edit, copy, failure, retry. Written to docs/first-minutes by `cargo xtask first-minutes`.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "../support/app.ts";
import { requiredEnv, videos } from "../support/environment.ts";
import { clickNotification, onScreen } from "../support/notifications.ts";
import { Recorder } from "../support/recorder.ts";
import { waitFor } from "../support/wait.ts";

const recorder = new Recorder(requiredEnv("TALLYLIGHT_RECORDING"));
const dataDir = mkdtempSync(join(tmpdir(), "tallylight-first-minutes-"));
const app = await App.start(dataDir);

const row = (text: string) => app.$(`//button[@data-job][contains(., "${text}")]`);
const isEnded = async (name: string) =>
  (await app.invoke("rows")).some(
    (row) => row.filename === name && ["COMPLETED", "FAILED"].includes(row.status),
  );
const field = (name: string) =>
  app.$(
    `//*[@data-field="${name}"][self::input or self::textarea] | //*[@data-field="${name}"]//textarea`,
  );

/** Does a step while it is recorded, and holds on so long that a person could look at it. */
async function step(name: string, run: () => Promise<unknown>): Promise<void> {
  recorder.begin(name);
  await run();
  await recorder.frames(2);
}

recorder.start();
try {
  await step("The app is started for the first time", () => app.waitForText("Use this computer"));
  await step('"Use this computer" is clicked', async () => {
    await app.button("Use this computer").click();
    await app.waitForText("No videos yet");
  });
  await step("A video is dropped on the window", async () => {
    app.upload(videos.complete);
    await waitFor("its row", async () => (await app.count("[data-job], [data-upload]")) > 0);
  });
  await step("The video is opened while it is processed", async () => {
    await waitFor("its row", () => app.$("[data-job]").isExisting());
    await app.$("[data-job]").click();
    await app.waitForText("Activity");
  });
  await step("It is finished, and a notification says so", async () => {
    const name = (await app.invoke("rows"))[0]?.filename ?? "";
    await waitFor("its end", () => isEnded(name), 120_000);
    await waitFor("the notification", () => onScreen() > 0);
  });
  await step("The notification is clicked", async () => clickNotification());
  await step("The title is changed", async () => {
    const title = field("TITLE");
    await title.click();
    await title.setValue("Our walk by the sea");
    await app.waitForText("Unsaved changes");
  });
  await step("The change is saved", async () => {
    await app.button("Save").click();
    await app.waitForText("Saved");
  });
  await step('"Copy for YouTube" is clicked', async () => {
    await app.button("Copy for YouTube").click();
  });
  await step("A video that is cut off is dropped", async () => {
    app.upload(videos.truncated);
    await waitFor(
      "its failure",
      async () => (await app.invoke("rows")).some(({ status }) => status === "FAILED"),
      60_000,
    );
  });
  await step("The failed video is opened", async () => {
    await row("Failed").click();
    await app.waitForText("Details");
  });
  await step('"Process again" is clicked', async () => {
    await app.button("Process again").click();
  });
} finally {
  await recorder.stop();
  await app.close();
}
