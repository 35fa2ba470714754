import { cleanup, render, screen } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import App from "./App.svelte";
import { MockBackend, mockJob, signedInStatus, signedOutStatus } from "./backend.mock";

afterEach(cleanup);

describe("a start", () => {
  it("asks once for what the first picture needs", async () => {
    const backend = new MockBackend(signedInStatus(), [
      mockJob({ job_id: "7", filename: "Coast.mp4" }),
    ]);
    render(App, { backend });
    expect((await screen.findAllByText("Coast.mp4")).length).toBeGreaterThan(0);
    const count = (call: string) => backend.calls.filter((made) => made === call).length;
    expect(["settings", "status", "rows"].map(count)).toEqual([1, 1, 1]);
  });

  it("asks for no list while nobody is signed in", async () => {
    const backend = new MockBackend(signedOutStatus(null));
    render(App, { backend });
    await screen.findByRole("button", { name: "Use this computer" });
    expect(backend.calls).not.toContain("rows");
  });
});
