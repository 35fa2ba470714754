import { cleanup, fireEvent, screen, waitFor } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import { MockBackend, mockJob, signedInStatus } from "../ipc/backend.mock";
import { renderLiveApp } from "../testing/render";
import "../testing/viewport";

afterEach(() => {
  cleanup();
  document.body.replaceChildren();
});

const films = ["The sea", "The city", "The hills"].map((title, index) =>
  mockJob({ job_id: String(index + 1), title, status: "COMPLETED", metadata: { TITLE: title } }),
);

async function renderWindow(): Promise<MockBackend> {
  const backend = await renderLiveApp(new MockBackend(signedInStatus(), films));
  await screen.findByText("The hills");
  return backend;
}

const heading = (name: string) => screen.findByRole("heading", { level: 1, name });
/** Presses a key where the focus is; returns whether the web view would act on it, too. */
const press = (key: string, more: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, bubbles: true, ...more });
const detail = () => document.querySelector<HTMLElement>(".detail") as HTMLElement;
const row = (jobId: string) => document.querySelector<HTMLElement>(`[data-job="${jobId}"]`);

describe("j and k", () => {
  it("after a click into the open video: open the next and the previous one", async () => {
    const backend = await renderWindow();
    backend.clickNotification("1");
    await heading("The sea");
    detail().focus();
    await press("j");
    await heading("The city");
    expect(backend.calls).toContain("openJob 2");
    expect(detail().contains(document.activeElement), "the focus stays at the video").toBe(true);
    await press("j");
    await heading("The hills");
    await press("j");
    await press("k");
    await heading("The city");
  });

  it("at a button of the open video: open the next one, and move the focus to its title", async () => {
    const backend = await renderWindow();
    backend.clickNotification("1");
    await heading("The sea");
    detail().querySelector<HTMLElement>("button:not(.back)")?.focus();
    await press("j");
    await heading("The city");
    const title = screen.getByRole("heading", { level: 1, name: "The city" });
    await waitFor(() => expect(document.activeElement).toBe(title));
  });

  it("at a button of the header, without an open video: focus a row, and move from there", async () => {
    await renderWindow();
    screen.getByRole("button", { name: "Menu" }).focus();
    await press("j");
    await waitFor(() => expect(document.activeElement).toBe(row("1")));
    await press("j");
    await waitFor(() => expect(document.activeElement).toBe(row("2")));
  });

  it("in a text field: are typed", async () => {
    const backend = await renderWindow();
    backend.clickNotification("1");
    await heading("The sea");
    (await screen.findByRole("textbox", { name: "Title" })).focus();
    expect(await press("j"), "not prevented").toBe(true);
    expect(backend.calls).not.toContain("openJob 2");
  });

  it("arrows at the open video: scroll it", async () => {
    const backend = await renderWindow();
    backend.clickNotification("1");
    await heading("The sea");
    detail().focus();
    expect(await press("ArrowDown"), "not prevented").toBe(true);
    expect(backend.calls).not.toContain("openJob 2");
  });
});

describe("keys for selected videos", () => {
  it("after a click into the open video: x selects it", async () => {
    const backend = await renderWindow();
    backend.clickNotification("2");
    await heading("The city");
    detail().focus();
    await press("x");
    const checkbox = screen.getByRole<HTMLInputElement>("checkbox", { name: "Select The city" });
    await waitFor(() => expect(checkbox.checked).toBe(true));
  });

  it("Ctrl+A anywhere but in a text field: selects all videos, and no text of the page", async () => {
    const backend = await renderWindow();
    backend.clickNotification("1");
    await heading("The sea");
    for (const element of [detail(), screen.getByRole("button", { name: "Menu" }), null]) {
      (document.activeElement as HTMLElement | null)?.blur();
      element?.focus();
      expect(await press("a", { ctrlKey: true }), "prevented").toBe(false);
      await screen.findByText("3 selected");
      await press("Escape");
      await waitFor(() => expect(screen.queryByText("3 selected")).toBeNull());
    }
    screen.getByRole("searchbox", { name: "Search" }).focus();
    expect(await press("a", { ctrlKey: true }), "the field's own").toBe(true);
    expect(screen.queryByText("3 selected")).toBeNull();
  });

  it("Ctrl+A in a dialog: selects nothing", async () => {
    await renderWindow();
    await press("?");
    await screen.findByRole("heading", { name: "Keyboard shortcuts" });
    expect(await press("a", { ctrlKey: true }), "prevented").toBe(false);
    expect(screen.queryByText("3 selected")).toBeNull();
  });
});
