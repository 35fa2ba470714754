import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it, vi } from "vitest";
import { MockBackend, mockJob, mockServer, signedInStatus } from "../../ipc/backend.mock";
import type { JobView } from "../../ipc/bindings";
import { pressButton } from "../../testing/interactions";
import { renderApp } from "../../testing/render";
import { formatName } from "./formats";

const FIRST = "http://127.0.0.1:8765/media/v/a";
const RENEWED = "http://127.0.0.1:8765/media/v/b";

const talk = (given: Partial<JobView> = {}) =>
  mockJob({
    job_id: "1",
    title: "Talk",
    filename: "talk.mkv",
    status: "COMPLETED",
    playback_url: FIRST,
    metadata: {
      TITLE: "Talk",
      TRANSCRIPT: "[0:00] Hello\n[1:05] Good <b>bye</b>",
      CHAPTERS: [
        { start_seconds: 0, title: "Part 1" },
        { start_seconds: 65, title: "Part 2" },
      ],
    },
    ...given,
  });

async function openVideo(job: JobView, prepare: (backend: MockBackend) => void = () => undefined) {
  const editable = [...mockServer.editable, "CHAPTERS" as const];
  const backend = new MockBackend({ ...signedInStatus(), server: { ...mockServer, editable } });
  backend.jobs = [job];
  prepare(backend);
  vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue();
  renderApp(backend);
  await fireEvent.click(await screen.findByText("Talk"));
  await screen.findByTestId("editor");
  return backend;
}

const player = () => screen.findByTestId<HTMLVideoElement>("player");

/** Has the player fail as a web view does. */
async function fail(video: HTMLVideoElement, code: number) {
  Object.defineProperty(video, "error", { configurable: true, value: { code } });
  await fireEvent.error(video);
}

describe("preview", () => {
  it("loads nothing before it is played, and is then played from its start", async () => {
    await openVideo(talk());
    expect(screen.queryByTestId("player")).toBeNull();
    await pressButton("Play video");
    const video = await player();
    expect(video.getAttribute("src")).toBe(FIRST);
    expect(video.preload).toBe("none");
    expect(HTMLMediaElement.prototype.play).toHaveBeenCalledOnce();
    await waitFor(() => expect(document.activeElement).toBe(video.parentElement));
  });

  it("is absent where the video is nowhere at hand", async () => {
    const backend = await openVideo(talk({ playback_url: null }));
    await waitFor(() => expect(backend.calls).toContain("videoFile 1"));
    expect(screen.queryByText("Preview")).toBeNull();
    expect(screen.queryByLabelText("Play from 1:05")).toBeNull();
  });

  it("opens the file on this computer where the studio does not serve it", async () => {
    const file = "/home/me/talk.mkv";
    const backend = await openVideo(talk({ playback_url: null }), (b) => (b.localFile = file));
    await pressButton("Open in the system's player");
    await pressButton("Show file");
    expect(backend.calls.slice(-2)).toEqual(["openVideo 1", "showVideoFile 1"]);
  });

  it("says why a file could not be opened", async () => {
    const backend = await openVideo(talk({ playback_url: null }), (b) => (b.localFile = "/a.mkv"));
    backend.failures.set("openVideo", { code: "file", message: "No player." });
    await pressButton("Open in the system's player");
    expect((await screen.findByRole("alert")).textContent).toContain("No player.");
  });

  it("keeps its URL while the studio renews it", async () => {
    const backend = await openVideo(talk());
    await pressButton("Play video");
    const video = await player();
    const changed = [{ job: talk({ playback_url: RENEWED }), scope: "increment" as const }];
    backend.emit({ event: "jobs", changed, removed: [] });
    await Promise.resolve();
    expect((await player()).getAttribute("src")).toBe(FIRST);
    expect(await player()).toBe(video);
  });
});

describe("playing from a time", () => {
  it("opens the player there, from a chapter", async () => {
    await openVideo(talk());
    await pressButton("Play from 1:05");
    const video = await player();
    await fireEvent.loadedMetadata(video);
    expect(video.currentTime).toBe(65);
  });

  it("jumps in an open player, from the transcript", async () => {
    await openVideo(talk());
    await pressButton("Play video");
    const video = await player();
    const details = screen.getByText("Transcript with times").closest("details");
    if (!details) throw new Error("the transcript has no details");
    details.open = true;
    await fireEvent(details, new Event("toggle"));
    const cue = await within(details).findByText("Good <b>bye</b>");
    await fireEvent.click(cue);
    expect(video.currentTime).toBe(65);
    await waitFor(() => expect(cue.closest("button")?.getAttribute("aria-current")).toBe("true"));
  });

  it("is offered for a thumbnail with its time", async () => {
    const thumbnail = { thumbnail_id: "t", thumbnail_url: "https://x.test/t", width: 2, height: 1 };
    const thumbnails = [{ ...thumbnail, timestamp_seconds: 12.5 }];
    await openVideo(talk({ thumbnails, cover_id: "t" }));
    await pressButton("View Thumbnail at 0:12");
    await pressButton("Play from 0:12");
    const video = await player();
    await fireEvent.loadedMetadata(video);
    expect(video.currentTime).toBe(12.5);
    expect(screen.queryByText("Save as…")).toBeNull();
  });
});

describe("a chapter at the playhead", () => {
  it("is offered while the player is open, and its title is entered next", async () => {
    await openVideo(talk());
    expect(screen.queryByText("Add chapter at playhead")).toBeNull();
    await pressButton("Play video");
    (await player()).currentTime = 30.8;
    await pressButton("Add chapter at playhead");
    const start = await screen.findByLabelText<HTMLInputElement>("Start of chapter 2");
    expect(start.value).toBe("0:30");
    expect(document.activeElement).toBe(screen.getByLabelText("Title of chapter 2"));
    await pressButton("Add chapter at playhead");
    expect(screen.queryByLabelText("Start of chapter 4")).toBeNull();
  });
});

describe("a thumbnail at the playhead", () => {
  const allow = (features: string[]) => (backend: MockBackend) => {
    backend.currentStatus = { ...backend.currentStatus, server: { ...mockServer, features } };
  };

  it("is offered only by a studio that takes one", async () => {
    await openVideo(talk());
    await pressButton("Play video");
    await player();
    expect(screen.queryByText("Use this frame as thumbnail")).toBeNull();
  });

  it("is taken, and becomes the thumbnail of the video", async () => {
    const backend = await openVideo(talk(), allow(["thumbnail_at", "select_thumbnail"]));
    await pressButton("Play video");
    (await player()).currentTime = 30.5;
    await pressButton("Use this frame as thumbnail");
    expect(await screen.findByText("Thumbnail taken at 0:30")).toBeTruthy();
    expect(backend.calls).toContain("takeThumbnail 1 30.5");
    expect(backend.calls).toContain('edit 1 {"THUMBNAIL":"at-30.5"}');
  });

  it("is only added where none can be selected, and a refusal is shown", async () => {
    const backend = await openVideo(talk(), allow(["thumbnail_at"]));
    await pressButton("Play video");
    await pressButton("Use this frame as thumbnail");
    await screen.findByText("Thumbnail taken at 0:00");
    expect(backend.calls.some((call) => call.startsWith("edit"))).toBe(false);
    backend.failures.set("takeThumbnail", { code: "conflict", message: "Too many." });
    await pressButton("Use this frame as thumbnail");
    expect(await screen.findByText(/Too many|changed|conflict/i)).toBeTruthy();
  });
});

describe("a player that fails", () => {
  it("continues with the URL that the studio has now, once", async () => {
    const backend = await openVideo(talk(), (b) => (b.currentPlaybackUrl = RENEWED));
    await pressButton("Play from 1:05");
    const expired = await player();
    await fail(expired, 4);
    await waitFor(async () => expect((await player()).getAttribute("src")).toBe(RENEWED));
    const video = await player();
    expect(video).not.toBe(expired);
    await fireEvent.loadedMetadata(video);
    expect(video.currentTime).toBe(65);
    await fail(video, 4);
    expect(await screen.findByTestId("playback-problem")).toBeTruthy();
    expect(backend.calls.filter((call) => call === "playbackUrl 1")).toHaveLength(1);
  });

  it("asks again when the renewed URL had been played", async () => {
    const backend = await openVideo(talk(), (b) => (b.currentPlaybackUrl = RENEWED));
    await pressButton("Play video");
    await fail(await player(), 2);
    await waitFor(async () => expect((await player()).getAttribute("src")).toBe(RENEWED));
    await fireEvent.playing(await player());
    backend.currentPlaybackUrl = FIRST;
    await fail(await player(), 2);
    await waitFor(async () => expect((await player()).getAttribute("src")).toBe(FIRST));
  });

  it("names the format, and offers the system's player", async () => {
    const backend = await openVideo(talk(), (b) => (b.currentPlaybackUrl = FIRST));
    await pressButton("Play video");
    await fail(await player(), 4);
    const problem = await screen.findByTestId("playback-problem");
    expect(problem.textContent).toMatch(/MKV file/);
    await waitFor(() => expect(document.activeElement).toBe(problem));
    await pressButton("Open in browser");
    expect(backend.calls).toContain("openVideo 1");
    await pressButton("Try again");
    const video = await player();
    expect(video.getAttribute("src")).toBe(FIRST);
    await waitFor(() => expect(document.activeElement).toBe(video.parentElement));
  });

  it("plays from a chapter again after it failed", async () => {
    await openVideo(talk(), (b) => (b.currentPlaybackUrl = FIRST));
    await pressButton("Play video");
    await fail(await player(), 3);
    await screen.findByTestId("playback-problem");
    await pressButton("Play from 1:05");
    const video = await player();
    await fireEvent.loadedMetadata(video);
    expect(video.currentTime).toBe(65);
  });

  it("says that the studio has no file any more", async () => {
    await openVideo(talk());
    await pressButton("Play video");
    await fail(await player(), 4);
    const problem = await screen.findByTestId("playback-problem");
    expect(problem.textContent).toContain("The studio no longer has this video file.");
    expect(screen.queryByText("Open in browser")).toBeNull();
  });

  it("says that the studio cannot be reached", async () => {
    const backend = await openVideo(talk());
    backend.failures.set("playbackUrl", { code: "unreachable", message: "No answer." });
    await pressButton("Play video");
    await fail(await player(), 2);
    const problem = await screen.findByTestId("playback-problem");
    expect(problem.dataset.kind).toBe("unreachable");
  });
});

describe("keys of the player", () => {
  it("pause and play only while it has the focus", async () => {
    await openVideo(talk());
    await pressButton("Play video");
    const video = await player();
    const play = vi.mocked(HTMLMediaElement.prototype.play);
    play.mockClear();
    await fireEvent.keyDown(document.body, { key: "k" });
    await fireEvent.keyDown(video, { key: "k", ctrlKey: true });
    // A control of the web view has the focus.
    await fireEvent.keyDown(video, { key: " " });
    expect(play).not.toHaveBeenCalled();
    await fireEvent.keyDown(video, { key: "k" });
    expect(play).toHaveBeenCalledOnce();
    await fireEvent.keyDown(screen.getByRole("group", { name: "Preview" }), { key: " " });
    expect(play).toHaveBeenCalledTimes(2);
  });
});

it.each([
  ["a.MKV", "MKV"],
  ["b.tar.gz", "GZ"],
  ["c", null],
  ["d.", null],
  ["e.<script>", null],
  [null, null],
])("the format of %s is %s", (name, format) => expect(formatName(name)).toBe(format));
