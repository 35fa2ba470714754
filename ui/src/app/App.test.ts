import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import {
  firstRunStatus,
  MockBackend,
  mockJob,
  mockServer,
  mockStage,
  mockUpload,
  signedInStatus,
} from "../ipc/backend.mock";
import type { ConnectionState, Reason } from "../ipc/bindings";
import { typeInto } from "../testing/interactions";
import { renderApp } from "../testing/render";

afterEach(cleanup);

describe("first run", () => {
  it("starts the studio on this computer and shows the empty list", async () => {
    const backend = new MockBackend(firstRunStatus(null));
    renderApp(backend);
    await fireEvent.click(await screen.findByRole("button", { name: "Use this computer" }));
    expect(await screen.findByText("No videos yet")).toBeTruthy();
    expect(backend.calls).toContain("useThisComputer");
  });

  it("shows an invalid studio URL at its field", async () => {
    const backend = new MockBackend(firstRunStatus(null));
    backend.failures.set("connect", { code: "insecure_address", message: "use https" });
    renderApp(backend);
    const field = await screen.findByLabelText("Studio URL");
    await fireEvent.input(field, { target: { value: "http://acme.tv" } });
    await fireEvent.click(screen.getByRole("button", { name: "Connect" }));
    expect((await screen.findByRole("alert")).textContent).toBe("Use https");
    expect(field.getAttribute("aria-invalid")).toBe("true");
  });
});

describe("studio without automatic setup", () => {
  it("is set up manually, with errors at their fields", async () => {
    const backend = new MockBackend(firstRunStatus(null));
    backend.failures.set("connect", { code: "not_a_studio", message: "it says nothing of itself" });
    renderApp(backend);
    await typeInto("Studio URL", "acme.tv");
    await fireEvent.click(screen.getByRole("button", { name: "Connect" }));
    expect((await screen.findByRole("alert")).textContent).toBe("It says nothing of itself");
    // A mistyped address is mended, and nothing else is asked for.
    backend.failures.set("connect", { code: "not_a_studio", message: "nor does this" });
    await typeInto("Studio URL", "acme.tv");
    await fireEvent.click(screen.getByRole("button", { name: "Connect" }));
    await waitFor(() => expect(screen.getByRole("alert").textContent).toBe("Nor does this"));
    backend.failures.set("connectAs", {
      code: "wrong_key",
      message: "the server does not know this key",
      field: "auth_key",
    });
    await typeInto("Sign-in server", "x.supabase.co");
    await typeInto("Public (anon) key", "guess");
    await typeInto("Sign-in methods", "email, Google");
    const button = screen.getByRole("button", { name: "Connect" });
    await fireEvent.click(button);
    await waitFor(() =>
      expect(screen.getByRole("alert").textContent).toBe("The server does not know this key"),
    );
    expect(document.activeElement).toBe(screen.getByLabelText("Public (anon) key"));
    await fireEvent.click(button);
    expect(await screen.findByText("Sign in to Acme Studio")).toBeTruthy();
    expect(backend.calls).toContain(
      'connectAs acme.tv {"auth_url":"x.supabase.co","auth_key":"guess","auth_providers":["email","google"]}',
    );
  });
});

describe("processing", () => {
  const job = mockJob({
    job_id: "7",
    title: "Harbour",
    status: "PROCESSING",
    progress_percent: 10,
  });

  it("shows progress and completion", async () => {
    const backend = new MockBackend(signedInStatus(), [job]);
    renderApp(backend);
    await screen.findByText("Harbour");
    backend.emit({
      event: "jobs",
      changed: [{ job: { ...job, progress_percent: 55.9 }, scope: "increment" }],
      removed: [],
    });
    expect(await screen.findByText("55 %")).toBeTruthy();
    backend.jobs = [{ ...job, status: "COMPLETED", progress_percent: 100 }];
    backend.emit({
      event: "jobs",
      changed: [{ job: backend.jobs[0] ?? job, scope: "major" }],
      removed: [],
    });
    expect(await screen.findByText("Ready", { selector: "[data-status]" })).toBeTruthy();
  });

  it("opens the video of a clicked notification, with its failure", async () => {
    const failed = mockJob({
      job_id: "8",
      status: "FAILED",
      error: {
        code: "not_a_video",
        message: "Not a readable video file.",
        stage_id: "PROBE",
        at: null,
      },
      stages: [
        mockStage({
          stage_id: "PROBE",
          status: "FAILED",
          error_message: "ffprobe: Invalid data",
        }),
        mockStage({ stage_id: "CHAPTERS" }),
      ],
    });
    const backend = new MockBackend(signedInStatus(), [failed]);
    renderApp(backend);
    await screen.findAllByText("Not a readable video file.");
    backend.clickNotification("8");
    expect(await screen.findByRole("heading", { level: 1, name: "holiday.mp4" })).toBeTruthy();
    expect(screen.getByText("ffprobe: Invalid data")).toBeTruthy();
    expect(screen.getByText("Skipped"), "nothing waits in a job that has failed").toBeTruthy();
    await waitFor(() => expect(backend.calls).toContain("openJob 8"));
  });

  it("shows a lost connection and offers to reconnect", async () => {
    const backend = new MockBackend(signedInStatus(), []);
    renderApp(backend);
    await screen.findByText("Live");
    const reason = { code: "unreachable" as const, message: "no network" };
    backend.emit({ event: "connection", state: "backoff", attempt: 2, retry_in_ms: 1800, reason });
    expect(await screen.findByText("Reconnecting…")).toBeTruthy();
    expect(screen.queryByText("Live")).toBeNull();
    await fireEvent.click(screen.getByRole("button", { name: "Retry now" }));
    expect(backend.calls).toContain("reconnect");
  });
});

describe("connection", () => {
  it("shows the reason of a lasting interruption, and details in a dialog", async () => {
    const status = signedInStatus();
    const backend = new MockBackend({
      ...status,
      connection: { state: "backoff", attempt: 1, retry_in_ms: 4000, reason: null },
    });
    renderApp(backend);
    expect(await screen.findByText("Retrying in 4 s")).toBeTruthy();
    const reason = { code: "unreachable" as const, message: "nothing answers, it may be stopped" };
    backend.emit({ event: "connection", state: "backoff", attempt: 2, retry_in_ms: 9000, reason });
    expect(screen.queryByText("Nothing answers, it may be stopped")).toBeNull();
    backend.emit({ event: "connection", state: "offline", attempt: 3, retry_in_ms: 9000, reason });
    expect(await screen.findByText("Nothing answers, it may be stopped")).toBeTruthy();
    expect(screen.getByText(/^Offline\. You can read and edit\./)).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Retry now" }));
    expect(backend.calls.filter((call) => call === "reconnect")).toHaveLength(1);

    await fireEvent.click(screen.getByRole("button", { name: /^Connection: Offline/ }));
    expect(await screen.findByText("2 of 3 attempts")).toBeTruthy();
    expect(screen.getByText("1 × silent")).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Save report…" }));
    expect(await screen.findByText("Saved as /home/me/tallylight-report.txt")).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Reconnect" }));
    expect(backend.calls.filter((call) => call === "reconnect")).toHaveLength(2);
  });

  it("shows no bar during an interruption of a few seconds", async () => {
    const backend = new MockBackend(signedInStatus(), []);
    renderApp(backend);
    await screen.findByText("Live");
    const reason = { code: "unreachable" as const, message: "no network" };
    const emit = (state: ConnectionState, reason: Reason | null) =>
      backend.emit({ event: "connection", state, attempt: 1, retry_in_ms: null, reason });
    for (const [state, name] of [
      ["backoff", "Reconnecting…"],
      ["connecting", "Connecting…"],
      ["live", "Live"],
    ] as const) {
      emit(state, state === "live" ? null : reason);
      await screen.findByText(name);
      expect(screen.queryByText(/You can read and edit/)).toBeNull();
      expect(screen.queryByText("No network")).toBeNull();
    }
  });
});

describe("editing", () => {
  it("is enabled for fields that the studio offers and whose stage is completed", async () => {
    const metadata = {
      TITLE: "T",
      DESCRIPTION: "D",
      CHAPTERS: [{ start_seconds: 0, title: "Intro" }],
    };
    const unready = [{ field: "DESCRIPTION" as const, stage_id: "TRANSCRIPTION" }];
    const job = mockJob({ job_id: "7", title: "T", status: "PROCESSING", metadata, unready });
    const backend = new MockBackend(signedInStatus(), [job]);
    renderApp(backend);
    await screen.findByText("Live");
    backend.clickNotification("7");
    const field = (label: string) =>
      screen.findByRole<HTMLInputElement>("textbox", { name: label });
    expect((await field("Title")).readOnly).toBe(false);
    expect((await field("Description")).readOnly).toBe(true);
    expect(screen.getByText("Available when “Transcript” is completed")).toBeTruthy();
    expect((await field("Title of chapter 1")).readOnly, "this studio does not offer it").toBe(
      true,
    );
  });

  it("shows no empty fields of a video that failed, unless there is a draft", async () => {
    const draft = { field: "TITLE" as const, content: "Mine", base: null, kind: "typed" as const };
    const backend = new MockBackend(signedInStatus(), [
      mockJob({ job_id: "7", title: "Broken", status: "FAILED" }),
      mockJob({
        job_id: "8",
        title: "Drafted",
        status: "FAILED",
        drafts: [{ ...draft, reason: null }],
      }),
    ]);
    renderApp(backend);
    await screen.findByText("Live");
    backend.clickNotification("7");
    await screen.findByRole("heading", { level: 1, name: "Broken" });
    expect(screen.queryByRole("textbox", { name: "Title" })).toBeNull();
    backend.clickNotification("8");
    const title = await screen.findByRole<HTMLInputElement>("textbox", { name: "Title" });
    expect(title.value).toBe("Mine");
  });

  it("lists the texts that are still to be written, and offers those that can be edited", async () => {
    const unready = [
      { field: "DESCRIPTION" as const, stage_id: null },
      { field: "TRANSCRIPT" as const, stage_id: "TRANSCRIPTION" },
      { field: "CHAPTERS" as const, stage_id: null },
    ];
    const job = mockJob({ job_id: "7", status: "PENDING", unready });
    const server = { ...mockServer, editable: [...mockServer.editable, "CHAPTERS" as const] };
    const backend = new MockBackend(signedInStatus(server), [job]);
    renderApp(backend);
    await screen.findByText("Live");
    backend.clickNotification("7");
    const section = within(await screen.findByRole("region", { name: "Not available yet" }));
    expect(section.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
      "Description and Chapters Available when processing finishes, or earlier",
      // The studio does not let it be edited, but a step will write it.
      "Transcript Available when “Transcript” is completed",
    ]);
    expect(screen.queryByRole("textbox", { name: "Description" })).toBeNull();
    const title = screen.getByRole<HTMLInputElement>("textbox", { name: "Title" });
    expect(title.readOnly).toBe(false);
  });

  it("has the save bar beside the fields, where it covers none of them", async () => {
    const job = mockJob({ job_id: "7", title: "T", status: "COMPLETED", metadata: { TITLE: "T" } });
    const backend = new MockBackend(signedInStatus(), [job]);
    renderApp(backend);
    await screen.findByText("Live");
    backend.clickNotification("7");
    const title = await screen.findByRole("textbox", { name: "Title" });
    await fireEvent.input(title, { target: { value: "Mine" } });
    const bar = await screen.findByTestId("save-bar");
    const scrollArea = screen.getByRole("article").parentElement;
    expect(scrollArea?.contains(title)).toBe(true);
    expect(scrollArea?.contains(bar)).toBe(false);
  });

  it("names what Undo takes back, and restores all that was discarded", async () => {
    const metadata = { TITLE: "T", DESCRIPTION: "D" };
    const job = mockJob({ job_id: "7", title: "T", status: "COMPLETED", metadata });
    const backend = new MockBackend(signedInStatus(), [job]);
    renderApp(backend);
    await screen.findByText("Live");
    backend.clickNotification("7");
    const field = (name: string) => screen.findByRole<HTMLInputElement>("textbox", { name });
    await fireEvent.input(await field("Title"), { target: { value: "Mine" } });
    await fireEvent.input(await field("Description"), { target: { value: "My own" } });
    expect(await screen.findByRole("button", { name: "Undo last change" })).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Discard changes" }));
    expect(await screen.findByText("Changes discarded")).toBeTruthy();
    expect((await field("Title")).value).toBe("T");
    await fireEvent.click(screen.getByRole("button", { name: "Restore changes" }));
    await screen.findByText("Unsaved changes: Title, Description");
    expect([(await field("Title")).value, (await field("Description")).value]).toEqual([
      "Mine",
      "My own",
    ]);
  });

  it("saves with Ctrl+S, shows the change at once and names fields that wait", async () => {
    const metadata = { TITLE: "T" };
    const backend = new MockBackend(signedInStatus(), [
      mockJob({ job_id: "7", title: "T", metadata }),
    ]);
    renderApp(backend);
    await screen.findByText("Live");
    backend.clickNotification("7");
    await fireEvent.input(await screen.findByRole("textbox", { name: "Title" }), {
      target: { value: "Mine" },
    });
    expect(await screen.findByText("Unsaved changes: Title")).toBeTruthy();
    await fireEvent.keyDown(window, { key: "s", ctrlKey: true });
    expect(await screen.findByRole("heading", { level: 1, name: "Mine" })).toBeTruthy();
    await waitFor(() => expect(backend.calls).toContain('edit 7 {"TITLE":"Mine"}'));
    const reason = { code: "unreachable" as const, message: "no network" };
    backend.emit({ event: "connection", state: "offline", attempt: 4, retry_in_ms: 9000, reason });
    expect(await screen.findByText("Saved on this computer, will sync: Title")).toBeTruthy();
  });

  it("shows storage problems until resolved or dismissed", async () => {
    const status = signedInStatus();
    const incident = { code: "storage_unreadable" as const, message: "it was set aside" };
    const backend = new MockBackend({ ...status, storage: { trouble: null, incident } });
    renderApp(backend);
    await screen.findByText("It was set aside");
    const trouble = { code: "disk_full" as const, message: "the disk is full" };
    backend.emit({ event: "storage", trouble, incident });
    expect(await screen.findByText("The disk is full")).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Dismiss" }));
    expect(screen.queryByText("It was set aside")).toBeNull();
  });
});

describe("list", () => {
  const films = [
    mockJob({ job_id: "1", title: "The sea", status: "COMPLETED" }),
    mockJob({ job_id: "2", title: "The city", status: "FAILED" }),
  ];

  it("focuses the search with a key, and can clear it", async () => {
    renderApp(new MockBackend(signedInStatus(), films));
    await screen.findByText("The sea");
    await fireEvent.keyDown(window.document.body, { key: "/" });
    const field = screen.getByLabelText("Search");
    expect(document.activeElement).toBe(field);
    await fireEvent.input(field, { target: { value: "SEA" } });
    await waitFor(() => expect(screen.queryByText("The city")).toBeNull());
    expect(screen.getByText("1 video found")).toBeTruthy();
    await fireEvent.input(field, { target: { value: "walrus" } });
    await fireEvent.click(await screen.findByRole("button", { name: "Clear filters" }));
    expect(await screen.findByText("The city")).toBeTruthy();
  });

  it("finds a word of a transcript, and shows it in its sentence", async () => {
    const metadata = { TRANSCRIPT: "We saw a walrus there." };
    renderApp(new MockBackend(signedInStatus(), [...films, mockJob({ job_id: "3", metadata })]));
    await screen.findByText("The sea");
    await fireEvent.input(screen.getByLabelText("Search"), { target: { value: "Walrus" } });
    const match = await screen.findByText("walrus");
    expect(match.tagName).toBe("MARK");
    expect(match.parentElement?.textContent).toContain("We saw a walrus there.");
    expect(screen.getByText("1 video found")).toBeTruthy();
  });

  it("filters by status and shows the counts", async () => {
    renderApp(new MockBackend(signedInStatus(), films));
    const failed = await screen.findByRole("button", { name: "Failed 1" });
    await fireEvent.click(failed);
    await waitFor(() => expect(screen.queryByText("The sea")).toBeNull());
    expect(failed.getAttribute("aria-pressed")).toBe("true");
    await fireEvent.click(screen.getByRole("button", { name: "All" }));
    expect(await screen.findByText("The sea")).toBeTruthy();
  });

  it("offers the filter of a status as soon as one video has it, also if all of them need review", async () => {
    const stuck_at = "2026-01-01T12:00:00Z";
    const rows = ["1", "2"].map((job_id) => mockJob({ job_id, status: "PROCESSING", stuck_at }));
    renderApp(new MockBackend(signedInStatus(), rows));
    const filters = within(await screen.findByRole("group", { name: "Filter by status" }));
    const names = filters.getAllByRole("button").map((button) => button.textContent?.trim());
    expect(names).toEqual(["All", "Needs review 2", "Processing 2"]);
  });

  it("without videos: says so, and does not while some are being uploaded", async () => {
    const backend = new MockBackend(signedInStatus(), []);
    backend.uploadList = [mockUpload()];
    renderApp(backend);
    expect(await screen.findByRole("button", { name: "Uploading 1" })).toBeTruthy();
    expect(screen.queryByText("No videos yet")).toBeNull();
    backend.emit({ event: "upload", ...mockUpload({ state: "cancelled" }) });
    expect(await screen.findByText("No videos yet")).toBeTruthy();
  });
});
