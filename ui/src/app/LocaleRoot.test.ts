import { cleanup, fireEvent, screen, waitFor } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import SecretField from "../features/settings/SecretField.svelte";
import { de } from "../i18n/de";
import { en } from "../i18n/en";
import { MockBackend, mockJob, signedInStatus, signedOutStatus } from "../ipc/backend.mock";
import type { Language } from "../ipc/bindings";
import { locale } from "../state/locale.svelte";
import { typeInto } from "../testing/interactions";
import { renderApp, renderWithBackend } from "../testing/render";

beforeEach(() => locale.setLanguage("en"));
afterEach(() => cleanup());

/** Changes the language, as the settings do. */
function changeLanguage(backend: MockBackend, language: Language): void {
  const { settings } = backend.currentSettings;
  backend.setSettings({ settings: { ...settings, appearance: { theme: "system", language } } });
}

describe("a change of language", () => {
  it("keeps the focused input and its value while every text changes", async () => {
    const backend = new MockBackend(signedOutStatus());
    renderApp(backend);
    const email = await screen.findByLabelText<HTMLInputElement>(en.signIn.email);
    email.focus();
    await typeInto(en.signIn.email, "me@ac");
    await typeInto(en.signIn.password, "half a pass");
    changeLanguage(backend, "de");
    expect(await screen.findByLabelText(de.signIn.email)).toBe(email);
    expect(document.activeElement).toBe(email);
    expect(email.value).toBe("me@ac");
    const password = screen.getByLabelText<HTMLInputElement>(de.signIn.password);
    expect(password.value).toBe("half a pass");
    expect(screen.getByRole("button", { name: de.signIn.submit })).toBeTruthy();
    expect(screen.queryByText(en.signIn.submit)).toBeNull();
  });

  it("keeps unsaved text in the editor of a video", async () => {
    const job = mockJob({ job_id: "7", title: "Harbour", metadata: { TITLE: "Harbour" } });
    const backend = new MockBackend(signedInStatus(), [job]);
    renderApp(backend);
    await screen.findByText("Harbour");
    backend.clickNotification("7");
    const title = { name: en.editor.fields.TITLE };
    const field = await screen.findByRole<HTMLInputElement>("textbox", title);
    field.focus();
    await fireEvent.input(field, { target: { value: "Harbour at ni" } });
    changeLanguage(backend, "de");
    const renamed = { name: de.editor.fields.TITLE };
    expect(await screen.findByRole("textbox", renamed)).toBe(field);
    expect([document.activeElement, field.value]).toEqual([field, "Harbour at ni"]);
  });

  it("updates the text of an error that is shown", async () => {
    const backend = new MockBackend(signedOutStatus());
    backend.failures.set("signIn", { code: "unreachable", message: "no answer" });
    renderApp(backend);
    await typeInto(en.signIn.email, "me@acme.tv");
    await fireEvent.click(screen.getByRole("button", { name: en.signIn.submit }));
    expect((await screen.findByRole("alert")).textContent).toBe(en.signIn.passwordMissing);
    changeLanguage(backend, "de");
    await waitFor(() =>
      expect(screen.getByRole("alert").textContent).toBe(de.signIn.passwordMissing),
    );
  });

  it("keeps the state of a single component", async () => {
    const texts = { label: "Key", name: "key", hint: "", saveLabel: "Save", savedText: "Saved" };
    const onsave = () => Promise.reject({ code: "keychain_locked", message: "locked" });
    const backend = new MockBackend(signedInStatus());
    renderWithBackend(SecretField, { ...texts, onsave }, backend);
    const input = await screen.findByLabelText<HTMLInputElement>("Key");
    await typeInto("Key", "sk-1");
    await fireEvent.click(screen.getByRole("button", { name: "Save" }));
    const english = (await screen.findByRole("alert")).textContent;
    await locale.setLanguage("de");
    await waitFor(() => expect(screen.getByRole("alert").textContent).not.toBe(english));
    expect(screen.getByRole("alert").textContent).toBe(de.codes.keychain_locked);
    expect([screen.getByLabelText("Key"), input.value]).toEqual([input, "sk-1"]);
  });
});
