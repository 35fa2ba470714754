import { cleanup, createEvent, fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import { MockBackend, mockJob, signedInStatus } from "../ipc/backend.mock";
import { runCommand } from "../testing/interactions";
import { renderApp, renderLiveApp } from "../testing/render";
import "../testing/viewport";

afterEach(() => {
  cleanup();
  document.body.replaceChildren();
  vi.restoreAllMocks();
});

const chapters = [
  { start_seconds: 0, title: "Harbour" },
  { start_seconds: 65, title: "Beach" },
  { start_seconds: 90, title: "Home" },
];
const films = [
  mockJob({
    job_id: "1",
    title: "The sea",
    status: "COMPLETED",
    metadata: { TITLE: "The sea", DESCRIPTION: "A walk.", CHAPTERS: chapters },
  }),
  mockJob({ job_id: "2", title: "The city", status: "FAILED" }),
  mockJob({ job_id: "3", title: "The hills", status: "COMPLETED" }),
];

const snoozes = [
  "Snooze for 3 hours",
  "Snooze until tomorrow morning",
  "Snooze until Monday morning",
];

async function renderWindow(): Promise<MockBackend> {
  const backend = await renderLiveApp(new MockBackend(signedInStatus(), films));
  await screen.findByText("The hills");
  return backend;
}

const row = (jobId: string) =>
  document.querySelector<HTMLElement>(`[data-job="${jobId}"]`) as HTMLElement;
const press = (key: string, more: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, bubbles: true, ...more });
const names = () =>
  screen.getAllByRole("menuitem").map((item) => item.querySelector("span")?.textContent);
const focusedItem = () => document.activeElement?.querySelector("span")?.textContent;
/** Opens the web view's menu at an element; returns whether it would be shown. */
async function isWebViewMenuShown(element: Element): Promise<boolean> {
  const event = createEvent.contextMenu(element);
  await fireEvent(element, event);
  return !event.defaultPrevented;
}

describe("the menu of a row", () => {
  it("right click: offers what can be done with this video, and does it", async () => {
    const backend = await renderWindow();
    expect(await isWebViewMenuShown(row("2"))).toBe(false);
    await screen.findByRole("menu", { name: "Actions" });
    const open = ["Open", "Copy title", "Copy link", "Apply template…", "Select"];
    expect(names()).toEqual([...open, ...snoozes, "Dismiss"]);
    await fireEvent.click(screen.getByRole("menuitem", { name: "Dismiss" }));
    await waitFor(() => expect(backend.calls).toContain("setDismissed 2 dismiss"));
    expect(screen.queryByRole("menu")).toBeNull();
  });

  it("on a selected video: concerns all selected ones", async () => {
    const written = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
    await renderWindow();
    for (const title of ["The sea", "The city"])
      await fireEvent.click(screen.getByRole("checkbox", { name: `Select ${title}` }));
    await fireEvent.contextMenu(row("1"));
    await screen.findByRole("menu");
    const both = ["Copy titles", "Edit tags and description…", "Apply template…", "Deselect"];
    expect(names()).toEqual([...both, ...snoozes, "Dismiss"]);
    await fireEvent.click(screen.getByRole("menuitem", { name: "Copy titles" }));
    await waitFor(() => expect(written).toHaveBeenCalledWith("The city\nThe sea"));
    await fireEvent.contextMenu(row("3"));
    await waitFor(() =>
      expect(names()).toEqual([
        "Open",
        "Copy title",
        "Copy description with chapters",
        "Copy description",
        "Copy tags",
        "Copy chapters",
        "Copy link",
        "Apply template…",
        "Select",
      ]),
    );
  });

  it("by the keyboard: opens with the first action focused, moves, and returns the focus", async () => {
    await renderWindow();
    row("2").focus();
    await press("F10", { shiftKey: true });
    await screen.findByRole("menu");
    await waitFor(() => expect(focusedItem()).toBe("Open"));
    await press("ArrowUp");
    expect(focusedItem()).toBe("Dismiss");
    await press("ArrowDown");
    expect(focusedItem()).toBe("Open");
    await press("End");
    expect(focusedItem()).toBe("Dismiss");
    await press("Home");
    expect(focusedItem()).toBe("Open");
    await press("s");
    expect(focusedItem()).toBe("Select");
    await press("Escape");
    await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
    expect(document.activeElement).toBe(row("2"));
    await press("ContextMenu");
    expect(await screen.findByRole("menu")).toBeTruthy();
  });

  it("Escape: closes the menu and nothing else", async () => {
    const backend = await renderWindow();
    backend.clickNotification("1");
    await screen.findByRole("heading", { level: 1, name: "The sea" });
    await fireEvent.click(screen.getByRole("checkbox", { name: "Select The hills" }));
    await fireEvent.contextMenu(row("3"));
    await screen.findByRole("menu");
    await press("Escape");
    await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
    expect(screen.getByText("1 selected")).toBeTruthy();
    expect(screen.getByRole("heading", { level: 1, name: "The sea" })).toBeTruthy();
  });

  it("closes when the list scrolls, when something else is pressed, and when its video is gone", async () => {
    const backend = await renderWindow();
    const closesBy = async (act: () => unknown) => {
      await fireEvent.contextMenu(row("3"));
      await screen.findByRole("menu");
      await act();
      await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
    };
    await closesBy(() => fireEvent.scroll(document.querySelector(".rows") as Element));
    await closesBy(() => fireEvent.pointerDown(document.querySelector("header") as Element));
    await closesBy(() => fireEvent.blur(window));
    await closesBy(() => backend.emit({ event: "jobs", changed: [], removed: ["3"] }));
  });
});

describe("copying from the menu of a row", () => {
  async function copy(jobId: string, name: string) {
    await fireEvent.contextMenu(row(jobId));
    await fireEvent.click(await screen.findByRole("menuitem", { name }));
  }

  it("fetches the video, and copies its texts with the drafts", async () => {
    const backend = await renderWindow();
    await copy("1", "Copy description with chapters");
    await screen.findByText("Description with chapters copied");
    expect(backend.calls).toContain("job 1");
    expect(await navigator.clipboard.readText()).toBe(
      "A walk.\n\n0:00 Harbour\n1:05 Beach\n1:30 Home",
    );
    const draft = {
      field: "DESCRIPTION",
      content: "Mine.",
      base: "A walk.",
      kind: "typed",
    } as const;
    backend.jobs = films.map((film) => ({ ...film, drafts: [{ ...draft, reason: null }] }));
    await copy("1", "Copy description");
    await screen.findByText("Description copied");
    expect(await navigator.clipboard.readText()).toBe("Mine.");
  });

  it("begins to write at once, as web views require", async () => {
    const write = vi.spyOn(navigator.clipboard, "write").mockResolvedValue();
    const backend = await renderWindow();
    vi.spyOn(backend, "job").mockReturnValue(new Promise(() => undefined));
    await copy("1", "Copy description");
    await waitFor(() => expect(write).toHaveBeenCalledTimes(1));
  });

  it("nothing there, or the video cannot be fetched: says so", async () => {
    const backend = await renderWindow();
    await copy("3", "Copy tags");
    expect(await screen.findByText("Nothing to copy")).toBeTruthy();
    backend.jobs = [];
    await copy("3", "Copy tags");
    expect(await screen.findByText("Not found. It may have been deleted.")).toBeTruthy();
  });

  it("copies the link that opens it", async () => {
    const written = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
    const film = mockJob({ job_id: "a/b c", title: "The lake" });
    const backend = new MockBackend(signedInStatus(), [film]);
    renderApp(backend);
    await screen.findByText("The lake");
    await copy("a/b c", "Copy link");
    await waitFor(() => expect(written).toHaveBeenCalledWith("tallylight://job/a%2Fb%20c"));
    expect(await screen.findByText("Link copied")).toBeTruthy();
  });
});

describe("the web view's own menu", () => {
  it("opens in text fields and on selected text only", async () => {
    const backend = await renderWindow();
    backend.clickNotification("1");
    const title = await screen.findByRole("textbox", { name: "Title" });
    const heading = screen.getByRole("heading", { level: 1, name: "The sea" });
    expect(await isWebViewMenuShown(title)).toBe(true);
    expect(await isWebViewMenuShown(heading)).toBe(false);
    expect(await isWebViewMenuShown(document.querySelector("header") as Element)).toBe(false);
    const selection = { isCollapsed: false, containsNode: (node: Node) => node === heading };
    vi.spyOn(globalThis, "getSelection").mockReturnValue(selection as unknown as Selection);
    expect(await isWebViewMenuShown(heading)).toBe(true);
    expect(await isWebViewMenuShown(document.querySelector("header") as Element)).toBe(false);
  });
});

describe("the palette", () => {
  const offered = async () => {
    await screen.findByRole("combobox", { name: "Command palette" });
    const options = screen.getAllByRole("option").map((option) => option.textContent?.trim() ?? "");
    return options.filter((text) => /^(Open|Copy|Select|Deselect|Dismiss)/.test(text));
  };

  it("offers the actions of the open video", async () => {
    const written = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
    const backend = await renderWindow();
    backend.clickNotification("1");
    await screen.findByRole("heading", { level: 1, name: "The sea" });
    await runCommand("Copy title The sea");
    await waitFor(() => expect(written).toHaveBeenCalledWith("The sea"));
  });

  it("copies the texts of the open video", async () => {
    const backend = await renderWindow();
    backend.clickNotification("1");
    await screen.findByRole("heading", { level: 1, name: "The sea" });
    await runCommand("Copy chapters The sea");
    await screen.findByText("Chapters copied");
    expect(await navigator.clipboard.readText()).toBe("0:00 Harbour\n1:05 Beach\n1:30 Home");
  });

  it("offers those of the focused row, or of all selected videos", async () => {
    const backend = await renderWindow();
    row("2").focus();
    await press("k", { ctrlKey: true });
    expect((await offered()).length).toBe(5);
    await fireEvent.click(screen.getByRole("option", { name: /^Dismiss The city/ }));
    await waitFor(() => expect(backend.calls).toContain("setDismissed 2 dismiss"));
    for (const title of ["The sea", "The hills"])
      await fireEvent.click(screen.getByRole("checkbox", { name: `Select ${title}` }));
    await press("k", { ctrlKey: true });
    const dialog = within(await screen.findByRole("dialog"));
    expect(dialog.getByRole("option", { name: /^Copy titles 2 selected/ })).toBeTruthy();
  });
});
