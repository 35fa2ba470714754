import { cleanup, fireEvent, screen, waitFor } from "@testing-library/svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import { UNDO_TIME } from "../features/list/jobActions.svelte";
import { MockBackend, mockJob, mockServer, signedInStatus } from "../ipc/backend.mock";
import { renderLiveApp } from "../testing/render";
import "../testing/viewport";

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  document.body.replaceChildren();
});

const FEATURES = ["upload", "retry", "cancel", "delete"];
const films = () => [
  mockJob({ job_id: "1", title: "The sea", status: "PROCESSING" }),
  mockJob({
    job_id: "2",
    title: "The city",
    status: "FAILED",
    error: { code: "not_a_video", message: "not a video", stage_id: null, at: null },
  }),
  mockJob({ job_id: "3", title: "The hills", status: "COMPLETED" }),
];

async function renderWindow(features = FEATURES): Promise<MockBackend> {
  const status = signedInStatus({ ...mockServer, features });
  const backend = await renderLiveApp(new MockBackend(status, films()));
  await screen.findByText("The hills");
  return backend;
}

const row = (jobId: string) => document.querySelector<HTMLElement>(`[data-job="${jobId}"]`);
const names = () =>
  screen.getAllByRole("menuitem").map((item) => item.querySelector("span")?.textContent);
async function openMenu(jobId: string): Promise<void> {
  await fireEvent.contextMenu(row(jobId) as HTMLElement);
  await screen.findByRole("menu", { name: "Actions" });
}
const choose = (name: string) => fireEvent.click(screen.getByRole("menuitem", { name }));
const requests = (backend: MockBackend) =>
  backend.calls.filter((call) => call.startsWith("actOnJob"));

describe("actions on a video", () => {
  it("are offered where the studio offers them and the state permits them", async () => {
    await renderWindow();
    const offered = async (jobId: string) => {
      await openMenu(jobId);
      return names().filter((name) => /Process|Cancel|Delete/.test(name ?? ""));
    };
    expect(await offered("1")).toEqual(["Cancel processing", "Delete video"]);
    expect(await offered("2")).toEqual(["Process again", "Delete video"]);
    expect(await offered("3")).toEqual(["Delete video"]);
    cleanup();
    await renderWindow(["upload"]);
    expect(await offered("2")).toEqual([]);
  });

  it("process a failed video again, from the menu and from its failure", async () => {
    const backend = await renderWindow();
    await openMenu("2");
    await choose("Process again");
    await waitFor(() => expect(requests(backend)).toEqual(["actOnJob 2 retry"]));
    cleanup();
    const other = await renderWindow();
    await fireEvent.click(row("2") as HTMLElement);
    await fireEvent.click(await screen.findByRole("button", { name: "Process again" }));
    await waitFor(() => expect(requests(other)).toEqual(["actOnJob 2 retry"]));
  });

  it("say why they failed", async () => {
    const backend = await renderWindow();
    const message = "Only failed videos can be retried.";
    backend.failures.set("actOnJob", { code: "wrong_state", message });
    await openMenu("2");
    await choose("Process again");
    await screen.findByText(message);
  });

  it("show a cancelled video as cancelled, and not as a failure", async () => {
    await renderWindow();
    await openMenu("1");
    await choose("Cancel processing");
    await screen.findByText("Cancelled");
  });

  it("offer the file where it is on this computer", async () => {
    const backend = await renderWindow();
    backend.localFile = "/home/me/hills.mp4";
    await openMenu("3");
    await screen.findByRole("menuitem", { name: "Upload again" });
    await choose("Show file");
    await waitFor(() => expect(backend.calls).toContain("showVideoFile 3"));
  });

  it("are in the head of the open video, too", async () => {
    const backend = await renderWindow();
    await fireEvent.click(row("3") as HTMLElement);
    await fireEvent.click(await screen.findByRole("button", { name: "Actions" }));
    expect(names()).not.toContain("Open");
    vi.useFakeTimers({ shouldAdvanceTime: true });
    await choose("Delete video");
    await waitFor(() => expect(row("3")).toBeNull());
    await waitFor(() => expect(screen.queryByRole("button", { name: "Actions" })).toBeNull());
    await vi.advanceTimersByTimeAsync(UNDO_TIME);
    expect(requests(backend)).toEqual(["actOnJob 3 delete"]);
  });
});

describe("deletion", () => {
  it("hides the video at once, and asks for it once it can no longer be undone", async () => {
    const backend = await renderWindow();
    vi.useFakeTimers({ shouldAdvanceTime: true });
    await openMenu("3");
    await choose("Delete video");
    await waitFor(() => expect(row("3")).toBeNull());
    expect(requests(backend)).toEqual([]);
    await vi.advanceTimersByTimeAsync(UNDO_TIME);
    expect(requests(backend)).toEqual(["actOnJob 3 delete"]);
    expect(row("3")).toBeNull();
  });

  it("is undone without asking the studio", async () => {
    const backend = await renderWindow();
    vi.useFakeTimers({ shouldAdvanceTime: true });
    await openMenu("3");
    await choose("Delete video");
    await fireEvent.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(row("3")).not.toBeNull());
    await vi.advanceTimersByTimeAsync(2 * UNDO_TIME);
    expect(requests(backend)).toEqual([]);
  });

  it("that fails brings the video back and says why", async () => {
    const backend = await renderWindow();
    const message = "This account may not do that.";
    backend.failures.set("actOnJob", { code: "forbidden", message });
    vi.useFakeTimers({ shouldAdvanceTime: true });
    await openMenu("3");
    await choose("Delete video");
    await vi.advanceTimersByTimeAsync(UNDO_TIME);
    await waitFor(() => expect(row("3")).not.toBeNull());
    await screen.findByText(message);
  });

  it("is given up when the session ends: the id may be that of another video in the next one", async () => {
    const backend = await renderWindow();
    vi.useFakeTimers({ shouldAdvanceTime: true });
    await openMenu("3");
    await choose("Delete video");
    await waitFor(() => expect(row("3")).toBeNull());
    await backend.signOut();
    await waitFor(() => expect(document.querySelector("main.workspace, #list")).toBeNull());
    await vi.advanceTimersByTimeAsync(2 * UNDO_TIME);
    expect(requests(backend)).toEqual([]);
  });

  it("moves the focus to the video that takes its place", async () => {
    await renderWindow();
    row("1")?.focus();
    await fireEvent.keyDown(row("1") as HTMLElement, { key: "Delete", bubbles: true });
    await waitFor(() => expect(row("1")).toBeNull());
    await waitFor(() => expect(document.activeElement).toBe(row("3")));
  });

  it("by key concerns the focused video, and nothing where the studio does not offer it", async () => {
    const backend = await renderWindow();
    vi.useFakeTimers({ shouldAdvanceTime: true });
    row("3")?.focus();
    await fireEvent.keyDown(row("3") as HTMLElement, { key: "Delete", bubbles: true });
    await vi.advanceTimersByTimeAsync(UNDO_TIME);
    expect(requests(backend)).toEqual(["actOnJob 3 delete"]);
    cleanup();
    vi.useRealTimers();
    const other = await renderWindow(["upload"]);
    row("3")?.focus();
    await fireEvent.keyDown(row("3") as HTMLElement, { key: "Delete", bubbles: true });
    expect(row("3")).not.toBeNull();
    expect(requests(other)).toEqual([]);
  });

  it("is a command for the open video", async () => {
    const backend = await renderWindow();
    await fireEvent.click(row("3") as HTMLElement);
    vi.useFakeTimers({ shouldAdvanceTime: true });
    await fireEvent.click(screen.getByRole("button", { name: "Menu" }));
    await fireEvent.click(await screen.findByRole("option", { name: /^Delete video/ }));
    await vi.advanceTimersByTimeAsync(UNDO_TIME);
    expect(requests(backend)).toEqual(["actOnJob 3 delete"]);
  });
});
