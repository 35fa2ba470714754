import { cleanup, fireEvent, screen, waitFor } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import { MockBackend, mockSettings, signedInStatus } from "../../ipc/backend.mock";
import type { Automation } from "../../ipc/bindings";
import { typeInto } from "../../testing/interactions";
import { pressButton } from "../../testing/interactions";
import { checkbox, invalidContent, openSettings, savedSettings } from "../../testing/settings";
import "../../testing/viewport";

afterEach(() => {
  cleanup();
  document.body.replaceChildren();
});

const rule: Automation = {
  enabled: true,
  when: ["completed"],
  run: ["say", "all done"],
  webhook: null,
};

describe("automation", () => {
  it("adds a rule that runs a program with its arguments", async () => {
    const backend = await openSettings("Automation");
    screen.getByRole("button", { name: "Add rule…" }).focus();
    await pressButton("Add rule…");
    await waitFor(() => expect(document.activeElement).toBe(checkbox("When a video is ready")));
    screen.getByRole("button", { name: "Add" }).focus();
    await pressButton("Add");
    expect((await screen.findByRole("alert")).textContent).toContain("program in the first line");
    await typeInto("Program and arguments, one per line", "say\nall done\n");
    await fireEvent.click(checkbox("When a video is ready"));
    await pressButton("Add");
    await screen.findByText("Choose when to run");
    await fireEvent.click(checkbox("When a video is ready"));
    await pressButton("Add");
    await waitFor(() => expect(savedSettings(backend).automation).toEqual([rule]));
    expect(await screen.findByText('When a video is ready: run say "all done"')).toBeTruthy();
    await waitFor(() => expect(screen.queryByRole("form", { name: "New rule" })).toBeNull());
    await waitFor(() => expect(document.activeElement?.textContent?.trim()).toBe("Add rule…"));
  });

  it("adds a webhook, with an invalid URL reported at its field", async () => {
    const backend = await openSettings("Automation");
    await pressButton("Add rule…");
    await fireEvent.click(screen.getByRole("radio", { name: "Call webhook" }));
    await fireEvent.click(checkbox("When a video fails"));
    await typeInto("Webhook URL", "http://acme.tv/hook");
    backend.failures.set("changeSettings", invalidContent("it is not encrypted: use https"));
    await pressButton("Add");
    expect((await screen.findByRole("alert")).textContent).toBe("It is not encrypted: use https");
    await typeInto("Webhook URL", "https://acme.tv/hook");
    await pressButton("Add");
    const when = ["completed", "failed"] as const;
    await waitFor(() =>
      expect(savedSettings(backend).automation).toEqual([
        { enabled: true, when, run: null, webhook: "https://acme.tv/hook" },
      ]),
    );
    expect(screen.getByText(/ready or fails: call https:\/\/acme\.tv\/hook/)).toBeTruthy();
  });

  async function chooseService(service: string) {
    await pressButton("Add rule…");
    await fireEvent.click(screen.getByRole("radio", { name: "Call webhook" }));
    const select = screen.getByRole("combobox", { name: "Service" });
    await fireEvent.change(select, { target: { value: service } });
  }

  it("adds a rule for a service, whose URL is not shown again", async () => {
    const backend = await openSettings("Automation");
    await chooseService("slack");
    expect(screen.getByText(/Incoming Webhooks/)).toBeTruthy();
    const webhook = "https://hooks.slack.com/services/T0/B0/s3cret";
    await typeInto("Webhook URL", ` ${webhook} `);
    await pressButton("Add");
    await waitFor(() =>
      expect(savedSettings(backend).automation).toEqual([
        { enabled: true, when: ["completed"], run: null, webhook, format: "slack" },
      ]),
    );
    expect(await screen.findByText("When a video is ready: send to Slack")).toBeTruthy();
    expect(document.body.textContent).not.toContain("s3cret");
  });

  it("stores the keys of Pushover before it adds the rule", async () => {
    const backend = await openSettings("Automation");
    await chooseService("pushover");
    expect(screen.queryByLabelText("Webhook URL")).toBeNull();
    await typeInto("Application token", "app");
    await pressButton("Add");
    expect((await screen.findByRole("alert")).textContent).toBe("Enter both keys, or none");
    await typeInto("User key", "me");
    backend.failures.set("setPushoverKeys", { code: "keychain", message: "there is none" });
    await pressButton("Add");
    await waitFor(() => expect(screen.getByRole("alert").textContent).toBe("There is none"));
    expect(savedSettings(backend).automation).toEqual([]);
    await pressButton("Add");
    const webhook = "https://api.pushover.net/1/messages.json";
    await waitFor(() =>
      expect(savedSettings(backend).automation).toEqual([
        { enabled: true, when: ["completed"], run: null, webhook, format: "pushover" },
      ]),
    );
    expect(backend.calls).toContain("setPushoverKeys app me");
  });

  it("sends a test before the rule is added, and says what the service answers", async () => {
    const backend = await openSettings("Automation");
    await chooseService("ntfy");
    await pressButton("Send a test");
    expect((await screen.findByRole("alert")).textContent).toBe("Enter a URL");
    await typeInto("Webhook URL", "https://ntfy.sh/topic");
    const message = "ntfy.sh returned status 403 (forbidden)";
    backend.failures.set("testWebhook", { code: "server_error", message });
    await pressButton("Send a test");
    expect(await screen.findByText(`Test failed: ${message}`)).toBeTruthy();
    await pressButton("Send a test");
    expect(await screen.findByText("Test sent")).toBeTruthy();
    const when = ["completed", "failed"];
    const tested = { enabled: true, when, run: null, webhook: "https://ntfy.sh/topic" };
    expect(backend.calls).toContain(`testWebhook ${JSON.stringify({ ...tested, format: "ntfy" })}`);
    expect(savedSettings(backend).automation).toEqual([]);
  });

  it("tests a rule of the list", async () => {
    const backend = new MockBackend(signedInStatus());
    const discord = {
      ...rule,
      run: null,
      webhook: "https://discord.com/api/webhooks/1/s3cret",
      format: "discord" as const,
    };
    backend.currentSettings.settings = mockSettings({ automation: [discord] });
    await openSettings("Automation", backend);
    await pressButton("Send a test: “When a video is ready: send to Discord”");
    await waitFor(() => expect(backend.calls).toContain(`testWebhook ${JSON.stringify(discord)}`));
    expect(await screen.findByText("Test sent")).toBeTruthy();
  });

  it("disables and removes rules", async () => {
    const backend = new MockBackend(signedInStatus());
    const other = { ...rule, when: ["failed" as const] };
    backend.currentSettings.settings = mockSettings({ automation: [rule, other] });
    await openSettings("Automation", backend);
    await fireEvent.click(checkbox('When a video fails: run say "all done"'));
    await waitFor(() =>
      expect(savedSettings(backend).automation).toEqual([rule, { ...other, enabled: false }]),
    );
    await pressButton('Remove “When a video is ready: run say "all done"”');
    await waitFor(() =>
      expect(savedSettings(backend).automation).toEqual([{ ...other, enabled: false }]),
    );
  });

  it("saves a signing secret without displaying it again", async () => {
    const backend = await openSettings("Automation");
    const field = screen.getByLabelText<HTMLInputElement>("New secret");
    expect(field.type).toBe("password");
    await typeInto("New secret", "hush");
    backend.failures.set("setWebhookSecret", { code: "keychain", message: "there is none" });
    await pressButton("Save");
    expect((await screen.findByRole("alert")).textContent).toBe("There is none");
    await pressButton("Save");
    await waitFor(() => expect(backend.calls).toContain("setWebhookSecret hush"));
    await waitFor(() => expect(field.value).toBe(""));
    expect(screen.getByText("Saved")).toBeTruthy();
  });
});
