import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import App from "../App.svelte";
import { MockBackend, mockJob, mockStage, signedInStatus } from "../backend.mock";
import type { UploadView } from "../bindings";
import { speak } from "../messages";
import "../testing/viewport";

afterEach(async () => {
  cleanup();
  document.body.replaceChildren();
  await speak("en");
});

const films = [
  mockJob({ job_id: "1", title: "The sea", status: "COMPLETED", metadata: { TAGS: ["waves"] } }),
  mockJob({ job_id: "2", title: "The city", status: "FAILED" }),
  mockJob({ job_id: "3", title: "The hills", status: "COMPLETED", created_at: null }),
];

const palette = { name: "What would you like to do?" };

async function shown(backend: MockBackend): Promise<MockBackend> {
  render(App, { backend });
  await screen.findByText("Live");
  return backend;
}

const press = (key: string, more: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, bubbles: true, ...more });

describe("the palette", () => {
  it("finds commands and videos as one types, and does what is chosen", async () => {
    await shown(new MockBackend(signedInStatus(), films));
    await press("k", { ctrlKey: true });
    const field = await screen.findByRole("combobox", palette);
    expect(screen.getByRole("option", { name: /Settings/ })).toBeTruthy();
    await fireEvent.input(field, { target: { value: "hill" } });
    await waitFor(() => expect(screen.queryByRole("option", { name: /Settings/ })).toBeNull());
    await fireEvent.click(screen.getByRole("option", { name: /The hills/ }));
    expect(await screen.findByRole("heading", { level: 1, name: "The hills" })).toBeTruthy();
    expect(screen.queryByRole("combobox", palette), "it closes").toBeNull();
  });

  it("goes by the arrows, and stays there while the list changes", async () => {
    const backend = await shown(new MockBackend(signedInStatus(), films));
    await press("k", { ctrlKey: true });
    const field = await screen.findByRole("combobox", palette);
    const chosen = () =>
      document.querySelector('[role="option"][aria-selected="true"]')?.textContent;
    await fireEvent.input(field, { target: { value: "the" } });
    await waitFor(() => expect(chosen()).toMatch(/Search the list/));
    await press("ArrowUp");
    await waitFor(() => expect(chosen()).toMatch(/The hills/));
    const job = mockJob({ job_id: "9", title: "The lake", status: "PROCESSING", created_at: null });
    backend.emit({ event: "jobs", changed: [{ job, scope: "major" }], removed: [] });
    await screen.findByRole("option", { name: /The lake/ });
    expect(chosen()).toMatch(/The hills/);
    await press("Enter");
    expect(await screen.findByRole("heading", { level: 1, name: "The hills" })).toBeTruthy();
  });

  it("finds a video by a tag that no row shows", async () => {
    await shown(new MockBackend(signedInStatus(), films));
    await press("k", { ctrlKey: true });
    await fireEvent.input(await screen.findByRole("combobox", palette), {
      target: { value: "waves" },
    });
    expect(await screen.findByRole("option", { name: /The sea/ })).toBeTruthy();
    await fireEvent.input(screen.getByRole("combobox", palette), { target: { value: "walrus" } });
    expect(await screen.findByText("No results")).toBeTruthy();
  });
});

describe("trouble", () => {
  it("is put aside, out of the way of what wants attention, and that is undone", async () => {
    const backend = await shown(new MockBackend(signedInStatus(), films));
    expect(await screen.findByRole("heading", { name: "Failed 1" })).toBeTruthy();
    backend.clickNotification("2");
    await screen.findByRole("heading", { level: 1, name: "The city" });
    await press("e");
    await waitFor(() => expect(backend.calls).toContain("settle 2 dismiss"));
    await waitFor(() => expect(screen.queryByRole("heading", { name: "Failed 1" })).toBeNull());
    await fireEvent.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(backend.calls).toContain("settle 2 restore"));
    expect(await screen.findByRole("heading", { name: "Failed 1" })).toBeTruthy();
  });

  it("of marked videos is meant while there are some, whatever is looked at", async () => {
    const other = mockJob({ job_id: "4", title: "The lake", status: "FAILED" });
    const backend = await shown(new MockBackend(signedInStatus(), [...films, other]));
    backend.clickNotification("2");
    await screen.findByRole("heading", { level: 1, name: "The city" });
    await fireEvent.click(screen.getByRole("checkbox", { name: "Mark The lake" }));
    await press("e");
    await waitFor(() => expect(backend.calls).toContain("settle 4 dismiss"));
    expect(backend.calls).not.toContain("settle 2 dismiss");
  });

  it("that is none is not put aside", async () => {
    const backend = await shown(new MockBackend(signedInStatus(), films));
    backend.clickNotification("1");
    await screen.findByRole("heading", { level: 1, name: "The sea" });
    await press("e");
    expect(backend.calls.some((call) => call.startsWith("settle"))).toBe(false);
  });
});

describe("marking", () => {
  it("takes several videos at once, and Escape leaves them", async () => {
    const written = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
    await shown(new MockBackend(signedInStatus(), films));
    await fireEvent.click(await screen.findByRole("checkbox", { name: "Mark The sea" }));
    await fireEvent.click(screen.getByRole("checkbox", { name: "Mark The city" }));
    const bar = within(screen.getByRole("toolbar", { name: "Marked videos" }));
    expect(bar.getByText("2 marked")).toBeTruthy();
    await fireEvent.click(bar.getByRole("button", { name: "Copy titles" }));
    await waitFor(() => expect(written).toHaveBeenCalledWith("The sea\nThe city"));
    expect(await screen.findByText("2 titles copied")).toBeTruthy();
    await waitFor(() => expect(screen.queryByRole("toolbar")).toBeNull());
    document.querySelector<HTMLElement>('[data-job="1"]')?.focus();
    await press("a", { ctrlKey: true });
    expect(await screen.findByText("3 marked")).toBeTruthy();
    await press("Escape");
    await waitFor(() => expect(screen.queryByText("3 marked")).toBeNull());
  });

  it("ends where other videos are shown: what is out of sight is not acted upon", async () => {
    await shown(new MockBackend(signedInStatus(), films));
    await fireEvent.click(await screen.findByRole("checkbox", { name: "Mark The sea" }));
    await fireEvent.click(screen.getByRole("button", { name: "Failed 1" }));
    await waitFor(() => expect(screen.queryByText("1 marked")).toBeNull());
  });
});

describe("uploads", () => {
  const upload = (given: Partial<UploadView>): UploadView => ({
    upload_id: 1,
    filename: "a.mp4",
    sent_bytes: 50_000_000,
    total_bytes: 200_000_000,
    bytes_per_second: 5_000_000,
    state: "sending",
    job_id: null,
    error: null,
    ...given,
  });

  it("say how far and how fast they are, and can be given up or tried again", async () => {
    const backend = new MockBackend(signedInStatus(), films);
    const error = { code: "unreachable" as const, message: "no network" };
    backend.sending = [
      upload({}),
      upload({ upload_id: 2, filename: "b.mp4", state: "queued" }),
      upload({ upload_id: 3, filename: "c.mp4", state: "failed", error }),
    ];
    await shown(backend);
    expect(await screen.findByText("50 MB of 200 MB · 5 MB/s · less than 1 min left")).toBeTruthy();
    expect(screen.getByText("Waits for its turn")).toBeTruthy();
    expect(screen.getByRole("alert").textContent).toBe("No network");
    await fireEvent.click(screen.getByRole("button", { name: "Try c.mp4 again" }));
    expect(backend.calls).toContain("retryUpload 3");
    await fireEvent.click(screen.getByRole("button", { name: "Cancel the upload of a.mp4" }));
    expect(backend.calls).toContain("cancelUpload 1");
    await waitFor(() => expect(screen.queryByText("a.mp4")).toBeNull());
  });
});

describe("a video", () => {
  it("has its stages on a line of time, and says what happened when", async () => {
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
    const backend = await shown(new MockBackend(signedInStatus(), [job]));
    backend.clickNotification("7");
    expect(await screen.findByText("3:00 in all")).toBeTruthy();
    const bar = (stage: string) =>
      document.querySelector<HTMLElement>(`[data-stage="${stage}"] .bar`)?.style;
    expect(Number.parseFloat(bar("TRANSCRIPTION")?.left ?? "")).toBeCloseTo(100 / 3);
    expect(Number.parseFloat(bar("TRANSCRIPTION")?.width ?? "")).toBeCloseTo(200 / 3);
    const story = within(screen.getByRole("region", { name: "Activity" }));
    const told = story
      .getAllByRole("listitem")
      .map((item) => item.textContent?.replace(/^.*M /, ""));
    expect(told.map((line) => line?.trim())).toEqual([
      "The video is done",
      "Transcript: done",
      "Checking the file: done",
      "The video was uploaded",
    ]);
  });

  it("that cannot be had is told apart from one that is gone", async () => {
    const backend = await shown(new MockBackend(signedInStatus(), films));
    backend.failures.set("job", { code: "server_error", message: "it is broken" });
    backend.clickNotification("1");
    expect(await screen.findByText("The video could not be loaded")).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Try now" }));
    expect(await screen.findByRole("heading", { level: 1, name: "The sea" })).toBeTruthy();
    backend.clickNotification("9");
    expect(await screen.findByText("This video is no longer here")).toBeTruthy();
  });
});

describe("who cannot see the list", () => {
  it("hears when a video ends, and nothing of those that had", async () => {
    const running = mockJob({ job_id: "7", title: "Harbour", status: "PROCESSING" });
    const backend = await shown(new MockBackend(signedInStatus(), [...films, running]));
    const news = () => screen.getByTestId("news").textContent;
    const tell = (job: typeof running) =>
      backend.emit({ event: "jobs", changed: [{ job, scope: "major" }], removed: [] });
    await screen.findByText("Harbour");
    for (const film of films) tell(film);
    expect(news()).toBe("");
    tell({ ...running, status: "COMPLETED" });
    await waitFor(() => expect(news()).toBe("Harbour: Done"));
  });
});

describe("how it looks and speaks", () => {
  it("is chosen, at once, and what was looked at stays", async () => {
    const backend = await shown(new MockBackend(signedInStatus(), films));
    backend.clickNotification("1");
    await screen.findByRole("heading", { level: 1, name: "The sea" });
    await press(",", { ctrlKey: true });
    await fireEvent.click(await screen.findByRole("radio", { name: "Dark" }));
    await waitFor(() => expect(backend.preferences.settings.appearance.theme).toBe("dark"));
    await fireEvent.change(screen.getByRole("combobox", { name: "Language" }), {
      target: { value: "de" },
    });
    expect(await screen.findByRole("heading", { name: "Einstellungen" })).toBeTruthy();
    expect(screen.getByRole("heading", { level: 1, name: "The sea" })).toBeTruthy();
    expect(document.documentElement.lang).toBe("de");
    expect(screen.getByRole("heading", { name: "Fehlgeschlagen 1" })).toBeTruthy();
  });

  it("says what is wrong with the settings, and works without them", async () => {
    const backend = new MockBackend(signedInStatus(), films);
    const broken = { code: "file" as const, message: "settings.toml cannot be read" };
    backend.settings = () => Promise.reject(broken as unknown as Error);
    await shown(backend);
    expect(await screen.findByText("settings.toml cannot be read")).toBeTruthy();
    expect(screen.getByText("The sea")).toBeTruthy();
  });

  it("tells its keys", async () => {
    await shown(new MockBackend(signedInStatus(), films));
    await press("?");
    expect(await screen.findByRole("heading", { name: "Keyboard shortcuts" })).toBeTruthy();
    expect(screen.getByText("Mark all")).toBeTruthy();
  });
});
