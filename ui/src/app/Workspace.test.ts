import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import { MockBackend, mockJob, mockStage, signedInStatus } from "../ipc/backend.mock";
import { locale } from "../state/locale.svelte";
import { renderLiveApp } from "../testing/render";
import "../testing/viewport";

afterEach(async () => {
  cleanup();
  document.body.replaceChildren();
  await locale.setLanguage("en");
});

const films = [
  mockJob({ job_id: "1", title: "The sea", status: "COMPLETED", metadata: { TAGS: ["waves"] } }),
  mockJob({ job_id: "2", title: "The city", status: "FAILED" }),
  mockJob({ job_id: "3", title: "The hills", status: "COMPLETED", created_at: null }),
];

const palette = { name: "Command palette" };

const press = (key: string, more: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, bubbles: true, ...more });

describe("command palette", () => {
  it("finds commands and videos while typing, and runs the chosen one", async () => {
    await renderLiveApp(new MockBackend(signedInStatus(), films));
    await press("k", { ctrlKey: true });
    const field = await screen.findByRole("combobox", palette);
    expect(screen.getByRole("option", { name: /Settings/ })).toBeTruthy();
    await fireEvent.input(field, { target: { value: "hill" } });
    await waitFor(() => expect(screen.queryByRole("option", { name: /Settings/ })).toBeNull());
    await fireEvent.click(screen.getByRole("option", { name: /The hills/ }));
    expect(await screen.findByRole("heading", { level: 1, name: "The hills" })).toBeTruthy();
    expect(screen.queryByRole("combobox", palette), "it closes").toBeNull();
  });

  it("keeps the item reached by arrow keys while the list changes", async () => {
    const backend = await renderLiveApp(new MockBackend(signedInStatus(), films));
    await press("k", { ctrlKey: true });
    const field = await screen.findByRole("combobox", palette);
    const chosen = () =>
      document.querySelector('[role="option"][aria-selected="true"]')?.textContent;
    await fireEvent.input(field, { target: { value: "h" } });
    await waitFor(() => expect(chosen()).toMatch(/Pause notifications for 1 hour/));
    await press("ArrowUp");
    await waitFor(() => expect(chosen()).toMatch(/The hills/));
    const job = mockJob({ job_id: "9", title: "The lake", status: "PROCESSING", created_at: null });
    backend.emit({ event: "jobs", changed: [{ job, scope: "major" }], removed: [] });
    await screen.findByRole("option", { name: /The lake/ });
    expect(chosen()).toMatch(/The hills/);
    await press("Enter");
    expect(await screen.findByRole("heading", { level: 1, name: "The hills" })).toBeTruthy();
  });

  it("finds a video by a tag", async () => {
    await renderLiveApp(new MockBackend(signedInStatus(), films));
    await press("k", { ctrlKey: true });
    await fireEvent.input(await screen.findByRole("combobox", palette), {
      target: { value: "waves" },
    });
    expect(await screen.findByRole("option", { name: /The sea/ })).toBeTruthy();
    await fireEvent.input(screen.getByRole("combobox", palette), { target: { value: "walrus" } });
    expect(await screen.findByText("No results")).toBeTruthy();
  });
});

describe("dismissing", () => {
  it("moves a failure out of its group, and can be undone", async () => {
    const backend = await renderLiveApp(new MockBackend(signedInStatus(), films));
    expect(await screen.findByRole("heading", { name: "Failed 1" })).toBeTruthy();
    backend.clickNotification("2");
    await screen.findByRole("heading", { level: 1, name: "The city" });
    await press("e");
    await waitFor(() => expect(backend.calls).toContain("setDismissed 2 dismiss"));
    await waitFor(() => expect(screen.queryByRole("heading", { name: "Failed 1" })).toBeNull());
    await fireEvent.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(backend.calls).toContain("setDismissed 2 restore"));
    expect(await screen.findByRole("heading", { name: "Failed 1" })).toBeTruthy();
  });

  it("applies to the selected videos before the open one", async () => {
    const other = mockJob({ job_id: "4", title: "The lake", status: "FAILED" });
    const backend = await renderLiveApp(new MockBackend(signedInStatus(), [...films, other]));
    backend.clickNotification("2");
    await screen.findByRole("heading", { level: 1, name: "The city" });
    const checkbox = screen.getByRole("checkbox", { name: "Select The lake" });
    checkbox.focus();
    await fireEvent.click(checkbox);
    await press("e");
    await waitFor(() => expect(backend.calls).toContain("setDismissed 4 dismiss"));
    expect(backend.calls).not.toContain("setDismissed 2 dismiss");
  });

  it("does nothing without a failure or warning", async () => {
    const backend = await renderLiveApp(new MockBackend(signedInStatus(), films));
    backend.clickNotification("1");
    await screen.findByRole("heading", { level: 1, name: "The sea" });
    await press("e");
    expect(backend.calls.some((call) => call.startsWith("setDismissed"))).toBe(false);
  });
});

describe("selection", () => {
  it("copies the titles of several videos, and is cleared by Escape", async () => {
    const written = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
    await renderLiveApp(new MockBackend(signedInStatus(), films));
    await fireEvent.click(await screen.findByRole("checkbox", { name: "Select The sea" }));
    await fireEvent.click(screen.getByRole("checkbox", { name: "Select The city" }));
    const bar = within(screen.getByRole("toolbar", { name: "Selected videos" }));
    expect(bar.getByText("2 selected")).toBeTruthy();
    await fireEvent.click(bar.getByRole("button", { name: "Copy titles" }));
    await waitFor(() => expect(written).toHaveBeenCalledWith("The sea\nThe city"));
    expect(await screen.findByText("2 titles copied")).toBeTruthy();
    await waitFor(() => expect(screen.queryByRole("toolbar")).toBeNull());
    document.querySelector<HTMLElement>('[data-job="1"]')?.focus();
    await press("a", { ctrlKey: true });
    expect(await screen.findByText("3 selected")).toBeTruthy();
    await press("Escape");
    await waitFor(() => expect(screen.queryByText("3 selected")).toBeNull());
  });

  it("is cleared when the filter changes", async () => {
    await renderLiveApp(new MockBackend(signedInStatus(), films));
    await fireEvent.click(await screen.findByRole("checkbox", { name: "Select The sea" }));
    await fireEvent.click(screen.getByRole("button", { name: "Failed 1" }));
    await waitFor(() => expect(screen.queryByText("1 selected")).toBeNull());
  });
});

describe("video detail", () => {
  it("shows the stages on a time line, and the activity", async () => {
    const job = mockJob({
      job_id: "7",
      title: "Harbour",
      status: "COMPLETED",
      ended_at: "2026-01-01T12:03:00Z",
      stages: [
        mockStage({
          stage_id: "PROBE",
          status: "COMPLETED",
          began_at: "2026-01-01T12:00:00Z",
          ended_at: "2026-01-01T12:01:00Z",
        }),
        mockStage({
          stage_id: "TRANSCRIPTION",
          status: "COMPLETED",
          began_at: "2026-01-01T12:01:00Z",
          ended_at: "2026-01-01T12:03:00Z",
        }),
      ],
    });
    const backend = await renderLiveApp(new MockBackend(signedInStatus(), [job]));
    backend.clickNotification("7");
    expect(await screen.findByText("Total 3:00")).toBeTruthy();
    const bar = (stage: string) =>
      document.querySelector<HTMLElement>(`[data-stage="${stage}"] .bar`)?.style;
    expect(Number.parseFloat(bar("TRANSCRIPTION")?.left ?? "")).toBeCloseTo(100 / 3);
    expect(Number.parseFloat(bar("TRANSCRIPTION")?.width ?? "")).toBeCloseTo(200 / 3);
    const activity = within(screen.getByRole("region", { name: "Activity" }));
    const texts = activity
      .getAllByRole("listitem")
      .map((item) => item.textContent?.replace(/^.*M /, ""));
    expect(texts.map((line) => line?.trim())).toEqual([
      "Processing finished",
      "Transcript: completed",
      "Analyzing file: completed",
      "Video uploaded",
    ]);
  });

  it("shows what needs no person as a note, which cannot be dismissed", async () => {
    const fault = { message: "no sound", stage_id: null, at: null };
    const job = mockJob({
      job_id: "7",
      title: "Harbour",
      status: "COMPLETED",
      attention: "warning",
      warnings: [{ ...fault, code: "odd", message: "look at it" }],
      notes: [{ ...fault, code: "no_audio" }],
    });
    const backend = await renderLiveApp(new MockBackend(signedInStatus(), [job]));
    backend.clickNotification("7");
    const note = within(await screen.findByRole("region", { name: "Note" }));
    expect(note.getByText("No sound")).toBeTruthy();
    expect(note.queryByRole("button", { name: "Dismiss" })).toBeNull();
    const warning = within(screen.getByRole("region", { name: "Warning" }));
    expect(warning.getByText("Look at it")).toBeTruthy();
    expect(warning.getByRole("button", { name: "Dismiss" })).toBeTruthy();
  });

  it("distinguishes a failed request from a removed video", async () => {
    const backend = await renderLiveApp(new MockBackend(signedInStatus(), films));
    backend.failures.set("job", { code: "server_error", message: "it is broken" });
    backend.clickNotification("1");
    expect(await screen.findByText("Couldn't load video")).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Retry now" }));
    expect(await screen.findByRole("heading", { level: 1, name: "The sea" })).toBeTruthy();
    backend.clickNotification("9");
    expect(await screen.findByText("Video not found")).toBeTruthy();
  });
});

describe("opening a video", () => {
  const heading = (name: string) => screen.findByRole("heading", { level: 1, name });
  const row = (jobId: string) => document.querySelector<HTMLElement>(`[data-job="${jobId}"]`);
  const scrollArea = () => screen.getByRole("article").parentElement as HTMLElement;

  it("shows its beginning, however far the one before was scrolled", async () => {
    const backend = await renderLiveApp(new MockBackend(signedInStatus(), films));
    backend.clickNotification("1");
    await heading("The sea");
    scrollArea().scrollTop = 500;
    backend.clickNotification("2");
    await heading("The city");
    expect(scrollArea().scrollTop).toBe(0);
  });

  it("from a notification: focuses its heading, also once it is loaded", async () => {
    const backend = await renderLiveApp(new MockBackend(signedInStatus(), films));
    backend.clickNotification("1");
    const first = await heading("The sea");
    await waitFor(() => expect(document.activeElement).toBe(first));
    backend.clickNotification("2");
    const second = await heading("The city");
    await waitFor(() => expect(document.activeElement).toBe(second));
  });

  it("from a notification: leaves the focus where the person moved it while it was loading", async () => {
    const backend = await renderLiveApp(new MockBackend(signedInStatus(), films));
    let answer = () => {};
    const load = backend.job.bind(backend);
    const gate = new Promise<void>((resolve) => (answer = resolve));
    backend.job = async (jobId) => {
      await gate;
      return load(jobId);
    };
    backend.clickNotification("1");
    await screen.findByRole("status", { name: "Loading video…" });
    await press("/");
    answer();
    await heading("The sea");
    expect(document.activeElement).toBe(screen.getByLabelText("Search"));
  });

  it("from the list: keeps the focus in the list beside it, and focuses its heading over the list", async () => {
    await renderLiveApp(new MockBackend(signedInStatus(), films));
    await screen.findByText("The sea");
    row("1")?.focus();
    await fireEvent.click(row("1") as HTMLElement);
    await heading("The sea");
    expect(document.activeElement).toBe(row("1"));
    await press("j");
    expect(document.activeElement, "the keys go on").not.toBe(row("1"));

    const list = document.querySelector(".list") as HTMLElement;
    Object.defineProperty(list, "offsetParent", { value: null });
    await fireEvent.click(row("2") as HTMLElement);
    const opened = await heading("The city");
    await waitFor(() => expect(document.activeElement).toBe(opened));
  });

  it("that is gone: focuses the way back", async () => {
    const backend = await renderLiveApp(new MockBackend(signedInStatus(), films));
    backend.clickNotification("9");
    await screen.findByText("Video not found");
    const back = screen.getByRole("button", { name: "All videos" });
    await waitFor(() => expect(document.activeElement).toBe(back));
  });
});

describe("screen readers", () => {
  it("are told when a video ends, but not about earlier ends", async () => {
    const running = mockJob({ job_id: "7", title: "Harbour", status: "PROCESSING" });
    const backend = await renderLiveApp(new MockBackend(signedInStatus(), [...films, running]));
    const news = () => screen.getByTestId("news").textContent;
    const update = (job: typeof running) =>
      backend.emit({ event: "jobs", changed: [{ job, scope: "major" }], removed: [] });
    await screen.findByText("Harbour");
    for (const film of films) update(film);
    expect(news()).toBe("");
    update({ ...running, status: "COMPLETED" });
    await waitFor(() => expect(news()).toBe("Harbour: Ready"));
  });
});

describe("appearance", () => {
  it("changes theme and language at once and keeps the open video", async () => {
    const backend = await renderLiveApp(new MockBackend(signedInStatus(), films));
    backend.clickNotification("1");
    await screen.findByRole("heading", { level: 1, name: "The sea" });
    await press(",", { ctrlKey: true });
    await fireEvent.click(await screen.findByRole("radio", { name: "Dark" }));
    await waitFor(() => expect(backend.currentSettings.settings.appearance.theme).toBe("dark"));
    await fireEvent.change(screen.getByRole("combobox", { name: "Language" }), {
      target: { value: "de" },
    });
    expect(await screen.findByRole("heading", { name: "Einstellungen" })).toBeTruthy();
    expect(screen.getByRole("heading", { level: 1, name: "The sea" })).toBeTruthy();
    expect(document.documentElement.lang).toBe("de");
    expect(screen.getByRole("heading", { name: "Fehlgeschlagen 1" })).toBeTruthy();
  });

  it("reports unreadable settings and works without them", async () => {
    const backend = new MockBackend(signedInStatus(), films);
    const broken = { code: "file" as const, message: "settings.toml cannot be read" };
    backend.settings = () => Promise.reject(broken as unknown as Error);
    await renderLiveApp(backend);
    expect(await screen.findByText("settings.toml cannot be read")).toBeTruthy();
    expect(screen.getByText("The sea")).toBeTruthy();
  });

  it("lists the keyboard shortcuts", async () => {
    await renderLiveApp(new MockBackend(signedInStatus(), films));
    await press("?");
    expect(await screen.findByRole("heading", { name: "Keyboard shortcuts" })).toBeTruthy();
    expect(screen.getByText("Select all")).toBeTruthy();
  });
});
