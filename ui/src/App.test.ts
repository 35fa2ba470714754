import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import App from "./App.svelte";
import { MockBackend, firstRunStatus, mockJob, mockStage, signedInStatus } from "./backend.mock";
import { type } from "./testing/acting";

afterEach(cleanup);

describe("first run", () => {
  it("offers this computer, and leads to the empty list", async () => {
    const backend = new MockBackend(firstRunStatus(null));
    render(App, { backend });
    await fireEvent.click(await screen.findByRole("button", { name: "Use this computer" }));
    expect(await screen.findByText("No videos yet")).toBeTruthy();
    expect(backend.calls).toContain("useThisComputer");
  });

  it("says why an address is no studio, beside the field", async () => {
    const backend = new MockBackend(firstRunStatus(null));
    backend.failures.set("connect", { code: "insecure_address", message: "use https" });
    render(App, { backend });
    const field = await screen.findByLabelText("Address of the studio");
    await fireEvent.input(field, { target: { value: "http://acme.tv" } });
    await fireEvent.click(screen.getByRole("button", { name: "Connect" }));
    expect((await screen.findByRole("alert")).textContent).toBe("Use https");
    expect(field.getAttribute("aria-invalid")).toBe("true");
  });
});

describe("a studio that does not describe itself", () => {
  it("is described by hand, and what is wrong is said at its field", async () => {
    const backend = new MockBackend(firstRunStatus(null));
    backend.failures.set("connect", { code: "not_a_studio", message: "it says nothing of itself" });
    render(App, { backend });
    await type("Address of the studio", "acme.tv");
    await fireEvent.click(screen.getByRole("button", { name: "Connect" }));
    expect((await screen.findByRole("alert")).textContent).toBe("It says nothing of itself");
    // A mistyped address is mended, and nothing else is asked for.
    backend.failures.set("connect", { code: "not_a_studio", message: "nor does this" });
    await type("Address of the studio", "acme.tv");
    await fireEvent.click(screen.getByRole("button", { name: "Connect" }));
    await waitFor(() => expect(screen.getByRole("alert").textContent).toBe("Nor does this"));
    backend.failures.set("connectAs", {
      code: "wrong_key",
      message: "the server does not know this key",
      field: "auth_key",
    });
    await type("Sign-in server", "x.supabase.co");
    await type("Public (anon) key", "guess");
    await type("Ways to sign in", "email, Google");
    const button = screen.getByRole("button", { name: "Connect with these" });
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

describe("watching", () => {
  const job = mockJob({
    job_id: "7",
    title: "Harbour",
    status: "PROCESSING",
    progress_percent: 10,
  });

  it("shows progress as it comes, and the end", async () => {
    const backend = new MockBackend(signedInStatus(), [job]);
    render(App, { backend });
    await screen.findByText("Harbour");
    backend.emit({
      event: "jobs",
      changed: [{ job: { ...job, progress_percent: 55.9 }, scope: "increment" }],
      removed: [],
    });
    expect(await screen.findByText("55 %")).toBeTruthy();
    backend.list = [{ ...job, status: "COMPLETED", progress_percent: 100 }];
    backend.emit({
      event: "jobs",
      changed: [{ job: backend.list[0] ?? job, scope: "major" }],
      removed: [],
    });
    expect(await screen.findByText("Done")).toBeTruthy();
  });

  it("opens the job of a clicked notification, with its failure in plain words", async () => {
    const failed = mockJob({
      job_id: "8",
      status: "FAILED",
      error: {
        code: "not_a_video",
        message: "This file is not a video.",
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
    render(App, { backend });
    await screen.findAllByText("This file is not a video.");
    backend.clickNotification("8");
    expect(await screen.findByRole("heading", { level: 1, name: "holiday.mp4" })).toBeTruthy();
    expect(screen.getByText("ffprobe: Invalid data")).toBeTruthy();
    expect(screen.getByText("Skipped"), "nothing waits in a job that has failed").toBeTruthy();
    await waitFor(() => expect(backend.calls).toContain("openJob 8"));
  });

  it("never says live while it is not, and offers to try now", async () => {
    const backend = new MockBackend(signedInStatus(), []);
    render(App, { backend });
    await screen.findByText("Live");
    const reason = { code: "unreachable" as const, message: "no network" };
    backend.emit({ event: "connection", state: "backoff", attempt: 2, retry_in_ms: 1800, reason });
    expect(await screen.findByText("Reconnecting")).toBeTruthy();
    expect(screen.queryByText("Live")).toBeNull();
    await fireEvent.click(screen.getByRole("button", { name: "Try now" }));
    expect(backend.calls).toContain("reconnect");
  });
});

describe("the connection", () => {
  it("says why it is not live once that lasts, and tells its story when asked", async () => {
    const status = signedInStatus();
    const backend = new MockBackend({
      ...status,
      connection: { state: "backoff", attempt: 1, retry_in_ms: 4000, reason: null },
    });
    render(App, { backend });
    expect(await screen.findByText("next try in 4 s")).toBeTruthy();
    const reason = { code: "unreachable" as const, message: "nothing answers, it may be stopped" };
    backend.emit({ event: "connection", state: "backoff", attempt: 2, retry_in_ms: 9000, reason });
    expect(screen.queryByText("Nothing answers, it may be stopped")).toBeNull();
    backend.emit({ event: "connection", state: "offline", attempt: 3, retry_in_ms: 9000, reason });
    expect(await screen.findByText("Nothing answers, it may be stopped")).toBeTruthy();

    await fireEvent.click(screen.getByRole("button", { name: /^Connection: Offline/ }));
    expect(await screen.findByText("2 of 3 attempts")).toBeTruthy();
    expect(screen.getByText("1 × silent")).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Save a report…" }));
    expect(await screen.findByText("Saved as /home/me/tallylight-report.txt")).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Connect now" }));
    expect(backend.calls).toContain("reconnect");
  });
});

describe("writing", () => {
  it("is offered for what the studio lets be changed, once the stage that makes it is done", async () => {
    const metadata = {
      TITLE: "T",
      DESCRIPTION: "D",
      CHAPTERS: [{ start_seconds: 0, title: "Intro" }],
    };
    const unready = [{ field: "DESCRIPTION" as const, stage_id: "TRANSCRIPTION" }];
    const job = mockJob({ job_id: "7", title: "T", status: "PROCESSING", metadata, unready });
    const backend = new MockBackend(signedInStatus(), [job]);
    render(App, { backend });
    await screen.findByText("Live");
    backend.clickNotification("7");
    const field = (label: string) =>
      screen.findByRole<HTMLInputElement>("textbox", { name: label });
    expect((await field("Title")).readOnly).toBe(false);
    expect((await field("Description")).readOnly).toBe(true);
    expect(screen.getByText("Can be edited once “Transcript” is done")).toBeTruthy();
    expect((await field("Title of chapter 1")).readOnly, "this studio does not offer it").toBe(
      true,
    );
  });

  it("saves by the keyboard, is shown before anything answers, and says what waits", async () => {
    const metadata = { TITLE: "T" };
    const backend = new MockBackend(signedInStatus(), [
      mockJob({ job_id: "7", title: "T", metadata }),
    ]);
    render(App, { backend });
    await screen.findByText("Live");
    backend.clickNotification("7");
    await fireEvent.input(await screen.findByRole("textbox", { name: "Title" }), {
      target: { value: "Mine" },
    });
    expect(await screen.findByText("Not saved yet: Title")).toBeTruthy();
    await fireEvent.keyDown(window, { key: "s", ctrlKey: true });
    expect(await screen.findByRole("heading", { level: 1, name: "Mine" })).toBeTruthy();
    await waitFor(() => expect(backend.calls).toContain('edit 7 {"TITLE":"Mine"}'));
    const reason = { code: "unreachable" as const, message: "no network" };
    backend.emit({ event: "connection", state: "offline", attempt: 4, retry_in_ms: 9000, reason });
    expect(await screen.findByText("Kept here until the studio answers: Title")).toBeTruthy();
  });

  it("says what became of the disk, until that is over or was read", async () => {
    const status = signedInStatus();
    const incident = { code: "storage_unreadable" as const, message: "it was set aside" };
    const backend = new MockBackend({ ...status, storage: { trouble: null, incident } });
    render(App, { backend });
    await screen.findByText("It was set aside");
    const trouble = { code: "disk_full" as const, message: "the disk is full" };
    backend.emit({ event: "storage", trouble, incident });
    expect(await screen.findByText("The disk is full")).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Dismiss" }));
    expect(screen.queryByText("It was set aside")).toBeNull();
  });
});

describe("the list", () => {
  const films = [
    mockJob({ job_id: "1", title: "The sea", status: "COMPLETED" }),
    mockJob({ job_id: "2", title: "The city", status: "FAILED" }),
  ];

  it("is searched from anywhere by a key, and shows everything again", async () => {
    render(App, { backend: new MockBackend(signedInStatus(), films) });
    await screen.findByText("The sea");
    await fireEvent.keyDown(window.document.body, { key: "/" });
    const field = screen.getByLabelText("Search");
    expect(document.activeElement).toBe(field);
    await fireEvent.input(field, { target: { value: "SEA" } });
    await waitFor(() => expect(screen.queryByText("The city")).toBeNull());
    expect(screen.getByText("1 video found")).toBeTruthy();
    await fireEvent.input(field, { target: { value: "walrus" } });
    await fireEvent.click(await screen.findByRole("button", { name: "Show all videos" }));
    expect(await screen.findByText("The city")).toBeTruthy();
  });

  it("shows one status alone, and says how many there are of each", async () => {
    render(App, { backend: new MockBackend(signedInStatus(), films) });
    const failed = await screen.findByRole("button", { name: "Failed 1" });
    await fireEvent.click(failed);
    await waitFor(() => expect(screen.queryByText("The sea")).toBeNull());
    expect(failed.getAttribute("aria-pressed")).toBe("true");
    await fireEvent.click(screen.getByRole("button", { name: "All" }));
    expect(await screen.findByText("The sea")).toBeTruthy();
  });
});
