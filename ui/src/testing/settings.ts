import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { expect } from "vitest";
import { MockBackend, signedInStatus } from "../ipc/backend.mock";
import type { Settings, TallyError } from "../ipc/bindings";
import { renderApp } from "./render";

/** Renders the window and opens a section of the settings. */
export async function openSettings(section: string, backend = new MockBackend(signedInStatus())) {
  renderApp(backend);
  await waitFor(() => expect(document.querySelector("main")).not.toBeNull());
  await fireEvent.keyDown(document.body, { key: ",", ctrlKey: true });
  await screen.findByRole("heading", { name: "Settings" });
  const dialog = within(screen.getByRole("dialog"));
  await fireEvent.click(dialog.getByRole("button", { name: section }));
  await screen.findByRole("heading", { level: 3, name: section });
  return backend;
}

/** Returns the saved settings. */
export const savedSettings = (backend: MockBackend): Settings => backend.currentSettings.settings;
/** Returns a checkbox. */
export const checkbox = (name: string) => screen.getByRole<HTMLInputElement>("checkbox", { name });
/** Returns the error of an invalid value. */
export const invalidContent = (message: string): TallyError => ({
  code: "invalid_content",
  message,
});
