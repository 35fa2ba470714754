import { cleanup, fireEvent, screen, waitFor } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import { MockBackend, mockSettings, signedInStatus } from "../backend.mock";
import type { Automation } from "../bindings";
import { type } from "../testing/acting";
import { box, held, opened, press, wrong } from "../testing/settings";
import "../testing/viewport";

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
  it("is nothing at first; a program is added, with its arguments as they are", async () => {
    const backend = await opened("Automation");
    screen.getByRole("button", { name: "Add a rule…" }).focus();
    await press("Add a rule…");
    await waitFor(() => expect(document.activeElement).toBe(box("When a video is ready")));
    screen.getByRole("button", { name: "Add" }).focus();
    await press("Add");
    expect((await screen.findByRole("alert")).textContent).toContain("program in the first line");
    await type("Program and arguments, one per line", "say\nall done\n");
    await fireEvent.click(box("When a video is ready"));
    await press("Add");
    await screen.findByText("Choose when it is done");
    await fireEvent.click(box("When a video is ready"));
    await press("Add");
    await waitFor(() => expect(held(backend).automation).toEqual([rule]));
    expect(await screen.findByText('When a video is ready: run say "all done"')).toBeTruthy();
    await waitFor(() => expect(screen.queryByRole("form", { name: "New rule" })).toBeNull());
    await waitFor(() => expect(document.activeElement?.textContent?.trim()).toBe("Add a rule…"));
  });

  it("calls a webhook, and says what is wrong with its address where it was typed", async () => {
    const backend = await opened("Automation");
    await press("Add a rule…");
    await fireEvent.click(screen.getByRole("radio", { name: "Call a webhook" }));
    await fireEvent.click(box("When a video has failed"));
    await type("Address of the webhook", "http://acme.tv/hook");
    backend.failures.set("changeSettings", wrong("it is not encrypted: use https"));
    await press("Add");
    expect((await screen.findByRole("alert")).textContent).toBe("It is not encrypted: use https");
    await type("Address of the webhook", "https://acme.tv/hook");
    await press("Add");
    const when = ["completed", "failed"] as const;
    await waitFor(() =>
      expect(held(backend).automation).toEqual([
        { enabled: true, when, run: null, webhook: "https://acme.tv/hook" },
      ]),
    );
    expect(screen.getByText(/ready or has failed: tell https:\/\/acme\.tv\/hook/)).toBeTruthy();
  });

  it("is switched off, and removed", async () => {
    const backend = new MockBackend(signedInStatus());
    const other = { ...rule, when: ["failed" as const] };
    backend.preferences.settings = mockSettings({ automation: [rule, other] });
    await opened("Automation", backend);
    await fireEvent.click(box('When a video has failed: run say "all done"'));
    await waitFor(() =>
      expect(held(backend).automation).toEqual([rule, { ...other, enabled: false }]),
    );
    await press('Remove “When a video is ready: run say "all done"”');
    await waitFor(() => expect(held(backend).automation).toEqual([{ ...other, enabled: false }]));
  });

  it("signs with a secret that is never shown again", async () => {
    const backend = await opened("Automation");
    const field = screen.getByLabelText<HTMLInputElement>("New secret");
    expect(field.type).toBe("password");
    await type("New secret", "hush");
    backend.failures.set("setWebhookSecret", { code: "keychain", message: "there is none" });
    await press("Save");
    expect((await screen.findByRole("alert")).textContent).toBe("There is none");
    await press("Save");
    await waitFor(() => expect(backend.calls).toContain("setWebhookSecret hush"));
    await waitFor(() => expect(field.value).toBe(""));
    expect(screen.getByText("Saved")).toBeTruthy();
  });
});
