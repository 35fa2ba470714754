import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import { MockBackend, mockJob, mockUpload, signedInStatus } from "../../ipc/backend.mock";
import { renderLiveApp } from "../../testing/render";
import "../../testing/viewport";

afterEach(() => {
  cleanup();
  document.body.replaceChildren();
});

const films = [mockJob({ job_id: "1", title: "The sea", status: "COMPLETED" })];

describe("uploads", () => {
  it("show progress and speed, and can be cancelled or retried", async () => {
    const backend = new MockBackend(signedInStatus(), films);
    const error = { code: "unreachable" as const, message: "no network" };
    backend.uploadList = [
      mockUpload(),
      mockUpload({ upload_id: 2, position: 1, filename: "b.mp4", sent_bytes: 0, state: "queued" }),
      mockUpload({ upload_id: 3, position: 2, filename: "c.mp4", state: "failed", error }),
    ];
    await renderLiveApp(backend);
    expect(
      await screen.findByText("50 MB of 200 MB · 5 MB/s · Less than a minute left"),
    ).toBeTruthy();
    expect(screen.getByText("Queued")).toBeTruthy();
    expect(screen.getByText("No network")).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Retry c.mp4" }));
    expect(backend.calls).toContain("retryUpload 3");
    await fireEvent.click(screen.getByRole("button", { name: "Cancel upload of a.mp4" }));
    expect(backend.calls).toContain("cancelUpload 1");
    await waitFor(() => expect(screen.queryByText("a.mp4")).toBeNull());
  });

  it("wait, are checked, paused and continued, one by one or all", async () => {
    const backend = new MockBackend(signedInStatus(), films);
    const error = { code: "unreachable" as const, message: "no network" };
    backend.uploadList = [
      mockUpload({ state: "waiting", bytes_per_second: null, error }),
      mockUpload({ upload_id: 2, position: 1, filename: "b.mp4", state: "verifying" }),
      mockUpload({ upload_id: 3, position: 2, filename: "c.mp4", state: "paused" }),
      mockUpload({
        upload_id: 4,
        position: 3,
        filename: "d.mp4",
        state: "paused",
        sent_bytes: 0,
        is_resumable: false,
      }),
    ];
    await renderLiveApp(backend);
    expect(await screen.findByText("Interrupted, continues by itself. No network")).toBeTruthy();
    expect(screen.getByText("Checking whether it arrived…")).toBeTruthy();
    expect(screen.getByText("Paused · 50 MB of 200 MB")).toBeTruthy();
    expect(screen.getByText("Paused")).toBeTruthy();
    expect(screen.getByText("100 MB of 400 MB"), "the total of those under way").toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Pause a.mp4" }));
    await fireEvent.click(screen.getByRole("button", { name: "Continue c.mp4" }));
    await fireEvent.click(screen.getByRole("button", { name: "Pause all" }));
    expect(backend.calls).toEqual(
      expect.arrayContaining(["pauseUpload 1", "resumeUpload 3", "pauseUploads"]),
    );
  });

  it("are rows of the list: counted by a filter, searched, and moved by a menu", async () => {
    const backend = new MockBackend(signedInStatus(), []);
    backend.uploadList = ["a.mp4", "b.mp4", "c.mp4"].map((filename, position) =>
      mockUpload({ upload_id: position + 1, position, filename, state: "queued", sent_bytes: 0 }),
    );
    await renderLiveApp(backend);
    expect(await screen.findByRole("button", { name: "Uploading 3" })).toBeTruthy();
    expect(screen.queryByText("No videos yet")).toBeNull();
    await fireEvent.click(screen.getByRole("button", { name: "Actions for c.mp4" }));
    const menu = within(await screen.findByRole("menu", { name: "Actions for c.mp4" }));
    const items = menu.getAllByRole("menuitem").map((item) => item.textContent.trim());
    expect(items).toEqual(["Pause", "Upload first", "Move up", "Cancel upload"]);
    await fireEvent.click(menu.getByRole("menuitem", { name: "Upload first" }));
    await waitFor(() => expect(backend.calls).toContain("moveUpload 3 1"));
    backend.emit({ event: "upload", ...mockUpload({ upload_id: 3, filename: "c.mp4" }) });
    backend.emit({
      event: "upload",
      ...mockUpload({ upload_id: 1, position: 1, filename: "a.mp4", state: "queued" }),
    });
    const names = () => [...document.querySelectorAll("[data-upload] .name")];
    await waitFor(() => expect(names()[0]?.textContent).toBe("c.mp4"));
    await fireEvent.input(screen.getByRole("searchbox"), { target: { value: "b.m" } });
    await waitFor(() => expect(names().map((name) => name.textContent)).toEqual(["b.mp4"]));
  });
});
