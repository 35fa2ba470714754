import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { expect } from "vitest";
import App from "../App.svelte";
import { MockBackend, signedInStatus } from "../backend.mock";
import type { Settings, TallyError } from "../bindings";

/** Opens a part of the settings. */
export async function opened(section: string, backend = new MockBackend(signedInStatus())) {
  render(App, { backend });
  await waitFor(() => expect(document.querySelector("main")).not.toBeNull());
  await fireEvent.keyDown(document.body, { key: ",", ctrlKey: true });
  await screen.findByRole("heading", { name: "Settings" });
  await fireEvent.click(screen.getByRole("button", { name: section }));
  await screen.findByRole("heading", { level: 3, name: section });
  return backend;
}

/** What the core holds. */
export const held = (backend: MockBackend): Settings => backend.preferences.settings;
/** A box to tick. */
export const box = (name: string) => screen.getByRole<HTMLInputElement>("checkbox", { name });
/** Presses a button. */
export const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));
/** What the core says of what cannot be so. */
export const wrong = (message: string): TallyError => ({ code: "invalid_content", message });
