import { cleanup, fireEvent, screen, waitFor } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import {
  MockBackend,
  mockJob,
  mockUpload,
  signedInStatus,
  signedOutStatus,
} from "../../ipc/backend.mock";
import { renderApp, renderLiveApp } from "../../testing/render";
import "../../testing/viewport";

afterEach(() => {
  cleanup();
  document.body.replaceChildren();
});

const sea = mockJob({
  job_id: "1",
  title: "The sea",
  status: "PROCESSING",
  progress_percent: 42,
  metadata: { TITLE: "The sea" },
});
const city = mockJob({ job_id: "2", title: "The city", status: "COMPLETED" });
const hills = mockJob({ job_id: "3", title: "The hills", status: "FAILED" });

const strip = () => screen.findByRole("main", { name: "Mini strip" });
const hasStrip = () => document.querySelector("main.strip") !== null;
const app = () => document.querySelector<HTMLElement>(".app") as HTMLElement;
const press = (key: string, more: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, bubbles: true, ...more });

/** Renders the window as the strip, as after a restart. */
async function renderStrip(backend = new MockBackend(signedInStatus(), [sea, city, hills])) {
  backend.currentSettings.window.mode = "strip";
  renderApp(backend);
  await strip();
  return backend;
}

describe("the strip", () => {
  it("after a restart: shows the videos at work in place of everything else", async () => {
    const backend = new MockBackend(signedInStatus(), [sea, city, hills]);
    backend.uploadList = [mockUpload({ filename: "beach.mp4" })];
    await renderStrip(backend);
    await screen.findByRole("button", { name: /The sea 42 %/ });
    await screen.findByRole("button", { name: /beach\.mp4 25 %/ });
    expect(screen.getByRole("button", { name: "1 video needs review" })).toBeTruthy();
    expect(screen.queryByText("Nothing is processing")).toBeNull();
    expect(app().hidden).toBe(true);
  });

  it("without a video at work: says so, and how many need review", async () => {
    await renderStrip(new MockBackend(signedInStatus(), [city, hills]));
    await screen.findByText("Nothing is processing");
    expect(screen.getByRole("button", { name: "1 video needs review" })).toBeTruthy();
  });

  it("signed out: says so, and shows nothing of the account", async () => {
    const backend = await renderStrip(new MockBackend(signedOutStatus(), [sea]));
    await screen.findByText("Not signed in");
    expect(screen.queryByText("The sea")).toBeNull();
    await press("Escape");
    await waitFor(() => expect(hasStrip()).toBe(false));
    expect(backend.calls).toContain("setWindowMode full");
  });

  it("follows the studio, and shows a hundred rows at most", async () => {
    const backend = await renderStrip(new MockBackend(signedInStatus(), [sea]));
    await screen.findByRole("button", { name: /The sea 42 %/ });
    const more = Array.from({ length: 150 }, (_, index) =>
      mockJob({ job_id: `q${index}`, title: `Video ${index}` }),
    );
    const changed = [{ ...sea, progress_percent: 50 }, ...more].map((job) => ({
      job,
      scope: "increment" as const,
    }));
    backend.emit({ event: "jobs", changed, removed: [] });
    await screen.findByRole("button", { name: /The sea 50 %/ });
    await screen.findByText("51 more");
    expect(document.querySelectorAll("main.strip li")).toHaveLength(100);
  });

  it("pressed row: opens the full window on that video", async () => {
    const backend = await renderStrip();
    await fireEvent.click(await screen.findByRole("button", { name: /The sea/ }));
    const heading = await screen.findByRole("heading", { level: 1, name: "The sea" });
    expect([hasStrip(), app().hidden]).toEqual([false, false]);
    await waitFor(() => expect(document.activeElement).toBe(heading));
    expect(backend.calls).toContain("openJob 1");
  });

  it("clicked notification, and a request for a dialog: open the full window", async () => {
    const backend = await renderStrip();
    backend.clickNotification("2");
    await screen.findByRole("heading", { level: 1, name: "The city" });
    expect(hasStrip()).toBe(false);
    backend.setSettings({ window: { ...backend.currentSettings.window, mode: "strip" } });
    await strip();
    backend.requestShow("history");
    await screen.findByRole("heading", { name: "Notifications" });
    expect(hasStrip()).toBe(false);
  });

  it("has a button for “always on top”, which the settings keep", async () => {
    const backend = await renderStrip();
    const button = screen.getByRole("button", { name: "Always on top" });
    expect(button.getAttribute("aria-pressed")).toBe("false");
    await fireEvent.click(button);
    await waitFor(() => expect(button.getAttribute("aria-pressed")).toBe("true"));
    expect(backend.currentSettings.settings.window.always_on_top).toBe(true);
  });
});

describe("between the strip and the full window", () => {
  it("the palette and m lead there, Esc, m and the button back, and the focus returns", async () => {
    const backend = await renderLiveApp(new MockBackend(signedInStatus(), [sea]));
    await screen.findByText("The sea");
    await fireEvent.click(screen.getByRole("button", { name: "Menu" }));
    await fireEvent.click(await screen.findByRole("option", { name: /^Mini strip/ }));
    await strip();
    await waitFor(() =>
      expect(document.activeElement).toBe(screen.getByRole("button", { name: "Open full window" })),
    );
    await press("Escape");
    await waitFor(() => expect(hasStrip()).toBe(false));
    const menu = screen.getByRole("button", { name: "Menu" });
    menu.focus();
    await press("m");
    await strip();
    await press("m");
    await waitFor(() => expect(hasStrip()).toBe(false));
    await waitFor(() => expect(document.activeElement).toBe(menu));
    await press("m");
    await strip();
    await fireEvent.click(screen.getByRole("button", { name: "Open full window" }));
    await waitFor(() => expect(hasStrip()).toBe(false));
    const changes = backend.calls.filter((call) => call.startsWith("setWindowMode"));
    expect(changes.map((call) => call.split(" ")[1]).join()).toBe(
      "strip,full,strip,full,strip,full",
    );
  });

  it("half-typed text stays, and the keys of the window below do nothing", async () => {
    const backend = await renderLiveApp(new MockBackend(signedInStatus(), [sea, hills]));
    backend.clickNotification("1");
    const title = await screen.findByRole<HTMLInputElement>("textbox", { name: "Title" });
    await fireEvent.input(title, { target: { value: "The sea, half" } });
    (document.activeElement as HTMLElement | null)?.blur();
    await press("m");
    await strip();
    for (const key of ["e", "j", "x", "?", "/"]) await press(key);
    await press("k", { ctrlKey: true });
    await press(",", { ctrlKey: true });
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(backend.calls.some((call) => call.startsWith("setDismissed"))).toBe(false);
    await press("Escape");
    await waitFor(() => expect(app().hidden).toBe(false));
    expect(title.isConnected, "the same editor").toBe(true);
    expect(title.value).toBe("The sea, half");
  });

  it("m in a text field is typed", async () => {
    const backend = await renderLiveApp(new MockBackend(signedInStatus(), [sea]));
    (await screen.findByRole("searchbox", { name: "Search" })).focus();
    expect(await press("m"), "not prevented").toBe(true);
    expect(backend.calls).not.toContain("setWindowMode strip");
  });

  it("a failure is shown, and the form stays", async () => {
    const backend = await renderLiveApp(new MockBackend(signedInStatus(), [sea]));
    backend.failures.set("setWindowMode", { code: "internal", message: "No window." });
    await press("m");
    await screen.findByText("No window.");
    expect(hasStrip()).toBe(false);
  });
});
