import { cleanup, fireEvent, screen, waitFor } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MockBackend, mockJob, signedInStatus } from "../../ipc/backend.mock";
import type { JobView } from "../../ipc/bindings";
import { renderApp } from "../../testing/render";
import "../../testing/viewport";

const MORE = "Copy and export options";
const chapters = [
  { start_seconds: 0, title: "Harbour" },
  { start_seconds: 65, title: "Beach" },
  { start_seconds: 90, title: "Home" },
];
const LINES = "0:00 Harbour\n1:05 Beach\n1:30 Home";
const full: JobView["metadata"] = {
  TITLE: "The sea",
  DESCRIPTION: "A walk.",
  TAGS: ["sea", "a walk"],
  CHAPTERS: chapters,
  TRANSCRIPT: "[0:00] Listen.\n[0:04] The sea.",
};

const written = vi.fn<(text: string) => Promise<void>>();
beforeEach(() => {
  written.mockReset().mockResolvedValue();
  vi.spyOn(navigator.clipboard, "writeText").mockImplementation(written);
});
afterEach(() => {
  cleanup();
  document.body.replaceChildren();
  vi.restoreAllMocks();
});

async function renderVideo(metadata: JobView["metadata"]): Promise<MockBackend> {
  const job = mockJob({ job_id: "1", title: "The sea", status: "COMPLETED", metadata });
  const backend = new MockBackend(signedInStatus(), [job]);
  renderApp(backend);
  await screen.findByText("Live");
  backend.clickNotification("1");
  await screen.findByRole("heading", { level: 1, name: "The sea" });
  return backend;
}

const button = (name: string) => screen.getByRole("button", { name });
const press = (key: string, more: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more });
const names = () =>
  screen.getAllByRole("menuitem").map((item) => item.querySelector("span")?.textContent);

/** Chooses an item of the button's menu. */
async function choose(name: string) {
  await fireEvent.click(button(MORE));
  await fireEvent.click(await screen.findByRole("menuitem", { name }));
}

describe("Copy for YouTube", () => {
  it("copies the description with the chapters, and says so", async () => {
    await renderVideo(full);
    await fireEvent.click(button("Copy for YouTube"));
    expect(written).toHaveBeenCalledWith(`A walk.\n\n${LINES}`);
    expect(await screen.findByText("Description with chapters copied")).toBeTruthy();
  });

  it("copies each text, and exports, from its menu", async () => {
    const backend = await renderVideo(full);
    await fireEvent.click(button(MORE));
    expect(names()).toEqual([
      "Copy title",
      "Copy description with chapters",
      "Copy description",
      "Copy tags",
      "Copy chapters",
      "Export transcript as .txt",
      "Export transcript as .srt",
      "Export transcript as .vtt",
      "Export all (.json)",
    ]);
    await press("Escape");
    const expected = {
      "Copy title": "The sea",
      "Copy description": "A walk.",
      "Copy tags": "sea, a walk",
      "Copy chapters": LINES,
    };
    for (const [name, text] of Object.entries(expected)) {
      await choose(name);
      await waitFor(() => expect(written).toHaveBeenLastCalledWith(text));
    }
    expect(await screen.findByText("Tags copied")).toBeTruthy();
    await choose("Export transcript as .txt");
    await waitFor(() =>
      expect(backend.calls).toContain("saveText The sea.txt Listen.\nThe sea.\n"),
    );
  });

  it("copies and exports what is typed and not saved", async () => {
    const backend = await renderVideo(full);
    const description = screen.getByRole("textbox", { name: "Description" });
    await fireEvent.input(description, { target: { value: "Another walk." } });
    await fireEvent.click(button("Copy for YouTube"));
    expect(written).toHaveBeenCalledWith(`Another walk.\n\n${LINES}`);
    await choose("Export all (.json)");
    await waitFor(() =>
      expect(backend.calls.find((call) => call.startsWith("saveText"))).toContain(
        '"DESCRIPTION": "Another walk."',
      ),
    );
  });

  it("only a title: copies that; nothing: is not there", async () => {
    const backend = await renderVideo({ TITLE: "The sea" });
    expect(screen.queryByRole("button", { name: "Copy for YouTube" })).toBeNull();
    await fireEvent.click(button(MORE));
    expect(names()).toEqual(["Copy title", "Export all (.json)"]);
    await press("Escape");
    await fireEvent.click(button("Copy title"));
    expect(written).toHaveBeenCalledWith("The sea");
    const job = mockJob({ job_id: "1", title: "The sea", metadata: { TAGS: [], CHAPTERS: [] } });
    backend.jobs = [job];
    backend.emit({ event: "jobs", changed: [{ job, scope: "major" }], removed: [] });
    await waitFor(() => expect(screen.queryByRole("button", { name: MORE })).toBeNull());
  });
});

describe("the keyboard on Copy for YouTube", () => {
  it.each([{}, { altKey: true }])(
    "arrow down %o: opens the menu at its first item",
    async (more) => {
      await renderVideo(full);
      button("Copy for YouTube").focus();
      await press("ArrowDown", more);
      await screen.findByRole("menu", { name: MORE });
      expect(document.activeElement?.textContent).toContain("Copy title");
      await press("Escape");
      await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
      expect(document.activeElement).toBe(button("Copy for YouTube"));
    },
  );

  it("Enter copies on the main part, and opens the menu on the arrow", async () => {
    await renderVideo(full);
    const main = button("Copy for YouTube");
    const arrow = button(MORE);
    // A web view makes a click without a pointer of Enter on a button.
    for (const part of [main, arrow]) expect(part.tagName).toBe("BUTTON");
    await fireEvent.click(main, { detail: 0 });
    expect(written).toHaveBeenCalledTimes(1);
    expect(arrow.getAttribute("aria-expanded")).toBe("false");
    arrow.focus();
    await fireEvent.click(arrow, { detail: 0 });
    await screen.findByRole("menu", { name: MORE });
    expect(arrow.getAttribute("aria-expanded")).toBe("true");
    expect(document.activeElement?.textContent).toContain("Copy title");
  });

  it("a second click on the arrow closes the menu", async () => {
    await renderVideo(full);
    const click = async () => {
      await fireEvent.pointerDown(button(MORE));
      await fireEvent.click(button(MORE), { detail: 1 });
    };
    await click();
    expect(screen.queryByRole("menu")).not.toBeNull();
    await click();
    await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
    await click();
    expect(screen.queryByRole("menu")).not.toBeNull();
  });
});
