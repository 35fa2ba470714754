// Every setting, changed in the window or in the file, with its effect.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Key } from "webdriverio";
import { App } from "./support/app.ts";
import { ScriptedBackend } from "./support/scripted-backend.ts";
import { holdFor, present, waitFor } from "./support/wait.ts";

const job = (id: string, status: string, updated_at: string) => ({
  id,
  status,
  progress_percent: status === "COMPLETED" ? 100 : 50,
  created_at: "2026-01-01T00:00:00Z",
  updated_at,
  video_metadata: { title: `Film ${id}` },
});
const old = "2026-01-01T00:00:00Z";

describe("the settings", { concurrency: false }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tallylight-settings-"));
  const file = join(dataDir, "desktop/settings.toml");
  let app: App;
  let backend: ScriptedBackend;

  const section = async (name: string) => {
    if (!(await app.$("#settings-section").isExisting())) await app.browser.keys([Key.Ctrl, ","]);
    await app.$(`#section-${name}`).click();
    await waitFor(
      `the section ${name}`,
      async () => (await app.$(`#section-${name}`).getAttribute("aria-current")) === "page",
    );
  };
  const settings = async () => (await app.invoke("settings")).settings;
  const shut = async () => {
    await app.button("Close").click();
    await waitFor("the dialog to close", async () => !(await app.$("dialog").isExisting()));
  };
  /** Returns the ids of the videos that are kept. */
  const onDisk = () => {
    const code =
      "import sqlite3, sys; print(*(id for id, in sqlite3.connect(sys.argv[1]).execute('SELECT id FROM job')))";
    const kept = execFileSync("python3", ["-c", code, join(dataDir, "desktop/tallylight.db")], {
      encoding: "utf8",
    });
    return kept.trim().split(" ");
  };
  const text = () => (existsSync(file) ? readFileSync(file, "utf8") : "");
  const end = (id: string, status: string) => {
    const at = new Date().toISOString();
    const data = { status, progress_percent: 100 };
    Object.assign(backend.job(id), data, { updated_at: at });
    backend.send({ type: "JOB_UPDATE", job_id: id, data, timestamp: at });
  };

  before(async () => {
    backend = await ScriptedBackend.start([
      job("1", "PROCESSING", old),
      job("2", "PROCESSING", old),
      job("3", "COMPLETED", old),
    ]);
    app = await App.start(dataDir);
    await app.connectAndSignIn(backend);
    await app.waitForText("Film 1");
  });
  after(async () => {
    await app?.close();
    backend?.stop();
  });

  it("applies theme and language at once", async () => {
    await section("general");
    await app.$("#theme-dark").click();
    await waitFor("dark colours", () =>
      app.browser.execute(() => matchMedia("(prefers-color-scheme: dark)").matches),
    );
    await app.$("#language").selectByAttribute("value", "de");
    await app.waitForText("Einstellungen");
    await app.$("#language").selectByAttribute("value", "en");
    await app.waitForText("Settings");
    assert.match(text(), /theme = "dark"/);
  });

  it("with its own data folder: cannot start at login, and saves what closing does", async () => {
    await section("general");
    assert.equal(await app.$("#start-at-login").isEnabled(), false);
    await app.$("#close-quit").click();
    await waitFor("it to be saved", () => text().includes('close = "quit"'));
    await app.$("#close-auto").click();
    await waitFor("it to be undone", () => text().includes('close = "auto"'));
  });

  it("shows the account and its studio", async () => {
    await section("account");
    const shown = await app.text("dialog");
    assert.ok(
      shown.includes("me@acme.tv") && shown.includes(backend.url.replace("http://", "")),
      shown,
    );
  });

  it("saves notification preferences, quiet hours and a pause", async () => {
    await section("notifications");
    await app.$("#notify-completed").click();
    await app.$("#notify-sound").click();
    await app.$("#quiet-hours").click();
    await waitFor("all of it", async () => {
      const { completed, sound, quiet_hours } = (await settings()).notifications;
      return !completed && sound && quiet_hours?.from === "22:00" && quiet_hours.to === "07:00";
    });
    await app.$("#quiet-hours").click();
    await app.$("#notify-completed").click();
    await app.button("For 1 hour").click();
    await app.waitForText("Notifications paused until");
    await app.button("Resume").click();
    await app.waitForText("Notifications are on.");
  });

  it("deletes stored videos older than the retention, which must be a number of days", async () => {
    await section("data");
    assert.ok((await app.text("dialog")).includes(dataDir));
    await app.$("#retention-days").setValue("99999");
    await app.browser.keys("Tab");
    await app.waitForText("Enter a whole number from 1 to 3650");
    const keep = async (days: string) => {
      await app.$("#retention-days").setValue(days);
      await app.browser.keys("Tab");
      await waitFor(`${days} days`, () => text().includes(`retention_days = ${days}`));
    };
    await keep("3650");
    backend.send({
      type: "JOB_UPDATE",
      job_id: "3",
      data: { status: "COMPLETED", progress_percent: 100 },
      timestamp: "2026-01-01T00:00:01Z",
    });
    await waitFor("the old one on the disk", () => onDisk().includes("3"));
    await keep("30");
    await waitFor("the old one to go", () => !onDisk().includes("3"));
    assert.equal((await app.invoke("rows")).length, 3, "the studio has it still");
  });

  it("clears the local data, and fetches the list again", async () => {
    await section("data");
    await app.button("Clear local data…").click();
    await app.button("Clear").click();
    await waitFor("the list anew", async () => (await app.invoke("rows")).length === 3);
  });

  it("rejects an invalid proxy address, and saves each kind of proxy", async () => {
    await section("network");
    await app.$("#proxy-this").click();
    await app.$("#proxy-address").setValue("ftp://proxy");
    await app.browser.keys("Tab");
    await app.waitForText("isn't a valid proxy");
    assert.doesNotMatch(text(), /ftp/);
    // Typed over: an empty address on the way would be none at all.
    await app.$("#proxy-address").click();
    await app.browser.keys([Key.Ctrl, "a"]);
    for (const letter of "http://proxy:3128") await app.browser.keys(letter);
    await app.browser.keys("Tab");
    await waitFor("the proxy", () => text().includes('proxy = "http://proxy:3128"'));
    await app.$("#proxy-none").click();
    await waitFor("none", () => text().includes('proxy = "none"'));
    await app.$("#proxy-system").click();
    await waitFor("that of the system", () => text().includes('proxy = "system"'));
    await assert.rejects(
      app.changeSettings((settings) => (settings.network.certificate = "/nowhere/ca.pem")),
      /Couldn't read a certificate from \/nowhere\/ca\.pem/,
    );
    assert.doesNotMatch(text(), /nowhere/);
  });

  it("runs a program when a video finishes", async () => {
    const said = join(dataDir, "said.json");
    const program = join(dataDir, "hook");
    writeFileSync(program, `#!/bin/sh\ncat > "$1"\necho "told $2"\n`);
    chmodSync(program, 0o700);
    await section("automation");
    await app.button("Add rule…").click();
    await app
      .$("#rule-completed")
      .isSelected()
      .then(async (is) => is || (await app.$("#rule-completed").click()));
    await app.$("#rule-kind-run").click();
    // WebDriver types no line ends.
    await app.browser.execute((text) => {
      const input = document.querySelector<HTMLTextAreaElement>("#rule-command");
      if (!input) throw new Error("there is no field for the command");
      input.value = text;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }, `${program}\n${said}\nnot $(a) shell`);
    await app.button("Add").click();
    await waitFor("the rule", () => text().includes("[[automation]]"));
    end("1", "COMPLETED");
    await waitFor(
      "the program",
      () => existsSync(said) && readFileSync(said, "utf8").endsWith("}"),
    ).catch(async (error) => {
      throw new Error(
        `${error.message}: ${text()} ${JSON.stringify((await app.invoke("diagnostics")).events)}`,
      );
    });
    assert.equal(JSON.parse(readFileSync(said, "utf8")).title, "Film 1");
    await waitFor("its output in the diagnostics", async () =>
      (await app.invoke("diagnostics")).events.some(({ message }) =>
        message.includes("told not $(a) shell"),
      ),
    );
  });

  it("calls a webhook with a signature, again after an error", async () => {
    const calls: { headers: IncomingHttpHeaders; body: string }[] = [];
    const server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      calls.push({ headers: request.headers, body });
      response.writeHead(calls.length === 1 ? 503 : 204).end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    await section("automation");
    await app.$("#webhook-secret").setValue("a secret of ours");
    await app.button("Save").click();
    await app.waitForText("Saved");
    assert.doesNotMatch(text(), /secret/);
    await app.changeSettings((settings) => {
      settings.automation = [
        {
          enabled: true,
          when: ["failed"],
          run: null,
          webhook: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
        },
      ];
    });
    end("2", "FAILED");
    await waitFor("another call after the first went wrong", () => calls.length === 2);
    const { headers, body } = present(calls[1]);
    const signed = createHmac("sha256", "a secret of ours").update(
      `${headers["x-tallylight-timestamp"]}.${body}`,
    );
    assert.equal(headers["x-tallylight-signature"], `sha256=${signed.digest("hex")}`);
    assert.equal(headers["x-tallylight-event"], "job.failed");
    assert.equal(JSON.parse(body).job_id, "2");
    server.close();
  });

  it("saves the log level", async () => {
    await section("advanced");
    await app.$("#log-level").selectByAttribute("value", "debug");
    await waitFor("it to be saved", () => text().includes('log_level = "debug"'));
    await app.waitForText("aren't available for this version");
    await app.button("What's new").click();
    await app.waitForText("native notifications");
    await app.screenshot("whats-new");
    await shut();
  });

  it("applies changes of the file, and shows the line of a mistake", async () => {
    const before = text();
    writeFileSync(file, `# mine\n${before.replace('theme = "dark"', 'theme = "light"')}`);
    await waitFor("light colours", () =>
      app.browser.execute(() => !matchMedia("(prefers-color-scheme: dark)").matches),
    );
    writeFileSync(file, `# mine\n[appearance]\ntheme = "pink"\n`);
    await section("general");
    await app.waitForText("Invalid setting at line 3");
    assert.ok(
      await app.browser.execute(() => document.querySelector("#theme-dark")?.matches(":disabled")),
    );
    await app.screenshot("settings-mistake");
    await assert.rejects(
      app.changeSettings((settings) => (settings.appearance.theme = "dark")),
      /line 3/,
    );
    assert.equal(text(), `# mine\n[appearance]\ntheme = "pink"\n`);
    writeFileSync(file, before);
    await app
      .assertNoText("Invalid setting at line 3")
      .catch(() =>
        waitFor(
          "the mistake to be gone",
          async () => !(await app.text("dialog")).includes("Invalid setting"),
        ),
      );
  });

  it("ignores a file that is empty while an editor writes it", async () => {
    const before = text();
    writeFileSync(file, "");
    // The time is the scenario: the editor takes longer than the 200 ms after which the app reads a changed file, and
    // less than the 2 s after which an empty one counts. The app emits nothing when it finds the file empty.
    await holdFor(1_000);
    assert.equal((await settings()).data.retention_days, 30, "an empty file changes nothing yet");
    writeFileSync(file, `${before}\n# at the end\n`);
    await app.changeSettings((settings) => (settings.data.retention_days = 31));
    assert.match(text(), /retention_days = 31[^]*# at the end/);
    await app.changeSettings((settings) => (settings.data.retention_days = 30));
  });

  it("resets to the defaults, and keeps the old file", async () => {
    await section("advanced");
    await app.button("Reset settings…").click();
    await app.button("Reset").click();
    await waitFor("the beginning", () => !existsSync(file));
    assert.match(
      readFileSync(join(dataDir, "desktop/settings.old.toml"), "utf8"),
      /retention_days = 30/,
    );
    assert.equal((await settings()).data.retention_days, 90);
    await shut();
  });
});
