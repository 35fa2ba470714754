import { fireEvent, screen, waitFor } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import {
  MockBackend,
  mockJob,
  mockServer,
  mockStage,
  signedInStatus,
} from "../../ipc/backend.mock";
import type { JobView, SettingsView } from "../../ipc/bindings";
import { pressButton } from "../../testing/interactions";
import { renderApp } from "../../testing/render";

const talk = (given: Partial<JobView> = {}) =>
  mockJob({
    job_id: "1",
    title: "Talk",
    status: "COMPLETED",
    transcript_version: "a",
    metadata: {
      TITLE: "Talk",
      TAGS: ["coffee", "milk"],
      TRANSCRIPT: "Hello",
      CHAPTERS: [{ start_seconds: 0, title: "Part 1" }],
    },
    ...given,
  });

async function openVideo(job: JobView, prepare: (backend: MockBackend) => void = () => undefined) {
  const backend = new MockBackend({
    ...signedInStatus(),
    server: { ...mockServer, identity: "this_computer" },
  });
  backend.jobs = [job];
  prepare(backend);
  renderApp(backend);
  await fireEvent.click(await screen.findByText("Talk"));
  await screen.findByTestId("editor");
  return backend;
}

function withModel(backend: MockBackend): void {
  const settings: SettingsView["settings"] = {
    ...backend.currentSettings.settings,
    language_model: { enabled: true, address: "http://localhost:11434/v1", model: "llama3" },
  };
  backend.currentSettings = { ...backend.currentSettings, settings };
}

describe("suggestion of the studio", () => {
  it("is marked until it is confirmed", async () => {
    const backend = await openVideo(talk({ suggested: ["TAGS"] }));
    expect(screen.getAllByText("Suggested")).toHaveLength(1);
    await pressButton("Keep suggested Tags");
    expect(backend.calls).toContain('edit 1 {"TAGS":["coffee","milk"]}');
  });

  it("is not marked after an edit", async () => {
    await openVideo(talk({ suggested: ["TAGS"] }));
    await pressButton("Remove milk");
    await waitFor(() => expect(screen.queryByText("Suggested")).toBeNull());
  });
});

describe("suggestions of a language model", () => {
  it("are not offered while disabled", async () => {
    await openVideo(talk());
    expect(screen.queryByRole("button", { name: "Suggest texts…" })).toBeNull();
  });

  it("are requested as previewed, and put into the editor when used", async () => {
    const backend = await openVideo(talk(), (backend) => {
      withModel(backend);
      backend.suggestions = {
        titles: ["Better coffee", "Milk foam", "Latte art"],
        description: "What it shows.",
        tags: ["espresso"],
        chapters: [],
      };
    });
    await pressButton("Suggest texts…");
    expect((await screen.findByTestId("suggestion-request")).textContent).toBe(
      '{ "model": "llama3" }',
    );
    expect(backend.calls.some((call) => call.startsWith("suggestTexts"))).toBe(false);
    await pressButton("Send");
    await screen.findByText("Milk foam");
    expect(backend.calls).toContain('suggestTexts 1 { "model": "llama3" }');
    expect(screen.queryByText("Use suggested Chapters")).toBeNull();
    await pressButton("Use title “Milk foam”");
    await pressButton("Use suggested Tags");
    expect(screen.getAllByText("Added to editor")).toHaveLength(2);
    // Nothing is saved automatically.
    expect(backend.calls.some((call) => call.startsWith("edit"))).toBe(false);
  });

  it("can be requested again after a failure", async () => {
    const backend = await openVideo(talk(), withModel);
    backend.failures.set("suggestTexts", {
      code: "language_model",
      message:
        "Couldn't connect to a language model at localhost. Check the URL and that the server is running.",
    });
    await pressButton("Suggest texts…");
    await fireEvent.click(await screen.findByRole("button", { name: "Send" }));
    await screen.findByText(/Couldn't connect to a language model at localhost/);
    expect(screen.getByRole("button", { name: "Send" })).not.toBeNull();
  });
});

describe("offer of speech recognition", () => {
  const untranscribed = () =>
    talk({
      stages: [mockStage({ stage_id: "TRANSCRIPTION", status: "COMPLETED", skipped: true })],
    });

  it("is shown for a skipped transcription until declined", async () => {
    const backend = await openVideo(untranscribed());
    await screen.findByText("Add transcripts");
    expect(screen.getByText("Skipped")).not.toBeNull();
    await pressButton("Not now");
    await waitFor(() => expect(screen.queryByText("Add transcripts")).toBeNull());
    expect(backend.currentSettings.settings.computer.offer_speech).toBe(false);
  });

  it("opens its settings", async () => {
    await openVideo(untranscribed());
    await fireEvent.click(await screen.findByRole("button", { name: "Set up" }));
    await screen.findByRole("heading", { level: 3, name: "This computer" });
  });
});
