import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import App from "./App.svelte";
import { MockBackend, mockJob, mockServer, signedInStatus } from "./backend.mock";
import type { StatusView } from "./bindings";

afterEach(cleanup);

function signedOutStatus(server: StatusView["server"]): StatusView {
  const session = { state: "signed_out" as const, email: null, reason: null, warning: null };
  return { ...signedInStatus(server), session };
}

describe("first run", () => {
  it("offers this computer, and leads to the empty list", async () => {
    const backend = new MockBackend(signedOutStatus(null));
    render(App, { backend });
    await fireEvent.click(await screen.findByRole("button", { name: "Use this computer" }));
    expect(await screen.findByText("No videos yet")).toBeTruthy();
    expect(backend.calls).toContain("useThisComputer");
  });

  it("says why an address is no studio, beside the field", async () => {
    const backend = new MockBackend(signedOutStatus(null));
    backend.failures.set("connect", { code: "insecure_address", message: "use https" });
    render(App, { backend });
    const field = await screen.findByLabelText("Address of the studio");
    await fireEvent.input(field, { target: { value: "http://acme.tv" } });
    await fireEvent.click(screen.getByRole("button", { name: "Connect" }));
    expect((await screen.findByRole("alert")).textContent).toBe("Use https");
    expect(field.getAttribute("aria-invalid")).toBe("true");
  });
});

describe("signing in", () => {
  it("keeps the form and says what is wrong with the password, then lets in", async () => {
    const backend = new MockBackend(signedOutStatus(mockServer));
    backend.failures.set("signIn", {
      code: "invalid_credentials",
      message: "email or password is wrong",
    });
    render(App, { backend });
    await fireEvent.input(await screen.findByLabelText("Email"), {
      target: { value: "me@acme.tv" },
    });
    await fireEvent.input(screen.getByLabelText("Password"), { target: { value: "no" } });
    const button = screen.getByRole("button", { name: "Sign in" });
    await fireEvent.click(button);
    expect((await screen.findByRole("alert")).textContent).toBe("Email or password is wrong");
    await fireEvent.click(button);
    expect(await screen.findByText("No videos yet")).toBeTruthy();
  });

  it("says why somebody was signed out", async () => {
    const status = signedOutStatus(mockServer);
    const reason = { code: "session_expired" as const, message: "the session has ended" };
    render(App, {
      backend: new MockBackend({ ...status, session: { ...status.session, reason } }),
    });
    expect((await screen.findByRole("alert")).textContent).toContain("The session has ended");
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
      error: { code: "not_a_video", message: "This file is not a video.", stage_id: "PROBE" },
      stages: [
        {
          stage_id: "PROBE",
          status: "FAILED",
          progress_percent: 0,
          error_message: "ffprobe: Invalid data",
        },
        { stage_id: "CHAPTERS", status: "PENDING", progress_percent: 0, error_message: null },
      ],
    });
    const backend = new MockBackend(signedInStatus(), [failed]);
    render(App, { backend });
    await screen.findAllByText("This file is not a video.");
    backend.clickNotification("8");
    expect(await screen.findByRole("heading", { level: 1, name: "holiday.mp4" })).toBeTruthy();
    expect(screen.getByText("ffprobe: Invalid data")).toBeTruthy();
    expect(screen.getByText("Not reached"), "nothing waits in a job that has failed").toBeTruthy();
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

    await fireEvent.click(screen.getByRole("button", { name: "About the connection" }));
    expect(await screen.findByText("2 of 3 attempts")).toBeTruthy();
    expect(screen.getByText("1 × silent")).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Save a report…" }));
    expect(await screen.findByText("Saved as /home/me/tallylight-report.txt")).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Connect now" }));
    expect(backend.calls).toContain("reconnect");
  });
});
