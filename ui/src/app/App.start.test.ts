import { cleanup, screen } from "@testing-library/svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import { MockBackend, mockJob, signedInStatus, signedOutStatus } from "../ipc/backend.mock";
import { renderApp } from "../testing/render";

afterEach(cleanup);

describe("startup", () => {
  it("loads the initial state in a single call", async () => {
    const backend = new MockBackend(signedInStatus(), [
      mockJob({ job_id: "7", filename: "Coast.mp4" }),
    ]);
    renderApp(backend);
    expect((await screen.findAllByText("Coast.mp4")).length).toBeGreaterThan(0);
    const count = (call: string) => backend.calls.filter((made) => made === call).length;
    expect(["initialState", "status", "rows"].map(count)).toEqual([1, 0, 0]);
  });

  it("refetches what changed before the subscription", async () => {
    const backend = new MockBackend(signedInStatus(), [
      mockJob({ job_id: "7", filename: "Coast.mp4" }),
    ]);
    backend.sentBefore = { batches: 1, of_jobs: 1 };
    const listening = backend.listening;
    backend.listening = () => {
      backend.jobs = [mockJob({ job_id: "7", filename: "Harbour.mp4" })];
      return listening();
    };
    renderApp(backend);
    expect((await screen.findAllByText("Harbour.mp4")).length).toBeGreaterThan(0);
  });

  it("refetches the list only after events of jobs", async () => {
    const backend = new MockBackend(signedInStatus());
    backend.sentBefore = { batches: 1, of_jobs: 0 };
    renderApp(backend);
    await vi.waitFor(() => expect(backend.calls).toContain("status"));
    expect(backend.calls).not.toContain("rows");
  });

  it("refetches the settings, whose changes are not counted", async () => {
    const backend = new MockBackend(signedInStatus());
    renderApp(backend);
    await vi.waitFor(() => expect(backend.calls).toContain("settings"));
  });

  it("falls back to single queries if the initial state fails", async () => {
    const backend = new MockBackend(signedInStatus(), [
      mockJob({ job_id: "7", filename: "Coast.mp4" }),
    ]);
    backend.failures.set("initialState", { code: "storage", message: "the disk is gone" });
    renderApp(backend);
    expect((await screen.findAllByText("Coast.mp4")).length).toBeGreaterThan(0);
  });

  it("does not load the list while signed out", async () => {
    const backend = new MockBackend(signedOutStatus(null));
    renderApp(backend);
    await screen.findByRole("button", { name: "Use this computer" });
    expect(backend.calls).not.toContain("rows");
  });
});
