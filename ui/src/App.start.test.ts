import { cleanup, render, screen } from "@testing-library/svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import App from "./App.svelte";
import { MockBackend, mockJob, signedInStatus, signedOutStatus } from "./backend.mock";

afterEach(cleanup);

describe("a start", () => {
  it("asks for what the first picture needs once, and together", async () => {
    const backend = new MockBackend(signedInStatus(), [
      mockJob({ job_id: "7", filename: "Coast.mp4" }),
    ]);
    render(App, { backend });
    expect((await screen.findAllByText("Coast.mp4")).length).toBeGreaterThan(0);
    const count = (call: string) => backend.calls.filter((made) => made === call).length;
    expect(["firstLook", "status", "rows"].map(count)).toEqual([1, 0, 0]);
  });

  it("asks again for what changed before it listened", async () => {
    const backend = new MockBackend(signedInStatus(), [
      mockJob({ job_id: "7", filename: "Coast.mp4" }),
    ]);
    backend.missed = { batches: 1, of_jobs: 1 };
    const listening = backend.listening;
    backend.listening = () => {
      backend.list = [mockJob({ job_id: "7", filename: "Harbour.mp4" })];
      return listening();
    };
    render(App, { backend });
    expect((await screen.findAllByText("Harbour.mp4")).length).toBeGreaterThan(0);
  });

  it("asks for the list again only if something happened to a job", async () => {
    const backend = new MockBackend(signedInStatus());
    backend.missed = { batches: 1, of_jobs: 0 };
    render(App, { backend });
    await vi.waitFor(() => expect(backend.calls).toContain("status"));
    expect(backend.calls).not.toContain("rows");
  });

  it("asks again for settings, which no batch of events counts", async () => {
    const backend = new MockBackend(signedInStatus());
    render(App, { backend });
    await vi.waitFor(() => expect(backend.calls).toContain("settings"));
  });

  it("shows what it can when the first look fails", async () => {
    const backend = new MockBackend(signedInStatus(), [
      mockJob({ job_id: "7", filename: "Coast.mp4" }),
    ]);
    backend.failures.set("firstLook", { code: "storage", message: "the disk is gone" });
    render(App, { backend });
    expect((await screen.findAllByText("Coast.mp4")).length).toBeGreaterThan(0);
  });

  it("asks for no list while nobody is signed in", async () => {
    const backend = new MockBackend(signedOutStatus(null));
    render(App, { backend });
    await screen.findByRole("button", { name: "Use this computer" });
    expect(backend.calls).not.toContain("rows");
  });
});
